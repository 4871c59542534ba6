"""Newton's method for a batch of fits on arrays of any library: NumPy, CuPy, PyTorch, JAX.

The same steps and the same certificate as the engine's (`gloam.fit.newton`), for fits that the counts alone determine,
in functions without a side effect: nothing is written into an array, rows that are finished stay where they are, and
with a fixed number of passes nothing depends on values, so that it can be compiled. What is left without a certificate,
minima at mu = 0 above all, is for the engine. Every library with the array API can run it; it was only run on CPUs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gloam.errors import InputError
from gloam.fit.newton import LONG_STEP, MAXIMUM_PASSES, WALL

__all__ = ["ArrayFits", "fit_batch", "signed_significance"]

TOLERANCE = 1e-11
SEARCHES = 6
"""Steps in the length of a step."""

Array = Any
"""An array of the library at work."""


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFits:
    """The minima of -ln L of b fits, as arrays of the library at work.

    Attributes:
        coefficients: of the background and, last, where there is a signal, its yield; shape (b, K) or (b, K + 1).
        expected: before exposure; 1 in unused bins; shape (b, m).
        gap: bound on -ln L minus its minimum, shape (b,).
        certified: whether it is below the tolerance, shape (b,).
    """

    coefficients: Array
    expected: Array
    gap: Array
    certified: Array


def fit_batch(
    counts: Array, design: Array, signal: Array = None, xp: Any = None, *, exposure: Array = None,
    start: ArrayFits | None = None, passes: int | None = None, tol: float = TOLERANCE,
) -> ArrayFits:  # fmt: skip
    """The minima of n ~ Poisson(e (A theta + s f)) over theta and, with a signal, s.

    Args:
        counts: n, shape (b, m), in double precision.
        design: A, shape (m, K): the background of all rows. Its first column is positive.
        signal: f, shape (b, m); None: the background alone.
        xp: namespace of the arrays; None: that of the counts, by array-api-compat.
        exposure: e, shape (b, m); 0 in bins that are not part of a fit, where counts are 0. None: 1.
        start: fits without a signal to start from; None: a flat background.
        passes: how many passes over the bins there are in any case; None: as many as needed, at most twice the
            engine's, whose starts are better.
        tol: certificate at which a fit is finished.

    Raises:
        InputError: for single precision, which no certificate of this size survives.

    Example:
        >>> design = np.stack([np.ones(4), np.linspace(-1, 1, 4)], axis=1)
        >>> found = fit_batch(np.array([[12.0, 9.0, 11.0, 6.0]]), design)
        >>> found.coefficients.round(3), bool(found.certified[0])
        (array([[ 9.5  , -2.544]]), True)
    """
    if xp is None:
        from array_api_compat import array_namespace

        xp = array_namespace(counts)
    if counts.dtype != xp.float64:
        raise InputError(
            "fits of arrays", str(counts.dtype), "float64", 'convert them; for JAX first set "jax_enable_x64"'
        )
    columns = [design[:, k] for k in range(design.shape[1])] + ([] if signal is None else [signal])
    weight = xp.ones_like(counts) if exposure is None else exposure
    used = weight > 0
    parameters = _flat(counts, design, weight, xp) if start is None else _unstacked(start.coefficients)
    parameters = parameters + [xp.zeros_like(parameters[0])] * (len(columns) - len(parameters))
    expected = xp.where(used, _combined(parameters, columns), xp.ones_like(counts))
    gap = xp.full_like(parameters[0], float("inf"))
    working = parameters[0] == parameters[0]
    with np.errstate(all="ignore"):  # singular rows become NaN, and are left for the engine
        for _ in range(passes or 2 * MAXIMUM_PASSES):
            step, relative = _direction(counts, columns, weight, used, expected, xp)
            bound, reach = _certificate(counts, relative, xp)
            length = _lengths(counts, weight, expected, relative, xp)
            length = xp.where(reach > LONG_STEP, length, xp.ones_like(length))
            working = working & xp.isfinite(reach)
            gap = xp.where(working, xp.where(length == 1.0, bound, xp.full_like(gap, float("inf"))), gap)
            parameters = [
                xp.where(working, value + length * change, value)
                for value, change in zip(parameters, step, strict=True)
            ]
            moved = expected * (1.0 + length[:, None] * relative)
            expected = xp.where(working[:, None], moved, expected)
            working = working & ~(gap <= tol)
            if passes is None and not xp.any(working):
                break
    return ArrayFits(xp.stack(parameters, axis=1), expected, gap, gap <= tol)


def signed_significance(counts: Array, without: ArrayFits, free: ArrayFits, xp: Any, exposure: Array = None) -> Array:
    """The significance of the yield of each row, sign(s) sqrt(q), shape (b,); NaN without two certificates.

    Args:
        counts: n, shape (b, m).
        without: fits without a signal.
        free: fits with it.
        xp: namespace of the arrays.
        exposure: as of the fits.
    """
    weight = xp.ones_like(counts) if exposure is None else exposure
    difference = weight * (without.expected - free.expected)
    q = 2.0 * xp.sum(difference - counts * xp.log(without.expected / free.expected), axis=1)
    z = xp.sign(free.coefficients[:, -1]) * xp.sqrt(xp.where(q > 0.0, q, xp.zeros_like(q)))
    return xp.where(without.certified & free.certified, z, xp.full_like(z, float("nan")))


def _flat(counts: Array, design: Array, weight: Array, xp: Any) -> list[Array]:
    """Coefficients of a first column with as many events as there are, and half a one where there is none."""
    total = xp.sum(counts, axis=1)
    height = xp.where(total > 0.5, total, xp.full_like(total, 0.5)) / (weight @ design[:, 0])
    return [height, *(xp.zeros_like(height) for _ in range(design.shape[1] - 1))]


def _unstacked(coefficients: Array) -> list[Array]:
    return [coefficients[:, k] for k in range(coefficients.shape[1])]


def _combined(values: list[Array], columns: list[Array]) -> Array:
    """The sum of columns, each of shape (m,) or (b, m), times values of shape (b,); shape (b, m)."""
    return sum(value[:, None] * column for value, column in zip(values, columns, strict=True))


def _summed(values: Array, column: Array, xp: Any) -> Array:
    """The sums over the bins of values (b, m) times a column, of shape (m,) or (b, m); shape (b,)."""
    return values @ column if column.ndim == 1 else xp.sum(values * column, axis=1)


def _direction(
    counts: Array, columns: list[Array], weight: Array, used: Array, expected: Array, xp: Any
) -> tuple[list[Array], Array]:
    """Newton's step in every coefficient, and in every expectation relative to it; see `gloam.fit.direction`."""
    ratio = counts / expected
    curvature, residual = ratio / expected, ratio - weight
    gradient = [_summed(residual, column, xp) for column in columns]
    hessian = [
        [_summed(curvature, first * second, xp) for second in columns[: i + 1]] for i, first in enumerate(columns)
    ]
    step = _solved(hessian, gradient)
    delta = _combined(step, columns)
    return step, xp.where(used, delta / expected, xp.zeros_like(delta))


