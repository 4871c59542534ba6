"""Spectra of counts without a signal for toys of counting scans, drawn bin by bin or event by event."""

from __future__ import annotations

from dataclasses import dataclass

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
    """The background of every bin that is counted, and how uncertain it is. Arrays run over the bins in flat order.

    Attributes:
        expected: nominal counts, 0 in hidden bins, shape (n,).
        simulated: effective numbers of simulated events behind them, shape (n,); None where there is no such error.
        below: cumulative sum of `expected`, shape (n,).
        relative_error: of a factor common to all bins, shape (n,).
        gaussian: whether that factor is 1 + r u, cut at 0, rather than (1 + r)^u.
    """

    expected: FloatArray
    simulated: FloatArray | None
    below: FloatArray
    relative_error: FloatArray
    gaussian: bool

    def draw(self, random: np.random.Generator) -> FloatArray | IntArray:
        """The counts of one toy, shape (n,): first the factor is drawn, then what the simulation means, then events."""
        rate, below = self.expected, self.below
        if self.relative_error.any():
            factor = self._factor(random)
            rate, below = rate * factor, below * factor[0]
            if np.ptp(factor) > 0:
                below = np.cumsum(rate)
        if self.simulated is not None:
            filled = self.simulated > 0
            ratio = np.ones(rate.size)
            ratio[filled] = random.standard_gamma(self.simulated[filled]) / self.simulated[filled]
            rate = rate * ratio
            below = np.cumsum(rate)
        if below[-1] > FEW * rate.size:
            return random.poisson(rate)
        return np.bincount(_arrivals(random, below), minlength=rate.size)

    def _factor(self, random: np.random.Generator) -> FloatArray:
        """The common factor of one toy, the same number of standard deviations in every bin."""
        u = random.standard_normal(1)
        one = np.ones(1)
        known, which = np.unique(self.relative_error, return_inverse=True)
        if self.gaussian:
            values = [Normal(one, one * r).at(u)[0, 0] if r else 1.0 for r in known.tolist()]
        else:
            values = [LogNormal(one, np.log1p(one * r)).at(u)[0, 0] for r in known.tolist()]
        return np.asarray(values)[which]


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
    expected = np.where(usable & _needed(result), expected, 0.0)
    gaussian = setup.background_form == "gaussian"
    return BackgroundSpectrum(expected, simulated, np.cumsum(expected), relative, gaussian)


def _needed(result: CountingResult) -> BoolArray:
    """The bins that some window or sideband holds, shape (n,)."""
    source = result.setup.background
    runs = sideband_runs(result.windows, source)[0] if isinstance(source, SidebandBackground) else result.windows.runs
    below = np.zeros(runs.rows * (runs.columns + 1) + 1)
    np.add.at(below, runs.first, 1)
    np.add.at(below, runs.stop, -1)
    return (np.cumsum(below[:-1]).reshape(runs.rows, -1)[:, :-1] > 0.5).ravel()


def _arrivals(random: np.random.Generator, below: FloatArray) -> IntArray:
    """The bins of the events of a Poisson process whose time is the cumulative expectation; sorted."""
    arrival, end = np.empty(0), 0.0
    while end < below[-1]:
        number = int(below[-1] - end + 6 * np.sqrt(below[-1] - end) + 16)
        more = end + np.cumsum(random.standard_exponential(number))
        arrival, end = np.concatenate([arrival, more]), float(more[-1])
    return np.asarray(below.searchsorted(arrival[arrival < below[-1]], side="right"))


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
