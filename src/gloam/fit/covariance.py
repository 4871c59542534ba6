"""The covariance matrix of the fitted parameters."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.elimination import solve_positive
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem

__all__ = ["covariance"]


def covariance(problem: Problem, minimum: Minimum) -> FloatArray:
    """The inverse of the second derivatives of -ln L at the minimum, signal yield last; shape (b, K + 1, K + 1).

    NaN where the matrix is singular, as it is with fewer filled bins than parameters.
    """
    k = problem.design.parameters
    weight = problem.counts / minimum.expected**2
    weighted_signal = weight * problem.signal
    matrix = np.empty((k + 1, k + 1, problem.size))
    matrix[:k, :k] = problem.design.gram(weight)
    matrix[k, :k] = matrix[:k, k] = problem.design.adjoint(weighted_signal).T
    matrix[k, k] = np.vecdot(weighted_signal, problem.signal)
    unit = np.broadcast_to(np.eye(k + 1)[:, :, None], matrix.shape)
    with np.errstate(all="ignore"):
        columns, pivot = solve_positive(matrix, list(np.moveaxis(unit, 1, 0)), np)
    inverse = np.moveaxis(np.stack(columns), 2, 0)
    inverse[~(pivot > 1e-12)] = np.nan
    return inverse
