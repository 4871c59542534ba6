"""Axis: the bins of one observable."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["Axis", "uniform_axis"]

MOST_BINS = 50_000_000
_SAME_WIDTH = 1e-9
_ROUNDING = 4.0 * np.finfo(np.float64).eps


class AxisTraits(NamedTuple):
    """What the UHI protocol wants to know of an axis: ours are neither circular nor discrete."""

    circular: bool = False
    discrete: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The edges of the bins of one observable; an axis in the sense of the UHI protocol.

    Args:
        edges: shape (bins + 1,), finite and strictly increasing; copied and made read-only.
        name: of the observable.
        unit: of the edges.

    Raises:
        InputError: fewer than two edges, not finite or not increasing.

    Example:
        >>> axis = Axis([0.0, 1.0, 4.0])
        >>> len(axis), axis[1], axis.is_uniform
        (2, (1.0, 4.0), False)
    """

    edges: FloatArray
    name: str = "mass"
    unit: str = "GeV"

    def __post_init__(self) -> None:
        edges = np.array(self.edges, dtype=np.float64)
        asked = f"edges of the axis '{self.name}'"
        if edges.ndim != 1 or edges.size < 2:
            raise InputError(asked, f"shape {edges.shape}", "a list of two or more", "give low and high ends")
        if not np.isfinite(edges).all():
            where = int(np.argmin(np.isfinite(edges)))
            raise InputError(asked, f"{edges[where]} at position {where}", "finite numbers", "mend that edge")
        rising = edges[1:] > edges[:-1]
        if not rising.all():
            where = int(np.argmin(rising))
            found = f"{edges[where]} followed by {edges[where + 1]} (position {where})"
            raise InputError(asked, found, "strictly increasing edges", "sort them and drop repeated ones")
        edges.setflags(write=False)
        object.__setattr__(self, "edges", edges)

    @property
    def low(self) -> float:
        """The lowest edge."""
        return float(self.edges[0])

    @property
    def high(self) -> float:
        """The highest edge."""
        return float(self.edges[-1])

    @property
    def widths(self) -> FloatArray:
        """The width of each bin, shape (bins,)."""
        return np.diff(self.edges)

    @property
    def centers(self) -> FloatArray:
        """The middle of each bin, shape (bins,)."""
        return self.edges[:-1] + 0.5 * np.diff(self.edges)

    @property
    def is_uniform(self) -> bool:
        """Whether all bins are equally wide, to 1e-9 of the width and the rounding of the edges."""
        mean = (self.high - self.low) / len(self)
        slack = _SAME_WIDTH * mean + _ROUNDING * max(abs(self.low), abs(self.high))
        return bool(np.abs(self.widths - mean).max() <= slack)

    @property
    def label(self) -> str:
        """Name and unit as one writes them on a figure."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def traits(self) -> AxisTraits:
        """The traits of the UHI protocol."""
        return AxisTraits()

    def __len__(self) -> int:
        return self.edges.size - 1

    def __getitem__(self, index: int) -> tuple[float, float]:
        bins = len(self)
        if not -bins <= index < bins:
            raise IndexError(f"bin {index} of an axis with {bins} bins")
        index %= bins
        return float(self.edges[index]), float(self.edges[index + 1])

    def __iter__(self) -> Iterator[tuple[float, float]]:
        edges = self.edges.tolist()
        return pairwise(edges)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Axis):
            return NotImplemented
        return (self.name, self.unit) == (other.name, other.unit) and np.array_equal(self.edges, other.edges)

    def __hash__(self) -> int:
        return hash((self.name, self.unit, len(self), self.low, self.high))


def uniform_axis(
    low: float,
    high: float,
    *,
    width: float | None = None,
    bins: int | None = None,
    name: str = "mass",
    unit: str = "GeV",
) -> Axis:
    """An axis of equal bins that fill the range from low to high exactly.

    Args:
        low: lower end.
        high: upper end.
        width: of a bin; adjusted to the nearest width of which a whole number fits into the range.
        bins: their number; give this or `width`.
        name: of the observable.
        unit: of low, high and width.

    Raises:
        InputError: a range that is reversed or not finite; a width that is not positive or exceeds the
            range; fewer than one bin or more than 5e7.

    Example:
        >>> axis = uniform_axis(0.5, 2.0, width=0.004)
        >>> len(axis), axis.high
        (375, 2.0)
    """
    low, high = float(low), float(high)
    if not (math.isfinite(low) and math.isfinite(high) and low < high and math.isfinite(high - low)):
        remedy = "swap the ends" if low > high else "give two finite numbers, the lower one first"
        raise InputError(f"range of '{name}'", f"{low} to {high}", "low < high, both finite", remedy)
    if (width is None) == (bins is None):
        found = "neither" if width is None else "both"
        raise InputError(f"bins of '{name}'", found, "a bin width or a number of bins", "give one of the two")
    number = bins if bins is not None else _number_of_bins(low, high, width or 0.0, name)
    if not 1 <= number <= MOST_BINS:
        least = (high - low) / MOST_BINS
        remedy = f"choose a bin width of at least {least:.3g}"
        raise InputError(f"bins of '{name}'", f"{number} bins", f"1 to {MOST_BINS} bins", remedy)
    return Axis(np.linspace(low, high, int(number) + 1), name, unit)


def _number_of_bins(low: float, high: float, width: float, name: str) -> int:
    span = high - low
    asked = f"bin width of '{name}'"
    if not (math.isfinite(width) and width > 0):
        raise InputError(asked, width, "a finite number above 0", f"choose for example {span / 1000:.3g}")
    if width > span * (1 + _SAME_WIDTH):
        remedy = f"choose a narrower one, for example {span / 1000:.3g}"
        raise InputError(asked, width, f"at most the range {low} to {high}, which is {span:.6g}", remedy)
    # a ratio beyond the floats is refused by the caller like any other excess
    return max(1, round(min(span / width, 1e18)))
