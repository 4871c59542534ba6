"""Newton's method by the engine that was chosen: the compiled kernel where it can do the fits, else NumPy."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit.design import ColumnDesign, SharedDesign
from gloam.fit.interior_point import interior_point
from gloam.fit.minimum import Minimum, pending
from gloam.fit.newton import newton
from gloam.fit.problem import Problem
from gloam.fit.status import FitStatus
from gloam.kernel import (
    MOST_COEFFICIENTS,
    MOST_SHARED,
    LaneMinima,
    LaneProblem,
    chosen_engine,
    interior_lanes,
    newton_lanes,
)

__all__ = ["fast_interior_point", "fast_newton", "in_lanes"]


def in_lanes(problem: Problem) -> tuple[LaneProblem, int] | None:
    """The fits as the kernel takes them and the instruction set, or None where NumPy has to do them.

    The kernel does what the counts alone determine. Constraints, shifts of bins, nuisance parameters and more
    coefficients than it is compiled for are left to NumPy.
    """
    variant = chosen_engine().variant
    if (
        variant is None
        or not problem.is_unconstrained
        or problem.effects is not None
        or problem.design.parameters > MOST_COEFFICIENTS
    ):
        return None
    lanes = LaneProblem(
        problem.counts, problem.signal, _matrix(problem), problem.rising, problem.exposure, problem.offset
    )
    return lanes, variant


def fast_newton(
    problem: Problem, theta: FloatArray, s: FloatArray, expected: FloatArray, free: bool, tol: float
) -> Minimum:
    """The minima of a batch; arguments and result as of `newton`."""
    lanes = in_lanes(problem)
    if lanes is None:
        return newton(problem, theta, s, expected, free, tol)
    out = pending(theta, s, expected)
    minima, certified = _to_fill(out)
    newton_lanes(lanes[0], minima, free, tol, lanes[1])
    out.status[certified != 0] = FitStatus.OK.value
    return out


def fast_interior_point(problem: Problem, theta: FloatArray, s: FloatArray, free: bool, tol: float) -> Minimum:
    """The minima of a batch in which empty bins may end on mu = 0; arguments and result as of `interior_point`."""
    lanes = in_lanes(problem)
    if lanes is None:
        return interior_point(problem, theta, s, free, tol)
    out = pending(theta, s, problem.expected(theta, s))
    minima, certified = _to_fill(out)
    interior_lanes(lanes[0], minima, out.multiplier, free, tol, lanes[1])
    out.status[certified != 0] = FitStatus.BOUNDARY.value
    return out


def _to_fill(out: Minimum) -> tuple[LaneMinima, IntArray]:
    """The arrays that the kernel fills, and which rows it certifies."""
    certified = np.zeros(out.s.size, np.int64)
    minima = LaneMinima(
        out.theta, out.s, out.expected, out.gap, out.slope, out.curvature, out.information, out.ridge, certified,
        out.passes,
    )  # fmt: skip
    return minima, certified


def _matrix(problem: Problem) -> FloatArray:
    """The background: one matrix of shape (K, m) where all rows share it, else one for each, shape (b, m, K)."""
    design = problem.design
    if 0 < design.parameters <= MOST_SHARED and problem.offset is None:
        if isinstance(design, SharedDesign):
            return design.matrix.T
        if isinstance(design, ColumnDesign):
            return design.columns
    return design.dense(problem.size)
