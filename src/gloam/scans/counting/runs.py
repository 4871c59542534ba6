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
        """The matrix that makes the sums from the counts below each bin in flat order, whole numbers.

        Shape (h, n * m + 1): below[k] is the sum of the first k bins, in which each run has two ends.
        """
        from scipy.sparse import csr_array

        ends = np.stack([self._flat(self.stop), self._flat(self.first)])
        window = np.repeat(np.arange(len(self)), np.diff(self.start))
        value = np.repeat(np.array([1, -1], np.int32), self.first.size)
        shape = (len(self), self.rows * self.columns + 1)
        matrix = csr_array((value, (np.tile(window, 2), ends.ravel())), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def members(self) -> csr_array:
        """The matrix with a 1 where a bin is in a set, shape (h, n * m)."""
        from scipy.sparse import csr_array

        length = self.stop - self.first
        run = np.repeat(np.arange(length.size), length)
        number = self.first[run] + np.arange(run.size) - np.repeat(np.cumsum(length) - length, length)
        window = np.repeat(np.arange(len(self)), np.diff(self.start))[run]
        shape = (len(self), self.rows * self.columns)
        return csr_array((np.ones(run.size), (window, self._flat(number))), shape=shape)

    def _flat(self, number: IntArray) -> IntArray:
        """The numbers of bins without the empty ones behind each row."""
        return number - number // (self.columns + 1)
