"""Tracks of hadrons that are taken for three dark photons: every way to pair them, with the chances of the mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.constants import ELECTRON_MASS, MUON_MASS, PION_MASS
from gloam.detector import Detector, simulate_jagged
from gloam.events.jagged import JaggedEvents
from gloam.kinematics import four_vector
from gloam.selection import Entries
from gloam.selection.equal_pairs import missing_columns, three_pair_columns

__all__ = ["KEPT", "FoundTracks", "mistaken_pairs", "mistaken_triples", "tracks_of"]

SPECIES: Mapping[str, int] = {"electron": 11, "muon": 13, "pion": 211, "kaon": 321, "proton": 2212}
LEPTONS = (11, 13)
MASSES: Mapping[str, float] = {"ee": ELECTRON_MASS, "mumu": MUON_MASS, "pipi": PION_MASS}
"""Masses in GeV that the tracks of a pair are given."""

KEPT = 3
"""Tracks of each charge that are kept of an event: leptons first, then those of the largest momenta."""

Chances = Mapping[str, Mapping[str, float]]
"""By pair, the chance that a track of each true species is taken for one of its tracks."""


@dataclass(frozen=True, slots=True)
class FoundTracks:
    """The tracks of events with at least two of each charge; negative ones first.

    Attributes:
        momenta: three-momenta in the centre of mass in GeV, shape (n, 2, KEPT, 3); NaN where there is none.
        species: absolute PDG numbers, shape (n, 2, KEPT); 0 where there is none.
        number: of all tracks of each charge, shape (n, 2).
    """

    momenta: FloatArray
    species: IntArray
    number: IntArray

    def __len__(self) -> int:
        return len(self.number)


def tracks_of(events: JaggedEvents, detector: Detector, *, seed: int, sample: str) -> FoundTracks:
    """The tracks that a detector finds.

    Args:
        events: generated, in the centre of mass.
        detector: that measures them; the energies of its beams do not spread.
        seed: of the run.
        sample: name of these events.
    """
    seen = simulate_jagged(events, replace(detector, spread=False), seed=seed, sample=sample)
    rows = np.flatnonzero(seen.tracks)
    kind = np.abs(events.numbers[rows])
    positive = np.where(np.isin(kind, LEPTONS), -1, 1) * np.sign(events.numbers[rows]) > 0
    size = np.linalg.norm(seen.momenta[rows, 1:], axis=1)
    order = np.lexsort((-size, ~np.isin(kind, LEPTONS), positive, events.event[rows]))
    group = 2 * events.event[rows][order] + positive[order]
    number = np.bincount(group, minlength=2 * len(events))
    rank = np.arange(rows.size) - (np.cumsum(number) - number)[group]
    first, place = group[rank < KEPT], rank[rank < KEPT]
    momenta, species = np.full((2 * len(events), KEPT, 3), np.nan), np.zeros((2 * len(events), KEPT), np.int64)
    momenta[first, place] = seen.momenta[rows[order][rank < KEPT], 1:]
    species[first, place] = kind[order][rank < KEPT]
    number = number.reshape(-1, 2)
    enough = (number >= 2).all(axis=1)
    return FoundTracks(
        momenta.reshape(-1, 2, KEPT, 3)[enough], species.reshape(-1, 2, KEPT)[enough], number[enough]
    )  # fmt: skip


def mistaken_triples(found: FoundTracks, pairs: tuple[str, ...], chances: Chances, sqrt_s: float) -> Entries:
    """All ways to take events of exactly three tracks of each charge for three pairs.

    Columns are those of `gloam.selection.three_pairs`; all tracks count as identified, with their chances as weights.

    Args:
        found: the tracks.
        pairs: what the three A' decay to, of "ee", "mumu", "pipi".
        chances: of taking a track for one of a pair.
        sqrt_s: energy of the collision in GeV.
    """
    six = np.flatnonzero((found.number == 3).all(axis=1))
    ways = [(places, kinds) for places in permutations(range(3)) for kinds in sorted(set(permutations(pairs)))]
    parts = [_paired(found, six, tuple(range(3)), places, kinds, chances) for places, kinds in ways]
    four, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _entries(three_pair_columns(four, sqrt_s) | {"identified": np.full(3 * len(four), 6.0)}, weights)


def mistaken_pairs(found: FoundTracks, pairs: tuple[str, ...], chances: Chances, sqrt_s: float) -> Entries:
    """All ways to take four of the tracks that are kept of an event for two pairs, beside which something is missing.

    Columns are those of `gloam.selection.two_pairs_and_missing`; arguments as for `mistaken_triples`.
    """
    every = np.arange(len(found))
    kinds = sorted(set(permutations(pairs)))
    ways = [
        (minus, plus, each)
        for minus in combinations(range(KEPT), 2) for plus in permutations(range(KEPT), 2) for each in kinds
    ]  # fmt: skip
    parts = [_paired(found, every, minus, plus, each, chances) for minus, plus, each in ways]
    four, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _entries(missing_columns(four, sqrt_s) | {"identified": np.full(3 * len(four), 4.0)}, weights)


def _paired(
    found: FoundTracks, rows: IntArray, minus: tuple[int, ...], plus: tuple[int, ...], kinds: tuple[str, ...],
    chances: Chances,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """The pairs of one way to take the tracks of events, where it has a chance, and its weights."""
    weights, species = np.ones(rows.size), found.species[rows]
    for kind, *places in zip(kinds, minus, plus, strict=True):
        for charge, place in enumerate(places):
            weights *= _chance(species[:, charge, place], chances[kind])
    some = weights > 0
    p = found.momenta[rows[some]]
    masses = np.array([MASSES[kind] for kind in kinds])
    four = four_vector(masses, p[:, 0, list(minus)]) + four_vector(masses, p[:, 1, list(plus)])
    return np.asarray(four), weights[some]


def _chance(species: IntArray, chances: Mapping[str, float]) -> FloatArray:
    table = np.zeros(max(SPECIES.values()) + 1)
    for name, number in SPECIES.items():
        table[number] = chances[name]
    return np.asarray(table[np.where(species < table.size, species, 0)])


def _entries(columns: dict[str, FloatArray], weights: FloatArray) -> Entries:
    """Three rows for each way, which counts as an event of its own: another one has another weight."""
    return Entries(columns, np.repeat(np.arange(weights.size), 3), np.repeat(weights, 3))
