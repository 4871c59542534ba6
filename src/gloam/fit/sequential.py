"""Fits with nuisance parameters: sequences of certified linear fits, and a search along the signal yield.

At a fixed signal yield the expectation is linear in most nuisance parameters (morphs of the signal, Gaussian factors):
then one linear problem is the whole fit, convex and certified. Log-normal factors and morphs of floating templates bend
it. Their second derivatives enter the tangent problem as a quadratic term, which makes the sequence Newton's method.

In (s, alpha) together a morph of the signal, s (f + alpha d), is not convex: s is therefore the outer scalar, moved by
slope and curvature of the profile inside a bracket. Behind s = 0 there can be a second minimum, with the other sign of
both; it is searched for wherever such a parameter is pulled by more than `PULL`.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit.constraint import Constraint
from gloam.fit.design import RowDesign
from gloam.fit.elimination import solve_positive
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.linear import raised, solve_linear
from gloam.fit.minimum import Minimum, pending, put
from gloam.fit.problem import Problem
from gloam.fit.status import is_certified
from gloam.fit.template_statistics import best_expectation

__all__ = ["minimise_along_yield", "point_at", "profile_sequentially", "tangent_problem"]

MAXIMUM_TANGENTS = 40
MAXIMUM_HALVINGS = 12
MAXIMUM_YIELDS = 40
PULL = 0.5
"""Pull of a parameter that morphs the signal from which on a second minimum is searched for."""
STUCK = 1e-8
"""What a tangent may still promise where no part of its step lowers -ln L."""
ROUNDING = 1e-15
"""Of -ln L, per count."""
MOST = 1e12
"""Yields beyond this many times the error are not looked for."""


def point_at(problem: Problem, theta: FloatArray, s: FloatArray) -> Point:
    """Expectations and constraint terms at some parameters, with the best shifts of the bins."""
    expected = problem.expected(theta, s)
    spread = problem.spread_at(theta)
    if spread is not None:
        positive = expected.min(axis=1) > 0
        best = best_expectation(problem.counts, problem.weight, expected, spread)
        expected = np.where(positive[:, None], best, expected)
    return Point(expected, problem.penalty(theta, s, expected))


def tangent_problem(problem: Problem, theta: FloatArray, s: FloatArray, at: Point) -> Problem:
    """The linear problem that agrees with this one at some parameters, up to second order at the fixed yield.

    Args:
        problem: b fits; without nuisance effects they are their own tangent.
        theta: coefficients and nuisance parameters, shape (b, K + N).
        s: signal yields, shape (b,).
        at: the point there.
    """
    effects = problem.effects
    if effects is None:
        return problem
    # an empty bin with hardly an expectation pulls with its multiplier, which is not known here
    known = (problem.counts > 0) | (at.expected > 1e-9)
    known = known if problem.used is None else known & problem.used
    residual = np.where(known, problem.weight - problem.counts / at.expected, 0.0)
    shift = problem.shifts(theta, s, at.expected) if effects.spreads else None
    tangent = effects.tangent(problem.design.dense(problem.size), problem.signal, theta, s, residual, shift)
    offset = problem.expected(theta, s) - (tangent.columns @ theta[:, :, None])[:, :, 0] - s[:, None] * tangent.signal
    k = theta.shape[1]
    prior = problem.constraint or Constraint(theta, np.zeros((k, k, problem.size)))
    linear = dataclasses.replace(
        problem, design=RowDesign(tangent.columns), signal=tangent.signal, offset=offset, effects=None,
        spread=problem.spread_at(theta), upward=problem.with_parameters(problem.rising[None])[0],
        constraint=Constraint(theta, prior.precision, prior.slope(theta), tangent.cross),
    )  # fmt: skip
    return _bent(linear, tangent.bend, at)


def _bent(linear: Problem, bend: FloatArray, at: Point) -> Problem:
    """The tangent with the second derivatives of the expectation, where -ln L stays convex with them."""
    constraint = linear.constraint
    if constraint is None or not bend.any():
        return linear
    weight = linear.counts / at.expected**2
    if linear.spread is not None:
        weight = weight / (1 + linear.spread**2 * weight)
    precision = constraint.precision + bend
    with np.errstate(all="ignore"):
        _, pivot = solve_positive(linear.design.gram(weight) + precision, [constraint.origin.T], np)
    precision = np.where(pivot > 1e-9, precision, constraint.precision)
    return dataclasses.replace(linear, constraint=dataclasses.replace(constraint, precision=precision))


def profile_sequentially(problem: Problem, theta: FloatArray, s: FloatArray, tol: float) -> Minimum:
    """The minima at fixed signal yields, each found by a sequence of tangent problems.

    The certificate is that of the last tangent problem plus what it still gained. Where the expectation is linear in
    all parameters that bounds the distance to the minimum; elsewhere it is the distance that is left to second order,
    as Minuit's estimate is, of a minimum that may be one of several.

    Args:
        problem: b fits with nuisance effects.
        theta: start, shape (b, K + N).
        s: the signal yields, shape (b,).
        tol: certificate at which a fit is finished.
    """
    theta = _positive_start(problem, theta, s)
    at = point_at(problem, theta, s)
    out = pending(theta, s, at.expected)
    rows, part = np.flatnonzero(at.expected.min(axis=1) > 0), problem
    if rows.size < problem.size:
        part, theta, s, at = part.take(rows), theta[rows], s[rows], at.take(rows)
    for _ in range(MAXIMUM_TANGENTS):
        if rows.size == 0:
            break
        linear = tangent_problem(part, theta, s, at)
        found = solve_linear(linear, theta, s, free=False, tol=tol)
        out.passes[rows] += found.passes
        before = Point(at.expected, linear.penalty(theta, s, at.expected))
        with np.errstate(all="ignore"):
            gained = np.maximum(likelihood_difference(linear, before, found), 0.0)
        good = is_certified(found.status)
        done = good & (gained <= tol)
        theta, at, moved = _accepted(part, theta, s, at, found)
        # rounding, or a kink at 0, leaves nothing to gain
        done |= good & ~moved & (gained <= STUCK)
        if done.any():
            found.theta, found.expected, found.penalty = theta, at.expected, at.penalty
            found.gap = found.gap + gained
            put(out, rows[done], found, done)
        keep = np.flatnonzero(good & ~done & moved)
        if keep.size < rows.size:
            rows, part, theta, s, at = rows[keep], part.take(keep), theta[keep], s[keep], at.take(keep)
    return out


def _positive_start(problem: Problem, theta: FloatArray, s: FloatArray) -> FloatArray:
    """The start, with nuisance parameters back at 0 where the expectation is not positive."""
    theta = np.where(np.isfinite(theta), theta, 0.0)
    bad = np.flatnonzero(~(problem.expected(theta, s).min(axis=1) > 0))
    if bad.size:
        nominal = problem.take(bad).nominal()
        theta = theta.copy()
        raised_theta = raised(nominal, theta[bad, : nominal.parameters], s[bad], below=0.0, to=1e-2)[0]
        theta[bad] = problem.with_parameters(raised_theta)
    return theta


def _accepted(
    part: Problem, theta: FloatArray, s: FloatArray, at: Point, found: Minimum
) -> tuple[FloatArray, Point, BoolArray]:
    """As much of each step as lowers -ln L: parameters, point, and whether there was any."""
    if part.effects is not None and part.effects.is_affine:
        return found.theta, Point(found.expected, part.penalty(found.theta, s, found.expected)), np.ones(s.size, bool)
    new, length = found.theta.copy(), np.ones(s.size)
    expected, penalty = at.expected.copy(), at.penalty.copy()
    waiting = np.arange(s.size)
    for _ in range(MAXIMUM_HALVINGS):
        some = part.take(waiting)
        tried = _floored(some, point_at(some, new[waiting], s[waiting]))
        with np.errstate(all="ignore"):
            rise = likelihood_difference(some, tried, at.take(waiting))
        fine = rise <= ROUNDING * (1 + some.counts.sum(axis=1))
        expected[waiting[fine]], penalty[waiting[fine]] = tried.expected[fine], tried.penalty[fine]
        waiting = waiting[~fine]
        if waiting.size == 0:
            break
        length[waiting] *= 0.5
        new[waiting] = theta[waiting] + length[waiting, None] * (found.theta - theta)[waiting]
    new[waiting] = theta[waiting]
    moved = np.ones(s.size, bool)
    moved[waiting] = False
    return new, Point(expected, penalty), moved


def _floored(part: Problem, at: Point) -> Point:
    """Expectations that rounding and curvature have put just below 0 in empty bins, lifted to next to nothing."""
    level = part.counts.sum(axis=1) / part.counts.shape[1] + 1e-3
    slightly = (part.counts == 0) & (at.expected > -1e-6 * level[:, None])
    return Point(np.where(slightly, np.maximum(at.expected, 1e-300), at.expected), at.penalty)


def minimise_along_yield(problem: Problem, theta: FloatArray, s: FloatArray, tol: float) -> Minimum:
    """The minima with the yield free, the deeper one where there are two; arguments as `profile_sequentially`."""
    everywhere = np.full(problem.size, np.inf)
    found = _descend(problem, theta, s, -everywhere, everywhere, tol)
    k = problem.design.parameters
    morphs = [] if problem.effects is None else [k + i for i in sorted(problem.effects.morphs_signal)]
    centre = 0.0 if problem.constraint is None else problem.constraint.origin[:, morphs]
    rows = np.flatnonzero((np.abs(found.theta[:, morphs] - centre) > PULL).any(axis=1) & (found.s != 0))
    if rows.size:
        part, mirrored = problem.take(rows), found.theta[rows]
        mirrored[:, morphs] *= -1
        here = found.s[rows]
        low, high = np.where(here > 0, -np.inf, 0.0), np.where(here > 0, 0.0, np.inf)
        other = _descend(part, mirrored, -here, low, high, tol)
        certified = np.flatnonzero(is_certified(other.status))
        difference = likelihood_difference(
            part.take(certified), Point.of(other).take(certified), Point.of(found).take(rows[certified])
        )
        better = certified[difference < 0]
        put(found, rows[better], other, better)
    return found


def _descend(
    problem: Problem, theta: FloatArray, s: FloatArray, low: FloatArray, high: FloatArray, tol: float
) -> Minimum:
    """The minimum of the profile between two yields by Newton's method in a bracket; not certified if at an end."""
    out = pending(theta, s, np.ones_like(problem.counts))
    rows, part, start = np.arange(problem.size), problem, s.copy()
    scale = 1 / np.maximum(problem.signal.sum(axis=1), 1e-3)
    wall = np.full(problem.size, np.nan)  # beyond which no expectation is positive
    for _ in range(MAXIMUM_YIELDS):
        found = profile_sequentially(part, theta, s, tol)
        out.passes[rows] += found.passes
        good = is_certified(found.status)
        with np.errstate(all="ignore"):
            promise = found.slope**2 / (2 * found.curvature)
            unit = np.where(found.curvature > 0, 1 / np.sqrt(found.curvature), scale)
            downhill = np.where(found.curvature > 0, -found.slope / found.curvature, -np.sign(found.slope) * unit)
        wall = np.where(good, wall, s)
        low = np.where(good & (found.slope < 0) | (~good & (s < start)), s, low)
        high = np.where(good & (found.slope > 0) | (~good & (s >= start)), s, high)
        at_wall = good & (found.slope > 0) & (low == wall) & (found.slope * (s - low) <= tol)
        narrow = good & (high - low <= 1e-10 * (unit + np.abs(s)))
        done = good & (promise <= tol) & (found.curvature > 0) | at_wall | narrow
        if done.any():
            found.gap = found.gap + np.where(promise <= tol, promise, np.abs(found.slope) * (high - low))
            found.slope = np.zeros_like(found.slope)
            put(out, rows[done], found, done, passes=False)
        reach = 4 * np.maximum(unit, np.abs(s - start))
        proposed = s + np.where(good, np.clip(downhill, -reach, reach), 0.0)
        bracketed = np.isfinite(low) & np.isfinite(high)
        outside = ~((proposed > low) & (proposed < high)) | ~good
        with np.errstate(invalid="ignore"):
            middle = np.where(bracketed, 0.5 * (low + high), np.where(np.isfinite(low), low + unit, high - unit))
        proposed = np.where(outside, middle, proposed)
        theta = np.where(good[:, None], found.theta + found.ridge * (proposed - s)[:, None], theta)
        keep = np.flatnonzero(~done & (np.abs(proposed) < MOST * scale * (1 + part.counts.sum(axis=1))))
        rows, part, theta, s = rows[keep], part.take(keep), theta[keep], proposed[keep]
        low, high, wall, start, scale = low[keep], high[keep], wall[keep], start[keep], scale[keep]
        if rows.size == 0:
            break
    return out
