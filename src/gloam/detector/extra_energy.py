"""Energy in the calorimeter that belongs to none of the particles of a candidate: the photon veto."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.reconstructed import ReconstructedBatch

__all__ = ["extra_energy"]


def extra_energy(batch: ReconstructedBatch, used: Sequence[int] = (), smallest: float = 0.0) -> FloatArray:
    """The laboratory energy of all photons found beside those used, shape (n,), in GeV.

    A photon that misses the calorimeter, falls into a gap or below the threshold of a cluster adds nothing, so that a
    cut on this energy is the photon veto with its holes. The simulation must be hit or miss.

    Args:
        batch: reconstructed events.
        used: columns of photons that belong to the candidate.
        smallest: energy in GeV below which a cluster is not counted.

    Example:
        >>> from gloam.detector import BELLE2, perfect, simulate
        >>> from gloam.events import EventBatch, Particle
        >>> photons = EventBatch((Particle("gamma", 0.0),), np.array([[[2.0, 2.0, 0.0, 0.0]]]), np.ones(1))
        >>> extra_energy(simulate(photons, perfect(BELLE2), seed=1))
        array([2.1])
    """
    others = [column for column in batch.places("gamma") if column not in used]
    energies = batch.laboratory[:, others, 0]
    counted = np.where(batch.found[:, others] & (energies >= smallest), energies, 0.0)
    return np.asarray(counted.sum(1))
