"""The largest of many correlated significances, from the correlations of neighbours alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import FloatArray
from gloam.statistics.normal import cumulative, log_cumulative, survival

__all__ = ["LAG", "GaussianScan", "crossing_hazard", "crossing_probability", "joined"]

NODES = 24
"""Of the Gauss-Legendre rule: the integral is then exact to 1e-12, next to a correlation of -1 to 1e-6."""

FEW_NODES = 12
"""The same with a memory, for thresholds that are not far: exact to 1e-8 up to angles of pi/2."""

LAG = 1.1
"""Distance of the remembered hypothesis, as the sum of the angles up to it (a resolution is 0.7): where it says most.
Of a long stationary scan it makes the decay of P(all < 0) 0.291 per resolution (without: 0.225; simulated: 0.29)."""

FORGOTTEN = 6.0
"""Threshold above which the memory does not matter: it changes p-values by 1e-8 of themselves."""

REACH = 9.0
"""Where the integrand of a crossing has fallen to e^-40 of its height."""

CERTAIN = -8.0
"""Threshold below which a significance lies with a probability of 6e-16."""

MOST_SKEW = 0.5
"""Skewness that is corrected for at most. At 0.25 and 0.5 the second order is that of toys, to 3 %; at 1 (a third of an
event per resolution) it goes too far: P(largest > 3) is 0.062 in first order, 0.038 in second, and 0.050 by toys."""

FAR = 36.0
"""Threshold above which probabilities are so small that only their logarithms can be kept."""


def crossing_probability(angle: FloatArray, z: float | FloatArray) -> FloatArray:
    """The probability that one of two correlated normal variables lies below z and the other, named before, above.

    The derivative of P(both > z) with respect to the correlation is their density at (z, z). With the correlation
    cos(angle), and integrated from there to 1,

        P = 1 / (2 pi)  integral from 0 to angle of exp(-z^2 / (1 + cos a)) da.

    For small angles this is Rice's formula, angle exp(-z^2 / 2) / (2 pi); at angle pi/2 it is Phi(z) (1 - Phi(z)).

    Args:
        angle: arc cosine of the correlation, 0 to pi, any shape.
        z: the threshold, one or one for each.

    Example:
        >>> crossing_probability(np.array([0.01, np.pi / 2]), 1.0).round(8)
        array([0.00096532, 0.13348376])
    """
    return np.asarray(np.exp(-0.5 * np.square(z)) / (2 * math.pi) * _reduced(np.asarray(angle, float), z))


def _reduced(angle: FloatArray, z: float | FloatArray) -> FloatArray:
    """The integral of exp(-(z tan(a/2))^2 / 2) from 0 to angle: the crossing probability without its small factor."""
    half = 0.25 * np.minimum(angle, 2 * np.arctan2(REACH, np.abs(z)))  # of a/2
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = np.zeros_like(half)
    for node, weight in zip(nodes, weights, strict=True):  # one after the other: no array of all nodes is made
        total += weight * np.exp(-0.5 * (z * np.tan(half * (1 + node))) ** 2)
    return np.asarray(total * 2 * half)


def crossing_hazard(angle: FloatArray, memory: FloatArray, z: float | FloatArray) -> FloatArray:
    """The probability that a hypothesis lies above z, if the one before and a third, earlier one lie below.

    P(z_m < z, z_i < z < z_{i+1}) is the flow of probability through z along the great circle from z_i to z_{i+1}. With
    y and w the variable at angle a on it and its derivative, which are independent, and z_m of mean r y + t w,

        P = phi(z)  integral from 0 to angle of da  integral over w > -z tan(a/2) of w phi(w) P(z_m < z | y = z, w),

    where the inner integral is elementary. Without z_m it is `crossing_probability`.

    Args:
        angle: arc cosine of the correlation of each hypothesis with the next one, 0 to pi, shape (n,).
        memory: correlation of each of the two with an earlier one, shape (2, n).
        z: the threshold, one or one for each.
    """
    half = 0.5 * np.minimum(angle, 2 * np.arctan2(REACH, np.abs(z)))
    cosine, sine = np.cos(angle), np.maximum(np.sin(angle), 1e-12)
    along = (memory[1] - cosine * memory[0]) / sine  # correlation with the derivative at z_i
    nodes, weights = np.polynomial.legendre.leggauss(FEW_NODES)
    total = np.zeros_like(half)
    for node, weight in zip(nodes, weights, strict=True):
        a = half * (1 + node)
        r = memory[0] * np.cos(a) + along * np.sin(a)
        t = along * np.cos(a) - memory[0] * np.sin(a)
        spread = np.sqrt(np.maximum(1 - r**2 - t**2, 1e-12))
        total += weight * _rising(-z * np.tan(0.5 * a), z * (1 - r) / spread, -t / spread)
    both = cumulative(np.array(z)) - crossing_probability(np.arccos(np.clip(memory[0], -1, 1)), z)
    return np.asarray(np.exp(-0.5 * np.square(z)) / math.sqrt(2 * math.pi) * total * half / both)


def _rising(low: FloatArray, offset: FloatArray, slope: FloatArray) -> FloatArray:
    """The integral over w > low of w phi(w) Phi(offset + slope w), by parts."""
    root = np.sqrt(1 + slope**2)
    edge = np.exp(-0.5 * low**2) * cumulative(offset + slope * low)
    tail = slope / root * np.exp(-0.5 * (offset / root) ** 2) * survival(root * low + offset * slope / root)
    return np.asarray((edge + tail) / math.sqrt(2 * math.pi))


@dataclass(frozen=True, slots=True, eq=False)
class GaussianScan:
    """Significances along a scan, each normal without a signal, as a chain with a memory of two.

    Of counts they are normal only in first order. In second order the signed root of a Poisson likelihood ratio has
    the mean -g / 6, g being the skewness of its score, and still variance 1 and no skewness, with coefficients of a
    linear background profiled or not: excesses are then rarer than Gaussian ones. Of the scan of pseudo-data in
    `benchmarking` (about 5 events per resolution, g = 0.2 to 0.4) P(largest > 3.5) is 0.497 +- 0.006 by toys, 0.506 so
    and 0.557 without.

    Attributes:
        angle: arc cosine of the correlation of each hypothesis with the next one, shape (h - pieces,).
        memory: correlation of each of these two with an earlier hypothesis, about `LAG` away; 0 where there is none;
            shape (2, h - pieces).
        pieces: chains that do not know of each other (channels).
        beside: correlation of each of these two with a hypothesis of another scan of the same data, which lies below
            the threshold too; 0 where there is none; shape (2, h - pieces).
        skewness: of the scores of each pair, their mean, shape (h - pieces,) or (1,).
    """

    angle: FloatArray = field(repr=False)
    memory: FloatArray = field(repr=False)
    pieces: int = 1
    skewness: FloatArray = field(default_factory=lambda: np.zeros(1), repr=False)
    beside: FloatArray | None = field(default=None, repr=False)

    @classmethod
    def of_neighbours(cls, angle: FloatArray) -> GaussianScan:
        """A chain without further memory."""
        return cls(angle, np.zeros((2, angle.size)))

    def threshold(self, z: float) -> FloatArray:
        """The threshold of each pair at which normal variables of mean 0 are as rare as significances above z."""
        return np.asarray(z + np.clip(self.skewness, -MOST_SKEW, MOST_SKEW) / 6)

    def mean_upcrossings(self, z: float) -> float:
        """The expected number of neighbours with the first below z and the second above it.

        Example:
            >>> steps = np.exp(-(0.5**2) / 4) * np.ones(200)  # a Gaussian peak, in steps of half its width
            >>> round(GaussianScan.of_neighbours(np.arccos(steps)).mean_upcrossings(3.0), 4)
            0.1182
        """
        return float(crossing_probability(self.angle, self.threshold(z)).sum())

    def log_bound(self, z: float) -> float:
        """The logarithm of a bound on P(largest > z): a start above z, or an up-crossing."""
        level = self.threshold(z)
        start = math.log(self.pieces) + float(log_cumulative(np.array(-level.mean())))
        rate = float((_reduced(self.angle, level) * np.exp(0.5 * (z**2 - level**2))).sum())
        if rate == 0:
            return min(start, 0.0)
        crossings = math.log(rate / (2 * math.pi)) - 0.5 * z * z
        return min(float(np.logaddexp(start, crossings)), 0.0)

    def log_p_value(self, z: float) -> float:
        """The logarithm of P(largest > z) without a signal.

        P(all < z) = Phi(z) prod_i [1 - P(z_{i+1} > z | z_i < z, z_m < z)], see `crossing_hazard`: what more of the past
        says is neglected. It is exact for up to three hypotheses and for independent ones, and follows the mean number
        of up-crossings where these are rare. That another scan of the same data is below z as well makes each crossing
        as much rarer as it does without a memory.

        Example:
            >>> independent = GaussianScan.of_neighbours(np.full(99, np.pi / 2))
            >>> round(math.exp(independent.log_p_value(3.0)), 6)  # 1 - Phi(3)^100
            0.126355
        """
        if z < CERTAIN:
            return 0.0
        if z > FAR:
            return self.log_bound(z)
        level = self.threshold(z)
        above = float(survival(np.array(level.mean())))
        if z > FORGOTTEN:
            hazard = crossing_probability(self.angle, level) / (1 - above)
        else:
            hazard = crossing_hazard(self.angle, self.memory, level)
        if self.beside is not None:
            alone = crossing_probability(self.angle, level) / (1 - above)
            shared = crossing_hazard(self.angle, self.beside, level)
            hazard = hazard * np.divide(shared, alone, out=np.ones_like(hazard), where=alone > 0)
        below = self.pieces * math.log1p(-above) + float(np.log1p(-np.clip(hazard, 0.0, 1 - 1e-16)).sum())
        return min(math.log(-math.expm1(below)), self.log_bound(z))


def joined(scans: list[GaussianScan]) -> GaussianScan:
    """Several scans as one, independent but for what they know of each other (`beside`)."""
    angle = np.concatenate([scan.angle for scan in scans])
    memory = np.concatenate([scan.memory for scan in scans], axis=1)
    skewness = np.concatenate([np.broadcast_to(scan.skewness, scan.angle.shape) for scan in scans])
    beside = None
    if any(scan.beside is not None for scan in scans):
        beside = np.concatenate(
            [np.zeros((2, scan.angle.size)) if scan.beside is None else scan.beside for scan in scans], axis=1
        )
    pieces = sum(scan.pieces for scan in scans)
    return GaussianScan(angle, memory, pieces, skewness if skewness.size else np.zeros(1), beside)
