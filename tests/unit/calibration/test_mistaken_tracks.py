"""Tracks of hadrons that are taken for three dark photons: every way once, with its chance."""

import math

import numpy as np
import pytest

from gloam.calibration.mistaken_tracks import FoundTracks, mistaken_pairs, mistaken_triples, tracks_of
from gloam.detector import BELLE, perfect
from gloam.events import EventBatch, Particle
from gloam.events.jagged import jagged

FAKES = {
    "ee": {"electron": 0.9, "muon": 0.0, "pion": 0.01, "kaon": 0.01, "proton": 0.0},
    "mumu": {"electron": 0.0, "muon": 0.8, "pion": 0.02, "kaon": 0.03, "proton": 0.0},
    "pipi": {"electron": 0.1, "muon": 0.7, "pion": 0.9, "kaon": 0.2, "proton": 0.1},
}


def pions(events=2, number=3, seed=1):
    """Events of pions, three of each charge kept."""
    momenta = np.random.default_rng(seed).normal(0, 1, (events, 2, 3, 3))
    return FoundTracks(momenta, np.full((events, 2, 3), 211), np.full((events, 2), number))


@pytest.mark.parametrize(
    ("pairs", "ways"), [(("pipi", "pipi", "pipi"), 6), (("mumu", "pipi", "pipi"), 18), (("ee", "mumu", "pipi"), 36)]
)
def test_every_way_to_pair_six_tracks_comes_once(pairs, ways):
    found = mistaken_triples(pions(1), pairs, FAKES, 10.58)
    assert found.events == ways
    assert len(found) == 3 * ways
    expected = math.prod(FAKES[pair]["pion"] ** 2 for pair in pairs)
    np.testing.assert_allclose(found.weights, expected)
    masses = np.round(found.columns["M_h"].reshape(-1, 3), 9)
    assert len({tuple(row) for row in masses.tolist()}) == ways


def test_four_of_six_tracks_are_two_pairs_in_eighteen_ways():
    """3 x 3 choices of tracks, two ways to pair them, and for different leptons two ways to name the pairs."""
    assert mistaken_pairs(pions(1), ("mumu", "mumu"), FAKES, 10.58).events == 18
    assert mistaken_pairs(pions(1), ("ee", "mumu"), FAKES, 10.58).events == 36


def test_more_or_fewer_tracks_than_six_make_no_triple():
    assert len(mistaken_triples(pions(3, number=4), ("pipi",) * 3, FAKES, 10.58)) == 0


def test_a_track_without_a_chance_makes_no_candidate():
    found = pions(1)
    found.species[0, 0, 0] = 13  # a muon is never taken for an electron
    assert len(mistaken_triples(found, ("ee", "ee", "ee"), FAKES, 10.58)) == 0
    with_muons = mistaken_triples(found, ("mumu", "pipi", "pipi"), FAKES, 10.58)
    of_the_muon = FAKES["mumu"]["muon"] * FAKES["mumu"]["pion"] * FAKES["pipi"]["pion"] ** 4
    assert with_muons.weights.max() == pytest.approx(of_the_muon)


def test_found_tracks_are_sorted_leptons_first_then_by_momentum():
    names = ("pi+", "pi-", "pi+", "pi-", "mu-", "mu+", "pi+")
    sizes = np.array([0.6, 0.7, 1.6, 1.7, 0.5, 0.4, 1.1])
    masses = np.where(np.char.startswith(names, "mu"), 0.10566, 0.13957)
    momenta = np.stack([np.hypot(sizes, masses), sizes, 0 * sizes, 0 * sizes], axis=1)
    particles = tuple(Particle(name, float(mass)) for name, mass in zip(names, masses, strict=True))
    batch = EventBatch(particles, momenta[None], np.ones(1))
    found = tracks_of(jagged(batch), perfect(BELLE), seed=1, sample="test")
    assert found.number.tolist() == [[3, 4]]
    assert found.species[0].tolist() == [[13, 211, 211], [13, 211, 211]]
    np.testing.assert_allclose(found.momenta[0, :, :, 0], [[0.5, 1.7, 0.7], [0.4, 1.6, 1.1]], rtol=1e-6)
