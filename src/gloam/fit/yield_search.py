"""The search along the signal yield, for fits in which -ln L is not convex in yield and nuisance parameters together.

With a morph of the signal, s (f + alpha d), the yield is the outer scalar, moved by slope and curvature of the profile
inside a bracket. There can be a second minimum, mostly behind s = 0 with the other sign of both; it is searched for
wherever the profile is not clearly convex at s = 0, where a morph bends it most.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.linear import solve_linear
from gloam.fit.minimum import Minimum, pending, put
from gloam.fit.problem import Problem
from gloam.fit.sequential import profile_sequentially
from gloam.fit.status import is_certified
from gloam.fit.tangent import point_at, tangent_problem

__all__ = ["minimise_along_yield"]

MAXIMUM_YIELDS = 40
START_TOLERANCE = 1e-6
CONVEX = 0.5
"""Curvature of the profile at s = 0, of that without nuisance parameters, below which other minima are searched for."""
BEYOND = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Yields around which they are searched for, on both sides, in units of the error without nuisance parameters."""
HOPELESS = 5.0
"""-ln L above the minimum that is known, at the best of these yields, above which none between them is deeper."""
MOST = 1e12
"""Yields beyond this many times the error are not looked for."""


def minimise_along_yield(problem: Problem, theta: FloatArray, s: FloatArray, tol: float) -> Minimum:
    """The minima with the yield free, the deeper one where there are two; arguments as `profile_sequentially`.

    The search starts from the fit without nuisance parameters, whose error is the unit of its first steps.
    """
    nominal = problem.nominal()
    start = solve_linear(nominal, theta[:, : nominal.parameters], s, free=True, tol=START_TOLERANCE)
    known = is_certified(start.status)
    theta = np.where(known[:, None], problem.with_parameters(start.theta), theta)
    s = np.where(known, start.s, s)
    with np.errstate(all="ignore"):
        unit = 1 / np.sqrt(start.curvature)
    unit = np.where(known & np.isfinite(unit), unit, 1 / np.maximum(problem.signal.sum(axis=1), 1e-3))
    everywhere = np.full(problem.size, np.inf)
    found = _descend(problem, theta, s, unit, (-everywhere, everywhere), tol)
    if problem.effects is not None and problem.effects.morphs_signal:
        _look_beyond(problem, found, unit, tol)
    return found


def _look_beyond(problem: Problem, found: Minimum, unit: FloatArray, tol: float) -> None:
    """Replace minima by deeper ones at other yields, where morphs of the signal bend the profile.

    With the pulls alpha minimised, a morph adds -s^2 (r' d)^2 / 2 to the profile at small yields, r being the residual
    of the bins: that is where it is the least convex, and if it is convex enough there, it has one minimum.
    """
    none, nominal = np.zeros(problem.size), problem.nominal()
    plain = solve_linear(nominal, found.theta[:, : nominal.parameters], none, free=False, tol=START_TOLERANCE)
    theta = problem.with_parameters(plain.theta)
    tangent = tangent_problem(problem, theta, none, point_at(problem, theta, none), plain.multiplier)
    rows = np.flatnonzero(~(_bend(problem, tangent) < (1 - CONVEX) * plain.curvature))
    if rows.size == 0:
        return
    part, unit, theta = problem.take(rows), unit[rows], theta[rows]
    for side in (-1.0, 1.0):
        yields = side * unit[:, None] * np.array([0.0, *BEYOND, np.inf])
        values, starts = np.full((rows.size, len(BEYOND)), np.inf), []
        for place in range(len(BEYOND)):
            there = profile_sequentially(part, theta, yields[:, place + 1], START_TOLERANCE)
            starts.append(there.theta)
            good = np.flatnonzero(is_certified(there.status))
            here = Point.of(found).take(rows[good])
            values[good, place] = likelihood_difference(part.take(good), Point.of(there).take(good), here)
        near = np.flatnonzero(values.min(axis=1) < HOPELESS)
        best = values[near].argmin(axis=1)
        inner, outer = yields[near, best], yields[near, best + 2]
        start = np.stack(starts, axis=1)[near, best]
        ends = (np.minimum(inner, outer), np.maximum(inner, outer))
        other = _descend(part.take(near), start, yields[near, best + 1], unit[near], ends, tol)
        certified = np.flatnonzero(is_certified(other.status))
        deeper = likelihood_difference(
            part.take(near[certified]), Point.of(other).take(certified), Point.of(found).take(rows[near[certified]])
        )
        better = certified[deeper < 0]
        put(found, rows[near[better]], other, better)


