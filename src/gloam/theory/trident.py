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
_BLOCK = 32
"""Masses that are done together: 20 MB."""


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

    [1 + (1 + 4 sin^2 + 2 v^2 g'^2/m^2)^2] / [1 + (1 + 4 sin^2)^2] (arXiv:1406.2332). Valid above about 10 GeV
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
    neutrino makes on a real photon from the structure functions of the photon with massive muons, vector (Budnev et
    al., Phys. Rep. 15 (1975) 181) and axial. All neutrinos have the mean energy. For a heavy Z' it is
    `contact_ratio` but for the mass of the muon, which enlarges the axial part of the Standard Model (its cross section
    is 2 % higher at CCFR and 6 % at CHARM-II). The quadrature is good to 1e-4 above 1 MeV, the approximation to
    about 5 % in the change of the ratio.

    Example:
        >>> 0.97 < float((ratio(1000.0, 1.0) - 1) / (contact_ratio(1000.0, 1.0) - 1)) < 0.99
        True
    """
    first, second = _moments(mass, experiment)
    g2 = (HIGGS_VALUE * np.asarray(coupling, float)) ** 2
    return 1 + (2 * VECTOR * g2 * first + g2**2 * second) / _standard(experiment)


def coupling_limit(mass: ArrayLike, experiment: Trident = CCFR, deviations: float = 1.96) -> FloatArray:
    """The coupling g' at which the ratio is the measured one plus so many standard deviations.

    Example:
        >>> 540 < 1000.0 / float(coupling_limit(1000.0)) < 550
        True
    """
    most = experiment.ratio.value + deviations * experiment.ratio.error
    first, second = _moments(mass, experiment)
    half, norm = VECTOR * first, _standard(experiment)
    root = np.sqrt(half**2 + second * norm * (most - 1))
    return np.sqrt((root - half) / second) / HIGGS_VALUE


def photon_cross_section(s: ArrayLike, axial: bool = False, mass: float | None = None, power: int = 0) -> FloatArray:
    """The cross section of gamma nu -> nu mu+ mu- in units of 2 alpha G_F^2 C^2/(9 pi^2), GeV^2.

    C is C_V, or C_A where the muon current is axial; the two do not interfere.

    For large s it is (s/2) (ln(s/m_mu^2) - 8/3), the closed integral of the massless limit. arXiv:1406.2332 has
    the same logarithm with 19/6 (recalled); the difference, 8 % at 100 GeV^2, cancels in ratios.

    Args:
        s: squares of the photon-neutrino energy in GeV^2, shape (n,).
        axial: the current of the muons.
        mass: of a mediator in GeV; with `power`, weights the integrand by (m^2 + Q^2)^-power.
        power: 0, 1 or 2.

    Example:
        >>> s = 1e4
        >>> float(photon_cross_section([s])[0] / (s / 2 * (np.log(s / MUON_MASS**2) - 8 / 3)))
        1.000
    """
    q2, density = _spectrum(np.asarray(s, float), axial)
    if mass is not None:
        density = density / (mass**2 + q2) ** power
    return density.sum(axis=(1, 2))  # type: ignore[no-any-return]


def _spectrum(s: FloatArray, axial: bool) -> tuple[FloatArray, FloatArray]:
    """Nodes in Q^2 and the cross section at each, in the units of `photon_cross_section`: shape (n, 48, 48)."""
    s = s[:, None, None]
    node, weight = np.polynomial.legendre.leggauss(48)
    v, weight = (node + 1) / 2, weight / 2
    least = 4 * MUON_MASS**2 / s
    y = least ** (1 - v[:, None] ** 2)  # ln y, its lower end bent
    dy = y * -np.log(least) * 2 * v[:, None] * weight[:, None]
    most = 1 - least / y
    bent = v**4 * (5 - 4 * v)  # 0 and 1 with slopes v^3 and 1-v
    x, dx = most * bent, most * 20 * v**3 * (1 - v) * weight
    q2, pair = x * y * s, (1 - x) * y * s
    transverse, f2 = _structure(x, q2, pair, axial)
    return q2, 9 / 4 * s * ((1 - y) * f2 + y**2 / 2 * transverse) * dx * dy


def _structure(x: FloatArray, q2: FloatArray, pair: FloatArray, axial: bool) -> tuple[FloatArray, FloatArray]:
    """2x F_1 and F_2 of a real photon made of muons, over alpha/pi, for a vector or an axial current.

    The tensor of gamma(k) + current(q) -> mu mu is contracted with g, kk, qk and qq; each contraction is a polynomial
    over powers of the product P of the two propagators, recorded as exact integers from traces taken once with explicit
    matrices, and averaged over the angle in closed form. For the vector F_2 is the x {[x^2 + (1-x)^2 + ...] L + ...}
    of Budnev et al. The axial current is not conserved: terms in m_mu^2 make its F_2 finite for Q^2 -> 0.
    """
    u, c = MUON_MASS**2, pair + q2
    beta = np.sqrt(np.clip(1 - 4 * u / pair, 1e-300, None))
    log = 2 * np.log1p(beta) - np.log(4 * u / pair)
    once = 2 * log / (beta * c**2)  # <1/P>
    twice = 8 / c**4 * (pair / (4 * u) + log / (2 * beta))  # <1/P^2>
    kk = 8 * pair - 8 * u * c**2 * once
    common = 16 - 8 * (pair**2 + q2**2) * once
    if axial:
        g = common + 96 * pair * u * once - (96 * u**2 + 16 * q2 * u) * c**2 * twice
        qk = 16 * u * pair * c * once - 16 * u**2 * c**3 * twice
        qq = 16 * u * (pair**2 + q2**2) * once + 32 * u**2 * q2 * c**2 * twice
    else:
        g = common - 32 * pair * u * once + (32 * u**2 - 16 * q2 * u) * c**2 * twice
        qk = qq = np.zeros_like(g)
    kq = c / 2
    along = kk / kq**2
    first = (2 * qk / kq + q2 * along - g) / 2
    second = (qq + q2 * first + q2**2 * along + 2 * q2 * qk / kq) / kq
    return 2 * x * first * beta / 16, second * beta / 16


def _moments(mass: ArrayLike, experiment: Trident) -> tuple[FloatArray, FloatArray]:
    """<1/(m^2+Q^2)> and <1/(m^2+Q^2)^2> over the Standard Model's spectrum of Q^2, shape of `mass`."""
    m = np.asarray(mass, float)
    q2, share = _transfers(experiment)
    first, second = np.empty(m.size), np.empty(m.size)
    for start in range(0, m.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        propagator = 1 / (m.reshape(-1, 1)[block] ** 2 + q2)
        first[block], second[block] = propagator @ share, propagator**2 @ share
    return first.reshape(m.shape), second.reshape(m.shape)


@cache
def _transfers(experiment: Trident) -> tuple[FloatArray, FloatArray]:
    """Nodes in Q^2 and the share of the Standard Model's vector cross section at each, flat."""
    s, flux = _photon_flux(experiment)
    q2, density = _spectrum(s, axial=False)
    share = density * flux[:, None, None]
    return q2.ravel(), share.ravel() / share.sum()


@cache
def _standard(experiment: Trident) -> float:
    """C_V^2 + C_A^2 with the axial part weighted by its cross section over that of the vector part."""
    s, flux = _photon_flux(experiment)
    return VECTOR**2 + AXIAL**2 * float(photon_cross_section(s, axial=True) @ flux / (photon_cross_section(s) @ flux))


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
