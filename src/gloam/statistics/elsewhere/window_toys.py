"""Toys of counting scans: the largest significance anywhere in spectra without a signal.

Each toy is one spectrum, in which every window, and every sideband, is counted: overlapping windows share their events
as they do in data. The square root of twice the likelihood ratio is above the exact significance of a count for known
backgrounds (Short, ISRN Prob. Stat. 2013, 412958) and for backgrounds measured by a count (Zubkov and Serov,
arXiv:1207.3838), so that it says which windows can hold the maximum; these are done exactly. Where a common factor is
uncertain too it is no bound, and a margin is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import map_batches, random_stream
from gloam.scans import CountingResult, SidebandBackground
from gloam.scans.counting import sideband_runs
from gloam.statistics.counting import Cells
from gloam.statistics.counting.many import distinct
from gloam.statistics.counting.spread import Measured
from gloam.statistics.counting_scans import cells_of_windows, log_tails, signed_z
from gloam.statistics.elsewhere.maxima import ScanToys, check_toys
from gloam.statistics.elsewhere.pseudo_counts import BackgroundSpectrum, background_spectrum

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["WindowSearch", "largest_in_windows", "toy_significances", "window_toys"]

SHARD = 64
"""Toys that are made together."""

ROUNDING = 0.01
"""Margin of the bound in single precision."""

MARGIN = 0.5
"""Margin where the approximate significance is no bound."""

TABLE = 20_000_000
"""Entries of the table of significances that are found once."""

Single = npt.NDArray[np.float32]


def window_toys(
    result: CountingResult,
    toys: int = 1000,
    seed: int = 1,
    *,
    exhaustive: bool = False,
    stream: str = "window toys",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest significances of toys of a counting scan without a signal.

    Toys follow the known or simulated background bin by bin, or one averaged from the sidebands (see
    `background_spectrum`). A relative error is drawn once for each toy and all windows; a simulated background also
    fluctuates within its statistics. Counts in sidebands come from the same toy.

    Args:
        result: the counts; windows that were not counted are left out.
        toys: how many.
        seed: of the random streams, one for each toy: toy k is the same whatever their number.
        exhaustive: find the significance of every window exactly.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.

    Raises:
        InputError: where there is no window or no toy.

    Example:
        >>> from gloam.scans import CountingScan, KnownBackground, count_windows, interval_windows
        >>> from gloam.spectra import Axis, Spectrum
        >>> axis = Axis(np.linspace(0.0, 1.0, 101))
        >>> known = KnownBackground(Spectrum((axis,), np.full(102, 2.0), asimov=True))
        >>> data = Spectrum((axis,), np.full(102, 2.0))
        >>> windows = interval_windows(axis, np.linspace(0.05, 0.95, 91), 0.02)
        >>> made = window_toys(count_windows(CountingScan(data, windows, known)), 200)
        >>> bool(1.5 < np.median(made.largest) < 3.0)
        True
    """
    check_toys(toys)
    search = WindowSearch(result, exhaustive)
    return largest_in_windows(search, np.arange(toys), seed, stream, threads, progress)


