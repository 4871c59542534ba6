"""The functions of the library, called with NumPy arrays. The interpreter is free while they run."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, fields

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.kernel.library import built, readable

__all__ = [
    "MOST_COEFFICIENTS",
    "MOST_SHARED",
    "LaneMinima",
    "LanePairs",
    "LaneProblem",
    "Windows",
    "check_outcome",
    "given_problem",
    "interior_lanes",
    "newton_lanes",
    "pair_lanes",
    "rise",
]

MOST_COEFFICIENTS = 12
MOST_SHARED = 7
"""Coefficients with one matrix for all rows."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneProblem:
    """b fits of m bins and K coefficients, n ~ Poisson(e (A theta + s f + known)).

    Attributes:
        counts: n, shape (b, m); or where to find them.
        signal: f, shape (b, m); or one row for each template, of which there are r.
        matrix: A, shape (K, m), or (b, m, K) or (r, m, K) where each row has its own.
        rising: a background that is positive in every bin, shape (K,).
        exposure: e, as f; None: 1 everywhere.
        known: as f; None: 0 everywhere, which it has to be where rows share a matrix.
    """

    counts: FloatArray | Windows
    signal: FloatArray
    matrix: FloatArray
    rising: FloatArray
    exposure: FloatArray | None = None
    known: FloatArray | None = None

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The numbers of fits, bins and coefficients."""
        b = self.counts.template.size if isinstance(self.counts, Windows) else self.counts.shape[0]
        return int(b), int(self.signal.shape[1]), int(self.rising.size)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The contents of windows of many spectra, for fits that share few templates.

    Attributes:
        index: edge indices of each template, shape (r, m + 1).
        below: sums of each spectrum below the edges of the axis, shape (t, n + 1).
        template: of each fit, shape (b,).
        spectrum: of each fit, shape (b,).
    """

    index: IntArray
    below: FloatArray
    template: IntArray
    spectrum: IntArray

    def taken(self, fits: IntArray | slice) -> Windows:
        """Those of some of the fits."""
        return Windows(self.index, self.below, self.template[fits], self.spectrum[fits])

    def checked(self, templates: int, bins: int) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Template and spectrum of each fit, indices and sums as the library reads them.

        Raises:
            ValueError: for one that is none, or arrays of other shapes.
        """
        template, spectrum, index = (
            np.ascontiguousarray(each, np.int64) for each in (self.template, self.spectrum, self.index)
        )
        if template.shape != spectrum.shape or template.ndim != 1 or index.shape != (templates, bins + 1):
            raise ValueError(f"windows of shapes {template.shape}, {spectrum.shape} and {index.shape}")
        below = readable(self.below, self.below.shape)
        for places, size in ((template, templates), (spectrum, below.shape[0]), (index, below.shape[1])):
            if places.size and not 0 <= int(places.min()) <= int(places.max()) < size:
                raise ValueError(f"places from {places.min()} to {places.max()} of {size}")
        return template, spectrum, index, below


@dataclass(frozen=True, slots=True, eq=False)
class LaneMinima:
    """What `newton_lanes` changes in place: the rows that are certified. The other rows stay as they are.

    Attributes:
        theta: start and minimum, shape (b, K).
        yields: s, shape (b,).
        expected: positive, shape (b, m).
        gap: certificate, shape (b,).
        slope: of the profile, shape (b,).
        curvature: of the profile, shape (b,).
        information: shape (b,).
        ridge: d theta / d s, shape (b, K).
        certified: 1 where the rest was found, shape (b,).
        passes: raised by the passes made, shape (b,).
    """

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


@dataclass(frozen=True, slots=True, eq=False)
class LanePairs:
    """Fits without and with a signal, filled where both are certified; NaN elsewhere.

    Attributes:
        theta_background: without a signal, shape (b, K).
        theta: with a signal, shape (b, K).
        yields: s, shape (b,).
        ratio: 2 (nll without a signal - nll at the minimum), shape (b,); rounding may make it negative.
        gap: certificate, the larger of both, shape (b,).
        curvature: of the profile at the minimum, shape (b,).
        information: shape (b,).
        covariance: of the coefficients and, last, the yield, shape (b, K + 1, K + 1); None if it is not wanted.
        certified: 1 where both fits are certified, shape (b,).
    """

    theta_background: FloatArray
    theta: FloatArray
    yields: FloatArray
    ratio: FloatArray
    gap: FloatArray
    curvature: FloatArray
    information: FloatArray
    covariance: FloatArray | None
    certified: IntArray

    @classmethod
    def empty(cls, rows: int, coefficients: int, covariance: bool) -> LanePairs:
        """Nothing found yet."""
        values = np.full((5, rows), np.nan)
        theta = np.full((2, rows, coefficients), np.nan)
        matrix = np.full((rows, coefficients + 1, coefficients + 1), np.nan) if covariance else None
        yields, ratio, gap, curvature, information = values
        certified = np.zeros(rows, np.int64)
        return cls(theta[0], theta[1], yields, ratio, gap, curvature, information, matrix, certified)


class _Problem(ctypes.Structure):
    """`gloam_problem` of fits.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("rows", "bins", "coefficients", "shared")),
        *((name, ctypes.c_void_p) for name in ("counts", "signal", "exposure", "known", "matrix", "rising")),
        *((name, ctypes.c_void_p) for name in ("template_of", "spectrum_of", "index", "below")),
        ("edges", ctypes.c_int64),
    )


