"""Filling from a stream: values come batch after batch, and memory holds one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np

from gloam.arrays import FloatArray
from gloam.spectra.axis import Axis
from gloam.spectra.filling import find_bins, refuse_non_finite
from gloam.spectra.origin import Origin
from gloam.spectra.spectrum import Spectrum

__all__ = ["fill_batches"]


def fill_batches(
    batches: Iterable[tuple[Sequence[FloatArray], FloatArray]],
    axes: Axis | Sequence[Axis],
    *,
    origin: Origin | None = None,
    asked: str = "fill a spectrum",
) -> Spectrum:
    """The weighted spectrum of all values; a batch may be empty, or lie outside the axes altogether.

    Args:
        batches: pairs of values, one flat array for each axis, and weights of the same shape.
        axes: one axis or two.
        origin: where the values come from.
        asked: what the user asked for; begins the messages.

    Raises:
        InputError: NaN or infinite values or weights.

    Example:
        >>> values = (np.array([x]) for x in (0.1, 0.2, 7.0))
        >>> fill_batches((([x], np.array([2.0])) for x in values), Axis([0.0, 0.5, 1.0])).contents
        array([0., 4., 0., 2.])
    """
    axes = (axes,) if isinstance(axes, Axis) else tuple(axes)
    shape = tuple(len(axis) + 2 for axis in axes)
    sums, squares = np.zeros(prod(shape)), np.zeros(prod(shape))
    for values, weights in batches:
        for column in (*values, weights):
            refuse_non_finite(column, asked)
        bins = [find_bins(column, axis) for column, axis in zip(values, axes, strict=True)]
        flat = bins[0] if len(bins) == 1 else np.ravel_multi_index(bins, shape)
        sums += np.bincount(flat, weights, minlength=sums.size)
        squares += np.bincount(flat, np.square(weights), minlength=sums.size)
    return Spectrum(axes, sums.reshape(shape), squares.reshape(shape), origin=origin)
