"""Filling: from values of events to a spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.spectra.axis import Axis
from gloam.spectra.origin import Origin
from gloam.spectra.spectrum import Spectrum

__all__ = ["fill", "find_bins", "refuse_non_finite"]


def fill(
    values: npt.ArrayLike | tuple[npt.ArrayLike, npt.ArrayLike],
    axes: Axis | Sequence[Axis],
    *,
    weights: npt.ArrayLike | None = None,
    origin: Origin | None = None,
    asked: str = "fill a spectrum",
) -> Spectrum:
    """The spectrum of the values; those outside an axis are kept in its under- and overflow.

    A bin holds low <= value < high; the last one also its upper edge.

    Args:
        values: shape (events,) in the unit of the axis; a tuple of two such arrays for two axes.
        axes: one axis or two.
        weights: shape (events,); None counts events.
        origin: where the values come from.
        asked: what the user asked for; begins the messages.

    Raises:
        InputError: no values, NaN or infinite ones, all of them outside, or shapes that do not match.

    Example:
        >>> fill([0.1, 0.2, 0.9, 7.0], Axis([0.0, 0.5, 1.0])).contents
        array([0., 2., 1., 1.])
    """
    axes = (axes,) if isinstance(axes, Axis) else tuple(axes)
    columns = [np.asarray(column, dtype=np.float64) for column in (values if len(axes) > 1 else (values,))]  # type: ignore[union-attr]
    _require_equal_shapes(columns, axes, asked)
    for column in columns:
        refuse_non_finite(column, asked)
    bins = [find_bins(column, axis) for column, axis in zip(columns, axes, strict=True)]
    _refuse_all_outside(columns, bins, axes, asked)
    shape = tuple(len(axis) + 2 for axis in axes)
    flat = bins[0] if len(axes) == 1 else np.ravel_multi_index(bins, shape)
    size = prod(shape)
    if weights is None:
        counts = np.bincount(flat, minlength=size).astype(np.float64)
        return Spectrum(axes, counts.reshape(shape), origin=origin)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != columns[0].shape:
        found = f"{given.shape} weights for {columns[0].shape} values"
        raise InputError(asked, found, "one weight per value", "read both from the same rows")
    refuse_non_finite(given, f"{asked} with weights")
    sum_w = np.bincount(flat, given, minlength=size).astype(np.float64)
    sum_w2 = np.bincount(flat, given**2, minlength=size).astype(np.float64)
    return Spectrum(axes, sum_w.reshape(shape), sum_w2.reshape(shape), origin=origin)


def refuse_non_finite(values: FloatArray, asked: str) -> None:
    """Nothing if all values are finite.

    Raises:
        InputError: some are not; says how many, and which row (from 0) is the first.
    """
    good = np.isfinite(values)
    if not good.all():
        first, number = int(np.argmin(good)), int(values.size - np.count_nonzero(good))
        found = f"{number} of {values.size} values NaN or infinite, the first in row {first} (from 0)"
        raise InputError(asked, found, "finite numbers", "remove these rows, or mend how they were computed")


def find_bins(values: FloatArray, axis: Axis) -> IntArray:
    """The bin of each value, 0 for underflow and bins + 1 for overflow."""
    found = _bins_if_even(values, axis)
    if found is None:
        found = np.searchsorted(axis.edges, values, side="right").astype(np.int64, copy=False)
    found[values == axis.edges[-1]] = len(axis)
    return found


def _bins_if_even(values: FloatArray, axis: Axis) -> IntArray | None:
    """The same as a search among the edges, several times faster; None if the bins are not even enough."""
    edges, bins, scale = axis.edges, len(axis), len(axis) / (axis.high - axis.low)
    if not np.isfinite(scale):
        return None
    guess = ((np.clip(values, axis.low, axis.high) - axis.low) * scale).astype(np.int64)
    np.minimum(guess, bins - 1, out=guess)
    # the edges decide, not the arithmetic: a guess may be off by one, and no more
    guess -= (values < edges[guess]) & (guess > 0)
    guess += (values >= edges[guess + 1]) & (guess < bins - 1)
    below, above = values < edges[guess], values >= edges[guess + 1]
    if (below & (values >= axis.low)).any() or (above & (values < axis.high)).any():
        return None
    guess += 1
    guess -= below
    guess += above
    return guess


def _require_equal_shapes(columns: list[FloatArray], axes: tuple[Axis, ...], asked: str) -> None:
    shapes = [column.shape for column in columns]
    if len(columns) != len(axes) or len(set(shapes)) != 1 or columns[0].ndim != 1:
        found = f"values of shape {' and '.join(map(str, shapes))} for {len(axes)} axes"
        raise InputError(asked, found, "one flat array per axis, of equal lengths", "flatten them")
    if columns[0].size == 0:
        raise InputError(asked, "no rows", "at least one row", "check the file and the cuts before it")


def _refuse_all_outside(columns: list[FloatArray], bins: list[IntArray], axes: tuple[Axis, ...], asked: str) -> None:
    inside = [(found > 0) & (found <= len(axis)) for found, axis in zip(bins, axes, strict=True)]
    if np.logical_and.reduce(inside).any():
        return
    ranges = " and ".join(f"{column.min():.6g} to {column.max():.6g}" for column in columns)
    allowed = " and ".join(f"{axis.low:.6g} to {axis.high:.6g} {axis.unit}" for axis in axes)
    found = f"no value inside the range; the {columns[0].size} values run from {ranges}"
    raise InputError(asked, found, f"some inside {allowed}", "choose another range, or check the unit")