class _Minima(ctypes.Structure):
    """`gloam_minima` of fits.h."""

    _fields_ = (
        ("free", ctypes.c_int64), ("tolerance", ctypes.c_double),
        *((field.name, ctypes.c_void_p) for field in fields(LaneMinima)),
    )  # fmt: skip


class _Pairs(ctypes.Structure):
    """`gloam_pairs` of fits.h."""

    _fields_ = (
        ("tolerance", ctypes.c_double), ("promised", ctypes.c_double),
        *((field.name, ctypes.c_void_p) for field in fields(LanePairs)),
    )  # fmt: skip


def newton_lanes(problem: LaneProblem, minima: LaneMinima, free: bool, tolerance: float, variant: int) -> None:
    """Newton's method of `fit.newton`, several rows at once.

    Args:
        problem: what to fit.
        minima: where to start, and where to put what is found.
        free: whether the signal yield is fitted.
        tolerance: certificate at which a fit is finished.
        variant: number of the instruction set.

    Raises:
        ValueError: if an array has not the shape, type or order in memory that the library reads.
        MemoryError: if the working memory of a few rows cannot be had.
    """
    given, held = given_problem(problem)
    call = _minima(problem, minima, free, tolerance)
    check_outcome(built().gloam_newton(ctypes.c_int(variant), ctypes.byref(given), ctypes.byref(call)))
    del held


def interior_lanes(
    problem: LaneProblem, minima: LaneMinima, multiplier: FloatArray, free: bool, tolerance: float, variant: int
) -> None:
    """The interior-point method of `fit.interior_point`, several rows at once; arguments as of `newton_lanes`.

    Args:
        problem: what to fit.
        minima: where to start, with positive expectations, and where to put what is found.
        multiplier: dual variables of the bins, changed in place too, shape (b, m).
        free: whether the signal yield is fitted.
        tolerance: certificate at which a fit is finished.
        variant: number of the instruction set.
    """
    given, held = given_problem(problem)
    call = _minima(problem, minima, free, tolerance)
    dual = _writable(multiplier, problem.sizes[:2])
    outcome = built().gloam_interior(
        ctypes.c_int(variant), ctypes.byref(given), ctypes.byref(call), ctypes.c_void_p(dual)
    )
    check_outcome(outcome)
    del held


