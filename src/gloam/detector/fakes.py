"""Charged particles that are taken for others: pions that reach the muon system."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gloam.arrays import FloatArray
from gloam.constants import MUON_MASS
from gloam.detector.declaration import Detector, TurnOn
from gloam.detector.event_numbers import EventNumbers, chunks
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.errors import InputError
from gloam.events import Particle
from gloam.sourced import published

__all__ = ["BELLE_PIONS_AS_MUONS", "Fake", "taken_for"]


@dataclass(frozen=True, slots=True)
class Fake:
    """A species that is identified as another one with a small chance.

    Attributes:
        species: what it is ("pi").
        taken_for: what it is identified as ("mu").
        mass: that is then given to it, in GeV.
        rate: chance of a track that was found and hits the outer part of `taken_for`, against its momentum.

    Raises:
        InputError: a species that is taken for itself, a mass below 0.
    """

    species: str
    taken_for: str
    mass: float
    rate: TurnOn

    def __post_init__(self) -> None:
        if self.species == self.taken_for or not self.mass >= 0:
            found = f"{self.species} taken for {self.taken_for} of {self.mass:g} GeV"
            raise InputError("wrong identification", found, "two species and a mass of 0 or more", "correct it")


def taken_for(
    batch: ReconstructedBatch, detector: Detector, fake: Fake, *, seed: int | None = None, sample: str = ""
) -> ReconstructedBatch:
    """The events with all particles of one species as another one, at the energy of its mass.

    The chances use measured momenta, which they hardly depend on. The result goes through the same selection as
    events of the true species.

    Args:
        batch: reconstructed events.
        detector: that saw them.
        fake: who is taken for whom.
        seed: None multiplies the weights of events by the chances of all that can be taken wrongly, which is right
            where all of them are asked for; a number draws who is, event by event.
        sample: name of the events; another one gives other random numbers.

    Raises:
        InputError: if no particle of the events is of the species.

    Example:
        >>> from gloam.detector import BELLE, simulate
        >>> from gloam.events import EventBatch
        >>> pions = (Particle("pi-", 0.13957), Particle("pi+", 0.13957))
        >>> p = np.array([[5.29, 5.28816, 0.0, 0.0], [5.29, -5.28816, 0.0, 0.0]])
        >>> seen = simulate(EventBatch(pions, p[None], np.ones(1)), BELLE, seed=1)
        >>> as_muons = taken_for(seen, BELLE, BELLE_PIONS_AS_MUONS)
        >>> [particle.name for particle in as_muons.particles], as_muons.weights.round(6)
        (['mu-', 'mu+'], array([0.0001]))
    """
    columns = batch.places(f"{fake.species}-", f"{fake.species}+")
    if not columns:
        found = ", ".join(particle.name for particle in batch.particles)
        raise InputError(f"{fake.species} taken for {fake.taken_for}", found, f"events with {fake.species}", "add some")
    chance = _chances(batch.laboratory[:, columns], detector, fake)
    identified, weights = batch.identified.copy(), batch.weights
    if seed is None:
        identified[:, columns] = chance > 0
        weights = weights * np.where(chance > 0, chance, 1.0).prod(axis=1)
    else:
        identified[:, columns] = _uniform(batch, len(columns), seed, f"{detector.name} {sample}".rstrip()) < chance
    laboratory = batch.laboratory.copy()
    size = np.square(laboratory[:, columns, 1:]).sum(-1)
    laboratory[:, columns, 0] = np.sqrt(size + fake.mass**2)
    momenta = batch.momenta.copy()
    momenta[:, columns] = detector.beams.to_centre_of_mass(laboratory[:, columns])
    return replace(
        batch, particles=_renamed(batch.particles, fake), momenta=momenta, laboratory=laboratory, identified=identified,
        weights=weights,
    )  # fmt: skip


def _chances(laboratory: FloatArray, detector: Detector, fake: Fake) -> FloatArray:
    """The chance of each particle, shape (n, k); 0 where it was not found or misses the outer part."""
    size = np.sqrt(np.square(laboratory[..., 1:]).sum(-1))
    found = np.isfinite(size)
    chance = np.where(found, fake.rate.at(np.where(found, size, 0.0)), 0.0)
    outer = detector.tracks.outer.get(fake.taken_for)
    if outer is None:
        return chance
    cosine = np.where(found, laboratory[..., 3], 0.0) / np.where(found, np.maximum(size, 1e-12), 1.0)
    return np.asarray(chance * outer.covers(cosine))


def _uniform(batch: ReconstructedBatch, columns: int, seed: int, name: str) -> FloatArray:
    """Uniform numbers that belong to the number of an event in its run, shape (n, columns)."""
    parts = [
        EventNumbers(seed, name, chunk, inside).uniform("wrong identification", (columns,)).T
        for _, chunk, inside in chunks(batch.first, len(batch))
    ]
    return np.concatenate(parts)


def _renamed(particles: tuple[Particle, ...], fake: Fake) -> tuple[Particle, ...]:
    names = {fake.species + charge: fake.taken_for + charge for charge in "+-"}
    return tuple(
        replace(particle, name=names[particle.name], mass=fake.mass) if particle.name in names else particle
        for particle in particles
    )


BELLE_PIONS_AS_MUONS = Fake(
    "pi",
    "mu",
    MUON_MASS,
    TurnOn(
        published(0.6, 0, "GeV", "arXiv:2109.08596, threshold of the muon system"),
        published(0.6, 0, "GeV", "arXiv:2109.08596, threshold of the muon system"),
        published(0.01, 0, "", "Abashian et al., NIM A479 (2002) 117: about 1 % of hadrons are taken for muons"),
    ),
)
"""A hundredth of the pions that reach the muon system, at any momentum above its threshold."""
