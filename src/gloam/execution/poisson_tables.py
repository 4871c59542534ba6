"""Poisson counts by inversion: one 64-bit word of a counter-based stream for each bin of each toy.

Bin j of toy k takes word j of the Philox stream (seed, name, k), whatever is drawn before, beside or after it. What the
word becomes is fixed by integer thresholds, so that an engine in another language that is given the same tables draws
the same counts. The tables are made with additions, products and quotients alone, which every machine rounds alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution.random import philox_state, random_stream
from gloam.kernel import chosen_engine, poisson_counts

__all__ = ["PoissonTables", "poisson_tables"]

Words = npt.NDArray[np.uint64]

TABULATED = 512.0
"""Mean up to which a bin has a table: of some 30 entries at small means and 400 at this one."""

LARGEST = 1e12

CELLS = 8
"""Bits of a word that say where in its table to look: 2^8 cells of each bin."""

BLOCK = 256
"""Bins of similar means whose tables are made together."""

ELEMENTS = 30_000
"""Draws that are looked up at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class PoissonTables:
    """What turns words into counts of fixed means; made by `poisson_tables`.

    A word u, read as the fraction u / 2^64, becomes the count k with F(k - 1) <= u / 2^64 < F(k), F being the Poisson
    distribution function. Up to a mean of 512 the thresholds F(k) are tabulated to the resolution of the word, 2^-64,
    on both tails. Above, k is the whole part of an expansion of the quantile in the inverse square root of the mean;
    the distribution function of these counts is wrong by less than 6e-10.

    Attributes:
        expectation: the means, shape (n,).
        thresholds: 2^64 F(k) - 1 of all bins with tables, one after the other.
        cells: how many thresholds lie below each cell of each bin, over all bins; shape (256 t + 1,).
        shift: what is added to a place among the thresholds to give a count, shape (t,).
        tabulated: the bins with tables, shape (t,).
        expanded: the bins with larger means, shape (n - t,).
    """

    expectation: FloatArray
    thresholds: Words = field(repr=False)
    cells: npt.NDArray[np.int32] = field(repr=False)
    shift: IntArray = field(repr=False)
    tabulated: IntArray = field(repr=False)
    expanded: IntArray = field(repr=False)

    def draw(
        self, seed: int, stream: str, numbers: npt.ArrayLike, dtype: npt.DTypeLike = np.float64
    ) -> npt.NDArray[np.generic]:  # fmt: skip
        """The counts of some toys, shape (toys, n).

        Args:
            seed: of the run.
            stream: name of the streams, one for each toy.
            numbers: which toys, shape (toys,); each is the same in whatever company it is drawn.
            dtype: of the counts; single precision holds them exactly up to 1.6e7.

        Example:
            >>> poisson_tables(np.array([0.0, 3.0, 200.0, 1e6])).draw(1, "toys", [7, 8]).astype(int)
            array([[      0,       2,     205, 1000974],
                   [      0,       3,     215,  999481]])
        """
        toys = np.atleast_1d(np.asarray(numbers, np.int64))
        variant = chosen_engine().variant
        if variant is not None and self.expanded.size == 0 and toys.size:
            states = [philox_state(seed, stream, number) for number in toys.tolist()]
            counters = np.stack([counter for _, counter in states])
            drawn = poisson_counts(states[0][0], counters, CELLS, self.thresholds, self.cells, self.shift, variant)
            return drawn.astype(dtype, copy=False)
        counts = np.empty((toys.size, self.expectation.size), dtype)
        size = max(ELEMENTS // max(self.expectation.size, 1), 1)
        for start in range(0, toys.size, size):
            part = slice(start, start + size)
            words = np.empty((toys[part].size, self.expectation.size), np.uint64)
            for row, number in enumerate(toys[part]):
                bits = random_stream(seed, stream, int(number)).bit_generator
                words[row] = bits.random_raw(self.expectation.size)
            self._invert(words, counts[part])
        return counts

    def _invert(self, words: Words, counts: npt.NDArray[np.generic]) -> None:
        """Turn words into counts; both of shape (toys, n)."""
        if self.expanded.size == 0:
            counts[...] = self._looked_up(words)
            return
        counts[:, self.tabulated] = self._looked_up(words[:, self.tabulated])
        counts[:, self.expanded] = _expanded(words[:, self.expanded], self.expectation[self.expanded])

    def _looked_up(self, words: Words) -> IntArray:
        """The counts of bins with tables: bisection among the thresholds in the cell of each word."""
        cell = (words >> np.uint64(64 - CELLS)).view(np.int64)
        cell += np.arange(words.shape[1]) << CELLS
        place, end = self.cells[cell].ravel(), self.cells[cell + 1].ravel()
        words = words.ravel()
        open_ = np.flatnonzero(place < end)
        low, high, word = place[open_], end[open_], words[open_]
        while open_.size:
            middle = (low + high) >> 1
            above = self.thresholds[middle] < word
            low, high = np.where(above, middle + 1, low), np.where(above, high, middle)
            place[open_] = low
            more = np.flatnonzero(low < high)
            open_, low, high, word = open_[more], low[more], high[more], word[more]
        return place.reshape(cell.shape) + self.shift


def poisson_tables(expectation: npt.ArrayLike) -> PoissonTables:
    """The tables for counts of given means.

    Args:
        expectation: the means, from 0 to 1e12, shape (n,).

    Raises:
        InputError: for a mean that is negative, larger or not a number.
    """
    means = np.array(expectation, float)
    if means.ndim != 1 or not ((means >= 0) & (means <= LARGEST)).all():
        found = f"shape {means.shape}" if means.ndim != 1 else f"{means[~((means >= 0) & (means <= LARGEST))][0]:g}"
        raise InputError("means of Poisson counts", found, f"one row of numbers from 0 to {LARGEST:g}", "check them")
    tabulated = np.flatnonzero(means <= TABULATED)
    parts: list[Words] = [np.empty(0, np.uint64)] * tabulated.size
    lowest = np.zeros(tabulated.size, np.int64)
    order = np.argsort(means[tabulated], kind="stable")
    for start in range(0, order.size, BLOCK):
        block = order[start : start + BLOCK]
        for at, low, part in zip(block, *_thresholds(means[tabulated[block]]), strict=True):
            parts[at], lowest[at] = part, low
    sizes = np.array([part.size for part in parts], np.int64)
    thresholds = np.concatenate([*parts, np.empty(0, np.uint64)])
    first = np.cumsum(sizes) - sizes
    cell = (thresholds >> np.uint64(64 - CELLS)).astype(np.int64)
    cell += np.repeat(np.arange(sizes.size) << CELLS, sizes)
    below = np.append(0, np.cumsum(np.bincount(cell, minlength=sizes.size << CELLS))).astype(np.int32)
    return PoissonTables(
        means, thresholds, below, lowest - first, tabulated, np.flatnonzero(means > TABULATED)
    )  # fmt: skip


def _thresholds(means: FloatArray) -> tuple[IntArray, Iterator[Words]]:
    """The lowest count of each mean that a word can become, and the thresholds from there on.

    Probabilities relative to that of the whole part m of the mean follow from p(k) = p(k - 1) mean / k. The lower tail
    is summed from below and the upper one from above, so that both keep their digits.
    """
    top = float(means.max())
    reach = int(16 + np.sqrt(225 + 90 * top))  # Bernstein's inequality: 2^-65 of the probability lies beyond
    middle = np.floor(means)[:, None]
    away = np.arange(1, reach + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        falling = np.where(middle > 0, np.maximum(middle + 1 - away, 0) / means[:, None], 0.0)
    rising = means[:, None] / (middle + away)
    sides = np.cumprod(falling, axis=1)[:, ::-1], np.ones_like(middle), np.cumprod(rising, axis=1)
    p = np.concatenate(sides, axis=1)
    below, above = np.cumsum(p, axis=1), np.cumsum(p[:, ::-1], axis=1)[:, ::-1]
    total = below[:, reach] + above[:, reach + 1]
    lower, upper = below / total[:, None], np.pad(above[:, 1:], ((0, 0), (0, 1))) / total[:, None]
    from_below = lower < 0.5
    left = np.ldexp(np.where(from_below, lower, 0.0), 64).round().astype(np.uint64)
    right = np.ldexp(np.where(from_below, 0.5, np.minimum(upper, 0.5)), 64).round().astype(np.uint64)
    used = np.where(from_below, left, right) > 0  # a threshold of 0 or 2^64 separates nothing
    words = np.where(from_below, left, ~right + np.uint64(1)) - np.uint64(1)
    lowest = middle[:, 0].astype(np.int64) - reach + used.argmax(axis=1)
    lowest[~used.any(axis=1)] = 0
    return lowest, (row[keep] for row, keep in zip(words, used, strict=True))


def _expanded(words: Words, means: FloatArray) -> FloatArray:
    """The counts of large means: the whole part of the quantile, expanded in 1 / sqrt(mean).

    With w the normal quantile of the word, x = mean + sqrt(mean) w + 1/3 + w^2 / 6 + ... is such that F(k) is the
    normal probability of x(w) < k + 1 (compare M. B. Giles, ACM Trans. Math. Softw. 42 (2016) 7). The coefficients
    solve that order by order; tests compare them with exact sums. Above a mean of 512 the rest changes F by less than
    6e-10.
    """
    from scipy.special import ndtri

    root = np.sqrt(means)
    high = words >> np.uint64(63) == 1  # beyond 1/2 the complement is what keeps its digits
    w = ndtri(np.ldexp(np.where(high, ~words, words).astype(float) + 0.5, -64))
    w = np.where(high, -w, w)
    w2 = w * w
    rest = w * (2684 - w2 * (548 + 207 * w2)) / (155520 * root)
    rest = (rest + w2 * (7 / 810 + w2 / 270) - 8 / 405) / root
    rest = (rest - w * (1 / 36 + w2 / 72)) / root
    return np.asarray(np.floor(means + (root * w + (1 / 3 + w2 / 6)) + rest))
