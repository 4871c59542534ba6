"""Fits with nuisance parameters at fixed signal yields: sequences of certified linear fits.

At a fixed signal yield the expectation is linear in most nuisance parameters (morphs of the signal, Gaussian factors):
then one linear problem is the whole fit, convex and certified. Log-normal factors and morphs of floating templates bend
it. Their second derivatives enter the tangent problem as a quadratic term, which makes the sequence Newton's method.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.likelihood import MANY, Point, likelihood_difference, rounding
from gloam.fit.linear import flat_height, merge, raised, solve_linear
from gloam.fit.minimum import Minimum, pending, put
from gloam.fit.problem import Problem
from gloam.fit.status import is_certified
from gloam.fit.tangent import point_at, tangent_problem

__all__ = ["profile_sequentially"]

MAXIMUM_TANGENTS = 40
MAXIMUM_HALVINGS = 12
START_TOLERANCE = 1e-6
FAR = 0.1
"""What a tangent promises, in -ln L, above which its second derivatives hardly hold a step away: twice as much of them
has to leave -ln L convex for the next one to carry them."""
STUCK = 1e-8
"""What a tangent may still promise where no part of its step lowers -ln L."""
ROUNDING = 1e-15
"""Of the logarithms in -ln L, per count, up to as many counts as they are added up for."""


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
    theta, at = _positive_start(problem, theta, s)
    tol = 0.5 * tol  # half for the tangent problem, half for what it gains
    out = pending(theta, s, at.expected)
    rows, part = np.flatnonzero(at.expected.min(axis=1) > 0), problem
    if rows.size < problem.size:
        part, theta, s, at = part.take(rows), theta[rows], s[rows], at.take(rows)
    multiplier, promised = None, np.full(rows.size, np.inf)
    for _ in range(MAXIMUM_TANGENTS):
        if rows.size == 0:
            break
        linear, found, gained = _tangent_minimum(part, theta, s, at, multiplier, promised, tol)
        out.passes[rows] += found.passes
        good = is_certified(found.status) & (gained >= -STUCK - found.gap)
        least = rounding(part, found)  # a smaller gain is not seen
        gained = np.maximum(gained, least)
        done = good & (gained <= np.maximum(tol, least))
        theta, at, moved = _accepted(part, linear, theta, s, at, found, gained)
        # rounding leaves nothing to gain
        done |= good & ~moved & (gained <= STUCK)
        if done.any():
            found.theta, found.expected, found.penalty = theta, at.expected, at.penalty
            found.gap = found.gap + gained
            put(out, rows[done], found, done)
        multiplier, promised = found.multiplier, gained
        keep = np.flatnonzero(good & ~done & moved)
        if keep.size < rows.size:
            rows, part, theta, s, at = rows[keep], part.take(keep), theta[keep], s[keep], at.take(keep)
            multiplier, promised = multiplier[keep], promised[keep]
    return out


def _tangent_minimum(
    part: Problem,
    theta: FloatArray,
    s: FloatArray,
    at: Point,
    multiplier: FloatArray | None,
    promised: FloatArray,
    tol: float,
) -> tuple[Problem, Minimum, FloatArray]:
    """The tangent problem, its minimum and how far below the start that is.

    Second derivatives leave -ln L convex where the tangent touches, which need not hold a long step away. A minimum
    that was not found with them, or that lies above the start, is therefore looked for without them.
    """
    linear = tangent_problem(part, theta, s, at, multiplier, np.where(promised > FAR, 2.0, 1.0))
    found = solve_linear(linear, theta, s, free=False, tol=tol)
    gained = _gained(linear, theta, s, at, found)
    lost = np.flatnonzero(~is_certified(found.status) | ~(gained >= -STUCK - found.gap))
    if lost.size and part.effects is not None and not part.effects.is_affine:
        linear = _straightened(part, linear, lost)
        merge(found, lost, solve_linear(linear.take(lost), theta[lost], s[lost], free=False, tol=tol))
        gained = _gained(linear, theta, s, at, found)
    return linear, found, gained


def _straightened(part: Problem, linear: Problem, rows: IntArray) -> Problem:
    """The tangent problem without the second derivatives of the expectation in some rows."""
    if rows.size == 0 or linear.constraint is None:
        return linear
    precision = linear.constraint.precision.copy()
    precision[:, :, rows] = 0.0 if part.constraint is None else part.constraint.precision[:, :, rows]
    return dataclasses.replace(linear, constraint=dataclasses.replace(linear.constraint, precision=precision))


def _gained(linear: Problem, theta: FloatArray, s: FloatArray, at: Point, found: Minimum) -> FloatArray:
    """-ln L of the tangent problem at the point where it touches minus that at its minimum, shape (b,)."""
    with np.errstate(all="ignore"):
        return likelihood_difference(linear, Point(at.expected, linear.penalty(theta, s, at.expected)), found)


def _positive_start(problem: Problem, theta: FloatArray, s: FloatArray) -> tuple[FloatArray, Point]:
    """The start and the point there, with nuisance parameters back at 0 where the expectation is not positive."""
    theta = np.where(np.isfinite(theta), theta, 0.0)
    at = point_at(problem, theta, s)
    bad = np.flatnonzero(~(at.expected.min(axis=1) > 0))
    if bad.size:
        part, theta = problem.take(bad), theta.copy()
        nominal = part.nominal()
        lifted = raised(nominal, theta[bad, : nominal.parameters], s[bad], below=0.0, to=1e-2)[0]
        theta[bad] = problem.with_parameters(lifted)
        again = point_at(part, theta[bad], s[bad])
        at.expected[bad], at.penalty[bad] = again.expected, again.penalty
    return theta, at


def _accepted(
    part: Problem, linear: Problem, theta: FloatArray, s: FloatArray, at: Point, found: Minimum, gained: FloatArray
) -> tuple[FloatArray, Point, BoolArray]:
    """As much of each step as lowers -ln L: parameters, point, and whether there was any.

    A step that the curvature of a boundary mu = 0 spoils is corrected to second order before it is shortened. One that
    brings less than half of what the tangent promised (`gained`) has gone too far, and its half is tried too.
    """
    if part.effects is not None and part.effects.is_affine:
        return found.theta, Point(found.expected, part.penalty(found.theta, s, found.expected)), np.ones(s.size, bool)
    goal, new = found.theta, found.theta.copy()
    expected, penalty = at.expected.copy(), at.penalty.copy()
    waiting, length = np.arange(s.size), 1.0
    for trial in range(MAXIMUM_HALVINGS):
        some = part.take(waiting)
        tried = _floored(some, point_at(some, new[waiting], s[waiting]))
        with np.errstate(all="ignore"):
            rise = likelihood_difference(some, tried, at.take(waiting))
        fine = rise <= ROUNDING * (1 + np.minimum(some.counts.sum(axis=1), MANY)) + 2 * rounding(some, tried)
        expected[waiting[fine]], penalty[waiting[fine]] = tried.expected[fine], tried.penalty[fine]
        waiting = waiting[~fine]
        if waiting.size == 0:
            break
        if trial == 0:
            new[waiting] = _corrected(part.take(waiting), linear.take(waiting), goal[waiting], s[waiting])
        else:
            length *= 0.5
            new[waiting] = _lifted(part.take(waiting), theta[waiting] + length * (goal - theta)[waiting], s[waiting])
    new[waiting] = theta[waiting]
    moved = np.ones(s.size, bool)
    moved[waiting] = False
    reached = Point(expected, penalty)
    poor = np.flatnonzero(moved & (likelihood_difference(part, at, reached) < 0.5 * gained) & (gained > STUCK))
    if poor.size:
        some = part.take(poor)
        half = _lifted(some, 0.5 * (theta + new)[poor], s[poor])
        tried = _floored(some, point_at(some, half, s[poor]))
        with np.errstate(all="ignore"):
            better = likelihood_difference(some, tried, reached.take(poor)) < 0
        new[poor[better]] = half[better]
        expected[poor[better]], penalty[poor[better]] = tried.expected[better], tried.penalty[better]
    return new, reached, moved


def _corrected(part: Problem, linear: Problem, theta: FloatArray, s: FloatArray) -> FloatArray:
    """The solution of the tangent problem with the expectation right where its first solution lies, shape (b, K)."""
    missed = part.expected(theta, s) - linear.expected(theta, s)
    offset = missed if linear.offset is None else linear.offset + missed
    return solve_linear(dataclasses.replace(linear, offset=offset), theta, s, free=False, tol=START_TOLERANCE).theta


def _lifted(part: Problem, theta: FloatArray, s: FloatArray) -> FloatArray:
    """Parameters with as much of a flat background added as a curved boundary mu = 0 has come above the step."""
    if part.spread_at(theta) is not None:
        return theta
    short = np.maximum(-part.expected(theta, s).min(axis=1), 0.0)
    height = flat_height(part)
    size = np.divide(short, height, out=np.zeros_like(short), where=height > 0)
    return theta + part.with_parameters(size[:, None] * part.rising)


def _floored(part: Problem, at: Point) -> Point:
    """Expectations that rounding and curvature have put just below 0 in empty bins, lifted to next to nothing."""
    level = part.counts.sum(axis=1) / part.counts.shape[1] + 1e-3
    slightly = (part.counts == 0) & (at.expected > -1e-9 * level[:, None])
    return Point(np.where(slightly, np.maximum(at.expected, 1e-300), at.expected), at.penalty)
