"""One background expectation of the whole spectrum, from the fits of overlapping windows.

The fits of neighbouring windows differ by their statistical errors, so that their average lies in the model of no
window: a scan of the average itself finds significances of about 0.14 (r.m.s., whatever the number of events), and toys
drawn from it have that much more variance, which at 4.5 standard deviations is a fifth more p-value. The average is
therefore fitted again in every window, and averaged again, until little of this is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.execution import PoissonTables, poisson_tables
from gloam.fit import JoinedDesign, Problem, profile
from gloam.scans import JointScan, Scan, ScanResult, batches
from gloam.spectra import EventRanks

__all__ = [
    "PASSES",
    "Truth",
    "background_truth",
    "channels_of",
    "counts_in_windows",
    "edges_of_channels",
    "global_expectation",
    "is_plain",
]

PASSES = 8
"""Times that the average is fitted again: what a scan finds in it falls as one over their number."""

CERTIFICATE = 1e-7

HELD = 20_000_000
"""Hypotheses times bins whose problems are kept from one pass to the next."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What toys without a signal are drawn from.

    Attributes:
        expected: counts of every bin of the axis of each channel, shapes (n_c,); 0 where no window is.
        theta: the parameters of each hypothesis that come closest to it, shape (h, K): those of its fit, smoothed like
            the expectation.
        ranks: how the entries of one event go together in the first channel; None: entries are independent.
    """

    expected: tuple[FloatArray, ...]
    theta: FloatArray
    ranks: EventRanks | None = None

    @cached_property
    def tables(self) -> tuple[PoissonTables, ...]:
        """What the counts of each channel are drawn through."""
        return tuple(map(poisson_tables, self.expected))


def global_expectation(scan: Scan, result: ScanResult, rows: IntArray) -> FloatArray:
    """The expected counts of every bin of the axis without a signal, shape (n,); 0 where no window is.

    Args:
        scan: what was fitted.
        result: the fits.
        rows: hypotheses to use, with certified fits.
    """
    return background_truth(scan, result, rows).expected[0]


def background_truth(setup: Scan | JointScan, result: ScanResult, rows: IntArray, passes: int = PASSES) -> Truth:
    """One expectation of all channels without a signal, and the parameters of every hypothesis at it.

    A bin lies in many windows, each with a background-only fit of its own. Their expectations are averaged with the
    weight (1 + d^2 / sigma^2)^-2, d being the distance from the bin to the hypothesis and sigma its resolution: what
    counts is the fit at the middle of its window, where it knows both sides, and fits of close neighbours smooth it.
    Then the average takes the place of the data.

    Args:
        setup: what was fitted.
        result: the fits.
        rows: hypotheses to use, with certified fits.
        passes: how often to do that.
    """
    theta = result.theta_background.copy()
    expected = _averaged(setup, _problems(setup, rows), theta, None)
    if passes:
        held = _problems(setup, rows)
        if sum(int(channel.windows.bins[rows].sum()) for channel in channels_of(setup)) <= HELD:
            held = list(held)
        for _ in range(passes):
            expected = _averaged(setup, held if isinstance(held, list) else _problems(setup, rows), theta, expected)
    return Truth(expected, theta)


def channels_of(setup: Scan | JointScan) -> tuple[Scan, ...]:
    """The scan itself, or those of its channels."""
    return setup.channels if isinstance(setup, JointScan) else (setup,)


def edges_of_channels(setup: Scan | JointScan, rows: IntArray, problem: Problem) -> list[IntArray]:
    """The edge indices of the windows of some hypotheses in each channel, padded as in their problem.

    Args:
        setup: what is fitted.
        rows: the hypotheses, shape (b,).
        problem: their fits.
    """
    bins = problem.design.bins if isinstance(problem.design, JoinedDesign) else (problem.counts.shape[1],)
    return [channel.windows.edge_indices(rows, m) for channel, m in zip(channels_of(setup), bins, strict=True)]


def counts_in_windows(problem: Problem, edges: list[IntArray], below: tuple[FloatArray, ...]) -> FloatArray:
    """The counts that the problems of some hypotheses have in other data, shape (..., b, m); 0 in unused bins.

    Args:
        problem: their fits.
        edges: of their windows in each channel, shapes (b, m_c + 1).
        below: cumulative counts at the edges of the axis of each channel, shapes (..., n_c + 1).
    """
    parts = [total[..., at[:, 1:]] - total[..., at[:, :-1]] for at, total in zip(edges, below, strict=True)]
    counts = np.concatenate(parts, axis=-1)
    return counts if problem.used is None else np.where(problem.used, counts, 0.0)


def is_plain(problem: Problem) -> bool:
    """Whether the expectation is linear in coefficients that float, and nothing else."""
    return problem.is_unconstrained and problem.effects is None and problem.offset is None


Pieces = Iterable[tuple[IntArray, Problem]]


def _problems(setup: Scan | JointScan, rows: IntArray) -> Pieces:
    return ((batch.rows, batch.problem()) for batch in batches(setup, rows))


def _averaged(
    setup: Scan | JointScan, pieces: Pieces, theta: FloatArray, data: tuple[FloatArray, ...] | None
) -> tuple[FloatArray, ...]:
    """The average of the fits to some expectation, whose parameters replace those given; None: of what these expect."""
    averages = [_Average.of(channel) for channel in channels_of(setup)]
    below = None if data is None else tuple(np.concatenate([[0.0], np.cumsum(each)]) for each in data)
    for rows, problem in pieces:
        edges = edges_of_channels(setup, rows, problem)
        counts = None if below is None else counts_in_windows(problem, edges, below)
        expected, start = _background(problem, theta[rows, : problem.parameters], counts), 0
        theta[rows, : problem.parameters] = expected[0]
        for average, at in zip(averages, edges, strict=True):
            bins = at.shape[1] - 1
            average.add(rows, at, expected[1][:, start : start + bins])
            start += bins
    return tuple(average.value() for average in averages)


def _background(problem: Problem, theta: FloatArray, counts: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Parameters and expectations without a signal: at the parameters given, or of the fits to some counts."""
    none = np.zeros(problem.size)
    if counts is not None:
        # the control measurements are those that the parameters predict: they pull nothing back
        around = None if problem.constraint is None else problem.constraint.around(theta)
        problem = replace(problem, counts=counts, constraint=around)
    if counts is not None or not is_plain(problem):
        found = profile(problem, theta, none, CERTIFICATE)
        if counts is not None:
            theta = np.where((found.gap <= CERTIFICATE)[:, None], found.theta, theta)
    if is_plain(problem):
        return theta, problem.design.apply(theta)  # in vetoed bins too, which no fit will look at
    expected = found.expected
    return theta, expected if problem.used is None else np.where(problem.used, expected, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Average:
    """The weighted mean of the expectations of windows in the bins of one axis.

    Attributes:
        scan: of the channel.
        resolution: of the signal at each hypothesis, shape (h,).
        total: sum of weighted densities, shape (n,).
        weights: sum of the weights, shape (n,).
    """

    scan: Scan
    resolution: FloatArray
    total: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, scan: Scan) -> _Average:
        """Nothing yet."""
        n = len(scan.spectrum.axis)
        return cls(scan, np.asarray(scan.signal.resolution(scan.grid.position)), np.zeros(n), np.zeros(n))

    def add(self, rows: IntArray, window: IntArray, expected: FloatArray) -> None:
        """Take in the expectations in some windows, shape (b, m)."""
        axis = self.scan.spectrum.axis
        edges, centers = axis.edges, axis.centers
        parts = np.diff(window, axis=1)
        density = expected / np.where(parts > 0, edges[window[:, 1:]] - edges[window[:, :-1]], 1.0)
        # the bins of the axis in all windows, one window after the other
        low, size = window[:, 0], window[:, -1] - window[:, 0]
        row = np.repeat(np.arange(rows.size), size)
        bins = np.arange(row.size) + (low - np.cumsum(size) + size)[row]
        squared = ((centers[bins] - self.scan.grid.position[rows][row]) / self.resolution[rows][row]) ** 2 + 1
        weight = 1 / (squared * squared)
        self.weights[:] += np.bincount(bins, weight, self.weights.size)
        self.total[:] += np.bincount(bins, weight * np.repeat(density.ravel(), parts.ravel()), self.total.size)

    def value(self) -> FloatArray:
        """The mean; 0 where no window is."""
        mean = np.divide(self.total, self.weights, out=np.zeros_like(self.total), where=self.weights > 0)
        return np.asarray(np.maximum(mean, 0.0) * self.scan.spectrum.axis.widths)
