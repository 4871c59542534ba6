"""Unified intervals with uncertain backgrounds and efficiencies: Feldman-Cousins with profiled nuisance parameters.

At each tested signal the uncertain factors take their most likely values given the data (profile construction);
outcomes are ordered by the profile likelihood ratio, with the best signal >= 0. Counts are summed exactly; an auxiliary
Gaussian measurement is integrated by the trapezoidal rule.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.poisson import log_probability
from gloam.statistics.counting.profile import Conditional, conditional_values, most_likely, profile_rise
from gloam.statistics.counting.spread import Binomial, Known, LogNormal, Measured, Normal, Spread

__all__ = ["profile_construction"]

REACH = 5.0
"""Standard deviations of each outcome; beyond lies less than 1e-6."""

AUXILIARY = {0: 1, 1: 61, 2: 15}
"""Values of each auxiliary measurement, by how many there are."""

MOST_OUTCOMES = 1_000_000

GRID = 24
"""Signals that are tried before the last accepted one is refined."""

BISECTIONS = 14

NEGLIGIBLE = 1e-5
"""Probability of an outcome, in units of the largest, below which it is left out."""

TIE = 1e-9
"""Outcomes whose likelihood ratio differs by less are of one rank."""


def profile_construction(cells: Cells, level: float) -> tuple[FloatArray, FloatArray]:
    """Unified intervals with profiled uncertainties, shapes (c,); one cell after the other, 0.1 s to some each.

    Counts alone (an off region) make the acceptance exact at each signal. Auxiliary Gaussian measurements are summed
    over few values: with five times as many, or three times for each of two, the ends move by less than 1 % in the
    cases tried (n = 10, b = 3 +- 0.6: upper end 13.20 and 13.22). With an off region the coverage at a level of 90 %,
    summed over both counts, was 89.3 % or more (b = 0.3 to 3, tau = 0.5 to 4, s = 0 to 6).

    The belt is the raw one. The monotone belt takes the largest upper end of all larger backgrounds, which is a
    correction for a background that is known; where it was measured, a larger one is another result.

    Args:
        cells: the counts.
        level: of the interval.

    Raises:
        InputError: for counts so high that the outcomes are too many.

    Example:
        >>> from gloam.statistics.counting import on_off_cells
        >>> low, high = profile_construction(on_off_cells(4, 5, 5.0), 0.90)
        >>> bool(low[0] < 4 - 1 < high[0])
        True
    """
    ends = [_interval(cells.take(np.array([row])), level) for row in range(cells.size)]
    low, high = np.array(ends).T
    return low, high


def _interval(cell: Cells, level: float) -> tuple[float, float]:
    background, efficiency = most_likely(cell)
    best = max(float((cell.observed[0] - background[0]) / efficiency[0]), 0.0)
    reach = float((3 * np.sqrt(cell.observed[0] + background[0] + 1) + 4) / efficiency[0])
    width = 2 * reach
    while _accepted(cell, best + width, level):
        width *= 1.5
    above = best + np.linspace(0, width, GRID)
    taken = [_accepted(cell, s, level) for s in above[1:-1]]
    last = max((i for i, yes in enumerate(taken, 1) if yes), default=0)
    high = _edge(cell, above[last], above[last + 1], level)
    if _accepted(cell, 0.0, level):
        return 0.0, high
    below = np.linspace(0, best, GRID)
    first = next((i for i, s in enumerate(below[1:-1], 1) if _accepted(cell, s, level)), GRID - 1)
    return _edge(cell, below[first], below[first - 1], level), high


def _edge(cell: Cells, inside: float, outside: float, level: float) -> float:
    """Where acceptance ends between two signals."""
    for _ in range(BISECTIONS):
        middle = 0.5 * (inside + outside)
        if _accepted(cell, middle, level):
            inside = middle
        else:
            outside = middle
    return inside


def _accepted(cell: Cells, signal: float, level: float) -> bool:
    """Whether outcomes of a larger likelihood ratio than the data have together less than the probability `level`."""
    at = np.array([signal])
    seen = _ratio(cell, at)[0]
    outcomes, weight = _outcomes(cell, at)
    ratio = _ratio(outcomes, np.full(outcomes.size, signal))
    return bool(weight[ratio < seen - TIE].sum() < level)


def _ratio(cells: Cells, signal: FloatArray) -> FloatArray:
    """-ln of the profile likelihood ratio of signals to the best ones >= 0."""
    background, _ = most_likely(cells)
    negative = np.flatnonzero(cells.observed < background)
    rise = profile_rise(cells, signal)
    rise[negative] -= profile_rise(cells.take(negative), np.zeros(negative.size))
    return rise


def _outcomes(cell: Cells, signal: FloatArray) -> tuple[Cells, FloatArray]:
    """All that may be seen at a signal with the most likely values of the rest, and how probable each is."""
    spreads = (cell.efficiency, *cell.background)
    values = conditional_values(cell, signal)
    mean = signal * values[0].value + np.prod([factor.value for factor in values[1:]], axis=0)
    number_of = AUXILIARY[sum(isinstance(spread, Normal | LogNormal) for spread in spreads)]
    axes = [_counts(mean), *(_axis(spread, value, number_of) for spread, value in zip(spreads, values, strict=True))]
    number = math.prod(seen.size for seen, _ in axes)
    if number > MOST_OUTCOMES:
        raise InputError(
            "Feldman-Cousins with uncertainties", f"{number} possible outcomes", f"at most {MOST_OUTCOMES}",
            "use the method profile for so many counts",
        )  # fmt: skip
    where = [grid.ravel() for grid in np.meshgrid(*(np.arange(seen.size) for seen, _ in axes), indexing="ij")]
    seen = [axis[0][index] for axis, index in zip(axes, where, strict=True)]
    weight = np.prod([axis[1][index] for axis, index in zip(axes, where, strict=True)], axis=0)
    kept = np.flatnonzero(weight > NEGLIGIBLE * weight.max())
    imagined = [_seeing(spread, each[kept]) for spread, each in zip(spreads, seen[1:], strict=True)]
    return Cells(seen[0][kept], tuple(imagined[1:]), imagined[0]), weight[kept] / weight[kept].sum()


def _counts(mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The counts that are likely for a mean (1,), and their probabilities."""
    reach = REACH * math.sqrt(mean[0] + 1)
    counts = np.arange(max(math.floor(mean[0] - reach), 0), math.ceil(mean[0] + reach + REACH) + 1, dtype=float)
    return counts, np.exp(log_probability(counts, mean))


