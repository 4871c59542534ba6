"""R(s), the cross section of e+e- -> hadrons over the point cross section 4 pi alpha^2/(3s)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import BoolArray, FloatArray
from gloam.constants import ALPHA, PION_MASS
from gloam.theory.pion_form_factor import pion_ratio

__all__ = [
    "HIGHEST_ENERGY",
    "NARROW",
    "SOURCE",
    "continuum_ratio",
    "hadronic_ratio",
    "near_resonance",
    "perturbative_ratio",
    "pion_share",
]

SOURCE = (
    "R(s): measured below 2 GeV and from 3.72 to 4.6 GeV (selected rows of the COMPAS and HEPDATA compilation in PDG, "
    "PTEP 2020, 083C01), Gounaris-Sakurai below 0.36 GeV, perturbative QCD elsewhere, narrow resonances as "
    "Breit-Wigners with recalled widths; good to 5 % (10 % from 1 to 2 and 3.7 to 4.6 GeV)"
)

HIGHEST_ENERGY = 10.5
"""In GeV; above it the Upsilon(4S) and open beauty are not described."""

NARROW: dict[str, tuple[float, float, float, float]] = {
    "J/psi": (3.0969, 92.6e-6, 5.53e-6, 0.877),
    "psi(2S)": (3.686097, 293e-6, 2.33e-6, 0.979),
    "Upsilon(1S)": (9.4604, 54.02e-6, 1.34e-6, 0.926),
    "Upsilon(2S)": (10.0234, 31.98e-6, 0.612e-6, 0.942),
    "Upsilon(3S)": (10.3551, 20.32e-6, 0.443e-6, 0.935),
}
"""Mass, width, electronic width in GeV, and the fraction that decays to hadrons; widths recalled from the PDG."""

_OMEGA = (0.78266, 8.68e-3, 0.60e-6, 0.9)
_JOIN = 0.36
_GAPS = (1.99, 3.7194, 4.6)
_PERTURBATIVE, _CHARM, _BEAUTY = 4.8, 3.8, 11.0


def hadronic_ratio(energy: ArrayLike) -> FloatArray:
    """R at each energy in GeV; `SOURCE` says what it is made of, to `HIGHEST_ENERGY`.

    A resonance is 9 s Gee Ghad / (alpha^2 ((s-M^2)^2 + M^2 G^2)).

    Example:
        >>> hadronic_ratio([0.2, 0.7817, 6.0]).round(1)
        array([ 0. , 19.3,  3.6])
    """
    e = np.asarray(energy, float)
    return continuum_ratio(e) + sum(_breit_wigner(e, *values) for values in NARROW.values())


def continuum_ratio(energy: ArrayLike) -> FloatArray:
    """R without the narrow resonances; with b quarks above 11 GeV, and no resonance there.

    Example:
        >>> continuum_ratio([3.0969, 20.0]).round(1)
        array([2.2, 3.8])
    """
    e = np.asarray(energy, float)
    table, ratio = _table()
    result = np.interp(e, table, ratio)
    low, charm, high = _GAPS
    continuum = (e > low) & (e < charm)
    result = np.where(continuum, _bridge(e, low, charm), result)
    joined = np.interp(e, [high, _PERTURBATIVE], [ratio[-1], float(perturbative_ratio(_PERTURBATIVE))])
    result = np.where(e > high, joined, result)
    result = np.where(e > _PERTURBATIVE, perturbative_ratio(np.maximum(e, _PERTURBATIVE)), result)
    return np.where(e < _JOIN, pion_ratio(e), result)


def pion_share(energy: ArrayLike) -> FloatArray:
    """The fraction of e+e- -> hadrons that is pi+ pi-; 0 above 2 GeV.

    The form factor over R, where the rest is at least the tail of the omega (which decays to three pions): R and the
    form factor are of different experiments, and their difference is no measurement below 0.9 GeV. Good to 3 % of R.

    Example:
        >>> float(pion_share(0.3))
        1.0
    """
    e = np.asarray(energy, float)
    pions = np.where(e < 2.0, pion_ratio(e), 0.0)
    rest = np.maximum(hadronic_ratio(e) - pions, np.where(e > 3 * PION_MASS, _breit_wigner(e, *_OMEGA), 0.0))
    return np.divide(pions, pions + rest, out=np.zeros_like(pions), where=pions > 0)  # type: ignore[no-any-return]


def perturbative_ratio(energy: ArrayLike) -> FloatArray:
    """R of perturbative QCD to alpha_s^3, massless quarks: u, d, s, with c above 3.8 and b above 11 GeV.

    3 sum Q^2 (1 + a + (1.9857 - 0.1152 n) a^2 + (-6.6369 - 1.2001 n - 0.0052 n^2) a^3 - 1.2395 (sum Q)^2 a^3),
    a = alpha_s/pi (PDG, review of quantum chromodynamics; recalled); alpha_s to two loops with Lambda(4) = 0.33 GeV
    (assumed, it gives 0.33 at the tau and 0.18 at 10 GeV). From 1.8 GeV, away from resonances and thresholds.

    Example:
        >>> float(perturbative_ratio(3.0))
        2.18
    """
    e = np.asarray(energy, float)
    logarithm = 2 * np.log(e / 0.33)
    lead, next_ = 25 / 3, 154 / 3
    a = 4 / (lead * logarithm) * (1 - next_ * np.log(logarithm) / (lead**2 * logarithm))
    charm, beauty = np.where(e > _CHARM, 1.0, 0.0), np.where(e > _BEAUTY, 1.0, 0.0)
    n, squares, charge = 3 + charm + beauty, 2 / 3 + 4 / 9 * charm + beauty / 9, 2 / 3 * charm - beauty / 3
    series = 1 + a + (1.9857 - 0.1152 * n) * a**2 + (-6.6369 - 1.2001 * n - 0.0052 * n**2) * a**3
    return 3 * squares * series - 1.2395 * charge**2 * a**3  # type: ignore[no-any-return]


def near_resonance(energy: ArrayLike, distance: float = 0.02) -> BoolArray:
    """Whether a narrow resonance is nearer than the distance in GeV: there R is no property of the mass alone."""
    e = np.asarray(energy, float)
    return np.any([np.abs(e - mass) < distance for mass, *_ in NARROW.values()], axis=0)  # type: ignore[no-any-return]


def _bridge(e: FloatArray, low: float, high: float) -> FloatArray:
    """Perturbative QCD, brought to the table within 0.1 GeV of its upper and lower neighbours."""
    table, ratio = _table()
    curve = perturbative_ratio(np.clip(e, low, high))
    for edge in (low, high):
        step = float(np.interp(edge, table, ratio)) - float(perturbative_ratio(edge))
        curve = curve + step * np.clip(1 - np.abs(e - edge) / 0.1, 0, None)
    return curve


def _breit_wigner(e: FloatArray, mass: float, width: float, electronic: float, hadronic: float) -> FloatArray:
    s = e**2
    return 9 * s * electronic * width * hadronic / (ALPHA**2 * ((s - mass**2) ** 2 + (mass * width) ** 2))


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    with files("gloam.theory").joinpath("hadronic_ratio.csv").open() as stream:
        energy, ratio = np.loadtxt(stream, delimiter=",", skiprows=1, unpack=True)
    return energy, ratio
