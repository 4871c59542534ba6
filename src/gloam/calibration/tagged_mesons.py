"""Decays of B mesons opposite to a fully reconstructed one: a Lambda, nothing else, and a missing mass.

Light quarks have no B meson to be tagged: what is taken for one there is all that is seen beside a Lambda.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.detector import Detector, JaggedResponse, simulate_jagged
from gloam.events.jagged import JaggedEvents, picked
from gloam.execution import random_stream
from gloam.kinematics import beam_constrained_mass, energy_difference, mass
from gloam.selection import Entries

__all__ = ["TagModel", "lambda_and_false_tag", "lambda_and_nothing"]

B0, LAMBDA, PROTON, PION = 511, 3122, 2212, 211


@dataclass(frozen=True, slots=True)
class TagModel:
    """What is assumed of the other B and of the energy in the calorimeter that belongs to no particle.

    Attributes:
        resolution: of each component of the momentum of the tag in the centre of mass, in GeV.
        clean: share of events without any extra energy.
        extra: mean extra energy of the others, exponential, in GeV: from beams, split showers and the tag.
        cluster: smallest energy of a photon that counts, in GeV in the laboratory.
        repeats: how often extra energy and tag are drawn for each candidate, which smooths what is rare.
    """

    resolution: float
    clean: float
    extra: float
    cluster: float
    repeats: int = 1


def lambda_and_nothing(
    events: JaggedEvents, detector: Detector, tag: TagModel, sqrt_s: float, *, seed: int, sample: str
) -> Entries:
    """The decays with one Lambda -> p pi- (or conjugate) and no other track, opposite to another B.

    Columns: M_recoil, the mass in GeV that tag and Lambda leave, its sign that of its square; E_ECL, the energy of all
    other photons of this B and the extra one, in GeV in the laboratory; M_lambda of proton and pion. Every B of an
    event is looked at, and events are numbered among those that hold such a Lambda. Weights are 1 over the repeats.
    The energy of the tag is that of a beam.

    Args:
        events: with pairs of B mesons; a B that does not decay is a tag only.
        detector: that measures them.
        tag: what is assumed.
        sqrt_s: energy of the collision in GeV.
        seed: of the run.
        sample: name of these events; another one gives other random numbers.
    """
    events = _with_a_lambda(events)
    seen = simulate_jagged(events, replace(detector, spread=False), seed=seed, sample=sample)
    side = events.ancestors
    protons, pions = _daughters(events, seen)
    mesons = side[protons]
    alone = np.bincount(side[seen.tracks], minlength=side.size)[mesons] == 2
    alone &= np.abs(events.numbers[mesons]) == B0
    protons, pions, mesons = protons[alone], pions[alone], mesons[alone]
    clusters = seen.clusters & (seen.laboratory[:, 0] > tag.cluster)
    photons = np.bincount(side[clusters], weights=seen.laboratory[clusters, 0], minlength=side.size)[mesons]
    baryons = seen.momenta[protons] + seen.momenta[pions]
    others = _other_mesons(events, mesons)
    rows = np.repeat(np.arange(mesons.size), tag.repeats)
    random = random_stream(seed, f"tag {sample}")
    across = events.momenta[others][rows, 1:] + tag.resolution * random.standard_normal((rows.size, 3))
    extra = np.where(random.random(rows.size) < tag.clean, 0.0, random.exponential(tag.extra, rows.size))
    recoil = np.concatenate([0.5 * sqrt_s - baryons[rows, :1], -baryons[rows, 1:] - across], axis=1)
    columns = {"M_recoil": mass(recoil), "E_ECL": photons[rows] + extra, "M_lambda": mass(baryons)[rows]}
    order = np.argsort(events.event[mesons][rows], kind="stable")
    weights = np.full(rows.size, 1 / tag.repeats)
    return Entries(
        {name: column[order] for name, column in columns.items()}, events.event[mesons][rows][order], weights
    )


def lambda_and_false_tag(
    events: JaggedEvents, detector: Detector, tag: TagModel, sqrt_s: float, *, least: tuple[float, float],
    delta_e: float, seed: int, sample: str,
) -> FloatArray:  # fmt: skip
    """The masses that a false tag and a Lambda leave in events without B mesons, in GeV; negative where m^2 < 0.

    Nothing else is allowed in an event, so that a false tag is all tracks and photons beside one Lambda -> p pi-: two
    tracks or more without net charge, that look like a B0 in M_bc and Delta E. Few do; looser cuts give more of them.
    Combinations fill the ball of momenta that M_bc allows evenly; the larger ball of the looser cut is shrunk to it.

    Args:
        events: without B mesons.
        detector: that measures them.
        tag: its `cluster` counts; no other energy is drawn, which does not depend on the mass.
        sqrt_s: energy of the collision in GeV.
        least: M_bc of the analysis, and the looser one that is used, in GeV.
        delta_e: largest |Delta E| that is used, in GeV.
        seed: of the run.
        sample: name of these events; another one gives other random numbers.
    """
    events = _with_a_lambda(events)
    seen = simulate_jagged(events, replace(detector, spread=False), seed=seed, sample=sample)
    protons, pions = _daughters(events, seen)
    chosen = events.event[protons]
    once = np.bincount(chosen, minlength=len(events))[chosen] == 1
    protons, pions, chosen = protons[once], pions[once], chosen[once]
    others = seen.tracks.copy()
    others[protons] = others[pions] = False
    used = others | (seen.clusters & (seen.laboratory[:, 0] > tag.cluster))
    momenta = np.where(used[:, None], seen.momenta, 0.0)
    false = np.stack([events.sums(momenta[:, axis]) for axis in range(4)], axis=1)[chosen]
    charge = np.where(others, _charges(events.numbers), 0.0)
    neutral = (events.sums(charge) == 0) & (events.sums(others.astype(float)) >= 2)
    tight, loose = (np.sqrt(0.25 * sqrt_s**2 - each**2) for each in least)
    alike = neutral[chosen] & (beam_constrained_mass(false, sqrt_s) > least[1])
    alike &= np.abs(energy_difference(false, sqrt_s)) < delta_e
    baryons = (seen.momenta[protons] + seen.momenta[pions])[alike]
    across = false[alike, 1:] * tight / loose
    return mass(np.concatenate([0.5 * sqrt_s - baryons[:, :1], -baryons[:, 1:] - across], axis=1))


def _charges(numbers: IntArray) -> FloatArray:
    """The charges of particles that leave tracks: PDG numbers of leptons are positive for negative ones."""
    signs: FloatArray = np.sign(numbers) * np.where(np.isin(np.abs(numbers), (11, 13)), -1.0, 1.0)
    return signs


def _with_a_lambda(events: JaggedEvents) -> JaggedEvents:
    """The events with a Lambda -> p pi-: few have one, and the others need no detector."""
    protonic = (np.abs(events.numbers) == PROTON) & (np.abs(events.numbers[_places_of_parents(events)]) == LAMBDA)
    return picked(events, np.flatnonzero(events.sums(protonic.astype(float)) > 0))


def _daughters(events: JaggedEvents, seen: JaggedResponse) -> tuple[IntArray, IntArray]:
    """The places of proton and pion of every Lambda -> p pi- whose tracks were both found."""
    size, parents = np.abs(events.numbers), _places_of_parents(events)
    of_lambda = seen.tracks & (size[parents] == LAMBDA) & (parents != np.arange(size.size))

    def by_parent(kind: int) -> tuple[BoolArray, IntArray]:
        places = np.flatnonzero(of_lambda & (size == kind))
        has, place = np.zeros(size.size, bool), np.zeros(size.size, np.int64)
        has[parents[places]], place[parents[places]] = True, places
        return has, place

    (with_proton, proton), (with_pion, pion) = by_parent(PROTON), by_parent(PION)
    both = np.flatnonzero(with_proton & with_pion)
    return proton[both], pion[both]


def _places_of_parents(events: JaggedEvents) -> IntArray:
    """The place in the list of each particle's parent, its own without one."""
    own = np.arange(events.numbers.size)
    return np.asarray(np.where(events.parents < 0, own, events.offsets[events.event] + events.parents))


def _other_mesons(events: JaggedEvents, mesons: IntArray) -> IntArray:
    """The places of the B mesons beside the given ones: a pair stands at the beginning of each event."""
    first = events.offsets[events.event[mesons]]
    top = np.flatnonzero(events.parents < 0)
    beside: FloatArray = np.full(events.numbers.size, -1.0)
    starts = events.offsets[events.event[top]]
    sums = np.bincount(starts, weights=top, minlength=events.numbers.size)
    beside[top] = sums[starts] - top
    assert (beside[mesons] >= first).all()  # noqa: S101 - two particles of an event have no parent
    return beside[mesons].astype(np.int64)
