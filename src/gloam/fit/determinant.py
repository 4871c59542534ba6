"""Second derivatives of -ln L in the background coefficients, and the information that data carry about the signal."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.direction import direction
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem

__all__ = ["background_curvature", "expected_information", "log_determinant"]


def background_curvature(problem: Problem, expected: FloatArray) -> FloatArray:
    """The second derivatives of -ln L with respect to the background coefficients, shape (b, K, K).

    Args:
        problem: b fits.
        expected: the expectation at which they are wanted, before exposure, shape (b, m).
    """
    with np.errstate(all="ignore"):  # an empty bin on mu = 0 does not count
        weight = np.where(problem.counts > 0, problem.counts / expected**2, 0.0)
    return np.moveaxis(problem.design.gram(weight), 2, 0)


def log_determinant(problem: Problem, minimum: Minimum) -> FloatArray:
    """The logarithm of the determinant of `background_curvature` at a minimum, shape (b,); NaN where it is singular."""
    sign, logarithm = np.linalg.slogdet(background_curvature(problem, minimum.expected))
    return np.where(sign > 0, logarithm, np.nan)


def expected_information(problem: Problem, minimum: Minimum) -> tuple[FloatArray, FloatArray]:
    """The Fisher information on the signal yield at a minimum, for a known and for a fitted background; shapes (b,).

    I_ss = sum e f^2 / mu, and what fitting the background leaves of it, I_ss - I_st I_tt^-1 I_ts. The data enter only
    through the expectation, as a prior wants it.
    """
    exposure = problem.weight * np.ones_like(minimum.expected)
    with np.errstate(all="ignore"):
        weight = np.where(exposure > 0, exposure / minimum.expected, 0.0)
        towards = direction(problem.design, problem.signal, weight, np.zeros_like(weight), np)
    return towards.information, towards.curvature
