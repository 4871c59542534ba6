"""Second derivatives of -ln L in the background, and the information that data carry about the signal."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.direction import direction
from gloam.fit.likelihood import Point
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.second_order import bin_weights
from gloam.fit.tangent import tangent_problem
from gloam.fit.template_statistics import soft_weight

__all__ = ["background_curvature", "expected_information", "log_determinant"]


def background_curvature(
    problem: Problem, theta: FloatArray, s: FloatArray, at: Point, multiplier: FloatArray | None = None
) -> FloatArray:
    """The second derivatives of -ln L in coefficients and nuisance parameters at a fixed yield, shape (b, K, K).

    Args:
        problem: b fits.
        theta: coefficients and nuisance parameters, shape (b, K).
        s: signal yields, shape (b,).
        at: the point there.
        multiplier: of empty bins at mu = 0, shape (b, m).
    """
    linear = tangent_problem(problem, theta, s, at, multiplier)
    matrix = linear.design.gram(bin_weights(linear, at.expected))
    if linear.constraint is not None:
        matrix = matrix + linear.constraint.precision
    return np.moveaxis(matrix, 2, 0)


def log_determinant(problem: Problem, minimum: Minimum) -> FloatArray:
    """The logarithm of the determinant of `background_curvature` at a minimum, shape (b,); NaN where it is singular."""
    curvature = background_curvature(problem, minimum.theta, minimum.s, Point.of(minimum), minimum.multiplier)
    sign, logarithm = np.linalg.slogdet(curvature)
    return np.where(sign > 0, logarithm, np.nan)


def expected_information(problem: Problem, minimum: Minimum) -> tuple[FloatArray, FloatArray]:
    """The Fisher information on the signal yield at a minimum, for a known and for a fitted background; shapes (b,).

    I_ss = sum e f^2 / mu, and what fitting the background leaves of it, I_ss - I_st I_tt^-1 I_ts, with the constraints
    of nuisance parameters in I_tt. The data enter only through the expectation, as a prior wants it.
    """
    imagined = problem.asimov(minimum.theta, minimum.s, minimum.expected)
    linear = tangent_problem(imagined, minimum.theta, minimum.s, Point.of(minimum))
    exposure = problem.weight * np.ones_like(minimum.expected)
    with np.errstate(all="ignore"):
        weight = np.where(exposure > 0, exposure / minimum.expected, 0.0)
        if linear.spread is not None:
            weight = soft_weight(weight, linear.spread)
        residual = np.zeros_like(weight)
        towards = direction(linear.design, linear.signal, weight, residual, np, linear.constraint, minimum.theta)
    return towards.information, towards.curvature
