"""The largest of many correlated significances, from the correlations of neighbours alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import FloatArray
from gloam.statistics.normal import log_cumulative, survival

__all__ = ["GaussianScan", "crossing_probability", "joined"]

NODES = 24
"""Of the Gauss-Legendre rule: the integral is then exact to 1e-12, next to a correlation of -1 to 1e-6."""

REACH = 9.0
"""Where the integrand of a crossing has fallen to e^-40 of its height."""

CERTAIN = -8.0
"""Threshold below which a significance lies with a probability of 6e-16."""

FAR = 36.0
"""Threshold above which probabilities are so small that only their logarithms can be kept."""


def crossing_probability(angle: FloatArray, z: float) -> FloatArray:
    """The probability that one of two correlated normal variables lies below z and the other, named before, above.

    The derivative of P(both > z) with respect to the correlation is their density at (z, z). With the correlation
    cos(angle), and integrated from there to 1,

        P = 1 / (2 pi)  integral from 0 to angle of exp(-z^2 / (1 + cos a)) da.

    For small angles this is Rice's formula, angle exp(-z^2 / 2) / (2 pi); at angle pi/2 it is Phi(z) (1 - Phi(z)).

    Args:
        angle: arc cosine of the correlation, 0 to pi, any shape.
        z: the threshold.

    Example:
        >>> crossing_probability(np.array([0.01, np.pi / 2]), 1.0).round(8)
        array([0.00096532, 0.13348376])
    """
    return np.asarray(math.exp(-0.5 * z * z) / (2 * math.pi) * _reduced(np.asarray(angle, float), z))


def _reduced(angle: FloatArray, z: float) -> FloatArray:
    """The integral of exp(-(z tan(a/2))^2 / 2) from 0 to angle: the crossing probability without its small factor."""
    half = 0.25 * np.minimum(angle, 2 * math.atan2(REACH, abs(z)))  # of a/2
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = np.zeros_like(half)
    for node, weight in zip(nodes, weights, strict=True):  # one after the other: no array of all nodes is made
        total += weight * np.exp(-0.5 * (z * np.tan(half * (1 + node))) ** 2)
    return total * 2 * half


@dataclass(frozen=True, slots=True, eq=False)
class GaussianScan:
    """Significances along a scan, each normal without a signal, as a chain in which neighbours are correlated.

    Attributes:
        angle: arc cosine of the correlation of each hypothesis with the next one, shape (h - pieces,).
        pieces: chains that do not know of each other (channels).
    """

    angle: FloatArray = field(repr=False)
    pieces: int = 1

    def mean_upcrossings(self, z: float) -> float:
        """The expected number of neighbours with the first below z and the second above it.

        Example:
            >>> steps = np.exp(-(0.5**2) / 4) * np.ones(200)  # a Gaussian peak, in steps of half its width
            >>> round(GaussianScan(np.arccos(steps)).mean_upcrossings(3.0), 4)
            0.1182
        """
        return float(crossing_probability(self.angle, z).sum())

    def log_bound(self, z: float) -> float:
        """The logarithm of a bound on P(largest > z): a start above z, or an up-crossing."""
        start = math.log(self.pieces) + float(log_cumulative(np.array(-z)))
        rate = float(_reduced(self.angle, z).sum())
        if rate == 0:
            return min(start, 0.0)
        crossings = math.log(rate / (2 * math.pi)) - 0.5 * z * z
        return min(float(np.logaddexp(start, crossings)), 0.0)

    def log_p_value(self, z: float) -> float:
        """The logarithm of P(largest > z) without a signal, the chain taken as one in which only neighbours matter.

        P(all < z) = Phi(z) prod_i [1 - P(z_i < z < z_{i+1}) / Phi(z)]. It is exact for one hypothesis and for
        independent ones, follows 1 - exp(-mean number of up-crossings) where these are rare, and stays below the bound.

        Example:
            >>> round(math.exp(GaussianScan(np.full(99, np.pi / 2)).log_p_value(3.0)), 6)  # 1 - Phi(3)^100
            0.126355
        """
        if z < CERTAIN:
            return 0.0
        if z > FAR:
            return self.log_bound(z)
        above = float(survival(np.array(z)))
        conditional = crossing_probability(self.angle, z) / (1 - above)
        below = self.pieces * math.log1p(-above) + float(np.log1p(-np.minimum(conditional, 1 - 1e-16)).sum())
        return math.log(-math.expm1(below))


def joined(scans: list[GaussianScan]) -> GaussianScan:
    """Several independent scans as one."""
    return GaussianScan(np.concatenate([scan.angle for scan in scans]), sum(scan.pieces for scan in scans))
