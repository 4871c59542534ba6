"""Radiation from the beams: how much of a cross section is left when a photon takes energy away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, ELECTRON_MASS, SQRT_S

__all__ = ["PHOTON_CUT", "angular_integral", "angular_radiator", "beta", "kuraev_fadin", "radiative_factor"]

PHOTON_CUT = 0.5
"""Default largest energy of the radiated photon in GeV: the |E_CMS - E_vis| cut of arXiv:2109.08596."""

_NODES = 64


def beta(sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The exponent (2 alpha/pi) (L - 1), L = ln(s/m_e^2).

    Example:
        >>> float(beta(10.58))
        0.08769
    """
    return 2 * ALPHA / np.pi * (_logarithm(sqrt_s) - 1)


def kuraev_fadin(x: ArrayLike, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The density of the energy fraction x = 2 E_gamma/sqrt(s) radiated by both beams.

    Kuraev and Fadin, Sov. J. Nucl. Phys. 41 (1985) 466:
    b x^(b-1) [1 + 3b/4 + (alpha/pi)(pi^2/3 - 1/2) - (b^2/24)(L/3 + 2 pi^2 - 37/4)] - b (1 - x/2)
    + (b^2/8) [4 (2-x) ln(1/x) - (1 + 3 (1-x)^2)/x ln(1-x) - 6 + x]; collinear photons, precise to 1e-3 for
    x not close to 1.

    Example:
        >>> float(kuraev_fadin(0.01))
        6.193
    """
    x = np.asarray(x, float)
    b = beta(sqrt_s)
    return b * x ** (b - 1) * _soft(sqrt_s) + _hard(x, b)


def radiative_factor(
    cross_section: Callable[[FloatArray], FloatArray],
    threshold: float,
    sqrt_s: float = SQRT_S,
    photon_cut: float | None = PHOTON_CUT,
) -> float | None:
    """1 + delta: the cross section with radiation over that without, for photons below the cut.

    int_0^xmax F(x, s) sigma(s (1-x)) dx / sigma(s), where sigma is evaluated at the reduced energy sqrt(s (1-x)).
    The error of the quadrature is below 1e-5; the radiator itself is good to about 1e-3.

    Args:
        cross_section: Born cross section at an array of energies in GeV, in any unit.
        threshold: in GeV; no energy is taken below it.
        sqrt_s: nominal energy in GeV.
        photon_cut: largest photon energy in GeV; None for any.

    Returns:
        None where the Born cross section vanishes.

    Example:
        >>> radiative_factor(lambda energy: 1 / energy**2, 0.0, 10.58, 0.5)
        0.868
    """
    born = float(cross_section(np.array([sqrt_s]))[0])
    if born <= 0 or sqrt_s <= threshold:
        return None
    most = 1 - (threshold / sqrt_s) ** 2
    if photon_cut is not None:
        most = min(most, 2 * photon_cut / sqrt_s)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    u, weight = (node + 1) / 2, weight / 2
    b = float(beta(sqrt_s))
    # towards the threshold the cross section may end in a power; 1 - (1-u)^3 gathers nodes there
    bent, slope = 1 - (1 - u) ** 3, 3 * (1 - u) ** 2 * weight
    soft_x = most * bent ** (1 / b)
    soft = float(_soft(sqrt_s)) * most**b * float(cross_section(_reduced(sqrt_s, soft_x)) @ slope)
    hard_x, jacobian = most * bent**2, 2 * most * bent * slope
    hard = float((_hard(hard_x, np.asarray(b)) * cross_section(_reduced(sqrt_s, hard_x))) @ jacobian)
    return float(soft + hard) / born


def angular_radiator(cosine: ArrayLike, x: ArrayLike, sqrt_s: float = SQRT_S) -> FloatArray:
    """The angular density of a radiated photon in the centre-of-mass frame, not normalised.

    Bonneau and Martin, NPB 27 (1971) 381:
    (sin^2 - x^2 sin^4/(2 (x^2-2x+2)) - (m_e^2/E^2) ((1-2x) sin^2 - x^2 cos^4)/(x^2-2x+2)) /
    (sin^2 + (m_e^2/E^2) cos^2)^2, with E the beam energy. Recalled, not checked against the paper; its wide-angle part
    is that of the amplitude of gamma A', and its integral over all angles is ln(s/m_e^2) - 1, as it must be.

    Example:
        >>> bool(angular_radiator(0.99, 0.1) > angular_radiator(0.0, 0.1))
        True
    """
    c, x = np.asarray(cosine, float), np.asarray(x, float)
    sine, ratio, norm = 1 - c**2, (2 * ELECTRON_MASS / sqrt_s) ** 2, x**2 - 2 * x + 2
    massive = ratio * ((1 - 2 * x) * sine - x**2 * c**4) / norm
    return (sine - x**2 * sine**2 / (2 * norm) - massive) / (sine + ratio * c**2) ** 2  # type: ignore[no-any-return]


def angular_integral(x: ArrayLike, most_cosine: float = 1.0, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The integral of `angular_radiator` over |cos| < most_cosine, in closed form; ln(s/m_e^2) - 1 for all angles.

    With q = sin^2 + (m_e^2/E^2) cos^2 the numerator is n0 + n1 q + n2 q^2, and 1/q and 1/q^2 are elementary.

    Example:
        >>> float(angular_integral(0.5, 0.9))
        2.76444
    """
    x, energy = np.asarray(x, float), np.asarray(sqrt_s, float)
    ratio, norm, c = (2 * ELECTRON_MASS / energy) ** 2, x**2 - 2 * x + 2, most_cosine
    v2 = 1 - ratio
    v, edge = np.sqrt(v2), 1 - v2 * c**2
    first = np.log((1 + v * c) ** 2 / edge) / v
    second = c / edge + first / 2
    # cos^2 = (1 - q)/v2, sin^2 = (q - ratio)/v2
    n0 = -ratio / v2 - (x * ratio) ** 2 / (2 * norm * v2**2) + ratio / norm * ((1 - 2 * x) * ratio / v2 + (x / v2) ** 2)
    n1 = 1 / v2 + x**2 * ratio / (norm * v2**2) - ratio / norm * ((1 - 2 * x) / v2 + 2 * (x / v2) ** 2)
    n2 = (ratio - 0.5) * (x / v2) ** 2 / norm
    return np.asarray(n0 * second + n1 * first + n2 * 2 * c)


def _reduced(sqrt_s: float, x: FloatArray) -> FloatArray:
    return sqrt_s * np.sqrt(1 - x)


def _logarithm(sqrt_s: ArrayLike) -> FloatArray:
    return 2 * np.log(np.asarray(sqrt_s, float) / ELECTRON_MASS)


def _soft(sqrt_s: ArrayLike) -> FloatArray:
    b, logarithm = beta(sqrt_s), _logarithm(sqrt_s)
    first = 3 * b / 4 + ALPHA / np.pi * (np.pi**2 / 3 - 0.5)
    return 1 + first - b**2 / 24 * (logarithm / 3 + 2 * np.pi**2 - 37 / 4)


def _hard(x: FloatArray, b: FloatArray) -> FloatArray:
    second = 4 * (2 - x) * np.log(1 / x) - (1 + 3 * (1 - x) ** 2) / x * np.log1p(-x) - 6 + x
    return -b * (1 - x / 2) + b**2 / 8 * second
