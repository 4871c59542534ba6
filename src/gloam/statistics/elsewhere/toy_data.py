"""Toys of a whole scan: counts of every channel and control measurements, drawn once and shared by all hypotheses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.execution import PoissonTables, map_batches, random_stream
from gloam.fit import Constraint, Problem, profile
from gloam.models import background_terms
from gloam.scans import JointScan, Key, Scan, coefficient_keys
from gloam.statistics.elsewhere.expectation import (
    Truth,
    channels_of,
    counts_in_windows,
    edges_of_channels,
    is_plain,
)

__all__ = ["ToyData", "toy_problems"]

CERTIFICATE = 1e-7

DRAWN = 50
"""Toys that one thread draws at a time."""


@dataclass(slots=True, eq=False)
class ToyData:
    """Some toys of a scan without a signal.

    Each number has a random stream of its own, named after what it is: toys do not depend on how many there are, nor
    on which hypotheses are fitted to them.

    Attributes:
        truth: what they are drawn from.
        numbers: of the toys, shape (t,).
        seed: of the random streams.
        stream: their name; that of the counts of the first channel.
        below: cumulative counts at the edges of the axis of each channel, shapes (t, n_c + 1).
    """

    truth: Truth
    numbers: IntArray
    seed: int
    stream: str
    below: tuple[FloatArray, ...]
    _known: dict[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def drawn(cls, truth: Truth, numbers: IntArray, seed: int, stream: str, threads: int | None = None) -> ToyData:
        """The toys of some numbers."""
        if truth.ranks is not None:
            counts = truth.ranks.counts(truth.expected[0], seed, stream, numbers, threads)
            return cls(truth, numbers, seed, stream, (np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0))),))
        below = []
        for channel, tables in enumerate(truth.tables):
            total = np.zeros((numbers.size, tables.expectation.size + 1))
            name = f"{stream}, channel {channel}" if channel else stream

            def work(part: slice, total: FloatArray = total, name: str = name, tables: PoissonTables = tables) -> None:
                np.cumsum(tables.draw(seed, name, numbers[part]), axis=1, out=total[part, 1:])

            map_batches(work, (slice(at, at + DRAWN) for at in range(0, numbers.size, DRAWN)), threads)
            below.append(total)
        return cls(truth, numbers, seed, stream, tuple(below))

    def at(self, truth: Truth) -> ToyData:
        """The same toys for fits of another model, which is closest to them with other parameters."""
        return replace(self, truth=truth)

    def control(self, key: Key | str) -> FloatArray:
        """How far the control measurement of a parameter fluctuates, in its standard deviations, shape (t,)."""
        return self._normal(f"control {key}", 1)[:, 0]

    def shifts(self, channel: int) -> FloatArray:
        """How far simulated templates fluctuate in each bin of a channel, in standard deviations, shape (t, n_c)."""
        return self._normal(f"templates {channel}", self.truth.expected[channel].size)

    def _normal(self, name: str, size: int) -> FloatArray:
        if name not in self._known:
            streams = (random_stream(self.seed, f"{self.stream}, {name}", int(toy)) for toy in self.numbers)
            self._known[name] = np.stack([stream.standard_normal(size) for stream in streams])
        return self._known[name]


def toy_problems(
    setup: Scan | JointScan, rows: IntArray, problem: Problem, toys: ToyData, part: slice
) -> tuple[Problem, IntArray]:
    """The fits of some hypotheses to some toys, toy by toy, and which row of the problem each has; t b fits.

    Counts come with the control measurements: the origins of constraints, which the truth of each hypothesis predicts,
    and the templates, whose statistics fluctuate about the shifts that the truth needs.

    Args:
        setup: what is fitted.
        rows: the hypotheses, shape (b,).
        problem: their fits to the data.
        toys: the data.
        part: which of them, t toys.
    """
    edges = edges_of_channels(setup, rows, problem)
    counts = counts_in_windows(problem, edges, tuple(below[part] for below in toys.below))
    row = np.tile(np.arange(rows.size), counts.shape[0])
    if not is_plain(problem):
        problem = _at_truth(problem, edges, toys.truth, rows)
    out = problem.take(row).with_counts(counts.reshape(row.size, -1))
    if problem.constraint is not None:
        moves = _control_moves(setup, rows, problem, problem.constraint, toys, part)
        origin = problem.constraint.origin + moves
        out = replace(out, constraint=Constraint(origin.reshape(row.size, -1), problem.constraint.precision[:, :, row]))
    spread = problem.spread_at(toys.truth.theta[rows, : problem.parameters])
    if spread is not None:
        shift = np.concatenate([_merged(toys.shifts(c)[part], at, setup, c) for c, at in enumerate(edges)], axis=-1)
        shift = (spread * shift).reshape(row.size, -1)
        out = replace(out, offset=shift if out.offset is None else out.offset + shift)
    return out, row


def _at_truth(problem: Problem, edges: list[IntArray], truth: Truth, rows: IntArray) -> Problem:
    """The fits to what the truth predicts, control measurements included."""
    theta, none = truth.theta[rows, : problem.parameters], np.zeros(rows.size)
    below = tuple(np.concatenate([[0.0], np.cumsum(expected)]) for expected in truth.expected)
    around = None if problem.constraint is None else problem.constraint.around(theta)
    expected = replace(problem, counts=counts_in_windows(problem, edges, below), constraint=around)
    return problem.asimov(theta, none, profile(expected, theta, none, CERTIFICATE).expected)


def _control_moves(
    setup: Scan | JointScan, rows: IntArray, problem: Problem, constraint: Constraint, toys: ToyData,
    part: slice,
) -> FloatArray:  # fmt: skip
    """How far the origins of the constraints of some hypotheses move in each toy, shape (t, b, K)."""
    moves = np.zeros((toys.numbers[part].size, rows.size, problem.parameters))
    keys: tuple[Key | str, ...] = (*_keys(setup, int(rows[0])), *setup.nuisance_names)
    for column, key in enumerate(keys):
        precision = constraint.precision[column, column]
        if (precision > 0).any():
            error = np.divide(1.0, np.sqrt(precision), out=np.zeros_like(precision), where=precision > 0)
            moves[:, :, column] = toys.control(key)[part, None] * error
    return moves


def _keys(setup: Scan | JointScan, row: int) -> tuple[Key, ...]:
    """The coefficients of the fit of a hypothesis, in their order."""
    names = []
    for channel in channels_of(setup):
        one = channel.take(np.array([row]))
        edges = channel.spectrum.axis.edges[one.windows.edge_indices(np.array([0]), int(one.windows.bins[0]))]
        position = one.grid.position
        form = int(channel.background.variant(position)[0])
        terms = background_terms(channel.background, edges, edges[:, 0], edges[:, -1], form, position)
        names.append(terms.names)
    shared = setup.shared if isinstance(setup, JointScan) else frozenset()
    return tuple(dict.fromkeys(key for keys in coefficient_keys(names, shared) for key in keys))


def _merged(shifts: FloatArray, edges: IntArray, setup: Scan | JointScan, channel: int) -> FloatArray:
    """Shifts of the bins of windows from those of the bins of the axis inside them, of unit variance; (t, b, m)."""
    widths = channels_of(setup)[channel].spectrum.axis.widths
    below = np.concatenate([np.zeros((shifts.shape[0], 1)), np.cumsum(shifts * np.sqrt(widths), axis=1)], axis=1)
    width = np.concatenate([[0.0], np.cumsum(widths)])
    size = np.sqrt(width[edges[:, 1:]] - width[edges[:, :-1]])
    total = below[:, edges[:, 1:]] - below[:, edges[:, :-1]]
    return np.asarray(np.divide(total, size, out=np.zeros_like(total), where=size > 0))
