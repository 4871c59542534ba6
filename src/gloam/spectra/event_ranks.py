"""How the entries of one event go together, and spectra in which they do.

Four muons make four pairs of opposite charge. The spectrum of all pairs says nothing of which belong to one event;
their ranks do: for each simulated event the fractions of all entries that lie below its own (a copula). Events drawn
from them, with ranks turned into values by another spectrum, have that spectrum on average, bin by bin, and entries
that go together as in the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import map_batches, random_stream

__all__ = ["EventRanks"]

JITTER = 0.01
"""Half-width of the uniform smearing of ranks, a hundredth of all entries: few simulated events then make no peaks."""

LEVELS = 65536
"""Ranks are kept in two bytes."""

DRAWN = 50
"""Spectra that one thread draws at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class EventRanks:
    """The ranks of the entries of some events.

    Attributes:
        levels: fraction of all entries below each, in units of 1/65536, shape (events, k).
    """

    levels: npt.NDArray[np.uint16]

    @property
    def entries(self) -> int:
        """The number of entries of one event, k."""
        return int(self.levels.shape[1])

    @classmethod
    def of(cls, values: FloatArray) -> EventRanks:
        """The ranks of the entries of unweighted events.

        Args:
            values: of the observable, shape (events, k).

        Raises:
            InputError: without events, or with values that are not finite.

        Example:
            >>> EventRanks.of(np.array([[0.1, 2.0], [0.3, 1.0]])).levels // 16384
            array([[0, 3],
                   [1, 2]], dtype=uint16)
        """
        if values.ndim != 2 or values.size == 0 or not np.isfinite(values).all():
            raise InputError(
                "ranks of events", f"values of shape {values.shape}, or not all of them finite",
                "as many finite entries in every event", "select events first",
            )  # fmt: skip
        order = np.empty(values.size)
        order[values.ravel().argsort(kind="stable")] = np.arange(values.size)
        return cls((LEVELS * (order + 0.5) / values.size).astype(np.uint16).reshape(values.shape))

    def counts(
        self, expected: FloatArray, seed: int, stream: str, numbers: IntArray, threads: int | None = None
    ) -> FloatArray:  # fmt: skip
        """The counts of spectra of whole events, shape (t, n): Poisson numbers of events, all their entries in.

        Args:
            expected: counts of each bin, on average, shape (n,).
            seed: of the random streams.
            stream: their name.
            numbers: of the spectra, shape (t,); each has a stream of its own.
            threads: how many to use; the answer does not depend on it.

        Example:
            >>> pairs = EventRanks.of(np.array([[0.1, 2.0], [0.3, 1.0], [0.2, 3.0], [0.4, 4.0]]))
            >>> drawn = pairs.counts(np.array([50.0, 50.0]), 1, "toys", np.arange(400))
            >>> drawn.mean(axis=0).round(), np.corrcoef(drawn, rowvar=False)[0, 1].round(1)
            (array([50., 50.]), np.float64(0.9))
        """
        below = np.cumsum(expected)
        if below.size == 0 or not below[-1] > 0:
            return np.zeros((numbers.size, expected.size))
        out, total = np.empty((numbers.size, expected.size)), float(below[-1])
        # which bins each of many equal cells of ranks touches: most of them one, and nothing is searched for
        cells = np.searchsorted(below, np.arange(LEVELS + 1) * (total / LEVELS), side="right")

        def work(start: int) -> None:
            for row in range(start, min(start + DRAWN, numbers.size)):
                random = random_stream(seed, f"{stream}, whole events", int(numbers[row]))
                ranks = self._drawn(random, total / self.entries).ravel()
                cell = np.minimum((ranks * LEVELS).astype(np.int64), LEVELS - 1)
                bins = cells[cell]
                several = np.flatnonzero(bins < cells[cell + 1])
                bins[several] = np.searchsorted(below, ranks[several] * total, side="right")
                out[row] = np.bincount(np.minimum(bins, below.size - 1), minlength=below.size)

        map_batches(work, range(0, numbers.size, DRAWN), threads)
        return out

    def _drawn(self, random: np.random.Generator, events: float) -> FloatArray:
        """Ranks of a Poisson number of events, each smeared and reflected at 0 and 1: uniform all in all."""
        chosen = random.integers(0, len(self.levels), random.poisson(events))
        ranks = (self.levels[chosen] + random.random((chosen.size, self.entries))) / LEVELS
        ranks = np.abs(ranks + random.uniform(-JITTER, JITTER, ranks.shape))
        return np.asarray(np.where(ranks > 1, 2 - ranks, ranks))
