"""The photon's vacuum polarisation at time-like energies, and the factor by which it multiplies a cross section."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, ELECTRON_MASS, MUON_MASS, SQRT_S, TAU_MASS
from gloam.theory.hadrons import NARROW, continuum_ratio, near_resonance

__all__ = ["hadronic_shift", "leptonic_shift", "vacuum_polarisation_factor"]

_LEPTONS = (ELECTRON_MASS, MUON_MASS, TAU_MASS)
_HIGHEST = 1e4  # GeV: what is above adds less than 1e-8 at the B factories


def leptonic_shift(sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The real part of Delta alpha of the three charged leptons, one loop, exact in their masses.

    sum (alpha/3 pi) [-5/3 - r + (1 + r/2) sqrt(1-r) ln((1+sqrt(1-r))/(1-sqrt(1-r)))], r = 4 ml^2/s; below a threshold
    the last term is (1 + r/2) 2 sqrt(r-1) arctan(1/sqrt(r-1)) (e.g. Jegerlehner, hep-ph/9901386).
    Two loops add 0.2 %. At 10.58 GeV the massless limit -5/3 + ln(s/ml^2) is 0.7 % higher, because of the tau.

    Example:
        >>> float(leptonic_shift(10.58))
        0.02127
    """
    energy = np.asarray(sqrt_s, float)
    return ALPHA / (3 * np.pi) * sum(_lepton((2 * mass / energy) ** 2) for mass in _LEPTONS)  # type: ignore[return-value]


def hadronic_shift(sqrt_s: float = SQRT_S) -> float:
    """The real part of Delta alpha of hadrons, from R(s) by the dispersion relation.

    -(alpha s/3 pi) P int R(s')/(s' (s'-s)) ds' for the continuum, 3 s Gee (s-M^2)/(alpha M ((s-M^2)^2 + M^2 G^2)) for
    each narrow resonance; R(s) as in `gloam.theory.hadrons`, good to about 5 % of the result. Within 0.1 GeV of a
    resonance it depends on the spread of the beam energies and is no better than an order of magnitude.

    Example:
        >>> round(hadronic_shift(10.58), 3)
        0.015
    """
    s = sqrt_s**2
    energy, ratio, weight = _continuum()
    other, here = energy**2, float(continuum_ratio(np.array(sqrt_s)))
    first, last = other[0], _HIGHEST**2
    # the value at s is taken out, so that the principal value is a logarithm
    distance = other - s
    far = np.abs(distance) > 1e-6 * s
    regular = np.divide(ratio - here, other * distance, out=np.zeros_like(other), where=far)
    principal = here / s * np.log(abs((last - s) / (first - s)) * first / last)
    continuum = -ALPHA * s / (3 * np.pi) * (float(regular @ weight) + principal)
    narrow = 0.0
    for mass, width, electronic, _ in NARROW.values():
        above = s - mass**2
        narrow += 3 * s * electronic * above / (ALPHA * mass * (above**2 + (mass * width) ** 2))
    return float(continuum + narrow)


def vacuum_polarisation_factor(sqrt_s: float = SQRT_S) -> tuple[float, bool]:
    """What multiplies a Born cross section that was taken with alpha(0), and whether the value is valid.

    1/|1 - Delta alpha|^2, which is above 1 away from resonances. arXiv:2109.08596 writes the same factor as |1-Pi|^2:
    its product with 1 + delta, 0.945 on average with 0.868 for |E_CMS - E_vis| < 0.5 GeV, is only reached by an
    enhancement. That reading is an inference of ours. Not valid within 0.1 GeV of a narrow resonance.

    Example:
        >>> factor, valid = vacuum_polarisation_factor(10.58)
        >>> round(factor, 2), valid
        (1.08, True)
    """
    shift = float(leptonic_shift(sqrt_s)) + hadronic_shift(sqrt_s)
    absorptive = ALPHA / 3 * (len(_LEPTONS) + float(continuum_ratio(np.array(sqrt_s))))
    return 1 / ((1 - shift) ** 2 + absorptive**2), not bool(near_resonance(sqrt_s, 0.1))


def _lepton(r: FloatArray) -> FloatArray:
    above, below = np.sqrt(np.clip(1 - r, 0, None)), np.sqrt(np.clip(r - 1, 1e-300, None))
    logarithm = above * (2 * np.log1p(above) - np.log(np.where(r < 1, r, 1.0)))  # (1+v)/(1-v) = (1+v)^2/r
    return -5 / 3 - r + (1 + r / 2) * np.where(r < 1, logarithm, 2 * below * np.arctan(1 / below))


@cache
def _continuum() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Energies, R and weights ds' of the trapezoidal rule, fine where R is structured."""
    low, high = np.linspace(0.28, 12.0, 58601), np.geomspace(12.0, _HIGHEST, 4001)[1:]
    energy = np.concatenate([low, high])
    s = energy**2
    weight = np.zeros_like(s)
    weight[1:] += np.diff(s) / 2
    weight[:-1] += np.diff(s) / 2
    return energy, continuum_ratio(energy), weight
