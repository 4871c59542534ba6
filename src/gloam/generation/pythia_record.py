"""What is kept of the event record of Pythia."""

from __future__ import annotations

from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.events.jagged import JaggedEvents
from gloam.generation.phase_space import at_rest, decay

__all__ = ["from_batch", "meson_pairs"]

TAU = 15
CHARGED_B, NEUTRAL_B = 521, 511


def from_batch(batch: Any) -> JaggedEvents:
    """The events that `Pythia.nextBatch` returns as an awkward array."""
    import awkward as ak

    particles = batch.prt
    counts = np.asarray(ak.num(particles.id, axis=1), np.int64)

    def flat(values: Any) -> Any:
        return np.asarray(ak.flatten(values))

    p = particles.p
    momenta = np.stack([flat(p.e), flat(p.px), flat(p.py), flat(p.pz)], axis=1).astype(np.float64)
    integers = [flat(values).astype(np.int64) for values in
                (particles.id, particles.status, particles.mother1, particles.daughter1)]  # fmt: skip
    return _kept(counts, integers, flat(particles.m).astype(np.float64), momenta)


def meson_pairs(pythia: Any, random: np.random.Generator, events: int, sqrt_s: float, neutral: float) -> JaggedEvents:
    """Events of B mesons from a Y(4S) at rest, with the sin^2 of two scalars from a vector that massless beams made.

    Args:
        pythia: started without its process level.
        random: source of random numbers for the mesons; their decays are Pythia's.
        events: how many.
        sqrt_s: energy of the collision in GeV.
        neutral: part of the pairs that are neutral.
    """
    u = random.random((3, events))
    kinds = np.where(u[0] < neutral, NEUTRAL_B, CHARGED_B)
    masses = np.where(u[0] < neutral, pythia.particleData.m0(NEUTRAL_B), pythia.particleData.m0(CHARGED_B))
    cosine = 2 * np.sin(np.arcsin(2 * u[1] - 1) / 3)
    pairs = decay(at_rest(np.full(events, sqrt_s)), (sqrt_s, masses, masses), cosine, 2 * np.pi * u[2])
    counts: list[int] = []
    rows: list[tuple[float, ...]] = []
    for kind, mass, pair in zip(kinds.tolist(), masses.tolist(), pairs.transpose(2, 0, 1).tolist(), strict=True):
        event = pythia.event
        event.reset()
        for number, (energy, *p) in zip((kind, -kind), pair, strict=True):
            event.append(number, 1, 0, 0, 0, 0, 0, 0, *p, energy, mass)
        if not pythia.next():
            continue
        size = event.size()
        counts.append(size)
        for place in range(size):
            q = event[place]
            rows.append((q.id(), q.status(), q.mother1(), q.daughter1(), q.m(), q.e(), q.px(), q.py(), q.pz()))
    table = np.array(rows).reshape(-1, 9)
    integers = [np.rint(table[:, column]).astype(np.int64) for column in range(4)]
    return _kept(np.array(counts, np.int64), integers, table[:, 4], np.ascontiguousarray(table[:, 5:]))


def _kept(counts: IntArray, integers: list[IntArray], masses: FloatArray, momenta: FloatArray) -> JaggedEvents:
    """The particles that do not decay, and hadrons and taus that do.

    Args:
        counts: entries of each event, the first of which is the event as a whole.
        integers: PDG number, status (above 0 for what does not decay), first mother and first daughter in the event.
        masses: in GeV.
        momenta: four-vectors, shape (k, 4).
    """
    numbers, status, mothers, daughters = integers
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    final = status > 0
    copied = numbers[begins + daughters] == numbers
    keep = final | ((_is_hadron(numbers) | (np.abs(numbers) == TAU)) & ~copied)
    parents = begins + mothers
    while True:  # up to a mother that is kept, or to the first entry
        higher = np.where(keep[parents], parents, begins + mothers[parents])
        if (higher == parents).all():
            break
        parents = higher
    events = np.repeat(np.arange(counts.size), counts)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(events[keep], minlength=counts.size))])
    places = np.cumsum(keep) - 1 - offsets[events]
    found = np.where(keep[parents], places[parents], -1)[keep]
    return JaggedEvents(
        offsets, numbers[keep], final[keep], found, masses[keep], momenta[keep], np.ones(counts.size)
    )  # fmt: skip


def _is_hadron(numbers: IntArray) -> BoolArray:
    """Not quarks, leptons, bosons and the numbers of Pythia's own; nor diquarks, whose tens are 0."""
    size = np.abs(numbers)
    return np.asarray((size > 100) & ((size // 10) % 10 > 0))
