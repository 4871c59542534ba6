"""Poisson counts drawn by the library: those that NumPy draws from the same streams and tables."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.kernel.library import built

__all__ = ["poisson_counts"]

Words = npt.NDArray[np.uint64]


class _Tables(ctypes.Structure):
    """`gloam_poisson` of fits.h."""

    _fields_ = (
        ("bins", ctypes.c_int64), ("bits", ctypes.c_int64), ("key", ctypes.c_uint64 * 2),
        ("thresholds", ctypes.c_void_p), ("cells", ctypes.c_void_p), ("shift", ctypes.c_void_p),
    )  # fmt: skip


def poisson_counts(
    key: Words, counters: Words, bits: int, thresholds: Words, cells: npt.NDArray[np.int32], shift: IntArray,
    variant: int,
) -> FloatArray:  # fmt: skip
    """The counts of some toys, shape (t, n).

    Args:
        key: of the Philox generators, shape (2,).
        counters: where the generator of each toy starts, shape (t, 4).
        bits: of a word, that tell its cell.
        thresholds: of all bins.
        cells: how many thresholds lie below each cell of each bin, shape (n 2^bits + 1,), increasing to their number.
        shift: from a place among the thresholds to a count, shape (n,).
        variant: number of the instruction set.

    Raises:
        ValueError: for tables that lead elsewhere.
    """
    toys, bins = counters.shape[0], shift.size
    if cells.size != (bins << bits) + 1 or counters.shape != (toys, 4) or key.shape != (2,):
        raise ValueError(f"tables of {cells.size} cells for {bins} bins, counters of shape {counters.shape}")
    if cells[0] < 0 or cells[-1] > thresholds.size:
        raise ValueError(f"cells up to {cells[-1]} for {thresholds.size} thresholds")
    limits, index = np.ascontiguousarray(thresholds, np.uint64), np.ascontiguousarray(cells, np.int32)
    places, starts = np.ascontiguousarray(shift, np.int64), np.ascontiguousarray(counters, np.uint64)
    first = (ctypes.c_uint64 * 2)(*key.tolist())
    tables = _Tables(bins, bits, first, limits.ctypes.data, index.ctypes.data, places.ctypes.data)
    counts = np.empty((toys, bins))
    built().gloam_poisson_counts(
        ctypes.c_int(variant), ctypes.byref(tables), ctypes.c_int64(toys), ctypes.c_void_p(starts.ctypes.data),
        ctypes.c_void_p(counts.ctypes.data),
    )  # fmt: skip
    return counts
