"""Events with a number of particles of their own each: of generators of hadrons, of files of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.events.batch import EventBatch
from gloam.events.particles import NUMBERS, Particle

__all__ = ["JaggedEvents", "jagged", "joined_jagged", "picked"]


@dataclass(frozen=True, slots=True)
class JaggedEvents:
    """Events as one long list of particles, and where in it each event begins.

    Attributes:
        offsets: event i has the particles offsets[i] to offsets[i + 1]; shape (n + 1,), the first is 0.
        numbers: PDG numbers, shape (k,).
        final: False where a particle decays within the event, shape (k,).
        parents: the place of the parent among the particles of its event, from 0; -1 for none; shape (k,).
        masses: in GeV, shape (k,): a difference of squared momenta has fewer digits.
        momenta: four-vectors (E, px, py, pz) in GeV, shape (k, 4).
        weights: of the events, shape (n,), as in `EventBatch`.

    Example:
        >>> events = JaggedEvents(
        ...     np.array([0, 2, 5]),
        ...     np.array([13, -13, 13, -13, 22]),
        ...     np.ones(5, bool),
        ...     np.full(5, -1),
        ...     np.zeros(5),
        ...     np.ones((5, 4)),
        ...     np.ones(2),
        ... )
        >>> events.counts, len(events[1:])
        (array([2, 3]), 1)
    """

    offsets: IntArray
    numbers: IntArray
    final: BoolArray
    parents: IntArray
    masses: FloatArray
    momenta: FloatArray
    weights: FloatArray

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, rows: slice) -> JaggedEvents:
        start, stop, _ = rows.indices(len(self))
        stop = max(start, stop)
        inside = slice(int(self.offsets[start]), int(self.offsets[stop]))
        offsets = self.offsets[start : stop + 1] - self.offsets[start]
        kinds = self.numbers[inside], self.final[inside], self.parents[inside]
        return JaggedEvents(offsets, *kinds, self.masses[inside], self.momenta[inside], self.weights[start:stop])

    @property
    def counts(self) -> IntArray:
        """The number of particles of each event, shape (n,)."""
        return np.diff(self.offsets)

    @property
    def event(self) -> IntArray:
        """The event of each particle, from 0, shape (k,)."""
        return np.repeat(np.arange(len(self)), self.counts)

    @property
    def ancestors(self) -> IntArray:
        """The place in the list of the first ancestor of each particle, its own where it has no parent; shape (k,)."""
        own = np.arange(self.numbers.size)
        top = np.where(self.parents < 0, own, self.offsets[self.event] + self.parents)
        while not np.array_equal(higher := top[top], top):
            top = higher
        return top

    def sums(self, values: FloatArray) -> FloatArray:
        """The sums over the particles of each event, shape (n,).

        Args:
            values: one for each particle, shape (k,).
        """
        return np.bincount(self.event, weights=values, minlength=len(self)).astype(np.float64)

    def columns(self, first: int = 0) -> dict[str, npt.NDArray[Any]]:
        """The particles as flat columns, one row for each: any reader takes them.

        Columns: event, weight (of the event), particles (their number in the event), pdg, status (1 for a particle
        that does not decay within the event, else 2), parent (its place in the event, from 1; 0 for none), m, E, px,
        py, pz.

        Args:
            first: number of the first event.
        """
        columns: dict[str, npt.NDArray[Any]] = {
            "event": self.event + first,
            "weight": np.repeat(self.weights, self.counts),
            "particles": np.repeat(self.counts, self.counts).astype(np.int32),
            "pdg": self.numbers.astype(np.int32),
            "status": np.where(self.final, 1, 2).astype(np.int32),
            "parent": (self.parents + 1).astype(np.int32),
            "m": self.masses,
        }
        return columns | {name: np.ascontiguousarray(self.momenta[:, axis]) for axis, name in enumerate(_AXES)}

    def batch(self) -> EventBatch:
        """The events as a batch, where each has the same particles in the same order.

        A particle that decays has the median of its masses.

        Raises:
            InputError: events with different particles; a particle that a batch has no name for.
        """
        asked, remedy = "a batch of events with the same particles", "select events of one final state first"
        counts = self.counts
        if not len(self) or not counts[0] or (counts != counts[0]).any():
            found = f"{counts.min()} to {counts.max()} particles" if len(self) else "no events"
            raise InputError(asked, found, "one number of particles", remedy)
        shape = (len(self), int(counts[0]))
        kinds = [values.reshape(shape) for values in (self.numbers, self.final, self.parents)]
        if any((values != values[0]).any() for values in kinds):
            raise InputError(asked, "events with different particles", "the same ones in each", remedy)
        masses = np.median(self.masses.reshape(shape), axis=0)
        particles = tuple(
            Particle(_name(int(number)), float(mass), bool(final), None if parent < 0 else int(parent))
            for number, final, parent, mass in zip(*(values[0] for values in kinds), masses, strict=True)
        )
        return EventBatch(particles, self.momenta.reshape(*shape, 4), self.weights)


_AXES = ("E", "px", "py", "pz")


def jagged(batch: EventBatch) -> JaggedEvents:
    """The events of a batch, written out."""
    n, k = len(batch), len(batch.particles)
    return JaggedEvents(
        np.arange(n + 1) * k,
        np.tile(np.array(batch.numbers, np.int64), n),
        np.tile([particle.final for particle in batch.particles], n),
        np.tile(np.array([-1 if particle.parent is None else particle.parent for particle in batch.particles]), n),
        np.tile([particle.mass for particle in batch.particles], n),
        batch.momenta.reshape(-1, 4),
        batch.weights,
    )


def picked(events: JaggedEvents, places: IntArray) -> JaggedEvents:
    """The events at some places, in their order.

    Args:
        events: of which.
        places: from 0, shape (m,).
    """
    counts = events.counts[places]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    rows = np.arange(offsets[-1]) + np.repeat(events.offsets[places] - offsets[:-1], counts)
    return JaggedEvents(
        offsets, events.numbers[rows], events.final[rows], events.parents[rows], events.masses[rows],
        events.momenta[rows], events.weights[places],
    )  # fmt: skip


def joined_jagged(parts: Sequence[JaggedEvents]) -> JaggedEvents:
    """All events of the parts, in their order."""
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([part.counts for part in parts]))])
    return JaggedEvents(
        offsets,
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.final for part in parts]),
        np.concatenate([part.parents for part in parts]),
        np.concatenate([part.masses for part in parts]),
        np.concatenate([part.momenta for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _name(number: int) -> str:
    for name, known in NUMBERS.items():
        if known == number:
            return name
    asked = f"particle with the PDG number {number}"
    raise InputError(asked, "no name for it", "the particles of gloam's own processes", "keep the events as they are")
