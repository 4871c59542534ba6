"""The electromagnetic form factor of the charged pion, and R of e+e- -> pi+ pi-."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import PION_MASS

__all__ = ["pion_form_factor", "pion_ratio"]

# mass and width in GeV, magnitude and phase of the coupling relative to the rho: the fit of BaBar, arXiv:1205.2228.
# Recalled, not checked against the text; tests tie the result to the measured R.
_RHO = ((0.77502, 0.14959, 1.0, 0.0), (1.493, 0.427, 0.158, 3.76), (1.861, 0.316, 0.068, 1.39))
_OMEGA = (0.78191, 0.00813, 1.644e-3, -0.011)


def pion_form_factor(energy: ArrayLike) -> FloatArray:
    """|F_pi|^2 at a time-like energy in GeV; 1 at zero energy.

    Three Gounaris-Sakurai resonances (PRL 21 (1968) 244) with rho-omega mixing as in arXiv:1205.2228, whose parameters
    are recalled. Holds from the threshold to 2 GeV: to 8 % below 0.77 GeV, 15 % around the omega.

    Example:
        >>> 40 < float(pion_form_factor(0.77)) < 50
        True
    """
    s = np.asarray(energy, float) ** 2
    mass, width, size, phase = _OMEGA
    omega = mass**2 / (mass**2 - s - 1j * mass * width)
    amplitude, norm = np.zeros(s.shape, complex), 0j
    for number, (mass_, width_, size_, phase_) in enumerate(_RHO):
        weight = size_ * np.exp(1j * phase_)
        mixing = 1 + size * np.exp(1j * phase) * omega if number == 0 else 1.0
        amplitude = amplitude + weight * _gounaris_sakurai(s, mass_, width_) * mixing
        norm += weight
    return np.abs(amplitude / norm) ** 2


def pion_ratio(energy: ArrayLike) -> FloatArray:
    """R of e+e- -> pi+ pi- over the point cross section 4 pi alpha^2/(3s): beta^3 |F_pi|^2/4.

    Example:
        >>> float(pion_ratio(0.27))
        0.0
    """
    energy = np.asarray(energy, float)
    velocity = np.sqrt(np.clip(1 - (2 * PION_MASS / energy) ** 2, 0, None))
    return velocity**3 * pion_form_factor(np.maximum(energy, 2 * PION_MASS)) / 4


def _gounaris_sakurai(s: FloatArray, mass: float, width: float) -> FloatArray:
    square = mass**2
    at_mass, slope = _loop(np.asarray(square)), _loop_slope(mass)
    momentum, peak = _momentum(s), _momentum(np.asarray(square))
    shift = width * square / peak**3 * (momentum**2 * (_loop(s) - at_mass) + (square - s) * peak**2 * slope)
    running = width * (momentum / peak) ** 3 * mass / np.sqrt(s)
    logarithm = np.log((mass + 2 * peak) / (2 * PION_MASS))
    d = 3 / np.pi * PION_MASS**2 / peak**2 * logarithm + mass / (2 * np.pi * peak)
    d = d - PION_MASS**2 * mass / (np.pi * peak**3)
    return square * (1 + d * width / mass) / (square - s + shift - 1j * mass * running)


def _momentum(s: FloatArray) -> FloatArray:
    return np.sqrt(np.clip(s / 4 - PION_MASS**2, 0, None))


def _loop(s: FloatArray) -> FloatArray:
    energy, momentum = np.sqrt(s), _momentum(s)
    return 2 / np.pi * momentum / energy * np.log((energy + 2 * momentum) / (2 * PION_MASS))


def _loop_slope(mass: float) -> float:
    peak = float(_momentum(np.asarray(mass**2)))
    loop = float(_loop(np.asarray(mass**2)))
    return loop * (1 / (8 * peak**2) - 1 / (2 * mass**2)) + 1 / (2 * np.pi * mass**2)
