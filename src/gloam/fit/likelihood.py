"""Differences of log-likelihoods, never the difference of two large sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.kernel import chosen_engine, rise

__all__ = ["Point", "likelihood_difference"]


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """What -ln L depends on at some parameters of b fits.

    Attributes:
        expected: expectations before exposure, positive, shape (b, m).
        penalty: value of the constraint terms, shape (b,).
    """

    expected: FloatArray
    penalty: FloatArray

    @classmethod
    def of(cls, minimum: Minimum) -> Point:
        """Where a fit ended."""
        return cls(minimum.expected, minimum.penalty)

    def take(self, rows: IntArray) -> Point:
        """The points of some rows."""
        return Point(self.expected[rows], self.penalty[rows])


def likelihood_difference(problem: Problem, at: Point | Minimum, reference: Point | Minimum) -> FloatArray:
    """-ln L at one point minus that at another of each row, bin by bin; shape (b,).

    Twice this is q = 2 sum[e (mu - mu') - n ln(mu / mu')], plus the difference of the constraint terms.
    """
    variant = chosen_engine().variant
    if variant is not None:
        difference = rise(problem.counts, problem.exposure, at.expected, reference.expected, variant)
    else:
        logarithms = np.log(at.expected / reference.expected)
        change = at.expected - reference.expected
        linear = change.sum(axis=1) if problem.exposure is None else np.vecdot(change, problem.exposure)
        difference = np.asarray(linear - np.vecdot(logarithms, problem.counts))
    return difference if problem.is_unconstrained else difference + (at.penalty - reference.penalty)
