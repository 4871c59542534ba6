"""Roots of many monotone functions at once, without a bracket set by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["Function", "root_above"]

Function = Callable[[FloatArray, IntArray], FloatArray]
"""Values at points s of the rows that are named, both of shape (r,)."""

DOUBLINGS = 1000
ITERATIONS = 200
RELATIVE = 4e-13
"""Width of the final bracket over the root."""


def root_above(function: Function, low: FloatArray, guess: FloatArray) -> FloatArray:
    """Where functions that are >= 0 at `low` become negative above it; `low` itself where they are not > 0 there.

    The bracket grows by doubling from the guess; then Chandrupatla's method (Adv. Eng. Software 28 (1997) 145), which
    takes inverse quadratic steps where these are safe and bisects elsewhere.

    Args:
        function: decreasing through its root.
        low: a point at or below the root, shape (c,).
        guess: a point near the root, shape (c,); a bad one costs time only.

    Returns:
        The roots, shape (c,); infinite where the function stays positive up to 10^300.

    Example:
        >>> root_above(lambda s, _: 2.0 - s * s, np.array([0.0]), np.array([5.0])).round(9)
        array([1.41421356])
    """
    rows = np.arange(low.size)
    at_low = function(low, rows)
    width = np.maximum(guess - low, 1e-6 * (1 + np.abs(low)))
    high = low + width
    at_high = function(high, rows)
    last_low, last_at_low = low.copy(), at_low.copy()
    open_ = np.flatnonzero((at_high > 0) & (at_low > 0))
    for _ in range(DOUBLINGS):
        if open_.size == 0:
            break
        last_low[open_], last_at_low[open_] = high[open_], at_high[open_]
        high[open_] = low[open_] + 2 * (high[open_] - low[open_])
        at_high[open_] = function(high[open_], open_)
        open_ = open_[(at_high[open_] > 0) & (high[open_] < 1e300)]
    root = np.where(at_low > 0, _chandrupatla(function, last_low, high, last_at_low, at_high), low)
    root[open_] = np.inf
    return root


def _chandrupatla(function: Function, a: FloatArray, b: FloatArray, fa: FloatArray, fb: FloatArray) -> FloatArray:
    """The roots between a and b, where the functions have opposite signs; anything elsewhere."""
    rows = np.flatnonzero((np.sign(fa) != np.sign(fb)) & np.isfinite(b))
    found = np.where(fa == 0, a, b)
    x1, x2, f1, f2 = a[rows], b[rows], fa[rows], fb[rows]
    x3, f3, part = x1.copy(), f1.copy(), np.full(rows.size, 0.5)
    for _ in range(ITERATIONS):
        if rows.size == 0:
            break
        x = x1 + part * (x2 - x1)
        f = function(x, rows)
        same = np.sign(f) == np.sign(f1)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        best = np.where(np.abs(f2) < np.abs(f1), x2, x1)
        found[rows] = best
        tolerance = RELATIVE * np.abs(best) + 1e-300
        share = tolerance / np.maximum(np.abs(x2 - x1), 1e-300)
        part = _next_part(x1, x2, x3, f1, f2, f3, np.minimum(share, 0.5))
        going = (share < 0.5) & (f1 != 0) & (f2 != 0)
        rows = rows[going]
        x1, x2, x3, f1, f2, f3, part = (each[going] for each in (x1, x2, x3, f1, f2, f3, part))
    return found


def _next_part(
    x1: FloatArray, x2: FloatArray, x3: FloatArray, f1: FloatArray, f2: FloatArray, f3: FloatArray, least: FloatArray
) -> FloatArray:
    """The part of the bracket for the next step: inverse quadratic interpolation where that is monotone, else half."""
    with np.errstate(all="ignore"):
        xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
        smooth = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        step = f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2)
    part = np.where(smooth & np.isfinite(step), step, 0.5)
    return np.clip(part, least, 1 - least)
