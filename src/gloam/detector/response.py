"""What the parts of a detector make of particles in the laboratory: measured momenta, and the chances to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.detector.declaration import Detector
from gloam.detector.event_numbers import EventNumbers
from gloam.detector.measurement import Measured, Momentum, measure_photons, measure_tracks
from gloam.errors import InputError
from gloam.events import Particle

__all__ = ["Hits", "Response", "VisibleColumns", "draw_hits", "respond", "visible_columns"]

CHARGED = ("e", "mu", "pi", "p")
NEUTRINOS = ("nu_e", "nu_mu", "nu_tau", "anti-nu_e", "anti-nu_mu", "anti-nu_tau")
UNSEEN = ("Z'", "A'", "S", "a", "h'", "psi", "B0", "anti-B0", *NEUTRINOS)
"""Particles that leave no trace: those of dark sectors that do not decay within the event, the other B, neutrinos."""


@dataclass(frozen=True, slots=True)
class VisibleColumns:
    """The particles that can be seen: v of them.

    Attributes:
        places: among all particles of the event.
        tracks: which of the v are charged.
        photons: which of the v are photons.
        species: of the charged ones, without their charge.
        masses: of the charged ones in GeV, shape (tracks, 1).
    """

    places: list[int]
    tracks: list[int]
    photons: list[int]
    species: list[str]
    masses: FloatArray


class Response(NamedTuple):
    """Measured four-vectors (v, 4, n), and the chances (v, n) to find and then to identify a particle."""

    measured: FloatArray
    find: FloatArray
    identify: FloatArray


class Hits(NamedTuple):
    """What was found and identified, shape (v, n), and the weights of the events, shape (n,)."""

    found: BoolArray
    identified: BoolArray
    weights: FloatArray


def visible_columns(particles: Sequence[Particle]) -> VisibleColumns:
    """The particles of an event that a detector can see.

    Raises:
        InputError: a particle that would have to decay first; nothing that can be seen.
    """
    places = [place for place, particle in enumerate(particles) if particle.final and particle.name not in UNSEEN]
    seen = [particles[place] for place in places]
    allowed, remedy = "electrons, muons, pions, protons and photons", "let it decay within the event"
    for particle in seen:
        if particle.name != "gamma" and _species(particle) not in CHARGED:
            raise InputError("simulate a detector", f"a {particle.name} that does not decay", allowed, remedy)
    if not seen:
        names = ", ".join(particle.name for particle in particles if particle.final)
        raise InputError("simulate a detector", f"nothing that it sees: {names}", allowed, remedy)
    photons = [column for column, particle in enumerate(seen) if particle.name == "gamma"]
    tracks = [column for column, particle in enumerate(seen) if particle.name != "gamma"]
    masses = np.array([seen[column].mass for column in tracks])[:, None]
    return VisibleColumns(places, tracks, photons, [_species(seen[column]) for column in tracks], masses)


def respond(true: FloatArray, columns: VisibleColumns, detector: Detector, numbers: EventNumbers) -> Response:
    """The response to particles in the laboratory.

    Args:
        true: four-vectors, shape (v, 4, n).
        columns: which of the v are tracks and which are photons.
        detector: its resolutions, acceptance and efficiencies.
        numbers: of these events.
    """
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
    return Response(measured, find, identify)


def draw_hits(response: Response, numbers: EventNumbers, *, hit_or_miss: bool) -> Hits:
    """The particles that are seen: one uniform number decides, found below one chance, identified below both.

    Args:
        response: chances of each particle.
        numbers: of these events.
        hit_or_miss: False sees all whose chance is not 0, and gives the product of the chances as weight.
    """
    both = response.find * response.identify
    if hit_or_miss:
        u = numbers.uniform("efficiency", (len(response.find),))
        return Hits(u < response.find, u < both, np.ones(u.shape[-1]))
    found, identified = response.find > 0, both > 0
    chances = np.where(identified, both, np.where(found, response.find, 1.0))
    return Hits(found, identified, chances.prod(0))


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


def _species(particle: Particle) -> str:
    return particle.name.rstrip("+-")
