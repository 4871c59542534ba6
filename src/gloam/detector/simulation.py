"""From generated to reconstructed events: laboratory, acceptance, resolution, efficiency, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.declaration import Detector
from gloam.detector.energy_spread import relative_spread_of_a_beam, spread_energies
from gloam.detector.event_numbers import EventNumbers, chunks
from gloam.detector.reconstructed import ReconstructedBatch, joined
from gloam.detector.response import VisibleColumns, draw_hits, respond, visible_columns
from gloam.errors import InputError
from gloam.events import EventBatch

__all__ = ["simulate"]


def simulate(
    batch: EventBatch, detector: Detector, *, seed: int, first: int = 0, sample: str = "", hit_or_miss: bool = True
) -> ReconstructedBatch:
    """The events as the detector reconstructs them, in the nominal centre of mass.

    Both beams keep the ratio of their energies at any sqrt(s), so that the boost is that of the collider.
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
        InputError: a particle that would have to decay first, or none that is seen; a negative `first`.

    Example:
        >>> from gloam.detector import BELLE2
        >>> from gloam.events import Particle
        >>> muons = (Particle("mu-", 0.10566), Particle("mu+", 0.10566))
        >>> p = np.array([[5.29, 5.2889, 0.0, 0.0], [5.29, -5.2889, 0.0, 0.0]])
        >>> seen = simulate(EventBatch(muons, p[None], np.ones(1)), BELLE2, seed=1)
        >>> seen.momenta[0, :, 1].round(3), seen.identified[0]
        (array([ 5.293, -5.332]), array([ True,  True]))
    """
    if first < 0:
        raise InputError("number of the first event", first, "0 or more", "events are counted from 0")
    chain = _Chain(
        detector, visible_columns(batch.particles), _matrix(detector.beams.to_laboratory(np.eye(4))),
        _matrix(detector.beams.to_centre_of_mass(np.eye(4))), hit_or_miss,
    )  # fmt: skip
    name = f"{detector.name} {sample}".rstrip()
    return joined([
        _simulate_part(batch[rows], chain, EventNumbers(seed, name, chunk, inside), first + rows.start)
        for rows, chunk, inside in chunks(first, len(batch))
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chain:
    """What is the same for all events: the detector, who can be seen, and the way to the laboratory and back."""

    detector: Detector
    columns: VisibleColumns
    to_laboratory: FloatArray
    to_centre_of_mass: FloatArray
    hit_or_miss: bool


def _simulate_part(batch: EventBatch, chain: _Chain, numbers: EventNumbers, first: int) -> ReconstructedBatch:
    """The response to events of one chunk; inside, events are the last axis."""
    columns = chain.columns
    true = _spread(batch, chain.detector, numbers)[:, columns.places].transpose(1, 2, 0)
    response = respond(_transformed(chain.to_laboratory, true), columns, chain.detector, numbers)
    hits = draw_hits(response, numbers, hit_or_miss=chain.hit_or_miss)
    laboratory = np.where(hits.found[:, None], response.measured, np.nan)
    return ReconstructedBatch(
        particles=tuple(batch.particles[place] for place in columns.places),
        links=tuple(columns.places),
        momenta=_transformed(chain.to_centre_of_mass, laboratory).transpose(2, 0, 1),
        laboratory=laboratory.transpose(2, 0, 1),
        found=hits.found.T,
        identified=hits.identified.T,
        weights=batch.weights * hits.weights,
        first=first,
    )


def _spread(batch: EventBatch, detector: Detector, numbers: EventNumbers) -> FloatArray:
    """The momenta at the energy of each collision, shape (n, k, 4)."""
    if not detector.spread:
        return batch.momenta
    collider = detector.collider
    relative = relative_spread_of_a_beam(float(collider.energy_spread), collider.sqrt_s)
    return spread_energies(batch.momenta, batch.particles, relative * numbers.normal("beam energies", (2,)))


def _matrix(transformed: FloatArray) -> FloatArray:
    """The Lorentz transformation whose images of the unit vectors are the rows given."""
    return np.ascontiguousarray(transformed.T)


def _transformed(matrix: FloatArray, p: FloatArray) -> FloatArray:
    """The Lorentz transformation of four-vectors of shape (v, 4, n).

    Written out, because the last digits of a matrix product depend on the number of events in it.
    """
    rows = [sum(factor * p[:, axis] for axis, factor in enumerate(row) if factor) for row in matrix.tolist()]
    return np.stack(rows, axis=1)
