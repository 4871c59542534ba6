"""The functions of the library, called with NumPy arrays. The interpreter is free while they run."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.kernel.library import library

__all__ = ["MOST_COEFFICIENTS", "MOST_SHARED", "LaneFits", "newton_lanes", "rise"]

MOST_COEFFICIENTS = 12
MOST_SHARED = 6
"""Coefficients with one matrix for all rows."""

_NUMBERS = ("rows", "bins", "coefficients", "shared", "free")
_INPUT = ("counts", "exposure", "signal", "matrix")
_OUTPUT = ("theta", "yields", "expected", "gap", "slope", "curvature", "information", "ridge", "certified", "passes")


class _Fits(ctypes.Structure):
    """`gloam_fits` of fits.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in _NUMBERS),
        ("tolerance", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in _INPUT + _OUTPUT),
    )


@dataclass(frozen=True, slots=True, eq=False)
class LaneFits:
    """What `newton_lanes` works on, b fits of m bins and K coefficients. The output is changed in place.

    Attributes:
        counts: n, shape (b, m).
        exposure: e, shape (b, m); None: 1 everywhere.
        signal: f, shape (b, m).
        matrix: A, shape (K, m), or (b, m, K) where each row has its own.
        theta: start and minimum, shape (b, K).
        yields: s, shape (b,).
        expected: positive, shape (b, m).
        gap: certificate, shape (b,).
        slope: of the profile, shape (b,).
        curvature: of the profile, shape (b,).
        information: shape (b,).
        ridge: d theta / d s, shape (b, K).
        certified: 1 where the rest was found, shape (b,); the other rows stay as they are.
        passes: raised by the passes made, shape (b,).
    """

    counts: FloatArray
    exposure: FloatArray | None
    signal: FloatArray
    matrix: FloatArray
    theta: FloatArray
    yields: FloatArray
    expected: FloatArray
    gap: FloatArray
    slope: FloatArray
    curvature: FloatArray
    information: FloatArray
    ridge: FloatArray
    certified: IntArray
    passes: IntArray

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape that an array must have."""
        (b, m), k = self.counts.shape, self.theta.shape[1]
        if name == "matrix":
            return (k, m) if self.matrix.ndim == 2 else (b, m, k)
        if name in {"counts", "exposure", "signal", "expected"}:
            return b, m
        return (b, k) if name in {"theta", "ridge"} else (b,)


def newton_lanes(fits: LaneFits, free: bool, tolerance: float, variant: int) -> None:
    """Newton's method of `fit.newton`, several rows at once.

    Args:
        fits: what to fit, and where to put it.
        free: whether the signal yield is fitted.
        tolerance: certificate at which a fit is finished.
        variant: number of the instruction set.

    Raises:
        ValueError: if an array has not the shape, type or order in memory that the library reads.
        MemoryError: if the working memory of a few rows cannot be had.
    """
    built = library()
    if built is None:
        raise ValueError("the kernel was not built")
    (b, m), k = fits.counts.shape, fits.theta.shape[1]
    shared = fits.matrix.ndim == 2
    call = _Fits(b, m, k, shared, free, tolerance)
    inputs = {name: _readable(getattr(fits, name), fits.shape(name)) for name in _INPUT}
    for name, array in inputs.items():
        setattr(call, name, None if array is None else array.ctypes.data)
    for name in _OUTPUT:
        setattr(call, name, _writable(getattr(fits, name), fits.shape(name)).ctypes.data)
    _check(built.gloam_newton(ctypes.c_int(variant), ctypes.byref(call)))


def _check(outcome: int) -> None:
    if outcome == 2:
        raise MemoryError("no memory for the bins of a fit")
    if outcome:
        raise ValueError("the kernel does not fit so many coefficients")


def rise(
    counts: FloatArray, exposure: FloatArray | None, at: FloatArray, reference: FloatArray, variant: int
) -> FloatArray:
    """-ln L of expectations minus that of others, bin by bin, shape (b,); all arguments of shape (b, m)."""
    built = library()
    if built is None:
        raise ValueError("the kernel was not built")
    b, m = counts.shape
    out = np.empty(b)
    arrays = [_readable(array, (b, m)) for array in (counts, exposure, at, reference)]
    pointers = [None if array is None else ctypes.c_void_p(array.ctypes.data) for array in arrays]
    built.gloam_rise(
        ctypes.c_int(variant), ctypes.c_int64(b), ctypes.c_int64(m), *pointers, ctypes.c_void_p(out.ctypes.data)
    )
    return out


def _readable(array: FloatArray | None, shape: tuple[int, ...]) -> FloatArray | None:
    if array is None:
        return None
    if array.shape != shape:
        raise ValueError(f"an array of shape {array.shape} where {shape} is read")
    return np.ascontiguousarray(array, np.float64)


def _writable(array: FloatArray | IntArray, shape: tuple[int, ...]) -> FloatArray | IntArray:
    if array.shape != shape or array.itemsize != 8 or not array.flags.carray:
        raise ValueError(f"an array of shape {array.shape} that cannot be written as one of {shape}")
    return array
