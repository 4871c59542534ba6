"""Entries: rows of observables, one or several for each event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError

__all__ = ["Entries", "best_of_each_event"]


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows of a table; an event has a row for each way to choose its candidate.

    Attributes:
        columns: observables by name, shape (m,) each.
        event: number of the event of each row, shape (m,), never falling.
        weights: of the events, the same in all rows of one, shape (m,).

    Example:
        >>> pairs = Entries({"M": np.array([1.0, 2.0, 3.0])}, np.array([0, 0, 1]), np.ones(3))
        >>> len(pairs), pairs.events
        (3, 2)
    """

    columns: Mapping[str, FloatArray]
    event: IntArray
    weights: FloatArray

    def __post_init__(self) -> None:
        shapes = {self.event.shape, self.weights.shape, *(column.shape for column in self.columns.values())}
        if len(shapes) != 1 or self.event.ndim != 1:
            found = f"columns, events and weights of shapes {sorted(shapes)}"
            raise InputError("entries of a selection", found, "flat arrays of one length", "give one value per row")
        if np.any(self.event[1:] < self.event[:-1]):
            row = int(np.argmax(self.event[1:] < self.event[:-1])) + 1
            found = f"event {self.event[row]} after {self.event[row - 1]} in row {row} (from 0)"
            raise InputError("entries of a selection", found, "rows in the order of their events", "sort them")

    def __len__(self) -> int:
        return self.event.size

    def __getitem__(self, rows: BoolArray | IntArray | slice) -> Entries:
        return Entries({name: column[rows] for name, column in self.columns.items()}, self.event[rows],
                       self.weights[rows])  # fmt: skip

    @property
    def first_of_event(self) -> BoolArray:
        """Where a row is the first of its event, shape (m,)."""
        return np.concatenate([np.ones(min(1, len(self)), np.bool_), self.event[1:] != self.event[:-1]])

    @property
    def events(self) -> int:
        """The number of different events."""
        return int(np.count_nonzero(self.first_of_event))


def best_of_each_event(entries: Entries, column: str, *, largest: bool = False) -> Entries:
    """One row for each event: that with the smallest, or the largest, value of a column.

    The first of equal rows is kept; an event whose values are all NaN keeps its first row.

    Example:
        >>> pairs = Entries({"M": np.array([1.0, 2.0, 3.0])}, np.array([0, 0, 1]), np.ones(3))
        >>> best_of_each_event(pairs, "M", largest=True).columns["M"]
        array([2., 3.])
    """
    values = -entries.columns[column] if largest else entries.columns[column]
    order = np.lexsort((values, entries.event))  # stable, NaN last
    return entries[order[entries.first_of_event]]
