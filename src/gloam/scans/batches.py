"""A scan cut into batches of fits of one form, in an order that does not depend on how it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit import Problem, RowDesign, SharedDesign
from gloam.models import expected_fractions
from gloam.scans.setup import Scan
from gloam.spectra import scaled_poisson

__all__ = ["Batch", "batches", "domains", "window_ends"]

ROWS = 192
"""Fits in a batch: its arrays stay in the second-level cache for windows of a few hundred bins."""

ELEMENTS = 48_000
"""Rows times bins of a batch of wide windows."""

BUCKET = 8
"""Windows are padded to a multiple of this many bins, so that those of nearly one length are fitted together."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some hypotheses of a scan whose fits have one form.

    Attributes:
        rows: which hypotheses, shape (b,).
        problem: makes their fits, b rows; called where they are worked on, so that threads share this work too.
    """

    rows: IntArray
    problem: Callable[[], Problem]


def batches(scan: Scan, rows: IntArray | None = None, size: int | None = None) -> Iterator[Batch]:
    """The fits of a scan, batch by batch.

    Args:
        scan: what to fit.
        rows: hypotheses to fit, shape (h',); None: all that are not vetoed.
        size: rows of a batch at most; None: as many as suit the cache.
    """
    rows = np.flatnonzero(~scan.vetoed) if rows is None else rows
    padded = _padded_bins(scan)
    variant = scan.background.variant(scan.grid.position)
    data = _Data.of(scan)
    for bins, form in sorted(set(zip(padded[rows].tolist(), variant[rows].tolist(), strict=True))):
        group = rows[(padded[rows] == bins) & (variant[rows] == form)]
        length = size or max(1, min(ROWS, ELEMENTS // bins))
        shared = _shared_design(scan, bins, form)
        for start in range(0, group.size, length):
            chosen = group[start : start + length]
            yield Batch(chosen, partial(_problem, scan, data, chosen, bins, form, shared))


def window_ends(scan: Scan) -> tuple[FloatArray, FloatArray]:
    """The range of the observable that each hypothesis is fitted in, shapes (h,)."""
    edges = scan.spectrum.axis.edges
    first, last = scan.windows.ends
    return edges[first], edges[last]


def domains(scan: Scan) -> tuple[FloatArray, FloatArray]:
    """The range of the observable on which the background basis of each hypothesis is defined, shapes (h,).

    It starts with the window and ends with it or, in windows of equal bins, a few bins beyond.
    """
    low, high = window_ends(scan)
    return low, low + (high - low) * (_padded_bins(scan) / scan.windows.bins if _is_shared(scan) else 1.0)


def _is_shared(scan: Scan) -> bool:
    return scan.windows.equal_bins and scan.background.translates


def _padded_bins(scan: Scan) -> IntArray:
    bins = scan.windows.bins
    # short windows are not padded: the part that is padding would spoil the orthogonality of the basis
    return np.where(bins > 4 * BUCKET, -(-bins // BUCKET) * BUCKET, bins)


def _shared_design(scan: Scan, bins: int, form: int) -> SharedDesign | None:
    if not _is_shared(scan):
        return None
    edges = np.linspace(-1.0, 1.0, bins + 1)
    return SharedDesign(scan.background.basis(edges, np.array(-1.0), np.array(1.0), form))


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """The spectrum as cumulative sums at its edges.

    Attributes:
        edges: of the axis, shape (n + 1,).
        contents: of the bins, shape (n,).
        below: their cumulative sum, shape (n + 1,).
        variances_below: the same of the variances; None for plain counts.
        used_below: the same of the bins that may be fitted; None if all may.
    """

    edges: FloatArray
    contents: FloatArray
    below: FloatArray
    variances_below: FloatArray | None
    used_below: FloatArray | None

    @classmethod
    def of(cls, scan: Scan) -> _Data:
        spectrum, edges = scan.spectrum, scan.spectrum.axis.edges
        used = np.ones(len(spectrum.axis), bool) if spectrum.visible is None else spectrum.visible.copy()
        for low, high in scan.vetoes:
            used &= (edges[1:] <= low) | (edges[:-1] >= high)
        contents = spectrum.values()
        return cls(
            edges,
            contents,
            _cumulative(contents),
            _cumulative(spectrum.variances()) if spectrum.is_weighted else None,
            None if used.all() else _cumulative(used.astype(float)),
        )


def _cumulative(values: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(values)])


def _problem(scan: Scan, data: _Data, rows: IntArray, bins: int, form: int, shared: SharedDesign | None) -> Problem:
    indices = scan.windows.edge_indices(rows, bins)
    left, right = indices[:, :-1], indices[:, 1:]
    edges = data.edges[indices]
    signal = expected_fractions(scan.signal, edges, scan.grid.position[rows])
    design = shared or RowDesign(scan.background.basis(edges, edges[:, 0], edges[:, -1], form))
    parts = right - left
    if (parts > 1).any():
        counts = data.below[right] - data.below[left]
    else:  # bins of the axis themselves: exact also for contents that are not whole
        counts = np.where(parts > 0, data.contents[np.minimum(left, data.contents.size - 1)], 0.0)
    exposure = None if parts.all() else (parts > 0).astype(float)
    if data.used_below is not None:
        exposure = ((data.used_below[right] - data.used_below[left] == parts) & (parts > 0)).astype(float)
    if data.variances_below is not None:
        variances = data.variances_below[right] - data.variances_below[left]
        overall = data.below[-1] / max(data.variances_below[-1], np.finfo(float).tiny)
        scale = scaled_poisson(counts, variances, overall)
        counts, exposure = counts * scale, scale if exposure is None else scale * exposure
    if exposure is not None:
        counts = np.where(exposure > 0, counts, 0.0)
    return Problem(counts, design, signal, exposure)
