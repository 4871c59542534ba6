"""Inverting functions of a coupling: many at once, in the logarithm, inside a bracket that is given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["bisected", "invert_increasing"]

HALVINGS = 60
"""Of the logarithm of the bracket: 2^-60 of a hundred decades is below the rounding of a double."""

CHECKED = 33
"""Points at which a function is looked at, whether it decreases anywhere."""


def invert_increasing(
    function: Callable[[FloatArray], FloatArray], goals: FloatArray, ends: tuple[float, float]
) -> FloatArray:
    """Where functions that do not decrease reach their goals, shape (h, n); NaN where that is not between the ends.

    Args:
        function: of points (h, n), row i at the i-th mass; >= 0.
        goals: values to be reached, shape (h, n); NaN gives NaN.
        ends: between which points the goals are sought, 0 < low < high.

    Raises:
        InputError: if the ends are none, or the function decreases between them.

    Example:
        >>> invert_increasing(lambda g: 100 * g**3, np.array([[0.1, 1e9]]), (1e-3, 1.0)).round(9)
        array([[0.1, nan]])
    """
    low, high = ends
    if not (0 < low < high < np.inf):
        raise InputError("range of the coupling", f"{low:g} to {high:g}", "0 < LO < HI", "give a range of couplings")
    rows = goals.shape[0]
    trial = np.broadcast_to(np.geomspace(low, high, CHECKED), (rows, CHECKED))
    values = np.asarray(function(trial), float)
    if not (np.isfinite(values).all() and (np.diff(values, axis=1) >= -1e-12 * np.abs(values[:, 1:])).all()):
        raise InputError(
            "cross section as a function of the coupling", "values that decrease or are not finite",
            "values that grow with the coupling", "look for excluded regions, not for limits",
        )  # fmt: skip
    with np.errstate(invalid="ignore"):
        inside = (values[:, :1] <= goals) & (goals <= values[:, -1:])
    a, b = np.full(goals.shape, np.log(low)), np.full(goals.shape, np.log(high))
    found = bisected(lambda u: np.asarray(function(np.exp(u)), float) - goals, a, b)
    return np.where(inside, np.exp(found), np.nan)


def bisected(function: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """The points where functions change from negative at `low` to positive at `high`, all by bisection.

    `low` may be above `high`. Bisection takes more steps than others and needs nothing of the functions: what it is
    used for here has kinks, and costs microseconds.

    Args:
        function: of points in the shape of the bracket.
        low: where the functions are negative.
        high: where they are positive.

    Example:
        >>> bisected(lambda x: x**2 - 2, np.array([0.0]), np.array([5.0]))[0].round(12)
        np.float64(1.414213562373)
    """
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        with np.errstate(invalid="ignore"):
            below = function(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)
