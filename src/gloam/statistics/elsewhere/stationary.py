"""A scan whose resolution is the same everywhere: everything in closed form."""

from __future__ import annotations

import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.elsewhere.gaussian_scan import LAG, GaussianScan
from gloam.statistics.normal import log_cumulative

__all__ = ["log_p_stationary", "log_upper_bound", "mean_upcrossings", "stationary_scan", "upper_bound"]

LARGEST = 1e7
"""Local significance, of either sign; beyond, its square is not known well enough for a p-value."""

RARE = -25.0
"""Logarithm of the bound below which it is the p-value: the difference is a relative 1e-11."""

LONGEST_ALLOWED = 1e15
"""Widths; more are a wrong unit."""

LONGEST = 400.0
"""Length in widths up to which a scan is followed step by step."""


def mean_upcrossings(z: float, length: float, width: float) -> float:
    """The expected number of up-crossings of z in a scan for a Gaussian peak without a signal.

    The significance is a stationary Gaussian process with the correlation exp(-d^2 / (4 width^2)) at distance d, that
    of a matched filter, and Rice's formula gives

        N(z) = length / (2 sqrt(2) pi width) exp(-z^2 / 2).

    Args:
        z: the level that is crossed.
        length: of the scanned range, > 0.
        width: resolution sigma of the peak in the same unit, > 0.

    Example:
        >>> round(mean_upcrossings(0.0, 100, 1), 5)
        11.25395
    """
    _check(z, length, width)
    return length / (2 * math.sqrt(2) * math.pi * width) * math.exp(-0.5 * z * z)


def upper_bound(z: float, length: float, width: float) -> float:
    """A bound on the global p-value, 1 - Phi(z) + N(z): the scan starts above z, or it crosses it upwards.

    Example:
        >>> round(upper_bound(3.0, 100, 1), 5)
        0.12637
    """
    return math.exp(log_upper_bound(z, length, width))


def log_upper_bound(z: float, length: float, width: float) -> float:
    """The logarithm of `upper_bound`, finite where that underflows.

    Example:
        >>> round(log_upper_bound(40.0, 100, 1), 4)
        -797.5784
    """
    _check(z, length, width)
    crossings = math.log(length) - math.log(2 * math.sqrt(2) * math.pi) - math.log(width) - 0.5 * z * z
    return min(float(np.logaddexp(log_cumulative(np.array(-z)), crossings)), 0.0)


def log_p_stationary(z: float, length: float, width: float) -> float:
    """The logarithm of the global p-value of a continuous stationary scan, of any length.

    Beyond a few widths every further one makes the probability of no crossing smaller by the same factor.

    Example:
        >>> round(math.exp(log_p_stationary(3.0, 100, 1)), 4), round(math.exp(log_p_stationary(6.0, 1e6, 1)), 6)
        (0.1189, 0.001713)
    """
    _check(z, length, width)
    bound = log_upper_bound(z, length, width)
    if bound < RARE:
        return bound
    if length <= LONGEST * width:
        return stationary_scan(length, width).log_p_value(z)
    half, whole = (
        math.log1p(-math.exp(min(stationary_scan(part * LONGEST, 1.0).log_p_value(z), -1e-15))) for part in (0.5, 1.0)
    )
    below = whole + (whole - half) * (2 * length / (LONGEST * width) - 2)
    return min(math.log(-math.expm1(below)), bound) if below < 0 else bound


def stationary_scan(length: float, width: float, step: float | None = None) -> GaussianScan:
    """The scan for a Gaussian peak on a flat background, in equal steps.

    Args:
        length: of the scanned range, > 0.
        width: resolution sigma of the peak in the same unit, > 0.
        step: between hypotheses, > 0; None: so small (width / 50) that it is the continuous scan to 1e-4.

    Example:
        >>> round(math.exp(stationary_scan(100, 1).log_p_value(3.0)), 4)
        0.1189
    """
    _check(0.0, length, width)
    step = width / 50 if step is None else step
    if not (math.isfinite(step) and step > 0):
        raise InputError("step of the scan", step, "a number > 0", "0.5 of the resolution is usual")
    pairs = max(round(length / step), 0)
    angle = math.acos(_correlation(np.array(step / width)))
    back = step / width * np.minimum(np.arange(pairs), math.ceil(LAG / angle))
    memory = np.stack([_correlation(back), _correlation(back + step / width)])
    return GaussianScan(np.full(pairs, angle), np.where(back > 0, memory, 0.0))


def _correlation(distance: FloatArray) -> FloatArray:
    """The correlation at a distance in units of the width."""
    return np.asarray(np.exp(-0.25 * distance**2))


def _check(z: float, length: float, width: float) -> None:
    if not abs(z) <= LARGEST:
        raise InputError("local significance", z, f"a number up to {LARGEST:g}", "give it in standard deviations")
    for name, value in (("length of the scan", length), ("width of the peak", width)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(name, value, "a number > 0", "give both in the unit of the observable")
    if length > LONGEST_ALLOWED * width:
        raise InputError(
            "length of the scan", f"{length:g}, over a width of {width:g}", f"at most {LONGEST_ALLOWED:g} widths",
            "give both in the unit of the observable",
        )  # fmt: skip
