"""The linear problem that touches a problem with nuisance effects at some parameters."""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.constraint import Constraint
from gloam.fit.design import BorderedDesign, RowDesign
from gloam.fit.effects import Shifts
from gloam.fit.elimination import solve_positive
from gloam.fit.likelihood import Point
from gloam.fit.problem import Problem
from gloam.fit.second_order import bin_weights
from gloam.fit.template_statistics import best_expectation

__all__ = ["point_at", "tangent_problem"]


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
    strength = margin * np.abs(bend).sum(axis=1)
    weak = strength <= np.einsum("iib->ib", constraint.precision)
    if (weak | (strength == 0)).all():  # the constraints alone dominate them (Gershgorin)
        constraint = dataclasses.replace(constraint, precision=constraint.precision + bend)
        return dataclasses.replace(linear, constraint=constraint)
    precision = constraint.precision + bend
    with np.errstate(all="ignore"):
        hessian = linear.design.gram(bin_weights(linear, at.expected)) + constraint.precision + margin * bend
        _, pivot = solve_positive(hessian, [constraint.origin.T], np)
    precision = np.where(pivot > 1e-9, precision, constraint.precision)
    return dataclasses.replace(linear, constraint=dataclasses.replace(constraint, precision=precision))
