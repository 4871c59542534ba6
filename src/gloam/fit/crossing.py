"""Where the profile of -ln L has risen by a given amount above a reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.problem import Problem
from gloam.fit.profiling import profile
from gloam.fit.status import FitStatus

__all__ = ["Crossing", "crossing", "step_to_rise"]

LAST_STEP = 0.02
"""Step, in standard deviations, with which the iteration may end. It solves the second-order model of the profile, so
that its error is a step^3: below 1e-5."""

LAST_STEP_AT_BOUNDARY = 1e-4
"""The same where the minimum lies on mu = 0: the curvature of the profile jumps where another bin reaches zero."""

VALUE_TOLERANCE = 1e-6
"""Certificate asked of each profile value. The yield where it is reached is off by at most this over the slope, which
is about one per standard deviation."""

MAXIMUM_STEPS = 60


@dataclass(slots=True, eq=False)
class Crossing:
    """Signal yields at which the profile reaches a level, and its second-order model there.

    Attributes:
        s: the yields, shape (b,); NaN where none was found.
        theta: background coefficients there, shape (b, K).
        slope: derivative of the profile, shape (b,).
        curvature: its second derivative, shape (b,).
        ridge: d theta / d s, shape (b, K).
        found: whether the crossing is bracketed and certified, shape (b,).
    """

    s: FloatArray
    theta: FloatArray
    slope: FloatArray
    curvature: FloatArray
    ridge: FloatArray
    found: BoolArray


def step_to_rise(slope: FloatArray, curvature: FloatArray, missing: FloatArray) -> FloatArray:
    """The nearer step after which slope * step + curvature * step^2 / 2 is what is missing, shape (b,)."""
    with np.errstate(all="ignore"):
        discriminant = np.maximum(slope * slope + 2 * curvature * missing, 0.0)
        return 2 * missing / (slope + np.sqrt(discriminant))


def crossing(
    problem: Problem,
    theta: FloatArray,
    s: FloatArray,
    reference: Point,
    rise: float | FloatArray,
    *,
    guess: FloatArray,
    ridge: FloatArray,
) -> Crossing:
    """The yields above s at which -ln L, minimised over the background, exceeds the reference by `rise`.

    Each step solves the second-order model of the profile that a pass over the bins gives, inside a bracket that the
    iteration finds by itself.

    Args:
        problem: b fits.
        theta: background coefficients at s, shape (b, K).
        s: yields at which the rise is not yet reached, shape (b,).
        reference: the point that the rise is counted from.
        rise: how far to rise, > 0.
        guess: first yield to try, > s, shape (b,).
        ridge: d theta / d s at s, shape (b, K).
    """
    b = problem.size
    goal = np.broadcast_to(np.asarray(rise, float), (b,))
    unknown = np.full(b, np.nan)
    out = Crossing(unknown, theta.copy(), unknown.copy(), unknown.copy(), np.zeros_like(theta), np.zeros(b, bool))
    rows, part = np.arange(b), problem
    low, high = s.copy(), np.full(b, np.inf)
    at, theta = guess.copy(), theta + ridge * (guess - s)[:, None]
    for _ in range(MAXIMUM_STEPS):
        found = profile(part, theta, at, VALUE_TOLERANCE)
        missing = goal - likelihood_difference(part, found, reference)
        below = missing > 0
        low, high = np.where(below, at, low), np.where(below, high, at)
        proposed = at + step_to_rise(found.slope, found.curvature, missing)
        with np.errstate(all="ignore"):
            unit = 1 / np.sqrt(found.curvature)
        # without a bracket, at most three times as far as so far
        reach = np.where(np.isfinite(high), high, at + 2 * (at - s))
        inside = (proposed > low) & (proposed < reach)
        proposed = np.where(inside, proposed, np.where(np.isfinite(high), 0.5 * (low + high), reach))
        step = proposed - at
        width = np.minimum(np.where(np.isfinite(unit), unit, np.inf), np.abs(at - s))
        last = np.where(found.status == FitStatus.OK.value, LAST_STEP, LAST_STEP_AT_BOUNDARY)
        done = (inside & (np.abs(step) <= last * width)) | (high - low <= 1e-9 * np.abs(at - s))
        lost = found.gap > VALUE_TOLERANCE
        theta = found.theta + found.ridge * step[:, None]
        if done.any() or lost.any():
            new = done & ~lost
            ended = rows[new]
            out.s[ended], out.theta[ended], out.found[ended] = proposed[new], theta[new], True
            out.slope[ended] = (found.slope + found.curvature * step)[new]
            out.curvature[ended], out.ridge[ended] = found.curvature[new], found.ridge[new]
            keep = np.flatnonzero(~done & ~lost)
            if keep.size == 0:
                break
            rows, part, goal, reference = rows[keep], part.take(keep), goal[keep], reference.take(keep)
            s, low, high, proposed, theta = s[keep], low[keep], high[keep], proposed[keep], theta[keep]
        at = proposed
    return out