def _axis(spread: Spread, at: Conditional, number: int) -> tuple[FloatArray, FloatArray]:
    """What may be measured of an uncertain factor, and the probabilities: counts, or shifts in standard deviations."""
    if isinstance(spread, Known):
        return np.zeros(1), np.ones(1)
    if isinstance(spread, Measured):
        return _counts(spread.tau * at.value)
    if isinstance(spread, Binomial):
        from scipy.special import gammaln, xlogy

        passed = np.arange(spread.tried[0] + 1)
        failed = spread.tried[0] - passed
        logs = xlogy(passed, at.value) + xlogy(failed, 1 - at.value) - gammaln(passed + 1) - gammaln(failed + 1)
        return passed, np.exp(logs - logs.max())
    shift = np.linspace(-REACH, REACH, number)
    return at.coordinate + shift, np.exp(-0.5 * shift**2)


def _seeing(spread: Spread, seen: FloatArray) -> Spread:
    """What would be known of a factor from another measurement of it, shape of `seen`."""
    size, one = seen.size, np.ones_like(seen)
    every = spread.take(np.zeros(size, int))
    match every:
        case Measured():
            return replace(every, counts=seen)
        case Binomial():
            return replace(every, passed=seen)
        case Normal():
            return replace(every, nominal=every.nominal + every.sigma * seen)
        case LogNormal():
            return replace(every, nominal=every.nominal * np.exp(every.log_k * seen))
        case _:
            return Known(every.nominal * one)