def largest_in_windows(
    search: WindowSearch, numbers: IntArray, seed: int, stream: str = "window toys", threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:  # fmt: skip
    """The largest significances of toys of some numbers; see `window_toys`.

    Args:
        search: how they are found; one serves any number of calls.
        numbers: of the toys, shape (t,).
        seed: of the random streams, one for each toy.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.
    """
    largest, place = np.empty(numbers.size), np.empty(numbers.size, np.int64)
    found = np.zeros((numbers.size - 1) // SHARD + 1, np.int64)

    def shard(start: int) -> None:
        part = slice(start, min(start + SHARD, numbers.size))
        largest[part], place[part], found[start // SHARD] = search.maxima(Draw(seed, stream, numbers[part]))
        if progress is not None:
            progress(part.stop - start)

    map_batches(shard, range(0, numbers.size, SHARD), threads)
    margin = np.inf if search.exhaustive else search.margin
    none = np.zeros(numbers.size, np.bool_)
    return ScanToys(largest, search.rows[place], none, margin, int(found.sum()))


def toy_significances(
    result: CountingResult, toys: int, seed: int = 1, stream: str = "window fields"
) -> FloatArray:  # fmt: skip
    """The exact significances of all windows in some toys, shape (toys, h); NaN for windows that were not counted."""
    search = WindowSearch(result, True)
    z = np.full((toys, result.observed.size), np.nan)
    for start in range(0, toys, SHARD):
        numbers = np.arange(start, min(start + SHARD, toys))
        z[numbers[:, None], search.rows] = search.every(*search.counts(Draw(seed, stream, numbers)))
    return z


class Draw(NamedTuple):
    """Which toys: the seed and the name of their random streams, and their numbers, shape (t,)."""

    seed: int
    stream: str
    numbers: IntArray


@dataclass(slots=True, eq=False)
class WindowSearch:
    """The search for the largest significance of a counting scan in toys: what these share.

    Attributes:
        result: the counts of the data.
        exhaustive: whether the significance of every window is found exactly.
        rows: the windows that were counted.
        spectrum: from which they are drawn.
        cells: the windows that were counted, as single experiments.
        moving: whether the background of the windows is counted in the toys too.
        matrices: that make the counts in windows, and in sidebands, from cumulative counts.
        table: significances by window and count, found when first needed; None where there would be too many.
        relative: errors of the common factor, shape (h,).
    """

    result: CountingResult
    exhaustive: bool = False
    rows: IntArray = field(init=False)
    spectrum: BackgroundSpectrum = field(init=False)
    cells: Cells = field(init=False)
    moving: bool = field(init=False)
    matrices: list[csr_array] = field(init=False)
    table: FloatArray | None = field(init=False)
    relative: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        result = self.result
        self.rows = result.usable
        if self.rows.size == 0:
            raise InputError("toys of a counting scan", "no window was counted", "one at least", "unblind or widen it")
        windows = result.windows.take(self.rows)
        self.spectrum = background_spectrum(result)
        self.cells = cells_of_windows(result, self.rows, efficiency=False)
        self.relative = result.relative_error[self.rows]
        source = result.setup.background
        self.moving = isinstance(source, SidebandBackground)
        self.matrices = [windows.runs.differences()]
        if isinstance(source, SidebandBackground):
            outer, inner = sideband_runs(windows, source)
            self.matrices.append(outer.differences() - inner.differences())
        background = self.cells.nominal_background
        width = int(background.max() + 12 * np.sqrt(background.max()) + 40)
        fits = not self.moving and width * self.rows.size <= TABLE
        self.table = np.full((self.rows.size, width), np.nan) if fits else None

    @property
    def margin(self) -> float:
        """By how much the approximate significance may lie below the exact one."""
        return MARGIN if self.relative.any() else ROUNDING

    def maxima(self, draw: Draw) -> tuple[FloatArray, IntArray, int]:
        """The largest significances of some toys, where they are among the windows, and how many were found exactly."""
        on, off = self.counts(draw)
        if self.exhaustive:
            return self._exhaustive(on, off)
        bound = self._bound(on, off)
        toy = np.arange(on.shape[0])
        place = bound.argmax(axis=1)
        best = self._exact(place, on[toy, place], None if off is None else off[toy, place])
        candidate, other = np.nonzero(bound >= (best - self.margin)[:, None].astype(np.float32))
        count = on[candidate, other]
        z = self._exact(other, count, None if off is None else off[candidate, other])
        if self.relative.any() and (z - bound[candidate, other]).max(initial=0.0) > 0.5 * self.margin:
            return self._exhaustive(on, off)
        np.maximum.at(best, candidate, z)
        last = np.flatnonzero(z == best[candidate])
        place[candidate[last][::-1]] = other[last][::-1]  # the first of equal ones
        return best, place, z.size

    def _exhaustive(self, on: Single, off: Single | None) -> tuple[FloatArray, IntArray, int]:
        z = self.every(on, off)
        return z.max(axis=1), z.argmax(axis=1), z.size

    def every(self, on: Single, off: Single | None) -> FloatArray:
        """The exact significances of all windows, shape (t, h)."""
        row = np.tile(np.arange(self.rows.size), on.shape[0])
        return self._exact(row, on.ravel(), None if off is None else off.ravel()).reshape(on.shape)

    def counts(self, draw: Draw) -> tuple[Single, Single | None]:
        """The counts in the windows and, where these measure the background, in their sidebands, shapes (t, h)."""
        below = np.zeros(self.spectrum.expected.size + 1, np.int32)
        found = [np.empty((draw.numbers.size, self.rows.size), np.float32) for _ in self.matrices]
        for at, number in enumerate(draw.numbers.tolist()):
            counts = self.spectrum.draw(random_stream(draw.seed, draw.stream, number))
            np.cumsum(counts.astype(np.int32), out=below[1:])
            for matrix, into in zip(self.matrices, found, strict=True):
                into[at] = matrix @ below
        return found[0], found[1] if self.moving else None

    def _bound(self, on: Single, off: Single | None) -> Single:
        """The signed root of the likelihood ratio, shape (t, h), with a factor taken as a smaller off count."""
        measured = self.cells.background[0]
        if isinstance(measured, Measured):
            counts = measured.counts if off is None else off
            tau, shrink = measured.tau, 1 + self.relative**2 * counts  # what the error of a factor leaves
        elif self.relative.any():
            # a Gamma background of the same mean and error; some windows may have no background or no error
            nominal = np.maximum(measured.nominal, 1e-6)
            tau = 1 / (np.maximum(self.relative, 1e-3) ** 2 * nominal)
            counts, shrink = tau * nominal, np.ones(1)
        else:
            return _root(on, np.asarray(measured.nominal, np.float32))
        tau, counts = (tau / shrink).astype(np.float32), (counts / shrink).astype(np.float32)
        background = np.asarray((on + counts) / (1 + tau), np.float32)
        size = np.hypot(_root(on, background), _root(counts, np.asarray(tau * background, np.float32)))
        return np.asarray(size * np.sign(on * tau - counts), np.float32)

    def _exact(self, row: IntArray, on: Single, off: Single | None) -> FloatArray:
        """The exact significances of pairs of windows and counts."""
        count = on.astype(float)
        if self.table is None:
            return self._solved(row, count, off)
        column = count.astype(np.int64)
        inside = column < self.table.shape[1]
        z = np.empty(row.size)
        z[~inside] = self._solved(row[~inside], count[~inside], None)
        keys = np.unique(row[inside] * self.table.shape[1] + column[inside])
        flat = self.table.reshape(-1)
        missing = keys[np.isnan(flat[keys])]
        there, number = np.divmod(missing, self.table.shape[1])
        flat[missing] = self._solved(there, number.astype(float), None)
        z[inside] = self.table[row[inside], column[inside]]
        return z

    def _solved(self, row: IntArray, count: FloatArray, off: Single | None) -> FloatArray:
        if row.size == 0:
            return np.empty(0)
        cells = self.cells.take(row).observing(count)
        measured = cells.background[0]
        if off is not None and isinstance(measured, Measured):
            moved = Measured(off.astype(float), measured.tau, measured.added)
            cells = Cells(count, (moved, *cells.background[1:]), cells.efficiency)
        kept, which = distinct(cells)
        return signed_z(*log_tails(cells.take(kept)))[which]


def _root(count: Single, mean: Single) -> Single:
    """The signed square root of 2 [n ln(n / mean) - n + mean], any shape."""
    n = np.maximum(count, np.float32(1e-6))  # 0 ln 0
    x = (np.maximum(mean, np.float32(1e-6)) - n) / n
    return np.asarray(-np.sign(x) * np.sqrt(np.maximum(2 * n * (x - np.log1p(x)), 0)), np.float32)
