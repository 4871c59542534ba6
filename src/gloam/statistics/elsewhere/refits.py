"""Exact significances of many pairs of a toy spectrum and a hypothesis, fitted together whichever they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import map_batches
from gloam.fit import Problem, first_step, likelihood_difference, minimise, profile
from gloam.scans import Batch, Scan, ScanResult, batches, signed_significance

__all__ = ["fit_pairs"]

CERTIFICATE = 1e-7
"""Bound on -ln L minus its minimum: q is then known to 4e-7."""

SMALL_STEP = 100.0
"""Gain in 2 ln L that a first step may promise."""

PAIRS = 100_000
"""Pairs whose templates' places are held at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of toys and hypotheses.

    Attributes:
        result: the fits to the data, whose backgrounds the fits start from.
        scan: with each pair as a hypothesis of its own.
        below: cumulative counts of the toys at the edges of the axis, shape (t, n + 1).
        toy: of each pair, shape (p,).
        row: the hypothesis of each pair, shape (p,).
    """

    result: ScanResult
    scan: Scan
    below: FloatArray
    toy: IntArray
    row: IntArray

    def significances(self, batch: Batch) -> tuple[FloatArray, BoolArray]:
        """Those of a batch, and which are certified."""
        problem = batch.problem()
        edges = self.scan.windows.edge_indices(batch.rows, problem.counts.shape[1])
        toy = self.toy[batch.rows][:, None]
        counts = self.below[toy, edges[:, 1:]] - self.below[toy, edges[:, :-1]]
        if problem.used is not None:
            counts = np.where(problem.used, counts, 0.0)
        start = self.result.theta_background[self.row[batch.rows], : problem.parameters]
        return _significances(problem.with_counts(counts), start)


def fit_pairs(
    scan: Scan, result: ScanResult, below: FloatArray, toy: IntArray, row: IntArray, threads: int | None = None
) -> tuple[FloatArray, BoolArray]:
    """The signed significances of pairs of toys and hypotheses, and which are certified; shapes (p,).

    A significance without a certificate is minus infinity.

    Args:
        scan: plain counts, with a background that is free.
        result: the fits to the data.
        below: cumulative counts of the toys at the edges of the axis, shape (t, n + 1).
        toy: of each pair, shape (p,).
        row: the hypothesis of each pair, shape (p,).
        threads: how many to use.
    """
    z, good = np.empty(toy.size), np.empty(toy.size, np.bool_)
    for start in range(0, toy.size, PAIRS):
        part = slice(start, start + PAIRS)
        pairs = _Pairs(result, scan.take(row[part]), below, toy[part], row[part])

        def work(batch: Batch, pairs: _Pairs = pairs, start: int = start) -> None:
            z[start + batch.rows], good[start + batch.rows] = pairs.significances(batch)

        map_batches(work, batches(pairs.scan), threads)
    return z, good


def _significances(problem: Problem, theta: FloatArray) -> tuple[FloatArray, BoolArray]:
    """The significances of a batch, its fits started from some background, and which are certified."""
    none = np.zeros(problem.size)
    without = profile(problem, theta, none, CERTIFICATE)
    free = minimise(problem, *first_step(problem, without, SMALL_STEP), CERTIFICATE)
    q0 = 2 * likelihood_difference(problem, without, free)
    good = (without.gap <= CERTIFICATE) & (free.gap <= CERTIFICATE)
    return np.where(good, signed_significance(free.s, q0), -np.inf), good
