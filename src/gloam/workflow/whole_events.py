"""Simulated events whose entries are kept together, so that spectra can be drawn event by event."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.selection import Entries
from gloam.spectra import EventRanks

__all__ = ["WholeEvents"]


@dataclass(slots=True, eq=False)
class WholeEvents:
    """The entries of the events of a spectrum, from all its backgrounds.

    Attributes:
        column: of the observable.
        values: of the entries of each event, piece by piece, shapes (n, k).
        weights: of the events, shapes (n,).
    """

    column: str
    values: list[FloatArray] = field(default_factory=list)
    weights: list[FloatArray] = field(default_factory=list)

    def add(self, entries: Entries) -> None:
        """Take in the entries of some events, which follow each other.

        Raises:
            InputError: if events have different numbers of entries.
        """
        if len(entries) == 0:
            return
        first = np.flatnonzero(entries.first_of_event)
        sizes = np.unique(np.diff(np.append(first, len(entries))))
        if sizes.size > 1:
            raise InputError(
                "whole events of a spectrum", f"events with {sizes[0]} and with {sizes[-1]} entries",
                "as many entries in every event", "declare no whole_events",
            )  # fmt: skip
        self.values.append(entries.columns[self.column].reshape(first.size, -1))
        self.weights.append(entries.weights[first])

    def scaled(self, factor: float, start: int) -> None:
        """Multiply the weights of the pieces from `start` on."""
        self.weights[start:] = [weights * factor for weights in self.weights[start:]]

    def ranks(self, number: int, seed: int) -> EventRanks:
        """The ranks of the entries of events, chosen in proportion to their weights.

        Args:
            number: of events.
            seed: of the choice.
        """
        values, weights = np.concatenate(self.values), np.concatenate(self.weights)
        random = random_stream(seed, f"whole events {self.column}")
        return EventRanks.of(values[random.choice(len(values), number, p=weights / weights.sum())])
