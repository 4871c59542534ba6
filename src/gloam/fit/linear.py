"""Certified minima of a batch of linear problems, free or at a fixed signal yield."""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.fit.compiled import fast_interior_point, fast_newton
from gloam.fit.direction import Direction, direction
from gloam.fit.elimination import solve_positive
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.status import FitStatus
from gloam.fit.template_statistics import best_expectation

__all__ = [
    "TOLERANCE",
    "flat_height",
    "information",
    "is_distinct",
    "merge",
    "raised",
    "solve_linear",
    "start_without_signal",
]

TOLERANCE = 1e-11
"""Default certificate of a fit: yields are then within 5e-6 standard deviations of the minimum."""

INDISTINCT = 1e-9
"""Part of the information on the signal below which the background is said to imitate it."""


def is_distinct(problem: Problem) -> BoolArray:
    """Whether the signal differs from everything the background can be, shape (b,); no matter what the data are."""
    with np.errstate(all="ignore"):
        towards = _without_data(problem)
        return np.asarray((towards.pivot > 1e-12) & (towards.curvature > INDISTINCT * towards.information))


def information(problem: Problem) -> FloatArray:
    """What the bins tell about the yield beside a floating background, for a flat expectation of 1; shape (b,)."""
    towards = _without_data(problem)
    return np.where(towards.pivot > 1e-12, towards.curvature, 0.0)


def _without_data(problem: Problem) -> Direction:
    """The second-order model of -ln L for a flat expectation."""
    weight = np.ones_like(problem.counts) if problem.exposure is None else problem.exposure
    if problem.constraint is not None:  # of a weight beside that of the counts
        weight = weight / np.maximum(_level(problem), 0.1 / _bins(problem))[:, None]
    theta = np.zeros((problem.size, problem.design.parameters))
    return direction(problem.design, problem.signal, weight, np.zeros_like(weight), np, problem.constraint, theta)


def solve_linear(problem: Problem, theta: FloatArray, s: FloatArray, free: bool, tol: float) -> Minimum:
    """The minima over the coefficients and, if it is free, the signal yield.

    Args:
        problem: b fits without nuisance effects.
        theta: start, shape (b, K); it need not make the expectation positive.
        s: start of the signal yield, or its fixed value, shape (b,).
        free: whether s is fitted too.
        tol: bound on -ln L minus its minimum at which a fit is finished.
    """
    theta, expected = raised(problem, theta, s, below=0.0, to=1e-3)
    if problem.spread is not None:
        expected = best_expectation(problem.counts, problem.weight, expected, problem.spread, least=0.1)
    found = fast_newton(problem, theta, s, expected, free, tol)
    left = np.flatnonzero(found.status != FitStatus.OK.value)
    if left.size:
        part = problem.take(left).rowwise()
        start = np.maximum(s[left], 0.0) if free else s[left]
        # a flat expectation is inside; the central path leads on from there
        flat = _flat(part, start, np.maximum(_level(part), 0.5 / _bins(part)))
        # without a floating background the level is what it is: the start itself may still be inside
        level_inside = part.expected(flat, start).min(axis=1) > 0
        flat = np.where(level_inside[:, None], flat, theta[left])
        start = np.where(level_inside, start, s[left])
        inside = np.flatnonzero(part.expected(flat, start).min(axis=1) > 0)
        merge(found, left[inside], fast_interior_point(part.take(inside), flat[inside], start[inside], free, tol))
    if not problem.is_unconstrained:
        found.penalty = problem.penalty(found.theta, found.s, found.expected)
    return found


def merge(into: Minimum, rows: IntArray, other: Minimum) -> None:
    """Put the minima of some rows in their place; their passes add up."""
    for field in dataclasses.fields(Minimum):
        target, source = getattr(into, field.name), getattr(other, field.name)
        target[rows] = target[rows] + source if field.name == "passes" else source


