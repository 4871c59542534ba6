"""Coarser and shorter axes: merging bins and cutting to a range, without losing an event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.spectra.axis import Axis
from gloam.spectra.spectrum import Spectrum

__all__ = ["merge_bins", "rebin", "restrict"]

_ON_AN_EDGE = 1e-6  # of a bin width


def merge_bins(spectrum: Spectrum, factor: int, axis: int = 0) -> Spectrum:
    """The spectrum with `factor` neighbouring bins in one; a bin with a hidden part is hidden.

    Args:
        spectrum: of any axes.
        factor: how many bins make one; must divide their number.
        axis: which of the axes.

    Raises:
        InputError: the number of bins is no multiple of the factor.

    Example:
        >>> from gloam.spectra import fill, uniform_axis
        >>> merge_bins(fill([0.1, 0.4, 0.6], uniform_axis(0, 1, bins=4)), 2).values()
        array([2., 1.])
    """
    bins = len(spectrum.axes[axis])
    if factor < 1 or bins % factor:
        below, above = _nearest_divisors(bins, factor)
        remedy = f"merge {below} or {above}" if below != above else f"merge {below}"
        raise InputError(f"merge the {bins} bins", f"{factor} into one", f"a divisor of {bins}", remedy)
    return spectrum if factor == 1 else _regrouped(spectrum, np.arange(0, bins + 1, factor), axis)


def rebin(spectrum: Spectrum, width: float, axis: int = 0) -> Spectrum:
    """The spectrum with bins of the given width; only whole bins are merged.

    Args:
        spectrum: with bins of equal width.
        width: of the bins wanted, in the unit of the axis.
        axis: which of the axes.

    Raises:
        InputError: bins of unequal width, or no whole number of them makes such a bin; says which do.

    Example:
        >>> from gloam.spectra import fill, uniform_axis
        >>> rebin(fill([0.1, 0.4, 0.6], uniform_axis(0, 1, bins=4)), 0.5).values()
        array([2., 1.])
    """
    old = spectrum.axes[axis]
    asked = f"bin width of '{old.name}'"
    if not old.is_uniform:
        remedy = "leave out the bin width, or write the histogram with equal bins"
        raise InputError(asked, f"{width} for bins of unequal width", "bins of equal width", remedy)
    if not (np.isfinite(width) and width > 0):
        raise InputError(asked, width, "a finite number above 0", "choose a multiple of the present width")
    bins, present = len(old), (old.high - old.low) / len(old)
    ratio = min(width / present, 2.0 * bins)
    factor = round(ratio)
    if factor < 1 or bins % factor or abs(ratio - factor) > _ON_AN_EDGE * factor:
        near = sorted({divisor * present for divisor in _nearest_divisors(bins, ratio)})
        remedy = f"choose {' or '.join(f'{value:.9g}' for value in near)}"
        allowed = f"a width that merges whole bins of {present:.9g} and fills {old.low:.9g} to {old.high:.9g}"
        raise InputError(asked, width, allowed, remedy)
    return merge_bins(spectrum, factor, axis)


def restrict(spectrum: Spectrum, low: float | None = None, high: float | None = None, axis: int = 0) -> Spectrum:
    """The spectrum of the bins between low and high; what is outside moves to under- and overflow.

    Args:
        spectrum: of any axes.
        low: a bin edge, to 1e-6 of the bin width; None for the lowest.
        high: a bin edge above it; None for the highest.
        axis: which of the axes.

    Raises:
        InputError: a reversed range, or an end that is no bin edge; says which edges are near.

    Example:
        >>> from gloam.spectra import fill, uniform_axis
        >>> restrict(fill([0.1, 0.4, 0.6], uniform_axis(0, 1, bins=4)), 0.25).contents
        array([1., 1., 1., 0., 0.])
    """
    old = spectrum.axes[axis]
    low, high = old.low if low is None else float(low), old.high if high is None else float(high)
    if not low < high:
        remedy = "swap the ends" if low > high else "give two finite numbers, the lower one first"
        raise InputError(f"range of '{old.name}'", f"{low} to {high}", "low < high", remedy)
    first, last = _edge_index(old, low), _edge_index(old, high)
    if (first, last) == (0, len(old)):
        return spectrum
    return _regrouped(spectrum, np.arange(first, last + 1), axis)


def _regrouped(spectrum: Spectrum, kept: IntArray, axis: int) -> Spectrum:
    """The spectrum with only the kept edges (indices, increasing) of one axis."""
    old = spectrum.axes[axis]
    starts = np.concatenate([[0], kept + 1])

    def summed(contents: FloatArray) -> FloatArray:
        return np.add.reduceat(contents, starts, axis=axis)

    visible = spectrum.visible
    if visible is not None:
        inside = np.take(visible, np.arange(kept[-1]), axis=axis)
        visible = np.logical_and.reduceat(inside, kept[:-1], axis=axis)
    axes = list(spectrum.axes)
    axes[axis] = Axis(old.edges[kept], old.name, old.unit)
    sum_w2 = None if spectrum.sum_w2 is None else summed(spectrum.sum_w2)
    return replace(spectrum, axes=tuple(axes), contents=summed(spectrum.contents), sum_w2=sum_w2, visible=visible)


def _edge_index(axis: Axis, value: float) -> int:
    edges = axis.edges
    nearest = int(np.argmin(np.abs(edges - value)))
    left = max(nearest - 1, 0)
    width = edges[left + 1] - edges[left]
    if abs(edges[nearest] - value) <= _ON_AN_EDGE * width:
        return nearest
    asked = f"cut the axis '{axis.name}' at {value}"
    if not axis.low < value < axis.high:
        allowed = f"an edge from {axis.low:.9g} to {axis.high:.9g} {axis.unit}"
        raise InputError(asked, "a value outside the axis", allowed, f"choose {edges[nearest]:.9g}")
    above = int(np.searchsorted(edges, value))
    remedy = f"choose {edges[above - 1]:.9g} or {edges[above]:.9g}"
    raise InputError(asked, "a value inside a bin", "a bin edge: bins are never split", remedy)


def _nearest_divisors(number: int, wanted: float) -> tuple[int, int]:
    """The largest divisor not above and the smallest not below the wanted one."""
    small = [d for d in range(1, int(number**0.5) + 1) if number % d == 0]
    divisors = sorted({*small, *(number // d for d in small)})
    below = max((d for d in divisors if d <= wanted), default=divisors[0])
    above = min((d for d in divisors if d >= wanted), default=divisors[-1])
    return below, above
