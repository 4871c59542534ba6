"""From generated to reconstructed events: laboratory, acceptance, resolution, efficiency, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.detector.declaration import Detector
from gloam.detector.energy_spread import relative_spread_of_a_beam, spread_energies
from gloam.detector.measurement import Measured, Momentum, measure_photons, measure_tracks
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.errors import InputError
from gloam.events import EventBatch, Particle
from gloam.execution import random_stream

__all__ = ["simulate"]

CHUNK = 2048
"""Events of one random stream. Part of what a seed means: with another number the same seed gives other events."""

CHARGED = ("e", "mu", "pi", "p")
UNSEEN = ("Z'", "A'", "S", "a", "h'", "psi", "B0", "anti-B0")
"""Particles that leave no trace: those of dark sectors that do not decay within the event, and the other B."""


def simulate(
    batch: EventBatch, detector: Detector, *, seed: int, first: int = 0, sample: str = "", hit_or_miss: bool = True
) -> ReconstructedBatch:
    """The events as the detector reconstructs them, in the nominal centre of mass.

    The random numbers belong to the number of an event in its run, so that events do not depend on how a run is cut
    into batches. Smearing, efficiency and beam energies have streams of their own: with one of them changed or
    switched off the others stay the same.

    Args:
        batch: generated events.
        detector: see `gloam.detector.BELLE2`; `varied` and `perfect` make others of it.
        seed: of the run.
        first: number of the first event of the batch in the run.
        sample: name of the events; another one gives other random numbers.
        hit_or_miss: True loses particles at random; False keeps those in the acceptance and multiplies the event's
            weight by their efficiencies, which is right where all of them are asked for, and wrong for a veto.

    Raises:
        InputError: a particle that would have to decay first; a negative number of the first event.

    Example:
        >>> from gloam.detector import BELLE2
        >>> muons = (Particle("mu-", 0.10566), Particle("mu+", 0.10566))
        >>> p = np.array([[5.29, 5.2889, 0.0, 0.0], [5.29, -5.2889, 0.0, 0.0]])
        >>> seen = simulate(EventBatch(muons, p[None], np.ones(1)), BELLE2, seed=1)
        >>> seen.momenta[0, :, 1].round(3), seen.identified[0]
        (array([ 5.293, -5.332]), array([ True,  True]))
    """
    if first < 0:
        raise InputError("number of the first event", first, "0 or more", "events are counted from 0")
    columns = _visible(batch.particles)
    count, seen = len(batch), len(columns.places)
    laboratory, momenta = np.empty((count, seen, 4)), np.empty((count, seen, 4))
    found, identified = np.empty((count, seen), np.bool_), np.empty((count, seen), np.bool_)
    weights = batch.weights.copy()
    to_laboratory = _as_matrix(detector.beams.to_laboratory(np.eye(4)))
    back = _as_matrix(detector.beams.to_centre_of_mass(np.eye(4)))
    for rows, chunk, inside in _chunks(first, count):
        numbers = _Numbers(seed, f"{detector.name} {sample}".rstrip(), chunk, inside)
        true = _spread(batch, rows, detector, numbers)[:, columns.places].transpose(1, 2, 0)
        response = _respond(_transformed(to_laboratory, true), columns, detector, numbers)
        hits = _hits(response, numbers, hit_or_miss)
        found[rows], identified[rows] = hits.found.T, hits.identified.T
        weights[rows] *= hits.weights
        lost = ~hits.found[:, None]
        laboratory[rows] = np.where(lost, np.nan, response.measured).transpose(2, 0, 1)
        momenta[rows] = np.where(lost, np.nan, _transformed(back, response.measured)).transpose(2, 0, 1)
    particles = tuple(batch.particles[place] for place in columns.places)
    return ReconstructedBatch(
        particles, tuple(columns.places), momenta, laboratory, found, identified, weights, first
    )  # fmt: skip


class _Columns(NamedTuple):
    """The visible particles: their places among all, and which of these are tracks and photons."""

    places: list[int]
    tracks: list[int]
    photons: list[int]
    species: list[str]
    masses: FloatArray


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The random numbers of some events of one chunk; the last axis of each array is the events."""

    seed: int
    name: str
    chunk: int
    inside: slice

    def _stream(self, purpose: str) -> np.random.Generator:
        return random_stream(self.seed, f"detector {purpose} {self.name}", self.chunk)

    def normal(self, purpose: str, shape: tuple[int, ...]) -> FloatArray:
        return self._stream(purpose).standard_normal((*shape, CHUNK))[..., self.inside]

    def uniform(self, purpose: str, shape: tuple[int, ...]) -> FloatArray:
        return self._stream(purpose).random((*shape, CHUNK))[..., self.inside]


class _Response(NamedTuple):
    """Measured four-vectors (v, 4, n), and the chances (v, n) to find and then to identify a particle."""

    measured: FloatArray
    find: FloatArray
    identify: FloatArray


