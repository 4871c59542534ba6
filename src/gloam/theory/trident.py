"""Neutrino tridents, nu N -> nu N mu+ mu-, with a Z' of any mass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import HIGGS_VALUE, MUON_MASS, SIN2_WEAK
from gloam.sourced import Sourced, published

__all__ = ["CCFR", "CHARM_II", "Trident", "contact_ratio", "coupling_limit", "photon_cross_section", "ratio"]

VECTOR, AXIAL = 0.5 + 2 * SIN2_WEAK, 0.5
"""Couplings of nu_mu to muons in the Standard Model, W and Z together."""

_FM = 5.0677307  # GeV^-1


@dataclass(frozen=True, slots=True)
class Trident:
    """A measurement of neutrino tridents.

    Attributes:
        name: of the experiment.
        ratio: measured over Standard Model cross section.
        neutrino_energy: mean energy in GeV.
        radius: root-mean-square charge radius of the target nucleus in fm.
    """

    name: str
    ratio: Sourced
    neutrino_energy: float
    radius: float


CCFR = Trident("CCFR", published(0.82, 0.28, "", "PRL 66 (1991) 3117, as in arXiv:1406.2332"), 160.0, 3.7)
CHARM_II = Trident("CHARM-II", published(1.58, 0.57, "", "PLB 245 (1990) 271, as in arXiv:1406.2332"), 20.0, 3.0)
"""Mean energies as in arXiv:1406.2332; radii of iron and of glass (silicon) are assumed, they matter little."""


def contact_ratio(mass: ArrayLike, coupling: ArrayLike) -> FloatArray:
    """The cross section over that of the Standard Model for a Z' too heavy to propagate.

    [1 + (1 + 4 sin^2 + 2 v^2 g'^2/m^2)^2] / [1 + (1 + 4 sin^2)^2] (arXiv:1406.2332, eq. 7). Valid above about 10 GeV
    only: below, it overstates the effect.

    Example:
        >>> float(contact_ratio(1000.0, 0.0))
        1.0
    """
    m, g = np.asarray(mass, float), np.asarray(coupling, float)
    shift = VECTOR + HIGGS_VALUE**2 * g**2 / m**2
    return (AXIAL**2 + shift**2) / (AXIAL**2 + VECTOR**2)  # type: ignore[no-any-return]


def ratio(mass: ArrayLike, coupling: ArrayLike, experiment: Trident = CCFR) -> FloatArray:
    """The cross section over that of the Standard Model with the propagator of the Z', g'^2/(m^2 + Q^2).

    Equivalent-photon approximation: the flux of a nucleus with a Gaussian form factor, and the muon pair that the
    neutrino makes on a real photon from the structure functions of the photon with massive muons (Budnev et al.,
    Phys. Rep. 15 (1975) 181). Vector and axial parts are taken alike, as for massless muons, all neutrinos have the
    mean energy. In the contact limit it is `contact_ratio`; good to about 10 % in the change of the ratio.

    Example:
        >>> float(ratio(1000.0, 1.0) / contact_ratio(1000.0, 1.0))
        1.000
    """
    first, second = _moments(mass, experiment)
    g2 = (HIGGS_VALUE * np.asarray(coupling, float)) ** 2
    return 1 + (2 * VECTOR * g2 * first + g2**2 * second) / (VECTOR**2 + AXIAL**2)


def coupling_limit(mass: ArrayLike, experiment: Trident = CCFR, deviations: float = 1.96) -> FloatArray:
    """The coupling g' at which the ratio is the measured one plus so many standard deviations.

    Example:
        >>> 540 < 1000.0 / float(coupling_limit(1000.0)) < 550
        True
    """
    most = experiment.ratio.value + deviations * experiment.ratio.error
    first, second = _moments(mass, experiment)
    half, norm = VECTOR * first, VECTOR**2 + AXIAL**2
    root = np.sqrt(half**2 + second * norm * (most - 1))
    return np.sqrt((root - half) / second) / HIGGS_VALUE


def photon_cross_section(s: ArrayLike, mass: float | None = None, power: int = 0) -> FloatArray:
    """The cross section of gamma nu -> nu mu+ mu- in units of 2 alpha G_F^2 (C_V^2 + C_A^2)/(9 pi^2), GeV^2.

    For large s it is (s/2) (ln(s/m_mu^2) - 8/3), the closed integral of the massless limit. arXiv:1406.2332 has
    the same logarithm with 19/6 (recalled); the difference, 8 % at 100 GeV^2, cancels in ratios.

    Args:
        s: squares of the photon-neutrino energy in GeV^2, shape (n,).
        mass: of a mediator in GeV; with `power`, weights the integrand by (m^2 + Q^2)^-power.
        power: 0, 1 or 2.

    Example:
        >>> s = 1e4
        >>> float(photon_cross_section([s])[0] / (s / 2 * (np.log(s / MUON_MASS**2) - 8 / 3)))
        1.000
    """
    s = np.asarray(s, float)[:, None, None]
    node, weight = np.polynomial.legendre.leggauss(48)
    v, weight = (node + 1) / 2, weight / 2
    least = 4 * MUON_MASS**2 / s
    y = least ** (1 - v[:, None] ** 2)  # ln y, its lower end bent
    dy = y * -np.log(least) * 2 * v[:, None] * weight[:, None]
    most = 1 - least / y
    bent = v**4 * (5 - 4 * v)  # 0 and 1 with slopes v^3 and 1-v
    x, dx = most * bent, most * 20 * v**3 * (1 - v) * weight
    q2, pair = x * y * s, (1 - x) * y * s
    transverse, longitudinal = _structure(x, q2, pair)
    f2 = transverse + longitudinal
    value = (1 - y) * f2 + y**2 / 2 * transverse
    if mass is not None:
        value = value / (mass**2 + q2) ** power
    return 9 / 4 * s[:, 0, 0] * (value * dx * dy).sum(axis=(1, 2))  # type: ignore[no-any-return]


def _structure(x: FloatArray, q2: FloatArray, pair: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F_T and F_L of a real photon made of muons, over alpha/pi; F_2 is their sum.

    x {[x^2 + (1-x)^2 + x(1-3x) 4r - 8 x^2 r^2] L + beta [-1 + 8x(1-x) - 4 x(1-x) r]} is F_2 with r = m^2/Q^2,
    beta^2 = 1 - 4m^2/W^2, L = ln((1+beta)/(1-beta)); 4 x^2 [(1-x) beta - 2 x r L] is F_L (Budnev et al.).
    """
    muon = MUON_MASS**2
    beta = np.sqrt(np.clip(1 - 4 * muon / pair, 0, None))
    log = 2 * np.log1p(beta) - np.log(4 * muon / pair)
    xr = muon / (q2 + pair)  # x r, finite where Q^2 vanishes
    first = x**2 + (1 - x) ** 2 + (1 - 3 * x) * 4 * xr - 8 * xr**2
    f2 = x * (first * log + beta * (-1 + 8 * x * (1 - x) - 4 * (1 - x) * xr))
    longitudinal = 4 * x**2 * ((1 - x) * beta - 2 * xr * log)
    return f2 - longitudinal, longitudinal


def _moments(mass: ArrayLike, experiment: Trident) -> tuple[FloatArray, FloatArray]:
    """<1/(m^2+Q^2)> and <1/(m^2+Q^2)^2> over the Standard Model's spectrum of Q^2, shape of `mass`."""
    m = np.asarray(mass, float)
    s, flux = _photon_flux(experiment)
    norm = photon_cross_section(s) @ flux
    found = [[photon_cross_section(s, value, power) @ flux / norm for value in m.ravel()] for power in (1, 2)]
    first, second = (np.array(row).reshape(m.shape) for row in found)
    return first, second


@cache
def _photon_flux(experiment: Trident) -> tuple[FloatArray, FloatArray]:
    """Squares of the photon-neutrino energy and the weights of the equivalent-photon flux, ds/s int dq^2/q^2 F^2."""
    from scipy.special import exp1

    radius = experiment.radius * _FM
    low, high = 4 * MUON_MASS**2, 2 * experiment.neutrino_energy * 6 / radius
    node, weight = np.polynomial.legendre.leggauss(32)
    logarithm = np.log(high / low)
    s = low * np.exp(logarithm * (node + 1) / 2)
    softest = (s / (2 * experiment.neutrino_energy)) ** 2
    return s, weight * logarithm / 2 * exp1(softest * radius**2 / 3)
