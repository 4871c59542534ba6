"""A scan cut into batches of fits of one form, in an order that does not depend on how it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit import Problem, SharedDesign
from gloam.scans.assembly import CumulativeData, assemble
from gloam.scans.joint import JointScan, first_channel, join
from gloam.scans.setup import Scan

__all__ = ["Batch", "batches", "channel_bins", "domains", "window_ends"]

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


def batches(scan: Scan | JointScan, rows: IntArray | None = None, size: int | None = None) -> Iterator[Batch]:
    """The fits of a scan, batch by batch.

    Args:
        scan: what to fit.
        rows: hypotheses to fit, shape (h',); None: all.
        size: rows of a batch at most; None: as many as suit the cache.
    """
    rows = np.arange(len(scan.grid)) if rows is None else rows
    channels = scan.channels if isinstance(scan, JointScan) else (scan,)
    forms = np.stack([form for channel in channels for form in _form(channel)])
    data = [CumulativeData.of(channel) for channel in channels]
    for key in sorted({tuple(column) for column in forms[:, rows].T.tolist()}):
        group = rows[(forms[:, rows] == np.array(key)[:, None]).all(axis=0)]
        pieces = [_Piece(c, d, *key[2 * i : 2 * i + 2]) for i, (c, d) in enumerate(zip(channels, data, strict=True))]
        length = size or max(1, min(ROWS, ELEMENTS // sum(piece.bins for piece in pieces)))
        shared = [_shared_design(piece.scan, piece.bins, piece.form) for piece in pieces]
        for start in range(0, group.size, length):
            chosen = group[start : start + length]
            yield Batch(chosen, partial(_problem, scan, pieces, shared, chosen, scan.nuisance_names))


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One channel of a group of hypotheses whose windows in it have as many bins and backgrounds of one form."""

    scan: Scan
    data: CumulativeData
    bins: int
    form: int


def _form(scan: Scan) -> tuple[IntArray, IntArray]:
    """What fits have to have in common to be in one batch: padded number of bins and form of the background."""
    return _padded_bins(scan), scan.background.variant(scan.grid.position)


def _problem(
    scan: Scan | JointScan, pieces: list[_Piece], shared: list[SharedDesign | None], rows: IntArray,
    nuisances: tuple[str, ...],
) -> Problem:  # fmt: skip
    parts = [
        assemble(piece.scan, piece.data, rows, piece.bins, piece.form, design, nuisances)
        for piece, design in zip(pieces, shared, strict=True)
    ]
    return join(parts, scan.share[:, rows], scan.shared) if isinstance(scan, JointScan) else parts[0].problem


def channel_bins(scan: Scan | JointScan, row: int, channel: int = 0) -> slice:
    """Which bins of the problem of one hypothesis are those of a channel, without what pads them."""
    channels = scan.channels if isinstance(scan, JointScan) else (scan,)
    first = sum(int(_padded_bins(each)[row]) for each in channels[:channel])
    return slice(first, first + int(channels[channel].windows.bins[row]))


def window_ends(scan: Scan | JointScan) -> tuple[FloatArray, FloatArray]:
    """The range of the observable that each hypothesis is fitted in (of the first channel), shapes (h,)."""
    scan = first_channel(scan)
    edges = scan.spectrum.axis.edges
    first, last = scan.windows.ends
    return edges[first], edges[last]


def domains(scan: Scan | JointScan) -> tuple[FloatArray, FloatArray]:
    """The range of the observable on which the background basis of each hypothesis is defined, shapes (h,).

    It starts with the window and ends with it or, in windows of equal bins, a few bins beyond.
    """
    scan = first_channel(scan)
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
