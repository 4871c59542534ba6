"""Newton's step of all parameters of a batch: background, signal, and the shifts of the bins where there are some."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit.direction import Direction, direction
from gloam.fit.problem import Problem
from gloam.fit.template_statistics import shift_step, soft_weight, softened

__all__ = ["bin_changes", "bin_weights", "second_order"]


def bin_weights(linear: Problem, expected: FloatArray) -> FloatArray:
    """The second derivatives of -ln L in the expectation of each bin, its shift eliminated; 0 in empty bins; (b, m)."""
    filled = linear.counts > 0
    weight = np.where(filled, linear.counts / np.where(filled, expected, 1.0) ** 2, 0.0)
    return weight if linear.spread is None else soft_weight(weight, linear.spread)


def second_order(
    part: Problem, theta: FloatArray, weight: FloatArray, residual: FloatArray, shift: FloatArray | None
) -> Direction:
    """The second-order model of -ln L, with the shifts of the bins eliminated.

    Args:
        part: b fits.
        theta: where they are, shape (b, K).
        weight: second derivatives of -ln L with respect to the expectation in each bin, shape (b, m).
        residual: minus its first derivatives, shape (b, m).
        shift: of the bins, in standard deviations, shape (b, m); None where templates are exact.
    """
    if shift is not None and part.spread is not None:
        weight, residual = softened(weight, residual, part.spread, shift)
    return direction(part.design, part.signal, weight, residual, np, part.constraint, theta)


def bin_changes(
    part: Problem, dtheta: FloatArray, ds: FloatArray | None, weight: FloatArray, residual: FloatArray,
    shift: FloatArray | None,
) -> tuple[FloatArray, FloatArray | None]:  # fmt: skip
    """The change of the expectations for a step, and that of the shifts in it; shapes (b, m)."""
    delta = part.change(dtheta, ds)
    if shift is None or part.spread is None:
        return delta, None
    dshift = shift_step(weight, residual, part.spread, shift, delta)
    return delta + part.spread * dshift, dshift
