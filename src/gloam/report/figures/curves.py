"""Curves with gaps: their gaps, their lone points, and fewer points where many share a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["CROWDED", "draw_curve", "gaps", "line_width", "lone", "thinned"]

COLUMNS = 1200
"""Pixels across a figure at column width printed at 200 dots per inch."""

CROWDED = 1500
"""Hypotheses above which a curve of independent points is a dense pattern at column width."""


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


def draw_curve(axes: Axes, x: FloatArray, y: FloatArray, marker: str = "o", **how: Any) -> Line2D:
    """Draws a line that is broken in gaps, with a marker where a point stands alone; what stands for it in a legend."""
    shown = thinned(x, y)
    (line,) = axes.plot(x[shown], y[shown], **how)
    alone = lone(y)
    if not alone.any():
        return line
    # a dash as wide as a band, or a dot
    style: dict[str, Any] = {"_": {"ms": 11, "mew": 1.4}}.get(marker, {"ms": 4.0})
    (points,) = axes.plot(x[alone], y[alone], marker, color=line.get_color(), zorder=line.get_zorder(), **style)
    return points if alone.sum() == np.isfinite(y).sum() else line


def line_width(points: int) -> float:
    """Thin lines for curves that go up and down within a few pixels."""
    return 0.5 if points > CROWDED else 1.1
