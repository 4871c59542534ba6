"""Mask: the ranges of an observable that must not be looked at yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray
from gloam.errors import InputError
from gloam.spectra.spectrum import Spectrum

__all__ = ["Mask", "hide_bins", "hide_values"]

_ROUNDING = 4.0 * np.finfo(np.float64).eps  # of an edge: one computed to equal the end of a range does not touch it


@dataclass(frozen=True, slots=True)
class Mask:
    """The ranges through which blinding acts on everything read.

    Args:
        ranges: pairs (low, high); values with low <= value < high are hidden. Ends may be infinite.

    Raises:
        InputError: a range that is reversed, empty or NaN.

    Example:
        >>> Mask(((2.9, 3.3),)).ranges
        ((2.9, 3.3),)
    """

    ranges: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        ranges = tuple((float(low), float(high)) for low, high in self.ranges)
        for low, high in ranges:
            if not low < high:
                remedy = "swap the ends" if low > high else "give two numbers, the lower one first"
                raise InputError("a range to hide", f"{low} to {high}", "low < high", remedy)
        object.__setattr__(self, "ranges", ranges)


def hide_values(mask: Mask | None, values: npt.ArrayLike) -> BoolArray:
    """Which values may be looked at, shape of the values; all of them without a mask.

    Example:
        >>> hide_values(Mask(((1.0, 2.0),)), [0.5, 1.0, 2.0])
        array([ True, False,  True])
    """
    array = np.asarray(values, dtype=np.float64)
    kept = np.ones(array.shape, dtype=np.bool_)
    for low, high in mask.ranges if mask else ():
        kept &= (array < low) | (array >= high)
    return kept


def hide_bins(mask: Mask | None, spectrum: Spectrum, axis: int = 0) -> Spectrum:
    """The spectrum with every bin that touches a range emptied and marked as not visible.

    Under- and overflow are emptied too where a range reaches beyond the axis. A value on the upper edge
    of the last bin, which `fill` counts there, belongs to that bin.

    Args:
        mask: the ranges; None hides nothing.
        spectrum: of one or two axes.
        axis: the one of the axes to which the ranges belong.

    Example:
        >>> from gloam.spectra import fill, uniform_axis
        >>> hidden = hide_bins(Mask(((0.3, 0.4),)), fill([0.1, 0.3, 0.6], uniform_axis(0, 1, bins=4)))
        >>> hidden.values(), hidden.visible
        (array([1., 0., 1., 0.]), array([ True, False,  True,  True]))
    """
    if mask is None or not mask.ranges:
        return spectrum
    edges = spectrum.axes[axis].edges
    slack = _ROUNDING * float(np.abs(edges[[0, -1]]).max())
    lows, highs = np.append(-np.inf, edges), np.append(edges, np.inf)
    shown = np.ones(lows.shape, dtype=np.bool_)
    for low, high in mask.ranges:
        overlap = np.minimum(highs, high) - np.maximum(lows, low)
        shown &= overlap <= min(slack, 0.5 * (high - low))
    # one entry per bin of that axis, with flow, broadcast over the other axis
    shape = [1] * len(spectrum.axes)
    shape[axis] = shown.size
    contents = np.where(shown.reshape(shape), spectrum.contents, 0.0)
    sum_w2 = None if spectrum.sum_w2 is None else np.where(shown.reshape(shape), spectrum.sum_w2, 0.0)
    shape[axis] = shown.size - 2
    visible = np.broadcast_to(shown[1:-1].reshape(shape), tuple(len(each) for each in spectrum.axes))
    if spectrum.visible is not None:
        visible = visible & spectrum.visible
    return replace(spectrum, contents=contents, sum_w2=sum_w2, visible=visible)
