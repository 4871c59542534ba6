"""Fit windows as edge indices of the spectrum's axis.

The counts of a window are differences of the cumulative counts at its edges, so slices of the axis, windows with
binnings of their own and joined bins are one case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.spectra import Axis

__all__ = ["MAXIMUM_BINS", "BinnedWindows", "SlidingWindows", "Windows", "sliding_windows", "windows_between"]

MAXIMUM_BINS = 20_000
"""Bins in one window; more are a sign of bins far finer than the resolution."""


class Windows(Protocol):
    """The bins that each hypothesis is fitted in."""

    @property
    def bins(self) -> IntArray:
        """The number of bins of each window, shape (h,)."""
        ...

    @property
    def equal_bins(self) -> bool:
        """Whether the bins of each window are slices or equal parts of a uniform axis."""
        ...

    @property
    def ends(self) -> tuple[IntArray, IntArray]:
        """Edge indices of the lower and upper end of each window, shapes (h,)."""
        ...

    def edge_indices(self, rows: IntArray, bins: int) -> IntArray:
        """Edge indices of some windows, padded to `bins` bins by repeating the last; shape (b, bins + 1)."""
        ...

    def take(self, rows: IntArray) -> Windows:
        """Some of the windows."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SlidingWindows:
    """Windows that are slices of the axis.

    Attributes:
        first: index of the lower edge of each window, shape (h,).
        last: index of its upper edge, > first, shape (h,).
        equal_bins: whether the axis is uniform.
        asked: the ends before they were rounded to edges and cut at the axis, shapes (h,); None where the edges
            themselves were given.
    """

    first: IntArray
    last: IntArray
    equal_bins: bool
    asked: tuple[FloatArray, FloatArray] | None = None

    @property
    def bins(self) -> IntArray:
        """The number of bins of each window, shape (h,)."""
        return np.asarray(self.last - self.first)

    @property
    def ends(self) -> tuple[IntArray, IntArray]:
        """Edge indices of the ends of each window, shapes (h,)."""
        return self.first, self.last

    def edge_indices(self, rows: IntArray, bins: int) -> IntArray:
        """Edge indices of some windows, padded by repeating the last; shape (b, bins + 1)."""
        return np.asarray(np.minimum(self.first[rows][:, None] + np.arange(bins + 1), self.last[rows][:, None]))

    def take(self, rows: IntArray) -> SlidingWindows:
        """Some of the windows."""
        asked = None if self.asked is None else (self.asked[0][rows], self.asked[1][rows])
        return SlidingWindows(self.first[rows], self.last[rows], self.equal_bins, asked)


@dataclass(frozen=True, slots=True, eq=False)
class BinnedWindows:
    """Windows with binnings of their own, all with as many bins.

    Attributes:
        indices: edge indices of each window, strictly increasing, shape (h, m + 1).
        equal_bins: whether the bins of each window are equal.
    """

    indices: IntArray
    equal_bins: bool

    @classmethod
    def of(cls, axis: Axis, edges: FloatArray) -> BinnedWindows:
        """Windows from their edge values, shape (h, m + 1), each of which is an edge of the axis."""
        indices = np.searchsorted(axis.edges, edges)
        nearest = axis.edges[np.minimum(indices, len(axis))]
        if not np.array_equal(nearest, edges):
            wrong = edges[nearest != edges][0]
            raise InputError("edges of the windows", f"{wrong:g}", "edges of the spectrum", "fill it on their union")
        widths = np.diff(edges, axis=1)
        return cls(indices, bool(np.ptp(widths, axis=1).max() <= 1e-9 * widths.min()))

    @property
    def bins(self) -> IntArray:
        """The number of bins of each window, shape (h,)."""
        return np.full(self.indices.shape[0], self.indices.shape[1] - 1)

    @property
    def ends(self) -> tuple[IntArray, IntArray]:
        """Edge indices of the ends of each window, shapes (h,)."""
        return self.indices[:, 0], self.indices[:, -1]

    def edge_indices(self, rows: IntArray, bins: int) -> IntArray:
        """Edge indices of some windows, padded by repeating the last; shape (b, bins + 1)."""
        chosen = self.indices[rows]
        return np.pad(chosen, ((0, 0), (0, bins + 1 - chosen.shape[1])), mode="edge")

    def take(self, rows: IntArray) -> BinnedWindows:
        """Some of the windows."""
        return BinnedWindows(self.indices[rows], self.equal_bins)


def sliding_windows(axis: Axis, position: FloatArray, half_width: float | FloatArray) -> SlidingWindows:
    """Windows of +- half_width around each position, rounded to bin edges and cut at the ends of the axis.

    Args:
        axis: the axis of the spectrum.
        position: where each hypothesis expects its peak, shape (h,).
        half_width: in the unit of the axis, > 0; a number or shape (h,).

    Raises:
        InputError: if a window lies outside the axis or has more than `MAXIMUM_BINS` bins.
    """
    half_width = np.broadcast_to(np.asarray(half_width, float), position.shape)
    if not (np.isfinite(half_width).all() and (half_width > 0).all()):
        raise InputError("half-width of the window", half_width.min(), "a number > 0", "25sigma is usual")
    return windows_between(axis, position - half_width, position + half_width)


def windows_between(axis: Axis, low: FloatArray, high: FloatArray) -> SlidingWindows:
    """Windows from low to high, rounded to bin edges and cut at the ends of the axis.

    Args:
        axis: the axis of the spectrum.
        low: lower end of each window, shape (h,).
        high: upper end of each, > low, shape (h,).

    Raises:
        InputError: if a window is empty, lies outside the axis or has more than `MAXIMUM_BINS` bins.

    Example:
        >>> windows_between(Axis([0.0, 1.0, 2.0, 3.0]), np.array([0.9]), np.array([7.0])).ends
        (array([1]), array([3]))
    """
    if not (low < high).all():
        row = int(np.argmin(low < high))
        raise InputError("window", f"{low[row]:g} to {high[row]:g}", "LO < HI", "take a wider window")
    outside = (high <= axis.low) | (low >= axis.high)
    if outside.any():
        row = int(np.argmax(outside))
        raise InputError(
            f"window around {0.5 * (low[row] + high[row]):g}", f"an axis from {axis.low:g} to {axis.high:g}",
            "windows that overlap the axis", "scan masses inside the range of the spectrum",
        )  # fmt: skip
    # a window narrower than a bin keeps the bin it lies in
    first = np.minimum(_nearest_edge(axis.edges, low), len(axis) - 1)
    last = np.maximum(_nearest_edge(axis.edges, high), first + 1)
    if (last - first).max() > MAXIMUM_BINS:
        raise InputError(
            "window", f"{(last - first).max()} bins", f"at most {MAXIMUM_BINS}",
            f"merge bins with --bin-width (now {axis.widths.min():g}), a tenth of the resolution is enough",
        )  # fmt: skip
    return SlidingWindows(first, last, axis.is_uniform, (low, high))


def _nearest_edge(edges: FloatArray, value: FloatArray) -> IntArray:
    above = np.clip(np.searchsorted(edges, value), 1, edges.size - 1)
    return np.asarray(np.where(value - edges[above - 1] < edges[above] - value, above - 1, above), np.int64)