def _solved(lower: list[list[Array]], right: list[Array]) -> list[Array]:
    """The solutions of small symmetric positive systems, given by their lower triangles; all of shape (b,).

    L D L' without pivoting, written out: there is nothing to write into.
    """
    factor: list[list[Array]] = []
    diagonal: list[Array] = []
    forward: list[Array] = []
    for i, row in enumerate(lower):
        scaled: list[Array] = []
        for j in range(i):
            known = sum((scaled[k] * factor[j][k] * diagonal[k] for k in range(j)), start=0.0)
            scaled.append((row[j] - known) / diagonal[j])
        diagonal.append(row[i] - sum((scaled[k] ** 2 * diagonal[k] for k in range(i)), start=0.0))
        forward.append(right[i] - sum((scaled[k] * forward[k] for k in range(i)), start=0.0))
        factor.append(scaled)
    solution = [value / pivot for value, pivot in zip(forward, diagonal, strict=True)]
    for i in reversed(range(len(solution))):
        for j in range(i):
            solution[j] = solution[j] - factor[i][j] * solution[i]
    return solution


def _certificate(counts: Array, relative: Array, xp: Any) -> tuple[Array, Array]:
    """The bound and the reach of a full step: `gloam.fit.certificate.newton_gap`."""
    square = relative * relative
    reach = xp.sqrt(xp.sum(square * square, axis=1))
    left = xp.where(reach < 1.0, 1.0 - reach, xp.ones_like(reach))
    left = xp.where(left > 1e-9, left, xp.full_like(left, 1e-9))
    bound = 0.5 * xp.sum(counts * square * square, axis=1) / left
    return xp.where(reach < 1.0, bound, xp.full_like(bound, float("inf"))), xp.sqrt(reach)


def _lengths(counts: Array, weight: Array, expected: Array, relative: Array, xp: Any) -> Array:
    """How far to go along each step: the minimum of -ln L before the wall, as `gloam.fit.newton` searches for it.

    A step whose every relative change is small is taken whole.
    """
    linear = xp.sum(weight * expected * relative, axis=1)
    room = -xp.min(relative, axis=1)
    wall = WALL / xp.where(room > WALL / 2, room, xp.full_like(room, WALL / 2))

    def derivatives(length: Array) -> tuple[Array, Array]:
        share = relative / (1.0 + length[:, None] * relative)
        return linear - xp.sum(counts * share, axis=1), xp.sum(counts * share * share, axis=1)

    downhill = derivatives(wall)[0] <= 0.0
    low, high, half = xp.zeros_like(wall), wall, 0.5 * wall
    length = xp.where(half < 1.0, half, xp.ones_like(half))
    for _ in range(SEARCHES):
        slope, curvature = derivatives(length)
        low, high = xp.where(slope < 0.0, length, low), xp.where(slope > 0.0, length, high)
        proposed = length - slope / curvature
        length = xp.where((proposed >= low) & (proposed <= high), proposed, 0.5 * (low + high))
    small = xp.max(xp.abs(relative), axis=1) <= LONG_STEP
    return xp.where(small, xp.ones_like(wall), xp.where(downhill, wall, length))
