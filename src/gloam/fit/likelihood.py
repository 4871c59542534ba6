"""Differences of log-likelihoods, never the difference of two large sums."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.problem import Problem

__all__ = ["likelihood_difference"]


def likelihood_difference(problem: Problem, expected: FloatArray, reference: FloatArray) -> FloatArray:
    """-ln L(expected) + ln L(reference) of each row, bin by bin; shape (b,).

    Twice this is q = 2 sum[e (mu - mu') - n ln(mu / mu')]. Both expectations have shape (b, m) and are positive.
    """
    logarithms = np.log(expected / reference)
    change = expected - reference
    linear = change.sum(axis=1) if problem.exposure is None else np.vecdot(change, problem.exposure)
    return np.asarray(linear - np.vecdot(logarithms, problem.counts))
