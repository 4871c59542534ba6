"""Differences of log-likelihoods, never the difference of two large sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.kernel import chosen_engine, rise

__all__ = ["Point", "likelihood_difference", "rounding"]

MANY = 1e7
"""Counts of a fit above which the rounding of their logarithms is felt: it is 1e-16 of them."""


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
    large = np.flatnonzero(problem.counts.sum(axis=1) > MANY)
    if large.size:
        weight = 1.0 if problem.exposure is None else problem.exposure[large]
        difference[large] = _of_many(problem.counts[large], weight, at.expected[large], reference.expected[large])
    return difference if problem.is_unconstrained else difference + (at.penalty - reference.penalty)


def rounding(problem: Problem, at: Point | Minimum) -> FloatArray:
    """What is left of differences of -ln L near a minimum when expectations are rounded, shape (b,).

    An expectation mu that is off by eps mu changes -ln L by eps (e mu - n): about eps times the root of all counts.
    """
    residual = problem.counts - problem.weight * at.expected
    if problem.used is not None:
        residual = residual * problem.used
    return np.asarray(2 * np.finfo(float).eps * np.sqrt(np.vecdot(residual, residual)))


def _of_many(counts: FloatArray, weight: FloatArray | float, at: FloatArray, reference: FloatArray) -> FloatArray:
    """The same of the counts alone, where e (mu - mu') and n ln(mu / mu') of a bin are large and nearly equal.

    With t = (mu - mu') / mu' it is sum[(e - n / mu') (mu - mu') + n (t - ln(1 + t))]: rounding is multiplied by the
    residual of a bin, about the root of its count, and not by the count.
    """
    filled = counts > 0
    change, inverse = at - reference, np.where(filled, 1.0, 0.0) / reference
    relative = change * inverse
    return np.asarray(np.vecdot(weight - counts * inverse, change) + np.vecdot(counts, relative - np.log1p(relative)))
