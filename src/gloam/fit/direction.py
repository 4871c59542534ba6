"""One fused pass over the bins: the Newton direction, and how the profile depends on the signal yield.

This is the inner loop of every fit and limit. It takes its array namespace as an argument; whatever is around
it stays NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gloam.fit.constraint import Constraint
from gloam.fit.design import Design
from gloam.fit.elimination import solve_positive

__all__ = ["Direction", "direction"]


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """The second-order model of -ln L around a point (theta, s).

    Attributes:
        step: change of theta that minimises the model at fixed s, shape (b, K).
        ridge: d theta / d s along the profile, shape (b, K).
        slope: derivative of the profile with respect to s, shape (b,).
        curvature: second derivative of the profile, shape (b,).
        information: curvature if the background were known, shape (b,); curvature / information is what the
            floating background leaves of the signal.
        pivot: least relative pivot of the elimination; not positive where the background is singular.
    """

    step: Any
    ridge: Any
    slope: Any
    curvature: Any
    information: Any
    pivot: Any


def direction(
    design: Design,
    signal: Any,
    weight: Any,
    residual: Any,
    xp: Any,
    constraint: Constraint | None = None,
    theta: Any = None,
) -> Direction:
    """The Newton direction of a batch from its weights and residuals.

    Args:
        design: the background, b x m x K.
        signal: signal templates, shape (b, m).
        weight: second derivatives of -ln L in each bin (n / mu^2, or z / mu of an interior point), shape (b, m).
        residual: minus its first derivatives (n / mu - e), shape (b, m).
        xp: the array namespace of the arrays.
        constraint: quadratic terms in theta, if any.
        theta: where their slope is taken, shape (b, K).
    """
    weighted_signal = weight * signal
    gradient = design.adjoint(residual).T
    coupling = design.adjoint(weighted_signal).T
    gram = design.gram(weight)
    if constraint is not None:
        gradient = gradient - constraint.slope(theta)
        gram = gram + constraint.precision
        coupling = coupling if constraint.cross is None else coupling + constraint.cross
    information = xp.vecdot(weighted_signal, signal)
    (step, tilt), pivot = solve_positive(gram, [gradient, coupling], xp)
    slope = xp.sum(coupling * step, axis=0) - xp.vecdot(residual, signal)
    curvature = information - xp.sum(coupling * tilt, axis=0)
    return Direction(step.T, -tilt.T, slope, curvature, information, pivot)
