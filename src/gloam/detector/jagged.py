"""The response of a detector to events with a number of particles of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.detector.declaration import Detector
from gloam.detector.simulation import simulate
from gloam.events import EventBatch, Particle
from gloam.events.jagged import JaggedEvents

__all__ = ["JaggedResponse", "simulate_jagged"]

_CHARGED: Mapping[int, str] = MappingProxyType({11: "e-", 13: "mu-", 211: "pi+", 321: "pi+", 2212: "p"})
"""Species by PDG number; kaons are tracks of pions with their own mass."""

PHOTON = 22


@dataclass(frozen=True, slots=True)
class JaggedResponse:
    """What a detector saw of each particle, in the order of the generated ones.

    Attributes:
        momenta: four-vectors in the centre of mass in GeV, NaN where it was not found; shape (k, 4).
        laboratory: the same in the laboratory.
        tracks: where a charged particle was found, shape (k,).
        clusters: where a photon was found, shape (k,).
        identified: where it also was identified as what it is, shape (k,).
    """

    momenta: FloatArray
    laboratory: FloatArray
    tracks: BoolArray
    clusters: BoolArray
    identified: BoolArray


def simulate_jagged(events: JaggedEvents, detector: Detector, *, seed: int, sample: str) -> JaggedResponse:
    """What the detector sees of electrons, muons, pions, kaons, protons and photons.

    Every particle is simulated by itself, as in `simulate`; neutral hadrons leave nothing, which a calorimeter would
    often see. The energy of the beams does not spread.

    Args:
        events: generated, in the centre of mass.
        detector: see `gloam.detector.BELLE`.
        seed: of the run.
        sample: name of these events; another one gives other random numbers.
    """
    size = np.abs(events.numbers)
    momenta, laboratory = (np.full(events.momenta.shape, np.nan) for _ in range(2))
    found, identified = np.zeros(size.size, bool), np.zeros(size.size, bool)
    for number, name in (*_CHARGED.items(), (PHOTON, "gamma")):
        rows = np.flatnonzero(events.final & (size == number))
        if not rows.size:
            continue
        alone = Particle(name, float(np.median(events.masses[rows])))
        batch = EventBatch((alone,), events.momenta[rows][:, None], np.ones(rows.size))
        seen = simulate(batch, detector, seed=seed, sample=f"{sample} {number}")
        momenta[rows], laboratory[rows] = seen.momenta[:, 0], seen.laboratory[:, 0]
        found[rows], identified[rows] = seen.found[:, 0], seen.identified[:, 0]
    photons = size == PHOTON
    return JaggedResponse(momenta, laboratory, found & ~photons, found & photons, identified)