def _bend(problem: Problem, tangent: Problem) -> FloatArray:
    """By how much morphs of the signal lower the curvature of the profile at s = 0, shape (b,)."""
    constraint = tangent.constraint
    if problem.effects is None or constraint is None or constraint.cross is None:
        return np.zeros(problem.size)
    at = problem.design.parameters + np.array(sorted(problem.effects.morphs_signal))
    with np.errstate(all="ignore"):
        return np.asarray((constraint.cross[at] ** 2 / constraint.precision[at, at]).sum(axis=0))


def _descend(
    problem: Problem,
    theta: FloatArray,
    s: FloatArray,
    unit: FloatArray,
    ends: tuple[FloatArray, FloatArray],
    tol: float,
) -> Minimum:
    """The minimum of the profile between two yields by Newton's method in a bracket; not certified if at an end.

    Args:
        problem: b fits.
        theta: start, shape (b, K + N).
        s: start, between the ends.
        unit: error of the yield, roughly; no step is longer than a few, or than the way so far.
        ends: yields between which to search, shapes (b,).
        tol: bound on -ln L minus its minimum at which a fit is finished.
    """
    out = pending(theta, s, np.ones_like(problem.counts))
    rows, part, start = np.arange(problem.size), problem, s.copy()
    tol = 0.5 * tol  # half for the fits at fixed yields, half for what another step would gain
    low, high = ends
    wall = np.full(problem.size, np.nan)  # beyond which no expectation is positive
    for _ in range(MAXIMUM_YIELDS):
        found = profile_sequentially(part, theta, s, tol)
        out.passes[rows] += found.passes
        good = is_certified(found.status)
        wall = np.where(good, wall, s)
        low = np.where(good & (found.slope < 0) | (~good & (s < start)), s, low)
        high = np.where(good & (found.slope > 0) | (~good & (s >= start)), s, high)
        with np.errstate(all="ignore"):
            promise = np.where(found.curvature > 0, found.slope**2 / (2 * found.curvature), np.inf)
            step = np.where(found.curvature > 0, -found.slope / found.curvature, -np.sign(found.slope) * np.inf)
            left = np.abs(found.slope) * (high - low)  # what the rest of the bracket can gain at most
        at_wall = (found.slope > 0) & (low == wall) & (left <= tol)
        done = good & ((promise <= tol) | at_wall | (high - low <= 1e-10 * (unit + np.abs(s))))
        if done.any():
            found.gap = found.gap + np.minimum(promise, np.where(np.isfinite(left), left, np.inf))
            found.slope = np.zeros_like(found.slope)
            put(out, rows[done], found, done)
        reach = 4 * np.maximum(unit, np.abs(s - start))
        proposed = np.where(good, s + np.clip(step, -reach, reach), np.nan)
        inside = (proposed > low) & (proposed < high)
        with np.errstate(invalid="ignore"):
            middle = np.where(np.isfinite(low + high), 0.5 * (low + high), np.where(np.isfinite(low), low, high - unit))
        proposed = np.where(inside, proposed, np.where(np.isfinite(high), middle, low + unit))
        theta = np.where(good[:, None], found.theta + found.ridge * (proposed - s)[:, None], theta)
        keep = np.flatnonzero(~done & (np.abs(proposed) < MOST * unit))
        rows, part, theta, s = rows[keep], part.take(keep), theta[keep], proposed[keep]
        low, high, wall, start, unit = low[keep], high[keep], wall[keep], start[keep], unit[keep]
        if rows.size == 0:
            break
    return out
