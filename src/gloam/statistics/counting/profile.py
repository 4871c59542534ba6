"""Limits of counts from the profile likelihood (Rolke, Lopez, Conrad, physics/0403059).

-ln L is the sum of the deviances of the counts and the penalties of the uncertainties, each above its own least value.
At a fixed signal the uncertain factors are found by scoring; the background of an off region is eliminated in closed
form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.poisson import deviance_half
from gloam.statistics.counting.roots import root_above
from gloam.statistics.counting.spread import Adjustable, Known, Measured, Normal, Pull, Spread
from gloam.statistics.normal import quantile

__all__ = ["Conditional", "conditional_values", "most_likely", "profile_interval", "profile_rise", "profile_upper"]

STEPS = 200
"""Of the scoring at most; the slowest cells, whose background goes to 0, need about 60."""

HALVINGS = 40

SMALL_STEP = 3e-8
"""-ln L is then within its square of the minimum."""


def profile_interval(cells: Cells, level: float, *, bounded: bool = False) -> tuple[FloatArray, FloatArray]:
    """The signals at which 2 ln L has fallen by the chi^2 quantile of the level on either side; shapes (c,).

    The lower end is 0 where L has not fallen so far there. Signals below 0 are not asked for, but without `bounded` the
    maximum may lie there; if then all signals >= 0 are excluded, the count is raised until one is not, as Rolke, Lopez
    and Conrad do.

    Args:
        cells: the counts.
        level: of the interval, two-sided: the upper end alone is exceeded with a probability of (1 - level) / 2.
        bounded: whether the maximum is that of signals >= 0.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> low, high = profile_interval(counting_cells([1, 100], 0.0), 0.682689492)
        >>> low.round(5), high.round(5)
        (array([ 0.30171, 90.33052]), array([  2.35768, 110.33607]))
    """
    return _ends(cells, 0.5 * float(quantile(0.5 + 0.5 * level)) ** 2, bounded)


def profile_upper(cells: Cells, level: float, *, bounded: bool = True) -> FloatArray:
    """The one-sided limits: where 2 ln L has fallen by the square of the normal quantile of the level; shape (c,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> profile_upper(counting_cells(100, 0.0), 0.841344746).round(2)
        array([110.34])
    """
    return _ends(cells, 0.5 * max(float(quantile(level)), 0.0) ** 2, bounded)[1]


def profile_rise(cells: Cells, signal: FloatArray) -> FloatArray:
    """-ln L at signals (c,) above its least value for any signal, negative ones included; shape (c,).

    Example:
        >>> from gloam.statistics.counting import on_off_cells
        >>> np.sqrt(2 * profile_rise(on_off_cells(4, 5, 5.0), np.zeros(1))).round(5)
        array([1.9473])
    """
    likelihood = _Likelihood(cells, signal)
    return likelihood.value(_best_coordinates(likelihood))


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """The most likely value of a factor at a fixed signal, and its coordinate (0 where it has none); shapes (c,)."""

    value: FloatArray
    coordinate: FloatArray


def conditional_values(cells: Cells, signal: FloatArray) -> list[Conditional]:
    """The most likely values at fixed signals: of the efficiency, then of each factor of the background.

    Example:
        >>> from gloam.statistics.counting import on_off_cells
        >>> _, background = conditional_values(on_off_cells(4, 5, 5.0), np.zeros(1))  # (4 + 5) / (1 + 5)
        >>> background.value
        array([1.5])
    """
    likelihood = _Likelihood(cells, signal)
    u = _best_coordinates(likelihood)
    return likelihood.values(u)


def _best_coordinates(likelihood: _Likelihood) -> FloatArray:
    """Where -ln L is least, shape (c, k)."""
    if not likelihood.uncertain:
        return np.zeros((likelihood.cells.size, 0))
    u = np.stack([spread.start() for spread in likelihood.uncertain], axis=1)
    nothing = ~np.isfinite(likelihood.value(u))  # events where none are expected: begin with a higher background
    u[nothing] += 1.0
    return _minimised(likelihood, u)


def _ends(cells: Cells, rise: float, bounded: bool) -> tuple[FloatArray, FloatArray]:
    """Where -ln L has risen on either side of its minimum."""
    at_zero = profile_rise(cells, np.zeros(cells.size))
    best = _best(cells)
    negative = best < 0
    if bounded:
        least = np.where(negative, at_zero, 0.0)
    else:
        cells, least = _allowed(cells, rise, at_zero, negative), np.zeros(cells.size)
        at_zero = profile_rise(cells, np.zeros(cells.size))
        best = _best(cells)
    best = np.maximum(best, 0.0)

    def below(signal: FloatArray, rows: IntArray) -> FloatArray:
        return rise + least[rows] - profile_rise(cells.take(rows), signal)

    width = np.sqrt(cells.observed + cells.nominal_background + 1) * np.sqrt(2 * rise)
    high = np.full(cells.size, np.inf)
    ends = np.flatnonzero(~_escapes(cells, best, at_zero, rise + least))
    start, guess = best[ends], (best + width / cells.efficiency.nominal)[ends]
    high[ends] = root_above(lambda signal, rows: below(signal, ends[rows]), start, guess)
    low = np.zeros_like(high)
    rows = np.flatnonzero((best > 0) & (at_zero > rise + least))
    if rows.size:
        part = cells.take(rows)

        def above(signal: FloatArray, some: IntArray) -> FloatArray:
            return profile_rise(part.take(some), signal) - rise

        low[rows] = root_above(above, np.zeros(rows.size), best[rows])
    return low, high


def _escapes(cells: Cells, best: FloatArray, at_zero: FloatArray, height: FloatArray) -> BoolArray:
    """Whether an efficiency of 0 is not far enough from the nominal one to exclude any signal, however large."""
    efficiency = cells.efficiency
    if not isinstance(efficiency, Normal):
        return np.zeros(cells.size, bool)
    with np.errstate(divide="ignore"):
        penalty = 0.5 * (efficiency.nominal / efficiency.sigma) ** 2
    return np.asarray(penalty + np.where(best > 0, 0.0, at_zero) <= height, bool)


def _best(cells: Cells) -> FloatArray:
    """The most likely signals, of either sign: those that fill up the count with every factor at its least penalty."""
    background, efficiency = most_likely(cells)
    return np.asarray((cells.observed - background) / efficiency)


def most_likely(cells: Cells) -> tuple[FloatArray, FloatArray]:
    """The background and the efficiency with the least penalties, before the count is seen; shapes (c,).

    Example:
        >>> from gloam.statistics.counting import on_off_cells
        >>> most_likely(on_off_cells(4, 5, 5.0, efficiency=0.3))
        (array([1.]), array([0.3]))
    """
    background = np.prod([_most_likely(factor) for factor in cells.background], axis=0)
    return np.asarray(background, float), _most_likely(cells.efficiency)


def _most_likely(spread: Spread) -> FloatArray:
    if isinstance(spread, Known | Measured):
        return spread.nominal
    return spread.pull(spread.start()).value


def _allowed(cells: Cells, rise: float, at_zero: FloatArray, negative: BoolArray) -> Cells:
    """The cells with counts raised to the least that do not exclude all signals >= 0."""
    rows = np.flatnonzero(negative & (at_zero >= rise))
    if rows.size == 0:
        return cells
    part = cells.take(rows)
    low, high = part.observed.copy(), np.ceil(part.nominal_background)
    while (high - low > 1).any():
        middle = np.floor(0.5 * (low + high))
        excluded = profile_rise(part.observing(middle), np.zeros(rows.size)) >= rise
        low, high = np.where(excluded, middle, low), np.where(excluded, high, middle)
    counts = cells.observed.copy()
    counts[rows] = high
    return cells.observing(counts)


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """-ln L at fixed signals as a function of the uncertain factors' coordinates."""

    cells: Cells
    signal: FloatArray

    @property
    def uncertain(self) -> list[Adjustable]:
        """What has a coordinate: the efficiency first."""
        return [
            each for each in (self.cells.efficiency, *self.cells.background) if not isinstance(each, Known | Measured)
        ]

    def value(self, u: FloatArray) -> FloatArray:
        """-ln L at coordinates (c, k), shape (c,)."""
        pulls = self._pulls(u)
        off, signal_mean, mean = self._means(pulls)
        penalty = sum((pull.penalty for pull in pulls.values()), np.zeros(self.cells.size))
        background = mean - signal_mean
        total = deviance_half(self.cells.observed, mean) + penalty
        if off is not None:
            factor = self._factor(pulls)
            total = total + deviance_half(off.counts, off.tau * background / factor)
        return np.where(np.isfinite(total), total, np.inf)

    def step(self, u: FloatArray) -> FloatArray:
        """The scoring step at coordinates (c, k), with the expected curvature, which is positive definite."""
        cells, pulls = self.cells, self._pulls(u)
        off, signal_mean, mean = self._means(pulls)
        background = mean - signal_mean
        pull_of_count = 1 - np.divide(cells.observed, mean, out=np.zeros_like(mean), where=mean > 0)
        spent = np.zeros_like(mean) if off is None else background * self._factor(pulls) / off.tau
        information = 1 / np.maximum(mean + spent, 1e-12)
        slopes = [self._slope(spread, pulls, background) for spread in self.uncertain]
        jacobian = np.stack(slopes, axis=1)
        bends = np.stack([pull.penalty_curvature for pull in pulls.values()], axis=1)
        gradient = pull_of_count[:, None] * jacobian + np.stack([p.penalty_slope for p in pulls.values()], axis=1)
        # (D + w j j')^-1 g by the formula of Sherman and Morrison
        inverse = 1 / np.maximum(bends, 1e-12)
        scaled = inverse * jacobian
        shared = information * (scaled * gradient).sum(axis=1) / (1 + information * (scaled * jacobian).sum(axis=1))
        return np.asarray(shared[:, None] * scaled - inverse * gradient, float)

    def values(self, u: FloatArray) -> list[Conditional]:
        """The values of the efficiency and of each factor of the background at coordinates (c, k)."""
        pulls = self._pulls(u)
        coordinates = {id(spread): u[:, i] for i, spread in enumerate(self.uncertain)}
        off, signal_mean, mean = self._means(pulls)
        measured = mean if off is None else (mean - signal_mean) / self._factor(pulls)
        return [
            Conditional(
                measured if isinstance(spread, Measured) else _value(spread, pulls),
                coordinates.get(id(spread), np.zeros(self.cells.size)),
            )
            for spread in (self.cells.efficiency, *self.cells.background)
        ]

    def take(self, rows: IntArray) -> _Likelihood:
        """Those of some cells."""
        return _Likelihood(self.cells.take(rows), self.signal[rows])

    def _pulls(self, u: FloatArray) -> dict[int, Pull]:
        """The values and penalties, by the identity of what is uncertain."""
        return {id(s): s.pull(u[:, i]) for i, s in enumerate(self.uncertain)}

    def _factor(self, pulls: dict[int, Pull]) -> FloatArray:
        """The product of the background's factors, without an off region's."""
        return np.asarray(np.prod([_value(s, pulls) for s in self.cells.background if not isinstance(s, Measured)]
                                  or [np.ones(self.cells.size)], axis=0))  # fmt: skip

    def _means(self, pulls: dict[int, Pull]) -> tuple[Measured | None, FloatArray, FloatArray]:
        """The off region, the expected signal, and all that is expected."""
        signal = self.signal * _value(self.cells.efficiency, pulls)
        factor = self._factor(pulls)
        off = next((s for s in self.cells.background if isinstance(s, Measured)), None)
        if off is None:
            return None, signal, signal + factor
        return off, signal, signal + _background_given(self.cells.observed, off.counts, off.tau / factor, signal)

    def _slope(self, spread: Adjustable, pulls: dict[int, Pull], background: FloatArray) -> FloatArray:
        """The derivative of the expected count in one coordinate, the off region's background held."""
        slope = pulls[id(spread)].value_slope
        if spread is self.cells.efficiency:
            return self.signal * slope
        value = pulls[id(spread)].value
        return np.divide(background * slope, value, out=slope * np.ones_like(background), where=value != 0)


def _value(spread: Spread, pulls: dict[int, Pull]) -> FloatArray:
    return pulls[id(spread)].value if id(spread) in pulls else spread.nominal


def _background_given(n: FloatArray, off: FloatArray, tau: FloatArray, signal: FloatArray) -> FloatArray:
    """The most likely background in the on region at a fixed signal: the positive root of a quadratic equation."""
    a, b = 1 + tau, (1 + tau) * signal - n - off
    root = np.sqrt(b * b + 4 * a * off * signal)
    with np.errstate(all="ignore"):
        small = np.where(root + b > 0, 2 * off * signal / (root + b), 0.0)
    return np.asarray(np.where(b < 0, (root - b) / (2 * a), small))


def _minimised(likelihood: _Likelihood, u: FloatArray) -> FloatArray:
    """The coordinates of the least -ln L, from a start."""
    value, going = likelihood.value(u), np.arange(u.shape[0])
    for _ in range(STEPS):
        part = likelihood.take(going)
        step = part.step(u[going])
        old = value[going]
        scale = np.ones(going.size)
        new = part.value(u[going] + step)
        for _halving in range(HALVINGS):
            worse = ~(new <= old + 1e-13 * (1 + np.abs(old)))
            if not worse.any():
                break
            scale[worse] *= 0.5
            new[worse] = part.take(np.flatnonzero(worse)).value((u[going] + scale[:, None] * step)[worse])
        scale[~(new <= old + 1e-13 * (1 + np.abs(old)))] = 0.0  # no way down: at the edge of what can be
        u[going] += scale[:, None] * step
        value[going] = np.minimum(new, old)
        going = going[np.abs(scale[:, None] * step).max(axis=1) > SMALL_STEP]
        if going.size == 0:
            break
    return u
