"""Fits with nuisance parameters: sequences of certified linear fits, and a search along the signal yield.

At a fixed signal yield the expectation is linear in most nuisance parameters (morphs of the signal, Gaussian factors):
then one linear problem is the whole fit, convex and certified. Log-normal factors and morphs of floating templates bend
it. Their second derivatives enter the tangent problem as a quadratic term, which makes the sequence Newton's method.

In (s, alpha) together a morph of the signal, s (f + alpha d), is not convex: s is therefore the outer scalar, moved by
slope and curvature of the profile inside a bracket. There can be a second minimum, mostly behind s = 0 with the other
sign of both; it is searched for wherever the profile is not clearly convex at s = 0, where a morph bends it most.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.constraint import Constraint
from gloam.fit.design import BorderedDesign, RowDesign
from gloam.fit.effects import Shifts
from gloam.fit.elimination import solve_positive
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.linear import flat_height, merge, raised, solve_linear
from gloam.fit.minimum import Minimum, pending, put
from gloam.fit.problem import Problem
from gloam.fit.status import is_certified
from gloam.fit.template_statistics import best_expectation

__all__ = ["minimise_along_yield", "point_at", "profile_sequentially", "tangent_problem"]

MAXIMUM_TANGENTS = 40
MAXIMUM_HALVINGS = 12
MAXIMUM_YIELDS = 40
CONVEX = 0.5
"""Curvature of the profile at s = 0, of that without nuisance parameters, below which other minima are searched for."""
HOPELESS = 5.0
"""-ln L above the minimum that is known, at the best of these yields, above which none between them is deeper."""
BEYOND = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Yields around which they are searched for, on both sides, in units of the error without nuisance parameters."""
START_TOLERANCE = 1e-6
FAR = 0.1
"""What a tangent promises, in -ln L, above which its second derivatives hardly hold a step away: twice as much of them
has to leave -ln L convex for the next one to carry them."""
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
        best = best_expectation(problem.counts, problem.weight, expected, spread)
        expected = np.where(spread > 0, best, expected)
    return Point(expected, problem.penalty(theta, s, expected))


def tangent_problem(
    problem: Problem, theta: FloatArray, s: FloatArray, at: Point, multiplier: FloatArray | None = None,
    margin: FloatArray | float = 1.0,
) -> Problem:  # fmt: skip
    """The linear problem that agrees with this one at some parameters, up to second order at the fixed yield.

    Args:
        problem: b fits; without nuisance effects they are their own tangent.
        theta: coefficients and nuisance parameters, shape (b, K + N).
        s: signal yields, shape (b,).
        at: the point there.
        multiplier: of empty bins at mu = 0, from a fit nearby, shape (b, m); 0 in other bins.
        margin: how many times the second derivatives must leave -ln L convex for the tangent to carry them, shape (b,).
    """
    effects = problem.effects
    if effects is None:
        return problem
    pressure = problem.counts / np.maximum(at.expected, 1e-300)
    if multiplier is not None:
        pressure = np.where(problem.counts > 0, pressure, multiplier)
    residual = problem.weight - pressure
    if problem.used is not None:
        residual = np.where(problem.used, residual, 0.0)
    spread, shifts = problem.spread_at(theta), None
    if spread is not None and effects.spreads:
        weight = np.where(problem.counts > 0, pressure / np.maximum(at.expected, 1e-300), 0.0)
        shifts = Shifts(problem.shifts(theta, s, at.expected), spread, weight)
    tangent = effects.tangent(problem.design.dense(problem.size), problem.signal, theta, s, residual, shifts)
    inner = problem.design if tangent.background is None else RowDesign(tangent.background)
    design = BorderedDesign(inner, tangent.nuisances)
    mean = at.expected if spread is None else problem.expected(theta, s)
    offset = mean - design.apply(theta) - s[:, None] * tangent.signal
    k = theta.shape[1]
    prior = problem.constraint or Constraint(theta, np.zeros((k, k, problem.size)))
    linear = dataclasses.replace(
        problem, design=design, signal=tangent.signal, offset=offset, effects=None,
        spread=spread, upward=problem.with_parameters(problem.rising[None])[0],
        constraint=Constraint(theta, prior.precision, prior.slope(theta), tangent.cross),
    )  # fmt: skip
    return _bent(linear, tangent.bend, at, margin)


def _bent(linear: Problem, bend: FloatArray, at: Point, margin: FloatArray | float) -> Problem:
    """The tangent with the second derivatives of the expectation, where -ln L stays convex with them."""
    constraint = linear.constraint
    if constraint is None or not bend.any():
        return linear
    excess = margin * np.abs(bend).sum(axis=1) > np.einsum("iib->ib", constraint.precision)
    if not excess[np.abs(bend).sum(axis=1) > 0].any():  # the constraints alone dominate them (Gershgorin)
        constraint = dataclasses.replace(constraint, precision=constraint.precision + bend)
        return dataclasses.replace(linear, constraint=constraint)
    precision = constraint.precision + bend
    with np.errstate(all="ignore"):
        weight = np.where(linear.counts > 0, linear.counts / at.expected**2, 0.0)
        if linear.spread is not None:
            weight = weight / (1 + linear.spread**2 * weight)
        hessian = linear.design.gram(weight) + constraint.precision + margin * bend
        _, pivot = solve_positive(hessian, [constraint.origin.T], np)
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
        gained = np.maximum(gained, 0.0)
        done = good & (gained <= tol)
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
        fine = rise <= ROUNDING * (1 + some.counts.sum(axis=1))
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
    without = profile_sequentially(problem, problem.with_parameters(plain.theta), none, START_TOLERANCE)
    rows = np.flatnonzero(~(without.curvature > CONVEX * plain.curvature))
    if rows.size == 0:
        return
    part, unit, theta = problem.take(rows), unit[rows], without.theta[rows]
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