class _Hits(NamedTuple):
    found: BoolArray
    identified: BoolArray
    weights: FloatArray


def _visible(particles: Sequence[Particle]) -> _Columns:
    places = []
    for place, particle in enumerate(particles):
        if not particle.final or particle.name in UNSEEN:
            continue
        if particle.name != "gamma" and _species(particle) not in CHARGED:
            found, allowed = f"a {particle.name} that does not decay", "electrons, muons, pions, protons and photons"
            raise InputError("simulate a detector", found, allowed, "let it decay within the event")
        places.append(place)
    seen = [particles[place] for place in places]
    photons = [column for column, particle in enumerate(seen) if particle.name == "gamma"]
    tracks = [column for column, particle in enumerate(seen) if particle.name != "gamma"]
    masses = np.array([seen[column].mass for column in tracks])[:, None]
    return _Columns(places, tracks, photons, [_species(seen[column]) for column in tracks], masses)


def _species(particle: Particle) -> str:
    return particle.name.rstrip("+-")


def _chunks(first: int, count: int) -> Iterator[tuple[slice, int, slice]]:
    """Rows of the batch, the chunk of the run that they belong to, and where in it they are."""
    start = 0
    while start < count:
        chunk, offset = divmod(first + start, CHUNK)
        taken = min(CHUNK - offset, count - start)
        yield slice(start, start + taken), chunk, slice(offset, offset + taken)
        start += taken


def _as_matrix(transformed: FloatArray) -> FloatArray:
    """The Lorentz transformation whose images of the unit vectors are the rows given."""
    return np.ascontiguousarray(transformed.T)


def _transformed(matrix: FloatArray, p: FloatArray) -> FloatArray:
    """The Lorentz transformation of four-vectors of shape (v, 4, n).

    Written out, because the last digits of a matrix product depend on the number of events in it.
    """
    rows = [sum(factor * p[:, axis] for axis, factor in enumerate(row) if factor) for row in matrix.tolist()]
    return np.stack(rows, axis=1)


def _spread(batch: EventBatch, rows: slice, detector: Detector, numbers: _Numbers) -> FloatArray:
    momenta = batch.momenta[rows]
    if not detector.spread:
        return momenta
    collider = detector.collider
    relative = relative_spread_of_a_beam(float(collider.energy_spread), collider.sqrt_s)
    return spread_energies(momenta, batch.particles, relative * numbers.normal("beam energies", (2,)))


def _respond(true: FloatArray, columns: _Columns, detector: Detector, numbers: _Numbers) -> _Response:
    """The response to particles in the laboratory, shape (v, 4, n)."""
    measured = np.empty_like(true)
    find, identify = np.empty_like(true[:, 0]), np.ones_like(true[:, 0])
    normal = numbers.normal("measurement", (3, len(true)))
    if columns.tracks:
        p = _momentum(true, columns.tracks)
        _enter(measured, columns.tracks, measure_tracks(p, columns.masses, detector.tracks, normal[:, columns.tracks]))
        cosine = p.z / p.size
        find[columns.tracks] = detector.tracks.covers.covers(cosine) * detector.tracks.efficiency.at(p.transverse)
        for row, (column, species) in enumerate(zip(columns.tracks, columns.species, strict=True)):
            identify[column] = _identification(detector, species, p.size[row], cosine[row])
    if columns.photons:
        p = _momentum(true, columns.photons)
        cluster = measure_photons(p, detector.photons, normal[:, columns.photons])
        _enter(measured, columns.photons, cluster)
        inside = detector.photons.covers.covers(p.z / p.size)
        find[columns.photons] = inside * detector.photons.efficiency.at(cluster.energy)
    return _Response(measured, find, identify)


def _momentum(true: FloatArray, columns: list[int]) -> Momentum:
    chosen = true[columns]
    return Momentum.of(chosen[:, 1], chosen[:, 2], chosen[:, 3])


def _enter(measured: FloatArray, columns: list[int], values: Measured) -> None:
    for component, value in enumerate(values):
        measured[columns, component] = value


def _identification(detector: Detector, species: str, momentum: FloatArray, cosine: FloatArray) -> FloatArray:
    tracks = detector.tracks
    efficiency = np.ones_like(momentum)
    if (curve := tracks.identification.get(species)) is not None:
        efficiency = curve.at(momentum)
    if (outer := tracks.outer.get(species)) is not None:
        efficiency = efficiency * outer.covers(cosine)
    return efficiency


def _hits(response: _Response, numbers: _Numbers, hit_or_miss: bool) -> _Hits:
    """One uniform number decides both: found below the one chance, identified below the product."""
    both = response.find * response.identify
    if hit_or_miss:
        u = numbers.uniform("efficiency", (len(response.find),))
        return _Hits(u < response.find, u < both, np.ones(u.shape[-1]))
    found, identified = response.find > 0, both > 0
    chances = np.where(identified, both, np.where(found, response.find, 1.0))
    return _Hits(found, identified, chances.prod(0))
