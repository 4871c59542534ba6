"""Certified minima of a batch, free or at a fixed signal yield: the one thing everything else is built on."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.linear import TOLERANCE, solve_linear, start_without_signal
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.sequential import profile_sequentially
from gloam.fit.status import FitStatus
from gloam.fit.yield_search import minimise_along_yield

__all__ = ["TOLERANCE", "first_step", "minimise", "profile", "projected_start"]


def profile(problem: Problem, theta: FloatArray, s: FloatArray, tol: float = TOLERANCE) -> Minimum:
    """The minima over the background at fixed signal yields: theta, slope and curvature of the profile, certificate.

    Started near the minimum (slid along `ridge` from a neighbouring yield) it takes one or two passes over the
    bins, which is what makes limits cheap.

    Args:
        problem: b fits.
        theta: start, shape (b, K); it need not make the expectation positive.
        s: the signal yields, shape (b,).
        tol: bound on -ln L minus its minimum at which a fit is finished.
    """
    if problem.effects is not None:
        return profile_sequentially(problem, theta, s, tol)
    return solve_linear(problem, theta, s, free=False, tol=tol)


def minimise(problem: Problem, theta: FloatArray, s: FloatArray, tol: float = TOLERANCE) -> Minimum:
    """The minima over background and signal yield, which may be negative; arguments as for `profile`."""
    if problem.effects is not None:
        return minimise_along_yield(problem, theta, s, tol)
    return solve_linear(problem, theta, s, free=True, tol=tol)


def projected_start(problem: Problem) -> FloatArray:
    """Parameters near the minimum without a signal, with a positive expectation; shape (b, K).

    Nuisance parameters start at 0.
    """
    if problem.effects is None:
        return start_without_signal(problem)
    return problem.with_parameters(start_without_signal(problem.nominal()))


def first_step(problem: Problem, without: Minimum, most_promised: float) -> tuple[FloatArray, FloatArray]:
    """Newton's step towards the free minimum, which slope and curvature of the profile at s = 0 already give.

    It is not taken where it leaves mu > 0 or promises too much, as it does with no counts under the peak. Fits with
    nuisance effects find their own start.

    Args:
        problem: b fits.
        without: their minima without a signal.
        most_promised: gain in 2 ln L, to second order, above which the step is not believed.

    Returns:
        Where to start `minimise`: background coefficients, shape (b, K), and yields, shape (b,).
    """
    if problem.effects is not None:
        return without.theta, np.zeros(problem.size)
    with np.errstate(all="ignore"):
        s = -without.slope / without.curvature
        promised = without.slope**2 / without.curvature
    s = np.where((without.status == FitStatus.OK.value) & (promised < most_promised), s, 0.0)
    theta = without.theta + without.ridge * s[:, None]
    outside = problem.expected(theta, s).min(axis=1) <= 0
    return np.where(outside[:, None], without.theta, theta), np.where(outside, 0.0, s)
