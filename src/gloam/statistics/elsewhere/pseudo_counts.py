"""Spectra of counts without a signal for toys of counting scans, drawn bin by bin or event by event."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.scans import CountingResult, KnownBackground, SidebandBackground, SimulatedBackground
from gloam.scans.counting import sideband_runs
from gloam.scans.counting.windows import in_rows
from gloam.statistics.counting.spread import LogNormal, Normal

__all__ = ["BackgroundSpectrum", "background_spectrum"]

FEW = 0.5
"""Events for each bin below which they are placed one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundSpectrum:
    """The background of every bin that is counted, and how uncertain it is.

    Attributes:
        expected: nominal counts of all bins in flat order, 0 in hidden ones and those that no window needs, shape (n,).
        simulated: effective numbers of simulated events behind them, shape (n,); None where there is no such error.
        errors: the different relative errors of a factor common to all bins, shape (k,).
        which: of these each bin has, shape (n,).
        gaussian: whether that factor is 1 + r u, cut at 0, rather than (1 + r)^u.
        filled: bins with an expectation, shape (m,).
        below: cumulative sum of `expected` over them, shape (m,).
    """

    expected: FloatArray
    simulated: FloatArray | None
    errors: FloatArray
    which: IntArray
    gaussian: bool
    filled: IntArray = field(init=False)
    below: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        filled = np.flatnonzero(self.expected > 0)
        object.__setattr__(self, "filled", filled)
        object.__setattr__(self, "below", np.cumsum(self.expected[filled]))

    def draw(self, random: np.random.Generator) -> FloatArray | IntArray:
        """The counts of one toy, shape (n,): first the factor is drawn, then what the simulation means, then events."""
        filled, n = self.filled, self.expected.size
        if filled.size == 0:
            return np.zeros(n)
        factor = self._factors(random) if self.errors.any() else np.ones(1)
        common, rate = float(factor[0]), None
        if factor.size > 1:
            common, rate = 1.0, self.expected[filled] * factor[self.which[filled]]
        if self.simulated is not None:
            shape = self.simulated[filled]
            mean = self.expected[filled] if rate is None else rate
            rate = mean * random.standard_gamma(shape) / shape
        below = self.below if rate is None else np.cumsum(rate)
        if common * below[-1] > FEW * filled.size:
            counts = np.zeros(n)
            counts[filled] = random.poisson(common * (self.expected[filled] if rate is None else rate))
            return counts
        return np.bincount(filled[_arrivals(random, below, common)], minlength=n)

    def _factors(self, random: np.random.Generator) -> FloatArray:
        """The common factor of one toy, the same number of standard deviations for each error; shape (k,)."""
        one, u = np.ones(self.errors.size), random.standard_normal(1)
        if not self.gaussian:
            return LogNormal(one, np.log1p(self.errors)).at(u)[:, 0]
        return Normal(one, self.errors).at(u)[:, 0]


def background_spectrum(result: CountingResult) -> BackgroundSpectrum:
    """The background of every bin, from what is known of that of the windows.

    A known or simulated one is given bin by bin. One that is measured in sidebands is averaged over the windows that
    hold a bin, or over those whose sidebands do. A relative error that differs between windows is averaged likewise.

    Args:
        result: the counts.

    Raises:
        InputError: for a background of another kind.
    """
    setup, windows = result.setup, result.windows
    usable = setup.usable.ravel()
    source = setup.background
    simulated = None
    if isinstance(source, KnownBackground):
        expected = source.scale * source.spectrum.values().ravel()
    elif isinstance(source, SimulatedBackground):
        expected = source.scale / source.tau * source.spectrum.values().ravel()
        simulated = source.spectrum.counts().ravel()
    elif isinstance(source, SidebandBackground):
        expected = _averaged_sidebands(result, source)
    else:
        raise InputError(
            "toys of a counting scan", type(source).__name__, "a known, simulated or sideband background", "use one"
        )
    error = result.relative_error
    if np.ptp(error) == 0:
        relative = np.full(usable.size, error[0])
    else:
        members = windows.runs.members()
        number = np.asarray(members.sum(axis=0)).ravel()
        relative = np.divide(members.T @ error, number, out=np.zeros(usable.size), where=number > 0)
        relative = np.round(relative, 3)  # each different error costs a quantile in every toy
    expected = np.where(usable & _needed(result), expected, 0.0)
    errors, which = np.unique(relative, return_inverse=True)
    return BackgroundSpectrum(expected, simulated, errors, which, setup.background_form == "gaussian")


def _needed(result: CountingResult) -> BoolArray:
    """The bins that some window or sideband holds, shape (n,)."""
    source = result.setup.background
    runs = sideband_runs(result.windows, source)[0] if isinstance(source, SidebandBackground) else result.windows.runs
    below = np.zeros(runs.rows * (runs.columns + 1) + 1)
    np.add.at(below, runs.first, 1)
    np.add.at(below, runs.stop, -1)
    return (np.cumsum(below[:-1]).reshape(runs.rows, -1)[:, :-1] > 0.5).ravel()


def _arrivals(random: np.random.Generator, below: FloatArray, factor: float) -> IntArray:
    """The places of the events of a Poisson process whose time is the cumulative expectation times a factor; sorted."""
    arrival, end, last = [], 0.0, float(below[-1] * factor)
    while end < last:
        number = int(last - end + 6 * np.sqrt(last - end) + 16)
        arrival.append(end + np.cumsum(random.standard_exponential(number)))
        end = float(arrival[-1][-1])
    times = arrival[0] if len(arrival) == 1 else np.concatenate(arrival)
    times = times[: times.searchsorted(last)]
    return np.asarray(below.searchsorted(times if factor == 1 else times / factor, side="right")).clip(
        0, below.size - 1
    )


def _averaged_sidebands(result: CountingResult, source: SidebandBackground) -> FloatArray:
    """The expectation of every bin, shape (n,)."""
    windows, rows = result.windows.take(result.usable), result.usable
    weight = in_rows(source.weight(windows.axes), windows.shape)
    density = result.background[rows] / windows.sums(source.weight(windows.axes))
    expected = np.zeros(weight.size)
    missing = np.ones(weight.size, np.bool_)
    for runs in (windows.runs, sideband_runs(windows, source)[0]):
        members = runs.members()
        number = np.asarray(members.sum(axis=0)).ravel()
        here = missing & (number > 0)
        expected[here] = (members.T @ density)[here] / number[here] * weight.ravel()[here]
        missing &= ~here
    return expected
