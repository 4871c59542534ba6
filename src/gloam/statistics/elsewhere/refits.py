"""Exact significances of toys: of some pairs of a toy and a hypothesis, or of every hypothesis in every toy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import map_batches
from gloam.fit import Problem, fit_pair, fit_pair_in_spectra, in_spectra, likelihood_difference, minimise, profile
from gloam.kernel import Windows
from gloam.scans import Batch, JointScan, Scan, batches, signed_significance
from gloam.statistics.elsewhere.expectation import is_plain
from gloam.statistics.elsewhere.toy_data import ToyData, toy_problems

__all__ = ["fit_every_hypothesis", "fit_pairs", "significances"]

CERTIFICATE = 1e-7
"""Bound on -ln L minus its minimum: q is then known to 4e-7."""

SMALL_STEP = 100.0
"""Gain in 2 ln L that a first step may promise."""

HELD = 2_000_000
"""Hypotheses times bins whose problems are kept for further toys: those of scans of 10^4 masses."""

ELEMENTS = 60_000
"""Rows times bins that are fitted together."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The fits to the data of some hypotheses of one form.

    Attributes:
        rows: the hypotheses, shape (b,).
        problem: their fits.
        edges: edge indices of their windows, shape (b, m + 1).
    """

    rows: IntArray
    problem: Problem
    edges: IntArray

    @classmethod
    def of(cls, scan: Scan, batch: Batch) -> _Piece:
        """Those of a batch."""
        problem = batch.problem()
        return cls(batch.rows, problem, scan.windows.edge_indices(batch.rows, problem.counts.shape[1]))


def _pieces(scan: Scan) -> Iterable[_Piece]:
    """All hypotheses of a scan; the same pieces for the next toys, where they are not too many."""
    if int(scan.windows.bins.sum()) <= HELD:
        return _held_pieces(scan)
    return (_Piece.of(scan, batch) for batch in batches(scan))


@lru_cache(maxsize=9)  # the variants of one scan
def _held_pieces(scan: Scan) -> tuple[_Piece, ...]:
    return tuple(_Piece.of(scan, batch) for batch in batches(scan))


def fit_pairs(
    scan: Scan, theta: FloatArray, below: FloatArray, toy: IntArray, row: IntArray, threads: int | None = None,
    controls: FloatArray | None = None,
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """The signed significances of pairs of toys and hypotheses, and which are certified; shapes (p,).

    A significance without a certificate is minus infinity.

    Args:
        scan: counts, with a background that is free.
        theta: backgrounds of all hypotheses to start from, shape (h, K).
        below: cumulative counts of the toys at the edges of the axis, shape (t, n + 1).
        toy: of each pair, shape (p,).
        row: the hypothesis of each pair, shape (p,).
        threads: how many to use.
        controls: how far the control measurements of nuisance parameters of the signal fluctuate, shape (t, N).
    """
    z, good = np.empty(toy.size), np.empty(toy.size, np.bool_)
    order = np.argsort(row, kind="stable")
    asked = row[order]

    def work(piece: _Piece) -> None:
        first, last = np.searchsorted(asked, piece.rows), np.searchsorted(asked, piece.rows, side="right")
        template = np.repeat(np.arange(piece.rows.size), last - first)
        if template.size == 0:
            return
        pairs = order[np.concatenate([np.arange(*ends) for ends in zip(first, last, strict=True)])]
        start = theta[row[pairs], : piece.problem.parameters]
        windows = Windows(piece.edges, below, template, toy[pairs])
        if is_plain(piece.problem):
            z[pairs], good[pairs] = _significances_in(piece.problem, windows, start)
            return
        size = max(ELEMENTS // piece.edges.shape[1], 1)
        for at in range(0, pairs.size, size):
            part = slice(at, at + size)
            moved = _with_controls(piece.problem, windows.taken(part), controls)
            z[pairs[part]], good[pairs[part]] = significances(moved, start[part])

    map_batches(work, _pieces(scan), threads)
    return z, good


def _significances_in(problem: Problem, windows: Windows, start: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Those of rows of a problem in spectra, and which are certified, shapes (b,)."""
    pair = fit_pair_in_spectra(problem, windows, start, CERTIFICATE, most_promised=SMALL_STEP)
    good = pair.gap <= CERTIFICATE
    return np.where(good, signed_significance(pair.s, pair.q0), -np.inf), good


def _with_controls(problem: Problem, windows: Windows, controls: FloatArray | None) -> Problem:
    """Rows of a problem with the contents of windows, and control measurements as they fluctuate in each toy."""
    toys = in_spectra(problem, windows)
    if toys.constraint is None or controls is None:
        return toys
    origin = toys.constraint.origin.copy()
    origin[:, -controls.shape[1] :] += controls[windows.spectrum]
    return replace(toys, constraint=toys.constraint.around(origin))


def fit_every_hypothesis(
    setup: Scan | JointScan, rows: IntArray, toys: ToyData, threads: int | None = None
) -> tuple[FloatArray, BoolArray]:
    """The signed significances of all hypotheses in all toys, and which are certified; shapes (t, h').

    A significance without a certificate is minus infinity.

    Args:
        setup: what is fitted; constraints, nuisance parameters and several channels are welcome.
        rows: the hypotheses, in the order of the answer, shape (h',).
        toys: t of them.
        threads: how many to use.
    """
    number = toys.numbers.size
    if isinstance(setup, Scan) and all(is_plain(batch.problem()) for batch in batches(setup, rows[:1])):
        toy, row = np.repeat(np.arange(number), rows.size), np.tile(rows, number)
        flat, certain = fit_pairs(setup, toys.truth.theta, toys.below[0], toy, row, threads)
        return flat.reshape(number, -1), certain.reshape(number, -1)
    z, good = np.empty((number, rows.size)), np.empty((number, rows.size), np.bool_)
    place = np.empty(len(setup.grid), np.int64)
    place[rows] = np.arange(rows.size)

    def work(batch: Batch) -> None:
        problem, at = batch.problem(), place[batch.rows]
        size = max(ELEMENTS // problem.counts.size, 1)
        for start in range(0, number, size):
            part = slice(start, start + size)
            fits, row = toy_problems(setup, batch.rows, problem, toys, part)
            theta = toys.truth.theta[batch.rows[row], : problem.parameters]
            found, certified = significances(fits, theta)
            z[part, at], good[part, at] = found.reshape(-1, at.size), certified.reshape(-1, at.size)

    map_batches(work, batches(setup, rows), threads)
    return z, good


def significances(
    problem: Problem, theta: FloatArray, yields: FloatArray | None = None
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """The signed roots of the likelihood ratio of some yields, and which are certified; shapes (b,).

    Args:
        problem: b fits.
        theta: parameters to start from, shape (b, K).
        yields: shape (b,); None: 0, which makes them significances.
    """
    if yields is None:
        pair = fit_pair(problem, CERTIFICATE, start=theta, most_promised=SMALL_STEP)
        good = pair.gap <= CERTIFICATE
        return np.where(good, signed_significance(pair.s, pair.q0), -np.inf), good
    without = profile(problem, theta, yields, CERTIFICATE)
    free = minimise(problem, without.theta, yields, CERTIFICATE)
    q = 2 * likelihood_difference(problem, without, free)
    good = (without.gap <= CERTIFICATE) & (free.gap <= CERTIFICATE)
    return np.where(good, signed_significance(free.s - yields, q), -np.inf), good
