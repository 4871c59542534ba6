"""The response to events with a number of particles of their own."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.detector import BELLE, simulate_jagged
from gloam.events.jagged import JaggedEvents, jagged, joined_jagged, picked
from gloam.generation import generate, make_process

EXACT = replace(BELLE, spread=False)


def one_event(numbers, momentum=(0.3, 0.2, 0.4), masses=None):
    """Particles of one momentum in one event."""
    count = len(numbers)
    masses = np.zeros(count) if masses is None else np.array(masses)
    p = np.tile(momentum, (count, 1)).astype(float)
    energy = np.sqrt(masses**2 + np.square(p).sum(1))
    momenta = np.concatenate([energy[:, None], p], axis=1)
    return JaggedEvents(
        np.array([0, count]), np.array(numbers), np.ones(count, bool), np.full(count, -1), masses, momenta, np.ones(1)
    )


def test_neutral_hadrons_and_neutrinos_leave_nothing():
    """A neutron, a K_L and a neutrino beside photons and pions, a hundred events."""
    events = joined_jagged([one_event([2112, 130, 14, 22, 211])] * 100)
    seen = simulate_jagged(events, EXACT, seed=1, sample="test")
    rows = np.arange(500).reshape(100, 5)
    assert not (seen.tracks | seen.clusters)[rows[:, :3]].any()
    assert seen.clusters[rows[:, 3]].mean() > 0.9
    assert seen.tracks[rows[:, 4]].mean() > 0.9
    assert np.isnan(seen.momenta[rows[:, :3]]).all()


def test_kaons_keep_their_mass():
    """They are tracks of pions with another mass."""
    seen = simulate_jagged(joined_jagged([one_event([-321], masses=[0.4937])] * 50), EXACT, seed=1, sample="test")
    found = seen.momenta[seen.tracks]
    masses = np.sqrt(found[:, 0] ** 2 - np.square(found[:, 1:]).sum(1))
    assert masses == pytest.approx(0.4937, rel=1e-9)


def test_particles_that_decay_are_not_seen():
    """A pion that is marked as decayed."""
    events = one_event([211])
    decayed = replace(events, final=np.zeros(1, bool))
    assert not simulate_jagged(decayed, EXACT, seed=1, sample="test").tracks.any()


def test_samples_have_random_numbers_of_their_own():
    """The same name gives the same measurement, another name another one."""
    events = joined_jagged([one_event([13])] * 20)
    first, same = (simulate_jagged(events, EXACT, seed=1, sample="a").momenta for _ in range(2))
    other = simulate_jagged(events, EXACT, seed=1, sample="b").momenta
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_ancestors_lead_to_the_first_particle():
    """B0 -> Lambda psi, Lambda -> p pi-: all but the other B come from the first."""
    batch, _ = generate(make_process("b-dark-baryon", mass=2.0), 3, seed=1)
    events = jagged(batch)
    np.testing.assert_array_equal(events.ancestors.reshape(3, 6) - events.offsets[:-1, None], [[0, 1, 0, 0, 0, 0]] * 3)


def test_some_events_can_be_taken():
    """Kept whole, with their parents."""
    batch, _ = generate(make_process("b-dark-baryon", mass=2.0), 4, seed=1)
    events = jagged(batch)
    taken = picked(events, np.array([1, 3]))
    np.testing.assert_array_equal(taken.momenta, events.momenta.reshape(4, 6, 4)[[1, 3]].reshape(-1, 4))
    np.testing.assert_array_equal(taken.offsets, [0, 6, 12])
