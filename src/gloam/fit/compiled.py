"""Newton's method by the engine that was chosen: the compiled kernel where it can do the fits, else NumPy."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.design import ColumnDesign, SharedDesign
from gloam.fit.minimum import Minimum, pending
from gloam.fit.newton import newton
from gloam.fit.problem import Problem
from gloam.fit.status import FitStatus
from gloam.kernel import MOST_COEFFICIENTS, MOST_SHARED, LaneFits, chosen_engine, newton_lanes

__all__ = ["fast_newton"]


def fast_newton(
    problem: Problem, theta: FloatArray, s: FloatArray, expected: FloatArray, free: bool, tol: float
) -> Minimum:
    """The minima of a batch; arguments and result as of `newton`.

    The kernel does what the counts alone determine. Constraints, shifts of bins and more coefficients than it is
    compiled for are left to NumPy.
    """
    variant = chosen_engine().variant
    if variant is None or not problem.is_unconstrained or problem.design.parameters > MOST_COEFFICIENTS:
        return newton(problem, theta, s, expected, free, tol)
    out = pending(theta, s, expected)
    certified = np.zeros(problem.size, np.int64)
    newton_lanes(
        LaneFits(
            problem.counts, problem.exposure, problem.signal, _matrix(problem), out.theta, out.s, out.expected, out.gap,
            out.slope, out.curvature, out.information, out.ridge, certified, out.passes,
        ),
        free, tol, variant,
    )  # fmt: skip
    out.status[certified != 0] = FitStatus.OK.value
    return out


def _matrix(problem: Problem) -> FloatArray:
    """The background: one matrix of shape (K, m) where all rows share it, else one for each, shape (b, m, K)."""
    design = problem.design
    if design.parameters <= MOST_SHARED:
        if isinstance(design, SharedDesign):
            return design.matrix.T
        if isinstance(design, ColumnDesign):
            return design.columns
    return design.dense(problem.size)
