"""One signal strength from many counts of which most are 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.statistics.asymptotic import BANDS
from gloam.statistics.counting.combined import CombinedCounts, combined_upper, drawn_counts
from gloam.statistics.normal import cumulative

__all__ = ["combined_expected_of_rare", "combined_upper_of_rare"]

CERTAIN = 1e9
"""Off counts over background of a channel without events, whose background does not matter."""


def combined_upper_of_rare(counts: CombinedCounts, observed: Sequence[int] | IntArray, level: float) -> float:
    """The limit of `combined_upper`, quickly where most counts are 0.

    The chance of 0 events factorises into that of no signal and that of no background, and the latter does not depend
    on the strength: all channels with 0 events are one channel with the sum of their signals.

    Args:
        counts: what is known of the channels.
        observed: whole numbers, shape (k,).
        level: a fraction.

    Example:
        >>> three = CombinedCounts(np.array([2.0, 3.0, 1.0]), np.full(3, 4.0), np.full(3, 8.0), np.full(3, 0.2), 0.1)
        >>> round(combined_upper_of_rare(three, [0, 1, 0], 0.9), 3), round(combined_upper(three, [0, 1, 0], 0.9), 3)
        (0.547, 0.547)
    """
    n = np.asarray(observed, np.int64)
    none = n == 0
    if np.count_nonzero(none) < 2:
        return combined_upper(counts, n, level)
    return combined_upper(_merged(counts, none), np.append(0, n[~none]), level)


def combined_expected_of_rare(
    counts: CombinedCounts, level: float, random: np.random.Generator, toys: int = 1000
) -> FloatArray:
    """Quantiles Phi(-2 ... 2) of that limit without a signal, from toys of all counts; shape (5,).

    Args:
        counts: what is known of the channels.
        level: a fraction.
        random: source of random numbers.
        toys: how many.
    """
    rows, which = np.unique(drawn_counts(counts, random, toys), axis=0, return_inverse=True)
    limits = np.array([combined_upper_of_rare(counts, row, level) for row in rows])[which.ravel()]
    return np.asarray(np.quantile(limits, cumulative(np.array(BANDS, float)), method="inverted_cdf"))


def _merged(counts: CombinedCounts, none: BoolArray) -> CombinedCounts:
    """The channels without events as the first of the others."""
    rest = ~none
    return CombinedCounts(
        np.append(counts.signal[none].sum(), counts.signal[rest]), np.append(0.0, counts.off[rest]),
        np.append(CERTAIN, counts.tau[rest]), np.append(0.0, counts.background_error[rest]), counts.efficiency_error,
    )  # fmt: skip
