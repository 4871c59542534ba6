"""Exact significances of toys: of some pairs of a toy and a hypothesis, or of every hypothesis in every toy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import map_batches
from gloam.fit import Problem, fit_pair, likelihood_difference, minimise, profile
from gloam.scans import Batch, JointScan, Scan, ScanResult, batches, signed_significance
from gloam.statistics.elsewhere.toy_data import ToyData, toy_problems

__all__ = ["fit_every_hypothesis", "fit_pairs", "significances"]

CERTIFICATE = 1e-7
"""Bound on -ln L minus its minimum: q is then known to 4e-7."""

SMALL_STEP = 100.0
"""Gain in 2 ln L that a first step may promise."""

PAIRS = 100_000
"""Pairs whose templates' places are held at a time."""

ELEMENTS = 60_000
"""Rows times bins that are fitted together."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of toys and hypotheses.

    Attributes:
        result: the fits to the data, whose backgrounds the fits start from.
        scan: with each pair as a hypothesis of its own.
        below: cumulative counts of the toys at the edges of the axis, shape (t, n + 1).
        toy: of each pair, shape (p,).
        row: the hypothesis of each pair, shape (p,).
        controls: how far the control measurements of the nuisance parameters fluctuate in each toy, shape (t, N).
    """

    result: ScanResult
    scan: Scan
    below: FloatArray
    toy: IntArray
    row: IntArray
    controls: FloatArray

    def significances(self, batch: Batch) -> tuple[FloatArray, BoolArray]:
        """Those of a batch, and which are certified."""
        problem = batch.problem()
        edges = self.scan.windows.edge_indices(batch.rows, problem.counts.shape[1])
        toy = self.toy[batch.rows][:, None]
        counts = self.below[toy, edges[:, 1:]] - self.below[toy, edges[:, :-1]]
        if problem.used is not None:
            counts = np.where(problem.used, counts, 0.0)
        problem = problem.with_counts(counts)
        if problem.constraint is not None:
            moved = problem.constraint.origin.copy()
            moved[:, -self.controls.shape[1] :] += self.controls[toy[:, 0]]
            problem = replace(problem, constraint=problem.constraint.around(moved))
        start = self.result.theta_background[self.row[batch.rows], : problem.parameters]
        return significances(problem, start)


def fit_pairs(
    scan: Scan, result: ScanResult, below: FloatArray, toy: IntArray, row: IntArray, threads: int | None = None,
    controls: FloatArray | None = None,
) -> tuple[FloatArray, BoolArray]:  # fmt: skip
    """The signed significances of pairs of toys and hypotheses, and which are certified; shapes (p,).

    A significance without a certificate is minus infinity.

    Args:
        scan: counts, with a background that is free.
        result: the fits to the data.
        below: cumulative counts of the toys at the edges of the axis, shape (t, n + 1).
        toy: of each pair, shape (p,).
        row: the hypothesis of each pair, shape (p,).
        threads: how many to use.
        controls: how far the control measurements of nuisance parameters of the signal fluctuate, shape (t, N).
    """
    controls = np.zeros((below.shape[0], 0)) if controls is None else controls
    z, good = np.empty(toy.size), np.empty(toy.size, np.bool_)
    for start in range(0, toy.size, PAIRS):
        part = slice(start, start + PAIRS)
        pairs = _Pairs(result, scan.take(row[part]), below, toy[part], row[part], controls)

        def work(batch: Batch, pairs: _Pairs = pairs, start: int = start) -> None:
            z[start + batch.rows], good[start + batch.rows] = pairs.significances(batch)

        map_batches(work, batches(pairs.scan), threads)
    return z, good


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
    z, good = np.empty((toys.numbers.size, rows.size)), np.empty((toys.numbers.size, rows.size), np.bool_)
    place = np.empty(len(setup.grid), np.int64)
    place[rows] = np.arange(rows.size)

    def work(batch: Batch) -> None:
        problem, at = batch.problem(), place[batch.rows]
        size = max(ELEMENTS // problem.counts.size, 1)
        for start in range(0, toys.numbers.size, size):
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
