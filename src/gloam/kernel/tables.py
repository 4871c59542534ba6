"""What the library reads from tables for many bins at once: contents of windows, tabulated functions."""

from __future__ import annotations

import ctypes

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.kernel.library import built, readable

__all__ = ["tabulated", "window_contents"]


class _Table(ctypes.Structure):
    """`gloam_table` of fits.h."""

    _fields_ = (
        ("low", ctypes.c_double), ("step", ctypes.c_double), ("cells", ctypes.c_int64),
        ("coefficients", ctypes.c_void_p),
    )  # fmt: skip


def tabulated(
    low: float, step: float, coefficients: FloatArray, x: FloatArray, position: FloatArray, width: FloatArray,
    side: float, variant: int,
) -> tuple[FloatArray, int]:  # fmt: skip
    """A tabulated distribution function at (x - position) / width, and how many of these lie outside the table.

    Args:
        low: first node.
        step: from node to node.
        coefficients: of the cubic in each cell, in units of the cell, lowest power first, shape (cells, 4).
        x: where, shape (b, m).
        position: of each row, shape (b,).
        width: of each row, shape (b,).
        side: 1, or -1 for one minus the function at minus that.
        variant: number of the instruction set.

    Returns:
        Shape (b, m), NaN outside the table.
    """
    b, m = x.shape
    cells = coefficients.shape[0]
    cubics = readable(coefficients, (cells, 4))
    arrays = [readable(x, (b, m)), readable(position, (b,)), readable(width, (b,))]
    out = np.empty((b, m))
    table = _Table(low, step, cells, cubics.ctypes.data)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
    outside = built().gloam_tabulated(
        ctypes.c_int(variant), ctypes.byref(table), ctypes.c_int64(b), ctypes.c_int64(m), *pointers,
        ctypes.c_double(side), ctypes.c_void_p(out.ctypes.data),
    )  # fmt: skip
    return out, int(outside)


def window_contents(
    indices: IntArray, edges: FloatArray, contents: FloatArray, below: FloatArray, variant: int
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """The edges, counts and exposure of the bins of some windows.

    Args:
        indices: of their edges, nowhere decreasing, shape (b, m + 1).
        edges: of the axis, shape (n + 1,).
        contents: of its bins, shape (n,).
        below: their sums below the edges, shape (n + 1,).
        variant: number of the instruction set.

    Returns:
        Shapes (b, m + 1), (b, m) and (b, m); the exposure is 0 in bins without extent, None where there are none.

    Raises:
        ValueError: for an index that is none.
    """
    (b, ends), n = indices.shape, contents.size
    index = np.ascontiguousarray(indices, np.int64)
    axis, inside, sums = readable(edges, (n + 1,)), readable(contents, (n,)), readable(below, (n + 1,))
    at, counts, exposure = np.empty((b, ends)), np.empty((b, ends - 1)), np.empty((b, ends - 1))
    padding = built().gloam_windows(
        ctypes.c_int(variant), ctypes.c_int64(b), ctypes.c_int64(ends - 1), ctypes.c_void_p(index.ctypes.data),
        ctypes.c_int64(n), *(ctypes.c_void_p(each.ctypes.data) for each in (axis, inside, sums, at, counts, exposure)),
    )  # fmt: skip
    if padding < 0:
        raise ValueError("an edge index that is none")
    return at, counts, exposure if padding else None
