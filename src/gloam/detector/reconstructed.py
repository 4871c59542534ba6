"""Reconstructed events as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.events import Particle

__all__ = ["ReconstructedBatch", "joined"]


@dataclass(frozen=True, slots=True)
class ReconstructedBatch:
    """What a detector saw of the events of one process; a column is one of the particles that it can see.

    A particle that was not found has momenta NaN, so that no cut is passed and no spectrum filled with it by accident.

    Attributes:
        particles: that can be seen, v of them.
        links: the place of each among the particles of the generated events.
        momenta: four-vectors (E, px, py, pz) in GeV in the nominal centre of mass, electron along +z; shape (n, v, 4).
        laboratory: the same in the laboratory, z along the axis of the magnet.
        found: whether there is a track or a cluster; shape (n, v).
        identified: whether it also is identified as what it is; for a photon the same as found.
        weights: shape (n,): those of the generated events, times efficiencies where these are weights.
        first: number of the first event in the run.
    """

    particles: tuple[Particle, ...]
    links: tuple[int, ...]
    momenta: FloatArray
    laboratory: FloatArray
    found: BoolArray
    identified: BoolArray
    weights: FloatArray
    first: int = 0

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def numbers(self) -> IntArray:
        """The number of each event in the run, shape (n,)."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)

    def places(self, *names: str) -> list[int]:
        """The columns of the particles of these names ("mu-", "mu+"), in their order in the event."""
        return [place for place, particle in enumerate(self.particles) if particle.name in names]

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The events as flat columns by name, i from 1.

        event, weight, then for each particle pdg_i, true_i (its place in the generated event, from 1), found_i and
        identified_i (1 or 0), E_i, px_i, py_i, pz_i in the nominal centre of mass; NaN where it was not found.
        """
        columns: dict[str, npt.NDArray[Any]] = {"event": self.numbers, "weight": self.weights}
        for index, particle in enumerate(self.particles):
            place = index + 1
            columns[f"pdg_{place}"] = np.full(len(self), particle.number, np.int32)
            columns[f"true_{place}"] = np.full(len(self), self.links[index] + 1, np.int32)
            columns[f"found_{place}"] = self.found[:, index].astype(np.int32)
            columns[f"identified_{place}"] = self.identified[:, index].astype(np.int32)
            for axis, name in enumerate(("E", "px", "py", "pz")):
                columns[f"{name}_{place}"] = np.ascontiguousarray(self.momenta[:, index, axis])
        return columns


def joined(batches: Sequence[ReconstructedBatch]) -> ReconstructedBatch:
    """One batch of all events of neighbouring batches of one sample, in their order."""
    begin = batches[0]
    return ReconstructedBatch(
        begin.particles,
        begin.links,
        np.concatenate([batch.momenta for batch in batches]),
        np.concatenate([batch.laboratory for batch in batches]),
        np.concatenate([batch.found for batch in batches]),
        np.concatenate([batch.identified for batch in batches]),
        np.concatenate([batch.weights for batch in batches]),
        begin.first,
    )
