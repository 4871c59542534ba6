"""Certified minima of a batch, free or at a fixed signal yield: the one thing everything else is built on."""

from __future__ import annotations

from gloam.arrays import FloatArray
from gloam.fit.linear import TOLERANCE, solve_linear, start_without_signal
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.sequential import profile_sequentially
from gloam.fit.yield_search import minimise_along_yield

__all__ = ["TOLERANCE", "minimise", "profile", "projected_start"]


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
