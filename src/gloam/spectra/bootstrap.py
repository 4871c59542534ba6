"""The bootstrap of events: replicas of a spectrum in which events, not entries, are drawn.

Where an event has several entries (four muons make four pairs of opposite charge), these come and go together: the
counts of bins are neither Poisson distributed nor independent. A replica takes every event Poisson(1) times, with all
its entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.spectra.axis import Axis
from gloam.spectra.filling import fill, find_bins
from gloam.spectra.origin import Origin
from gloam.spectra.spectrum import Spectrum

__all__ = ["EventBootstrap"]

STREAM = "event bootstrap"


@dataclass(frozen=True, slots=True, eq=False)
class EventBootstrap:
    """The entries of a spectrum, and the events they belong to.

    Attributes:
        axis: of the spectrum.
        bins: of each entry, 0 for underflow and bins + 1 for overflow, shape (entries,).
        event: number of the event of each entry among all, from 0, shape (entries,).
        events: how many there are.
        weights: of the entries; None counts them.
        seed: of the random streams, one for each replica.
    """

    axis: Axis
    bins: IntArray
    event: IntArray
    events: int
    weights: FloatArray | None = None
    seed: int = 1

    @classmethod
    def of(
        cls, event: npt.ArrayLike, values: npt.ArrayLike, axis: Axis, *, weights: npt.ArrayLike | None = None,
        seed: int = 1,
    ) -> EventBootstrap:  # fmt: skip
        """The bootstrap of some entries.

        Args:
            event: what tells events apart, such as their numbers, shape (entries,); entries of one event need not
                be neighbours.
            values: of the entries in the unit of the axis, shape (entries,).
            axis: of the spectrum.
            weights: of the entries; None counts them.
            seed: of the random streams.

        Raises:
            InputError: as `fill`, and if there is not one event for each value.

        Example:
            >>> pairs = EventBootstrap.of([7, 7, 8, 9], [0.1, 0.6, 0.2, 0.7], Axis([0.0, 0.5, 1.0]))
            >>> pairs.spectrum().values(), pairs.counts(np.arange(3))[:, 1:-1].tolist()
            (array([2., 2.]), [[3.0, 3.0], [1.0, 1.0], [2.0, 5.0]])
        """
        identity, column = np.asarray(event), np.asarray(values, dtype=np.float64)
        if identity.shape != column.shape:
            raise InputError(
                "bootstrap of events", f"{identity.shape} events for {column.shape} values", "one event for each value",
                "read both from the same rows",
            )  # fmt: skip
        fill(column, axis, weights=weights, asked="bootstrap of events")  # refuses what is no spectrum
        known, number = np.unique(identity, return_inverse=True)
        given = None if weights is None else np.asarray(weights, dtype=np.float64)
        return cls(axis, find_bins(column, axis), number.astype(np.int64), known.size, given, seed)

    def spectrum(self, replica: int | None = None) -> Spectrum:
        """The spectrum of a replica; None: that of the entries as they are."""
        drawn = np.ones(self.events) if replica is None else self._drawn(replica)
        origin = None if replica is None else Origin("pseudo", f"bootstrap replica {replica}, seed {self.seed}")
        sum_w2 = None if self.weights is None else self._filled(drawn, self.weights**2)
        return Spectrum((self.axis,), self._filled(drawn, self.weights), sum_w2, origin=origin)

    def counts(self, replicas: IntArray) -> FloatArray:
        """The contents of replicas with under- and overflow, shape (r, bins + 2); replica k is always the same."""
        return np.stack([self._filled(self._drawn(int(replica)), self.weights) for replica in replicas])

    def _drawn(self, replica: int) -> FloatArray:
        return random_stream(self.seed, STREAM, replica).poisson(1.0, self.events).astype(float)

    def _filled(self, drawn: FloatArray, weights: FloatArray | None) -> FloatArray:
        times = drawn[self.event] if weights is None else drawn[self.event] * weights
        return np.asarray(np.bincount(self.bins, times, len(self.axis) + 2), float)
