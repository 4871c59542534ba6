"""Spectrum: the contents of the bins of one or two axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.spectra.axis import Axis
from gloam.spectra.origin import Origin

__all__ = ["Spectrum", "with_flow"]


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Binned data in one or two dimensions; a histogram in the sense of the UHI protocol.

    Args:
        axes: one or two.
        contents: shape (bins + 2,) per axis, underflow first and overflow last; not negative. Whole
            numbers, unless `sum_w2` is given or the spectrum is an Asimov set. Copied, made read-only.
        sum_w2: sum of squared weights, same shape; None for plain counts.
        visible: shape (bins,) per axis; where False the bin is blinded and its content set to zero.
            None if all may be looked at.
        origin: where the data come from.
        asimov: whether the contents are expectations rather than data.

    Raises:
        InputError: shapes that do not match, contents that are NaN, infinite, negative, or fractional
            without variances.

    Example:
        >>> spectrum = Spectrum((Axis([0.0, 1.0, 2.0]),), [1, 5, 7, 2])
        >>> spectrum.values(), spectrum.entries, spectrum.overflow
        (array([5., 7.]), 12.0, 2.0)
    """

    axes: tuple[Axis, ...]
    contents: FloatArray
    sum_w2: FloatArray | None = None
    visible: BoolArray | None = None
    origin: Origin | None = None
    asimov: bool = False

    def __post_init__(self) -> None:
        axes = tuple(self.axes)
        if len(axes) not in (1, 2):
            raise InputError("a spectrum", f"{len(axes)} axes", "one or two", "project the others out first")
        contents = _flow_array("contents", self.contents, axes)
        sum_w2 = None if self.sum_w2 is None else _flow_array("variances", self.sum_w2, axes)
        if sum_w2 is None and not self.asimov:
            _refuse_fractions(contents, axes)
        visible = None
        if self.visible is not None and not np.all(self.visible):
            visible = np.array(self.visible, dtype=np.bool_)
            _require_shape("mask of visible bins", visible.shape, tuple(len(axis) for axis in axes))
            for array in (contents, sum_w2):
                if array is not None:
                    array[_inside(axes)][~visible] = 0.0
        for frozen in (contents, sum_w2, visible):
            if frozen is not None:
                frozen.setflags(write=False)
        checked = {"axes": axes, "contents": contents, "sum_w2": sum_w2, "visible": visible}
        for field, value in checked.items():
            object.__setattr__(self, field, value)

    @property
    def kind(self) -> str:
        """The kind of histogram in the UHI protocol."""
        return "COUNT"

    def has_data_of(self, other: Spectrum) -> bool:
        """Whether it has the bins and contents of another spectrum: the same events, but for an odd chance."""
        same_axes = len(self.axes) == len(other.axes) and all(
            np.array_equal(one.edges, two.edges) for one, two in zip(self.axes, other.axes, strict=True)
        )
        return same_axes and np.array_equal(self.contents, other.contents)

    def values(self, flow: bool = False) -> FloatArray:
        """The contents, shape (bins,) per axis, or (bins + 2,) with under- and overflow."""
        return self.contents if flow else self.contents[_inside(self.axes)]

    def variances(self, flow: bool = False) -> FloatArray:
        """The variances of the contents: the sums of squared weights, the counts where there are none."""
        array = self.contents if self.sum_w2 is None else self.sum_w2
        return array if flow else array[_inside(self.axes)]

    def counts(self, flow: bool = False) -> FloatArray:
        """The effective numbers of entries: the counts, or (sum of weights)^2 / (sum of squared weights)."""
        values, variances = self.values(flow), self.variances(flow)
        if not self.is_weighted:
            return values
        return np.divide(values**2, variances, out=np.zeros_like(values), where=variances > 0)

    @property
    def entries(self) -> float:
        """The sum of the contents inside the axes."""
        return float(self.values().sum())

    @property
    def is_weighted(self) -> bool:
        """Whether some variance differs from its content, so that contents are no Poisson counts."""
        return self.sum_w2 is not None and not np.array_equal(self.sum_w2, self.contents)

    @property
    def axis(self) -> Axis:
        """The axis of a one-dimensional spectrum.

        Raises:
            InputError: there are two.
        """
        if len(self.axes) != 1:
            raise InputError("the axis of a spectrum", "two axes", "one", "project one out first")
        return self.axes[0]

    @property
    def underflow(self) -> float:
        """The content below the axis of a one-dimensional spectrum."""
        return float(self.contents[0]) if self.axis else 0.0

    @property
    def overflow(self) -> float:
        """The content above the axis of a one-dimensional spectrum."""
        return float(self.contents[-1]) if self.axis else 0.0


def with_flow(inside: npt.ArrayLike, axes: tuple[Axis, ...]) -> FloatArray:
    """The contents with empty under- and overflow added on each axis that has none yet.

    Args:
        inside: shape (bins,) or (bins + 2,) per axis.
        axes: as many as the contents have dimensions.

    Raises:
        InputError: another shape.

    Example:
        >>> with_flow([3, 4], (Axis([0.0, 1.0, 2.0]),))
        array([0., 3., 4., 0.])
    """
    array = np.asarray(inside, dtype=np.float64)
    bins = tuple(len(axis) for axis in axes)
    if array.ndim == len(bins):
        missing = [(1, 1) if have == need else (0, 0) for have, need in zip(array.shape, bins, strict=True)]
        array = np.pad(array, missing)
    else:
        _require_shape("contents", array.shape, bins)
    _require_shape("contents", array.shape, tuple(n + 2 for n in bins))
    return array


def _inside(axes: tuple[Axis, ...]) -> tuple[slice, ...]:
    return (slice(1, -1),) * len(axes)


def _require_shape(what: str, found: tuple[int, ...], needed: tuple[int, ...]) -> None:
    if found != needed:
        remedy = "one content per bin: there is one edge more than bins"
        raise InputError(f"{what} of a spectrum", f"shape {found}", f"shape {needed} for these axes", remedy)


def _flow_array(what: str, values: FloatArray, axes: tuple[Axis, ...]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    _require_shape(what, array.shape, tuple(len(axis) + 2 for axis in axes))
    # one pass for both: comparisons with NaN are false, and infinity is not below infinity
    good = (array >= 0) & (array < np.inf)
    if not good.all():
        where = np.unravel_index(int(np.argmin(good)), array.shape)
        asked = f"{what} of {_named_bin(axes, where)}"
        raise InputError(asked, array[where], "a finite number, not negative", "mend that bin")
    return array


def _refuse_fractions(contents: FloatArray, axes: tuple[Axis, ...]) -> None:
    whole = contents == np.rint(contents)
    if not whole.all():
        where = np.unravel_index(int(np.argmin(whole)), contents.shape)
        raise InputError(
            f"contents of {_named_bin(axes, where)}",
            f"{contents[where]}: a weighted or scaled histogram without variances",
            "whole numbers of events, or sums of weights with their variances",
            "store it with weights/variances (in ROOT Sumw2), or pass asimov=True for an expectation",
        )


def _named_bin(axes: tuple[Axis, ...], where: tuple[np.intp, ...]) -> str:
    """The bin in words; bins are counted from 0."""
    parts = []
    for axis, index in zip(axes, where, strict=True):
        if index == 0:
            parts.append(f"the underflow of '{axis.name}'")
        elif index == len(axis) + 1:
            parts.append(f"the overflow of '{axis.name}'")
        else:
            low, high = axis[int(index) - 1]
            parts.append(f"bin {index - 1} of '{axis.name}' ({low:.6g} to {high:.6g} {axis.unit})")
    return ", ".join(parts)
