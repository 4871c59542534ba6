"""The bins of each window as runs of neighbours, and the sums of counts over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BinRuns"]


@dataclass(frozen=True, slots=True, eq=False)
class BinRuns:
    """Sets of bins of a spectrum with n rows of m bins (one row in one dimension), each made of runs along the rows.

    Bins are numbered row * (m + 1) + column: every row has one more, empty, bin behind it.

    Attributes:
        rows, columns: n and m.
        first, stop: numbers of the first bin of each run and of the one behind its last, shape (r,).
        start: of the runs of each set, and behind the last of them, shape (h + 1,); each set has at least one.
    """

    rows: int
    columns: int
    first: IntArray
    stop: IntArray
    start: IntArray

    def __len__(self) -> int:
        return self.start.size - 1

    @property
    def bins(self) -> IntArray:
        """The number of bins of each set, shape (h,)."""
        return np.asarray(np.add.reduceat(self.stop - self.first, self.start[:-1]), np.int64)

    def take(self, sets: IntArray) -> BinRuns:
        """Some of the sets."""
        number = np.diff(self.start)[sets]
        start = np.concatenate([[0], np.cumsum(number)])
        run = np.repeat(self.start[:-1][sets] - start[:-1], number) + np.arange(start[-1])
        return BinRuns(self.rows, self.columns, self.first[run], self.stop[run], start)

    def sums(self, values: FloatArray) -> FloatArray:
        """The sums over each set, (..., n, m) -> (..., h).

        Whole numbers are summed as differences of cumulative sums, which is exact; others bin by bin, so that a
        small sum next to large bins keeps its digits.
        """
        leading = values.shape[:-2]
        if np.array_equal(values, np.rint(values)):
            below = np.zeros((*leading, self.rows, self.columns + 1))
            np.cumsum(values, axis=-1, out=below[..., 1:])
            flat = below.reshape(*leading, -1)
            runs = flat[..., self.stop] - flat[..., self.first]
        else:
            padded = np.zeros((*leading, self.rows, self.columns + 1))
            padded[..., :-1] = values
            ends = np.stack([self.first, self.stop], axis=1).ravel()
            runs = np.add.reduceat(padded.reshape(*leading, -1), ends, axis=-1)[..., ::2]
        return np.asarray(np.add.reduceat(runs, self.start[:-1], axis=-1))

    def differences(self) -> csr_array:
        """The matrix that makes the sums from what `cumulated` returns, shape (h, (n + 1) * (m + 1)), single precision.

        Runs of neighbouring rows that begin and end together are one rectangle, with four corners.
        """
        from scipy.sparse import csr_array

        row, low = np.divmod(self.first, self.columns + 1)
        high = self.stop - row * (self.columns + 1)
        entries = [(row + 1, high, 1.0), (row + 1, low, -1.0), (row, high, -1.0), (row, low, 1.0)]
        window = np.repeat(np.arange(len(self)), np.diff(self.start))
        place = np.concatenate([at * (self.columns + 1) + column for at, column, _ in entries])
        value = np.repeat(np.array([sign for _, _, sign in entries], np.float32), row.size)
        shape = (len(self), (self.rows + 1) * (self.columns + 1))
        matrix = csr_array((value, (np.tile(window, 4), place)), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def members(self) -> csr_array:
        """The matrix with a 1 where a bin is in a set, shape (h, n * m)."""
        from scipy.sparse import csr_array

        length = self.stop - self.first
        run = np.repeat(np.arange(length.size), length)
        number = self.first[run] + np.arange(run.size) - np.repeat(np.cumsum(length) - length, length)
        bins = number - number // (self.columns + 1)  # without the empty bin behind each row
        window = np.repeat(np.arange(len(self)), np.diff(self.start))[run]
        return csr_array((np.ones(bins.size), (window, bins)), shape=(len(self), self.rows * self.columns))
