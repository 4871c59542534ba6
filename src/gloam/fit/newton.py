"""Newton's method for a batch of fits, from any positive start."""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit.certificate import newton_gap
from gloam.fit.direction import direction
from gloam.fit.minimum import Minimum, pending, record
from gloam.fit.problem import Problem
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
        expected: positive expectations that belong to the start, shape (b, m).
        free: whether s is fitted too.
        tol: certificate at which a fit is finished.
    """
    b = theta.shape[0]
    out = pending(theta, s, expected)
    rows, part = np.arange(b), problem
    mu, working, blocked = expected, np.ones(b, bool), np.zeros(b, np.int64)
    for _ in range(MAXIMUM_PASSES):
        with np.errstate(all="ignore"):  # singular rows become NaN, fail the tests below and go to the interior point
            inverse = 1.0 / mu
            ratio = part.counts * inverse
            weight = ratio * inverse
            ratio -= part.weight
            towards = direction(part.design, part.signal, weight, ratio, np)
            ds = -towards.slope / towards.curvature if free else None
            dtheta = towards.step if ds is None else towards.step + towards.ridge * ds[:, None]
            delta = part.change(dtheta, ds)
            relative = delta * inverse
            gap, reach = newton_gap(part.counts, relative)
        out.passes[rows[working]] += 1
        moving = working & np.isfinite(reach)
        if not moving.all() or reach.max() > LONG_STEP:
            length, stopped = _step_lengths(part, mu, relative, moving & (reach > LONG_STEP))
            blocked += stopped
            gap[length != 1.0] = np.inf
            # rows that are finished stay where they are, whatever else the batch does; others may be NaN
            length[~moving] = delta[~moving] = dtheta[~moving] = 0.0
            delta *= length[:, None]
            dtheta = dtheta * length[:, None]
            ds = None if ds is None else np.where(moving, ds, 0.0) * length
        theta, mu = theta + dtheta, mu + delta
        s = s if ds is None else s + ds
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
            working, blocked = np.ones(remaining, bool), blocked[keep]
    return out


def _step_lengths(part: Problem, mu: FloatArray, relative: FloatArray, far: BoolArray) -> tuple[FloatArray, BoolArray]:
    """How far to go along each step: 1, or searched for where it may be long; and which steps an empty bin stops."""
    length, stopped = np.ones(far.size), np.zeros(far.size, bool)
    rows = np.flatnonzero(far)
    rows = rows[np.abs(relative[rows]).max(axis=1) > LONG_STEP] if rows.size else rows
    if rows.size:
        length[rows], stopped[rows] = _search(part.take(rows), mu[rows], relative[rows])
    return length, stopped


def _search(part: Problem, mu: FloatArray, relative: FloatArray) -> tuple[FloatArray, BoolArray]:
    """The minimum of -ln L along each step before the wall, and whether an empty bin is that wall.

    Newton's method in one dimension, kept inside a bracket; -ln L is convex along the step.
    """
    linear = (part.weight * mu * relative).sum(axis=1)
    lowest = relative.min(axis=1)
    wall = WALL / np.maximum(-lowest, WALL / 2)  # at most twice the step

    def derivatives(length: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = relative / (1.0 + length[:, None] * relative)
        return linear - (part.counts * share).sum(axis=1), (part.counts * share * share).sum(axis=1)

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