def start_without_signal(problem: Problem) -> FloatArray:
    """Coefficients near the minimum without a signal, with a positive expectation; shape (b, K).

    The least-squares projection of the counts, mixed with their mean where it comes close to zero.
    """
    weight = np.ones_like(problem.counts) if problem.exposure is None else problem.exposure
    counts = problem.counts if problem.offset is None else problem.counts - weight * problem.offset
    gram, right = problem.design.gram(weight), problem.design.adjoint(counts).T
    if problem.constraint is not None:
        # chi^2 with the variance of the mean count, so that the constraint has its weight
        per_variance = 1 / np.maximum(_level(problem), 0.1 / _bins(problem))
        gram = gram * per_variance + problem.constraint.precision
        right = right * per_variance - problem.constraint.slope(np.zeros((problem.size, problem.design.parameters)))
    with np.errstate(all="ignore"):
        (theta,), pivot = solve_positive(gram, [right], np)
    theta = np.where(pivot > 1e-12, theta, 0.0).T
    return raised(problem, theta, np.zeros(problem.size), below=0.1, to=0.1)[0]


def raised(
    problem: Problem, theta: FloatArray, s: FloatArray, *, below: float, to: float
) -> tuple[FloatArray, FloatArray]:
    """Theta moved towards a flat background in fits with an expectation not above a part of the mean count.

    Args:
        problem: b fits.
        theta: background coefficients, shape (b, K).
        s: signal yields, shape (b,).
        below: part of the mean count that every expectation has to exceed for the fit to stay as it is.
        to: part of the mean count to which the lowest expectation of the others is raised, > 0.

    Returns:
        The background coefficients, shape (b, K), and the expectations, shape (b, m), all positive.
    """
    theta = np.where(np.isfinite(theta), theta, 0.0)  # a slide along the ridge of a singular fit
    expected = problem.expected(theta, s)
    level = np.maximum(_level(problem), 0.1 / _bins(problem))
    lowest = (expected if problem.used is None else np.where(problem.used, expected, np.inf)).min(axis=1)
    low = np.flatnonzero(~(lowest > below * level))
    if low.size:
        theta = theta.copy()
        theta[low], expected[low] = _mixed(problem.take(low), theta[low], s[low], expected[low], level[low], to)
    return theta, expected


def _mixed(
    problem: Problem, theta: FloatArray, s: FloatArray, expected: FloatArray, level: FloatArray, to: float
) -> tuple[FloatArray, FloatArray]:
    """As little of a flat background mixed in as raises every expectation to a part of the level."""
    flat = _flat(problem, s, level)
    inside = problem.expected(flat, s)
    least = to * level[:, None]
    short = expected < least if problem.used is None else (expected < least) & problem.used
    with np.errstate(all="ignore"):
        share = np.where(short, (inside - least) / (inside - expected), 1.0).min(axis=1)
    share = np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 0.0)[:, None]
    theta = flat + share * np.where(share > 0, theta - flat, 0.0)
    expected = problem.expected(theta, s)
    # starts that were astronomically far away leave nothing but rounding: flat it is
    lost = np.flatnonzero(~(expected.min(axis=1) > 0))
    theta[lost], expected[lost] = flat[lost], inside[lost]
    return theta, expected


def _flat(problem: Problem, s: FloatArray, level: FloatArray) -> FloatArray:
    """A flat background at the level, raised above the deepest hole that a negative signal makes; shape (b, K)."""
    known = s[:, None] * problem.signal
    known = known if problem.offset is None else known + problem.offset
    deepest = np.maximum(-known.min(axis=1), 0.0)
    height = flat_height(problem)
    # nothing that floats lifts every bin where the whole background is known: then its nominal value has to do
    size = np.divide(level + 1.5 * deepest, height, out=np.zeros_like(level), where=height > 0)
    return np.asarray(size[:, None] * problem.rising)


def _bins(problem: Problem) -> FloatArray:
    """The number of used bins of each fit, shape (b,)."""
    if problem.used is None:
        return np.full(problem.size, float(problem.counts.shape[1]))
    return np.asarray(np.maximum(problem.used.sum(axis=1), 1), float)


def _level(problem: Problem) -> FloatArray:
    """The mean count of the used bins, per unit of exposure; shape (b,)."""
    total = problem.counts.sum(axis=1)
    if problem.exposure is None:
        return np.asarray(total / problem.counts.shape[1])
    return np.asarray(total / np.maximum(problem.exposure.sum(axis=1), 1e-300))


def flat_height(problem: Problem) -> FloatArray:
    """The least expectation that those coefficients give in any used bin, shape (b,)."""
    if not problem.design.parameters:
        return np.ones(problem.size)
    upward = np.broadcast_to(problem.rising, (problem.size, problem.design.parameters))
    height = problem.design.apply(upward)
    if problem.used is not None:
        height = np.where(problem.used, height, np.inf)
    return np.asarray(height.min(axis=1))
