"""Generated events as a value: who they are, their momenta, their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.events.particles import Particle

__all__ = ["EventBatch"]


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events of one process; the particles are the same ones, in the same order, in each of them.

    Attributes:
        particles: of an event, k of them.
        momenta: four-vectors (E, px, py, pz) in GeV in the centre of mass, electron along +z; shape (n, k, 4).
        weights: shape (n,), relative to each other: an event stands for the part weight / sum of weights of the cross
            section. Unweighted events have 1, the few that could not be unweighted have more; weighted ones have fb.
    """

    particles: tuple[Particle, ...]
    momenta: FloatArray
    weights: FloatArray

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, rows: slice) -> EventBatch:
        return EventBatch(self.particles, self.momenta[rows], self.weights[rows])

    @property
    def final(self) -> FloatArray:
        """The momenta of the particles that do not decay within the event, shape (n, f, 4)."""
        return self.momenta[:, [index for index, particle in enumerate(self.particles) if particle.final]]

    @property
    def final_particles(self) -> tuple[Particle, ...]:
        """The particles that do not decay within the event, in the order of `final`."""
        return tuple(particle for particle in self.particles if particle.final)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The PDG numbers of the particles."""
        return tuple(particle.number for particle in self.particles)

    def columns(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
        """The events as flat columns by name: weight, then pdg_i, status_i, E_i, px_i, py_i, pz_i with i from 1.

        Every event has the same particles, so that flat columns hold all there is and any reader takes them. status is
        1 for a particle that does not decay within the event, else 2.
        """
        columns: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {"weight": self.weights}
        for index, particle in enumerate(self.particles):
            place = index + 1
            columns[f"pdg_{place}"] = np.full(len(self), particle.number, np.int32)
            columns[f"status_{place}"] = np.full(len(self), 1 if particle.final else 2, np.int32)
            for axis, name in enumerate(("E", "px", "py", "pz")):
                columns[f"{name}_{place}"] = np.ascontiguousarray(self.momenta[:, index, axis])
        return columns


def joined(batches: Sequence[EventBatch]) -> EventBatch:
    """One batch of all events of batches of one process, in their order."""
    momenta = np.concatenate([batch.momenta for batch in batches])
    return EventBatch(batches[0].particles, momenta, np.concatenate([batch.weights for batch in batches]))
