"""Decays of spin-0 bosons to two photons through loops of the charged leptons that they couple to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA

__all__ = ["derivative_amplitude", "scalar_amplitude", "two_photon_width"]


def scalar_amplitude(mass: ArrayLike, lepton_mass: float) -> npt.NDArray[np.complex128]:
    """The amplitude A_1/2 of a scalar with the coupling ml/v: 4/3 for a heavy lepton, 0 for a light one.

    2 [t + (t - 1) f] / t^2 with t = m^2/(4 ml^2), f = arcsin^2 sqrt(t) continued above 1 (Djouadi, hep-ph/0503172,
    section 2.3, equation not looked up). Exact at one loop.

    Example:
        >>> complex(scalar_amplitude(2.0, 1.0))
        (2+0j)
    """
    t = (np.asarray(mass, float) / (2 * lepton_mass)) ** 2
    large = np.where(t < _SMALL, 1.0, t)
    exact = 2 * (large + (large - 1) * _arcsine(large) ** 2) / large**2
    return np.where(t < _SMALL, 4 / 3 * (1 + 7 * t / 30 + 2 * t**2 / 21), exact)


def derivative_amplitude(mass: ArrayLike, lepton_mass: float) -> npt.NDArray[np.complex128]:
    """The amplitude B_1 of a pseudoscalar with a derivative coupling: 1 for a light lepton; a heavy one decouples.

    1 - f/t with t and f as in `scalar_amplitude`, -m^2/(12 ml^2) for a heavy lepton (Bauer, Neubert and Thamm,
    arXiv:1708.00443, section 3, equation not looked up). Exact at one loop.

    Example:
        >>> round(float(derivative_amplitude(2.0, 1.0).real), 4) == round(1 - np.pi**2 / 4, 4)
        True
    """
    t = (np.asarray(mass, float) / (2 * lepton_mass)) ** 2
    large = np.where(t < _SMALL, 1.0, t)
    exact = 1 - _arcsine(large) ** 2 / large
    return np.where(t < _SMALL, -t / 3 * (1 + 8 * t / 15 + 12 * t**2 / 35), exact)


def two_photon_width(
    kind: Literal["scalar", "pseudoscalar"], mass: ArrayLike, yukawa: Mapping[str, float], leptons: Mapping[str, float]
) -> FloatArray:
    """The width into two photons in GeV, for Yukawa couplings y and masses in GeV of the same leptons.

    alpha^2 m^3/(256 pi^3) |sum (y/ml) A|^2 with A = `scalar_amplitude` for a scalar and 2 `derivative_amplitude` for a
    pseudoscalar whose coupling to leptons is derivative, y = C ml/Lambda. No heavier particle runs in the loop.

    Example:
        >>> heavy = two_photon_width("scalar", 0.01, {"tau": 1.777}, {"tau": 1.777})
        >>> float(heavy / (ALPHA**2 * 0.01**3 / (144 * np.pi**3)))
        1.000
    """
    loop, factor = (scalar_amplitude, 1) if kind == "scalar" else (derivative_amplitude, 2)
    terms = [factor * coupling / leptons[name] * loop(mass, leptons[name]) for name, coupling in yukawa.items()]
    size = np.abs(np.sum(terms, axis=0))
    return ALPHA**2 * np.asarray(mass, float) ** 3 * size**2 / (256 * np.pi**3)  # type: ignore[no-any-return]


_SMALL = 1e-3
"""Below it the amplitudes are their series: to 1e-9."""


def _arcsine(t: FloatArray) -> npt.NDArray[np.complex128]:
    """Arcsin of sqrt(t), which continues to pi/2 + i arcosh sqrt(t) above 1."""
    return np.arcsin(np.sqrt(np.minimum(t, 1))) + 1j * np.arccosh(np.sqrt(np.maximum(t, 1)))
