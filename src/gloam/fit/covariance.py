"""The covariance matrix of the fitted parameters."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.elimination import solve_positive
from gloam.fit.likelihood import Point
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.second_order import bin_weights
from gloam.fit.tangent import tangent_problem

__all__ = ["covariance"]


def covariance(problem: Problem, minimum: Minimum) -> FloatArray:
    """The inverse of the second derivatives of -ln L at the minimum, signal yield last; shape (b, K + 1, K + 1).

    NaN where the matrix is singular, as it is with fewer filled bins than parameters.
    """
    at = Point.of(minimum)
    linear = tangent_problem(problem, minimum.theta, minimum.s, at, minimum.multiplier)
    k = linear.design.parameters
    weight = bin_weights(linear, minimum.expected)
    weighted_signal = weight * linear.signal
    matrix = np.empty((k + 1, k + 1, linear.size))
    matrix[:k, :k] = linear.design.gram(weight)
    matrix[k, :k] = linear.design.adjoint(weighted_signal).T
    if linear.constraint is not None:
        matrix[:k, :k] += linear.constraint.precision
        matrix[k, :k] += 0.0 if linear.constraint.cross is None else linear.constraint.cross
    matrix[:k, k] = matrix[k, :k]
    matrix[k, k] = np.vecdot(weighted_signal, linear.signal)
    unit = np.broadcast_to(np.eye(k + 1)[:, :, None], matrix.shape)
    with np.errstate(all="ignore"):
        columns, pivot = solve_positive(matrix, list(np.moveaxis(unit, 1, 0)), np)
    inverse = np.moveaxis(np.stack(columns), 2, 0)
    inverse[~(pivot > 1e-12)] = np.nan
    return inverse
