"""Newton's method for a batch of fits, from any positive start."""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit.certificate import newton_gap
from gloam.fit.minimum import Minimum, pending, record
from gloam.fit.problem import Problem
from gloam.fit.second_order import bin_changes, second_order
from gloam.fit.status import FitStatus

__all__ = ["newton"]

LONG_STEP = 0.6  # relative change of an expectation above which the length of the step is searched for
WALL = 0.95  # a step goes at most this part of the way to mu = 0
MAXIMUM_PASSES = 14  # then the interior point takes over: it is at home where the minimum lies at mu = 0
BLOCKED_PASSES = 2  # the same for steps that an empty bin stops
COMPACTION = 0.75  # part of the rows still at work below which the others are dropped from the arrays


def newton(problem: Problem, theta: FloatArray, s: FloatArray, expected: FloatArray, free: bool, tol: float) -> Minimum:
    """The minima of a batch; rows that did not reach the certificate are `NOT_CERTIFIED`.

    Args:
        problem: b fits.
        theta: start, shape (b, K).
        s: start of the signal yield, or its fixed value, shape (b,).
        expected: positive expectations to start from, shape (b, m): those of theta and s but for shifts of the bins.
        free: whether s is fitted too.
        tol: certificate at which a fit is finished.
    """
    b = theta.shape[0]
    out = pending(theta, s, expected)
    rows, part = np.arange(b), problem
    mu, working, blocked = expected, np.ones(b, bool), np.zeros(b, np.int64)
    shift = None if part.spread is None else part.shifts(theta, s, mu)
    for _ in range(MAXIMUM_PASSES):
        with np.errstate(all="ignore"):  # singular rows become NaN, fail the tests below and go to the interior point
            inverse = 1.0 / mu
            ratio = part.counts * inverse
            weight = ratio * inverse
            ratio -= part.weight
            towards = second_order(part, theta, weight, ratio, shift)
            ds = -towards.slope / towards.curvature if free else None
            dtheta = towards.step if ds is None else towards.step + towards.ridge * ds[:, None]
            delta, dshift = bin_changes(part, dtheta, ds, weight, ratio, shift)
            relative = delta * inverse
            gap, reach = newton_gap(part.counts, relative)
        out.passes[rows[working]] += 1
        moving = working & np.isfinite(reach)
        if not moving.all() or reach.max() > LONG_STEP:
            far = moving & (reach > LONG_STEP)
            length, stopped = _step_lengths(part, mu, relative, far, _quadratic(part, theta, dtheta, shift, dshift))
            blocked += stopped
            gap[length != 1.0] = np.inf
            # rows that are finished stay where they are, whatever else the batch does; others may be NaN
            length[~moving] = delta[~moving] = dtheta[~moving] = 0.0
            delta *= length[:, None]
            dtheta = dtheta * length[:, None]
            dshift = None if dshift is None else np.where(moving[:, None], dshift, 0.0) * length[:, None]
            ds = None if ds is None else np.where(moving, ds, 0.0) * length
        theta, mu = theta + dtheta, mu + delta
        s = s if ds is None else s + ds
        shift = shift if shift is None or dshift is None else shift + dshift
        done = working & (gap <= tol)
        if done.any():
            record(out, rows, done, theta, s, mu, gap, towards, free, FitStatus.OK)
            working &= ~done
        working &= moving & (blocked < BLOCKED_PASSES)
        remaining = np.count_nonzero(working)
        if remaining == 0:
            break
        if remaining < COMPACTION * rows.size:
            keep = np.flatnonzero(working)
            rows, part, theta, s, mu = rows[keep], part.take(keep), theta[keep], s[keep], mu[keep]
            shift = None if shift is None else shift[keep]
            working, blocked = np.ones(remaining, bool), blocked[keep]
    return out


Quadratic = tuple[FloatArray, FloatArray]
"""Slope and second derivative of the constraint terms along a step, shapes (b,)."""


def _quadratic(
    part: Problem, theta: FloatArray, dtheta: FloatArray, shift: FloatArray | None, dshift: FloatArray | None
) -> Quadratic | None:
    if part.is_unconstrained:
        return None
    slope, bend = np.zeros(part.size), np.zeros(part.size)
    if part.constraint is not None:
        slope, bend = np.einsum("kb,bk->b", part.constraint.slope(theta), dtheta), part.constraint.bend(dtheta)
    if shift is not None and dshift is not None:
        slope, bend = slope + np.vecdot(shift, dshift), bend + np.vecdot(dshift, dshift)
    return slope, bend


def _step_lengths(
    part: Problem, mu: FloatArray, relative: FloatArray, far: BoolArray, quadratic: Quadratic | None
) -> tuple[FloatArray, BoolArray]:
    """How far to go along each step: 1, or searched for where it may be long; and which steps an empty bin stops."""
    length, stopped = np.ones(far.size), np.zeros(far.size, bool)
    rows = np.flatnonzero(far)
    rows = rows[np.abs(relative[rows]).max(axis=1) > LONG_STEP] if rows.size else rows
    if rows.size:
        terms = (np.zeros(rows.size), np.zeros(rows.size)) if quadratic is None else (q[rows] for q in quadratic)
        length[rows], stopped[rows] = _search(part.take(rows), mu[rows], relative[rows], *terms)
    return length, stopped


def _search(
    part: Problem, mu: FloatArray, relative: FloatArray, slope_at_start: FloatArray, bend: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """The minimum of -ln L along each step before the wall, and whether an empty bin is that wall.

    Newton's method in one dimension, kept inside a bracket; -ln L is convex along the step.
    """
    linear = (part.weight * mu * relative).sum(axis=1) + slope_at_start
    lowest = relative.min(axis=1)
    wall = WALL / np.maximum(-lowest, WALL / 2)  # at most twice the step

    def derivatives(length: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = relative / (1.0 + length[:, None] * relative)
        slope = linear + length * bend - (part.counts * share).sum(axis=1)
        return slope, bend + (part.counts * share * share).sum(axis=1)

    downhill = derivatives(wall)[0] <= 0
    low, high, length = np.zeros_like(wall), wall, np.minimum(1.0, 0.5 * wall)
    for _ in range(6):
        slope, curvature = derivatives(length)
        low, high = np.where(slope < 0, length, low), np.where(slope > 0, length, high)
        with np.errstate(all="ignore"):  # no counts along the step: no curvature, and the bracket decides
            proposed = length - slope / curvature
        length = np.where((proposed >= low) & (proposed <= high), proposed, 0.5 * (low + high))
    nearest = np.take_along_axis(part.counts, relative.argmin(axis=1)[:, None], axis=1)[:, 0]
    return np.where(downhill, wall, length), downhill & (nearest == 0) & (lowest < -WALL / 2)
