"""Candidates for B0 -> A'A' of four tracks: signal in whole events, and what other events have that looks like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.constants import ELECTRON_MASS, MUON_MASS, PION_MASS
from gloam.detector import Detector, JaggedResponse, simulate_jagged
from gloam.events.jagged import JaggedEvents, picked
from gloam.generation.phase_space import decay
from gloam.kinematics import (
    RestOfEvent,
    beam_constrained_mass,
    cosine_between_axes,
    energy_difference,
    four_vector,
    mass,
    modified_fox_wolfram,
    momentum,
    thrust,
)

__all__ = ["SHAPES", "TRACKS", "FourTracks", "background_candidates", "signal_candidates", "with_dark_photons"]

B0 = 511
NUMBERS = {"ee": 11, "mumu": 13, "pipi": 211}
TRACKS: Mapping[str, float] = {"ee": ELECTRON_MASS, "mumu": MUON_MASS, "pipi": PION_MASS}
"""Masses of the tracks of a pair in GeV."""

SHAPES = (
    "cos_B", "cos_thrust",
    *(f"so_charged_{order}" for order in range(5)), *(f"so_neutral_{order}" for order in (0, 2, 4)),
    *(f"so_missing_{order}" for order in (0, 2, 4)), *(f"oo_{order}" for order in (0, 2, 4)),
)  # fmt: skip
"""Sixteen event-shape variables."""

MOST_TRACKS = 7
"""Of one charge in an event of background; the softest beyond are left out."""


@dataclass(frozen=True, slots=True)
class FourTracks:
    """Candidates of one final state, one row for each.

    Attributes:
        event: among those of the batch, shape (m,).
        first, second: masses of the two pairs in GeV, shape (m,).
        m_bc, delta_e: of the candidate in GeV, shape (m,).
        missing: energy of the beams less that of all particles found, in GeV, shape (m,).
        weight: shape (m,).
        shapes: event-shape variables by name, shape (m,) each.
    """

    event: IntArray
    first: FloatArray
    second: FloatArray
    m_bc: FloatArray
    delta_e: FloatArray
    missing: FloatArray
    weight: FloatArray
    shapes: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return self.event.size

    def take(self, rows: BoolArray | IntArray) -> FourTracks:
        """Some of the candidates."""
        return FourTracks(
            self.event[rows], self.first[rows], self.second[rows], self.m_bc[rows], self.delta_e[rows],
            self.missing[rows], self.weight[rows], {name: column[rows] for name, column in self.shapes.items()},
        )  # fmt: skip


def with_dark_photons(
    events: JaggedEvents, mass_a: float, modes: tuple[str, str], random: np.random.Generator
) -> JaggedEvents:
    """Events in which the first B, where it is neutral, decays to A'A' instead; charged pairs are left out.

    Both decays are without direction; the other B keeps what it decays to. The four tracks are the last of their event.

    Args:
        events: of B pairs.
        mass_a: of the A' in GeV.
        modes: of the two A', of "ee", "mumu", "pipi".
        random: source of random numbers.
    """
    begins = events.offsets[:-1]
    events = picked(events, np.flatnonzero(np.abs(events.numbers[begins]) == B0))
    begins, count = events.offsets[:-1], len(events)
    parent = events.momenta[begins].T
    u = random.random((6, count))
    meson = float(np.median(events.masses[begins])) if count else 0.0
    pair = decay(parent, (meson, mass_a, mass_a), 2 * u[0] - 1, 2 * np.pi * u[1])
    tracks, numbers, masses = [], [], []
    for place, (dark, mode) in enumerate(zip(pair, modes, strict=True)):
        size = TRACKS[mode]
        tracks += list(decay(dark, (mass_a, size, size), 2 * u[2 + 2 * place] - 1, 2 * np.pi * u[3 + 2 * place]))
        # a positive lepton has a negative number, a positive pion a positive one
        numbers += [NUMBERS[mode], -NUMBERS[mode]] if mode != "pipi" else [-NUMBERS[mode], NUMBERS[mode]]
        masses += [size, size]
    own = events.final & (events.ancestors != begins[events.event])
    at = np.repeat(events.offsets[1:], 4)
    added = np.stack(tracks).transpose(2, 0, 1).reshape(-1, 4)

    def inserted(old: Any, new: Any) -> Any:
        return np.insert(old, at, new, axis=0)

    return JaggedEvents(
        events.offsets + 4 * np.arange(count + 1), inserted(events.numbers, np.tile(numbers, count)),
        inserted(own, np.ones(4 * count, bool)), inserted(events.parents, np.zeros(4 * count, np.int64)),
        inserted(events.masses, np.tile(masses, count)), inserted(events.momenta, added), events.weights,
    )  # fmt: skip


def signal_candidates(
    events: JaggedEvents, detector: Detector, modes: tuple[str, str], sqrt_s: float, *, seed: int, sample: str
) -> FourTracks:
    """The signal's own four tracks where all are found, leptons also identified; of weight 1.

    Args:
        events: from `with_dark_photons`.
        detector: that measures them.
        modes: of the two A'.
        sqrt_s: energy of the collision in GeV.
        seed: of the run.
        sample: name of these events.
    """
    seen = simulate_jagged(events, replace(detector, spread=False), seed=seed, sample=sample)
    places = events.offsets[1:, None] + np.arange(-4, 0)
    good = seen.identified[places].all(axis=1) & seen.tracks[places].all(axis=1)
    rows = np.flatnonzero(good)
    return _candidates(events, seen, rows, places[rows], np.ones(rows.size), modes, sqrt_s)


def background_candidates(
    events: JaggedEvents, detector: Detector, modes: tuple[str, str], fakes: Mapping[str, Mapping[int, float]],
    sqrt_s: float, *, seed: int, sample: str, loosest: tuple[float, float, float],
) -> FourTracks:  # fmt: skip
    """All ways to take four tracks of an event for the signal, weighted with the chances that they are taken for it.

    Args:
        events: of light quarks or B mesons.
        detector: that measures them.
        modes: of the two A'.
        fakes: chance that a track of a true species, by PDG number, is taken for one of each pair.
        sqrt_s: energy of the collision in GeV.
        seed: of the run.
        sample: name of these events.
        loosest: smallest M_bc, largest |Delta E| and largest difference of the two masses that are kept, in GeV.
    """
    seen = simulate_jagged(events, replace(detector, spread=False), seed=seed, sample=sample)
    charge = np.sign(events.numbers) * np.where(np.isin(np.abs(events.numbers), (11, 13)), -1, 1) * seen.tracks
    kept_events, kept_places = [], []
    for row in range(len(events)):
        inside = np.arange(events.offsets[row], events.offsets[row + 1])
        minus, plus = inside[charge[inside] < 0], inside[charge[inside] > 0]
        if minus.size < 2 or plus.size < 2:
            continue
        found = _ways(seen.momenta, minus[:MOST_TRACKS], plus[:MOST_TRACKS], modes, sqrt_s, loosest)
        if found.size:
            kept_events.append(np.full(len(found), row))
            kept_places.append(found)
    if not kept_events:
        empty = np.empty(0, np.int64)
        return _candidates(events, seen, empty, np.empty((0, 4), np.int64), np.empty(0), modes, sqrt_s)
    rows, places = np.concatenate(kept_events), np.concatenate(kept_places)
    species = np.abs(events.numbers[places])
    weights = np.ones(rows.size)
    for column in range(4):
        chances = fakes[modes[column // 2]]
        weights *= np.array([chances.get(int(kind), 0.0) for kind in species[:, column]])
    some = weights > 0
    return _candidates(events, seen, rows[some], places[some], weights[some], modes, sqrt_s)


def _ways(
    momenta: FloatArray, minus: IntArray, plus: IntArray, modes: tuple[str, str], sqrt_s: float,
    loosest: tuple[float, float, float],
) -> IntArray:  # fmt: skip
    """The choices of four tracks (-, +, -, +) of one event that look like a B, shape (ways, 4)."""
    a, b = np.meshgrid(np.arange(minus.size), np.arange(plus.size), indexing="ij")
    pairs = np.stack([minus[a.ravel()], plus[b.ravel()]], axis=1)
    one, two = (each.ravel() for each in np.meshgrid(*2 * [np.arange(len(pairs))], indexing="ij"))
    apart = (pairs[one] != pairs[two]).all(axis=1)
    if modes[0] == modes[1]:
        apart &= one < two
    places: IntArray = np.concatenate([pairs[one[apart]], pairs[two[apart]]], axis=1)
    if not places.size:
        return places
    p = momenta[places, 1:]
    squared = 0.25 * sqrt_s**2 - np.square(p.sum(axis=1)).sum(-1)
    places = places[squared > loosest[0] ** 2]
    if not places.size:
        return places
    tracks = _tracks(momenta, places, modes)
    close = np.abs(tracks.sum(axis=1)[:, 0] - 0.5 * sqrt_s) < loosest[1]
    close &= np.abs(mass(tracks[:, :2].sum(1)) - mass(tracks[:, 2:].sum(1))) < loosest[2]
    return np.asarray(places[close])


def _tracks(momenta: FloatArray, places: IntArray, modes: tuple[str, str]) -> FloatArray:
    """Four-vectors with the masses that the final state gives them, shape (m, 4, 4)."""
    masses = np.repeat([TRACKS[mode] for mode in modes], 2)
    return np.asarray(four_vector(masses, momenta[places, 1:]))


def _candidates(
    events: JaggedEvents, seen: JaggedResponse, rows: IntArray, places: IntArray, weights: FloatArray,
    modes: tuple[str, str], sqrt_s: float,
) -> FourTracks:  # fmt: skip
    tracks = _tracks(seen.momenta, places, modes)
    whole = tracks.sum(axis=1)
    charges = np.tile([-1.0, 1.0, -1.0, 1.0], (len(rows), 1))
    charged, charge, neutral = _rest(events, seen, rows, places)
    found = np.where(np.isnan(seen.momenta[:, 0]), 0.0, seen.momenta[:, 0])
    total = np.stack([events.sums(np.nan_to_num(seen.momenta[:, axis])) for axis in range(4)], axis=1)[rows]
    rest = RestOfEvent(charged[..., 1:], charge, neutral[..., 1:], -total[:, 1:])
    shapes = dict(modified_fox_wolfram(tracks[..., 1:], charges, rest, 0.5 * sqrt_s))
    shapes["cos_B"] = np.abs(whole[:, 3]) / np.maximum(momentum(whole), 1e-12)
    others = np.concatenate([charged, neutral], axis=1)
    shapes["cos_thrust"] = np.nan_to_num(
        cosine_between_axes(thrust(tracks).axis, thrust(others).axis), nan=1.0
    )  # nothing else in the event: as for jets
    return FourTracks(
        rows, mass(tracks[:, :2].sum(1)), mass(tracks[:, 2:].sum(1)),
        np.atleast_1d(beam_constrained_mass(whole, sqrt_s)), np.atleast_1d(energy_difference(whole, sqrt_s)),
        sqrt_s - events.sums(found)[rows], weights, {name: shapes[name] for name in SHAPES},
    )  # fmt: skip


def _rest(
    events: JaggedEvents, seen: JaggedResponse, rows: IntArray, places: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tracks of the rest of each event with their charges, and its photons; padded with NaN."""
    size = np.abs(events.numbers)
    charges = np.sign(events.numbers) * np.where(np.isin(size, (11, 13)), -1, 1)
    tracks = _padded(events, seen.tracks, rows)
    own = (tracks[:, :, None] == places[:, None, :]).any(axis=2)
    tracks = np.where(own, -1, tracks)
    photons = _padded(events, seen.clusters, rows)
    empty = np.full((1, 4), np.nan)
    momenta = np.concatenate([seen.momenta, empty])
    return momenta[tracks], np.append(charges.astype(float), np.nan)[tracks], momenta[photons]


def _padded(events: JaggedEvents, chosen: BoolArray, rows: IntArray) -> IntArray:
    """The places of chosen particles of some events, filled up with -1; shape (rows, most of one event)."""
    places, event = np.flatnonzero(chosen), events.event[chosen]
    counts = np.bincount(event, minlength=len(events))
    first = np.cumsum(counts) - counts
    table = np.full((len(events), max(1, int(counts.max(initial=0)))), -1, np.int64)
    table[event, np.arange(places.size) - first[event]] = places
    return np.asarray(table[rows])
