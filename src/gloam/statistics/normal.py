"""The normal distribution, exact in its far tails, without a special-function library (which costs 0.2 s to import)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from gloam.arrays import FloatArray
from gloam.models.standard import normal_cumulative

__all__ = ["cumulative", "log_cumulative", "quantile", "survival", "upper_quantile"]

cumulative = normal_cumulative

TINY = -600.0
"""Logarithm of a probability below which it may underflow."""

FAR = 20.0
"""Where the series of the tail takes over: its error is 945 / FAR^10 there."""


def survival(z: FloatArray) -> FloatArray:
    """The probability above z, exact for large z too: 1.1286e-19 at z = 9.

    Example:
        >>> float(survival(np.array(9.0)))
        1.12858840595e-19
    """
    return normal_cumulative(-np.asarray(z))


def log_cumulative(z: FloatArray) -> FloatArray:
    """The logarithm of the normal distribution function, also where that underflows: to 1e-9 of it, or 1e-15.

    Example:
        >>> log_cumulative(np.array([0.0, -40.0])).round(4)
        array([-6.931000e-01, -8.046084e+02])
    """
    z = np.asarray(z, float)
    far = np.minimum(z, -FAR)
    # the asymptotic series of Mills' ratio (DLMF 7.12.1)
    inverse = far**-2
    series = 1 - inverse * (1 - 3 * inverse * (1 - 5 * inverse * (1 - 7 * inverse)))
    tail = -0.5 * far**2 - np.log(-far * math.sqrt(2 * math.pi)) + np.log(series)
    return np.where(z < -FAR, tail, np.log(normal_cumulative(np.maximum(z, -FAR))))


def quantile(probability: FloatArray | float) -> FloatArray:
    """The z below which a normal variable lies with this probability; infinite at 0 and 1."""
    return np.asarray(_quantile(np.asarray(probability, float)), float)


def upper_quantile(log_probability: FloatArray) -> FloatArray:
    """The z above which a normal variable lies with a probability, from its logarithm: exact where that underflows.

    Example:
        >>> upper_quantile(np.array([math.log(0.5), -804.6084420])).round(6) + 0.0
        array([ 0., 40.])
    """
    log_p = np.asarray(log_probability, float)
    with np.errstate(all="ignore"):
        near = -quantile(np.exp(log_p))
        z = np.where(log_p < TINY, np.sqrt(-2 * log_p), near)
        for _ in range(20):  # Newton's method; the slope of ln Phi(-z) is -z - 1/z far out
            z = np.where(log_p < TINY, z + (log_cumulative(-z) - log_p) / (z + 1 / z), z)
    return np.where(np.isneginf(log_p), np.inf, z)


def _scalar_quantile(probability: float) -> float:
    if 0 < probability < 1:
        return NormalDist().inv_cdf(probability)
    return math.copysign(math.inf, probability - 0.5)


_quantile = np.frompyfunc(_scalar_quantile, 1, 1)
