"""Coverage of limits of counts: an exact sum over all counts, without Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.counting.cells import Cells, counting_cells
from gloam.statistics.counting.limits import CountingMethod, CountingOptions, IntervalKind, counting_limits
from gloam.statistics.counting.poisson import log_at_least, log_probability

__all__ = ["CountingCoverage", "counting_coverage"]

TAIL = 1e-13
"""Probability of counts that are left out of the sum, and so count as not covered."""

MOST = 100_000
"""Counts in a sum."""

TIE = 1e-10
"""Relative distance at which a signal still is inside: ends of intervals are found to that."""


@dataclass(frozen=True, slots=True, eq=False)
class CountingCoverage:
    """The probability that the interval of a count holds the true signal.

    Attributes:
        signal: true signals, shape (s,).
        coverage: shape (s,).
        mean_upper: the upper end averaged over counts, shape (s,).
        level: of the intervals.
        method: by which they are made.
        interval: what they are.
    """

    signal: FloatArray
    coverage: FloatArray
    mean_upper: FloatArray
    level: float
    method: CountingMethod
    interval: IntervalKind


def counting_coverage(
    signal: npt.ArrayLike,
    background: float,
    level: float,
    method: CountingMethod = "cls",
    options: CountingOptions | None = None,
    *,
    efficiency: float = 1.0,
) -> CountingCoverage:
    """The probability that limits on a count, n ~ Poisson(efficiency s + background), hold the true signal s.

    Args:
        signal: true signals >= 0.
        background: expected, known.
        level: confidence level of the limits.
        method: of the limits, see `counting_limits`.
        options: of the method.
        efficiency: expected counts for each unit of signal, known.

    Raises:
        InputError: for signals that cannot be, or expectations of more than about 100 000 counts.

    Example:
        >>> found = counting_coverage([0.0, 1.0, 3.0], 0.5, 0.90, "cls")
        >>> found.coverage.round(4)
        array([1.    , 1.    , 0.9698])
    """
    truth = np.atleast_1d(np.asarray(signal, float)).ravel()
    if not (truth.size and np.isfinite(truth).all() and (truth >= 0).all()):
        raise InputError("true signal", signal, "numbers >= 0", "give signals such as 0, 0.5, 1")
    cells = counting_cells(_counts(efficiency * truth.max() + background), background, efficiency=efficiency)
    found = counting_limits(cells, level, method, options)
    probability = _probabilities(cells, truth)
    rim = TIE * (1 + truth[:, None])
    held = (found.lower <= truth[:, None] + rim) & (truth[:, None] <= found.upper + rim)
    coverage = np.minimum((probability * held).sum(axis=1), 1.0)
    return CountingCoverage(truth, coverage, (probability * found.upper).sum(axis=1), level, method, found.interval)


def _counts(mean: float) -> FloatArray:
    """All counts up to where no more than TAIL is left."""
    most = mean + 12 * np.sqrt(mean + 1) + 30
    if not most < MOST:
        raise InputError("expected count", f"{mean:g}", f"below {MOST:g}", "take a normal distribution there")
    counts = np.arange(np.ceil(most))
    left = log_at_least(counts + 1, np.full_like(counts, mean)) <= np.log(TAIL)
    return np.asarray(counts[: int(np.argmax(left)) + 1])


def _probabilities(cells: Cells, truth: FloatArray) -> FloatArray:
    """Those of every count for every signal, shape (s, c)."""
    mean = cells.efficiency.nominal * truth[:, None] + cells.nominal_background
    return np.asarray(np.exp(log_probability(np.broadcast_to(cells.observed, mean.shape), mean)))
