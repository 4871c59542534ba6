"""A scan whose resolution is the same everywhere: everything in closed form."""

from __future__ import annotations

import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.elsewhere.gaussian_scan import LAG, GaussianScan

__all__ = ["mean_upcrossings", "stationary_scan", "upper_bound"]


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
    crossings = mean_upcrossings(z, length, width)
    return min(0.5 * math.erfc(z / math.sqrt(2)) + crossings, 1.0)


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
    if not math.isfinite(z):
        raise InputError("local significance", z, "a finite number", "give it in standard deviations")
    for name, value in (("length of the scan", length), ("width of the peak", width)):
        if not (math.isfinite(value) and value > 0):
            raise InputError(name, value, "a number > 0", "give both in the unit of the observable")
