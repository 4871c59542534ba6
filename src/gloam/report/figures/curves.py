"""Curves with gaps: their gaps, their lone points, and fewer points where many share a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_curve", "gaps", "lone", "thinned"]

COLUMNS = 1200
"""Pixels across a figure at column width printed at 200 dots per inch."""


def thinned(x: FloatArray, *curves: FloatArray, columns: int = COLUMNS) -> IntArray:
    """Which points to draw: all, or of those in one pixel column the first, last, lowest and highest of each curve.

    Gaps stay: a run of NaN is drawn from its first point on.

    Args:
        x: increasing, shape (h,).
        curves: shape (h,) each, NaN in gaps.
        columns: of pixels.
    """
    if x.size <= 4 * columns:
        return np.arange(x.size)
    column = np.minimum((x - x[0]) / (x[-1] - x[0]) * columns, columns - 1).astype(np.int64)
    keep = np.zeros(x.size, bool)
    for y in curves:
        run = np.concatenate([[0], np.cumsum(np.diff(np.isnan(y)))])
        group = run * columns + column
        new = np.flatnonzero(np.diff(group, prepend=-1))
        last = np.append(new[1:], x.size) - 1
        order = np.lexsort((y, group))
        keep[np.concatenate([new, last, order[new], order[last]])] = True
    return np.flatnonzero(keep)


def lone(y: FloatArray) -> BoolArray:
    """Which points have no neighbour that could make a line with them, shape (h,)."""
    known = np.pad(np.isfinite(y), 1)
    return np.asarray(known[1:-1] & ~known[:-2] & ~known[2:])


def gaps(x: FloatArray, y: FloatArray) -> list[tuple[float, float]]:
    """The ranges of x in which y is NaN, each between its known neighbours."""
    steps = np.flatnonzero(np.diff(np.isnan(y), prepend=False, append=False)).reshape(-1, 2)
    return [(float(x[max(first - 1, 0)]), float(x[min(end, x.size - 1)])) for first, end in steps]


def draw_curve(axes: Axes, x: FloatArray, y: FloatArray, **how: Any) -> None:
    """Draws a line that is broken in gaps, with a marker where a point stands alone."""
    shown = thinned(x, y)
    axes.plot(x[shown], y[shown], **how)
    alone = lone(y)
    if alone.any():
        axes.plot(x[alone], y[alone], "o", ms=3.5, color=how.get("color"), zorder=how.get("zorder", 2))