def pair_lanes(problem: LaneProblem, tolerance: float, promised: float, variant: int, *, covariance: bool) -> LanePairs:
    """The fits without and with a signal, several rows at once; arguments and exceptions as of `newton_lanes`.

    Args:
        problem: what to fit.
        tolerance: certificate at which a fit is finished.
        promised: gain in 2 ln L, to second order, above which the first step from one fit to the other is not believed.
        variant: number of the instruction set.
        covariance: whether covariance matrices are wanted.
    """
    b, _, k = problem.sizes
    given, held = given_problem(problem)
    pairs = LanePairs.empty(b, k, covariance)
    arrays = (getattr(pairs, field.name) for field in fields(pairs))
    call = _Pairs(tolerance, promised, *(None if array is None else array.ctypes.data for array in arrays))
    check_outcome(built().gloam_pairs_of_fits(ctypes.c_int(variant), ctypes.byref(given), ctypes.byref(call)))
    del held
    return pairs


def rise(
    counts: FloatArray, exposure: FloatArray | None, at: FloatArray, reference: FloatArray, variant: int
) -> FloatArray:
    """-ln L of expectations minus that of others, bin by bin, shape (b,); all arguments of shape (b, m)."""
    b, m = counts.shape
    out = np.empty(b)
    arrays = [None if array is None else readable(array, (b, m)) for array in (counts, exposure, at, reference)]
    pointers = [None if array is None else ctypes.c_void_p(array.ctypes.data) for array in arrays]
    built().gloam_rise(
        ctypes.c_int(variant), ctypes.c_int64(b), ctypes.c_int64(m), *pointers, ctypes.c_void_p(out.ctypes.data)
    )
    return out


def given_problem(problem: LaneProblem) -> tuple[_Problem, list[FloatArray | IntArray | None]]:
    """The problem as the library reads it, and the arrays that have to live as long.

    Raises:
        ValueError: if an array has not the shape that the library reads.
    """
    (b, m, k), r = problem.sizes, problem.signal.shape[0]
    shared, counts = problem.matrix.ndim == 2, problem.counts
    held: list[FloatArray | IntArray | None] = [None if isinstance(counts, Windows) else readable(counts, (b, m))]
    if not isinstance(counts, Windows) and r != b:
        raise ValueError(f"signals of {r} fits where {b} are read")
    for array, shape in (
        (problem.signal, (r, m)), (problem.exposure, (r, m)), (problem.known, (r, m)),
        (problem.matrix, (k, m) if shared else (r, m, k)), (problem.rising, (k,)),
    ):  # fmt: skip
        held.append(None if array is None else readable(array, shape))
    edges = counts.below.shape[1] if isinstance(counts, Windows) else 0
    held += counts.checked(r, m) if isinstance(counts, Windows) else [None] * 4
    return _Problem(b, m, k, shared, *(None if each is None else each.ctypes.data for each in held), edges), held


def _minima(problem: LaneProblem, minima: LaneMinima, free: bool, tolerance: float) -> _Minima:
    b, m, k = problem.sizes
    shapes = {"theta": (b, k), "ridge": (b, k), "expected": (b, m)}
    addresses = [_writable(getattr(minima, f.name), shapes.get(f.name, (b,))) for f in fields(minima)]
    return _Minima(free, tolerance, *addresses)


def check_outcome(outcome: int) -> None:
    """What went wrong, as an exception.

    Raises:
        ValueError: for too many coefficients or an unknown instruction set.
        MemoryError: if the working memory of a few rows cannot be had.
    """
    if outcome == 2:
        raise MemoryError("no memory for the bins of a fit")
    if outcome:
        raise ValueError("the kernel does not fit so many coefficients")


def _writable(array: FloatArray | IntArray, shape: tuple[int, ...]) -> int:
    if array.shape != shape or array.itemsize != 8 or not array.flags.carray:
        raise ValueError(f"an array of shape {array.shape} that cannot be written as one of {shape}")
    return int(array.ctypes.data)
