"""Candidates among identical particles: each once, and with the right mass."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.kinematics import (
    four_vector,
    index_pairs,
    invariant_mass,
    opposite_sign_pairs,
    pair_masses,
    partitions_into_pairs,
)


@pytest.mark.parametrize("particles", [0, 1, 2, 3, 6])
def test_every_pair_comes_once(particles):
    pairs = {frozenset(pair) for pair in index_pairs(particles).tolist()}
    assert len(index_pairs(particles)) == len(pairs) == particles * (particles - 1) // 2


def test_neutral_particles_are_in_no_charged_pair():
    assert opposite_sign_pairs([0, 1, -1, 0]).tolist() == [[2, 1]]
    assert opposite_sign_pairs([1, 1, 0]).shape == (0, 2)


def test_six_charged_particles_make_six_sets_of_three_pairs():
    ways = partitions_into_pairs([1, -1, 1, -1, 1, -1])
    assert ways.shape == (6, 3, 2)
    assert all(sorted(way.ravel().tolist()) == [0, 1, 2, 3, 4, 5] for way in ways)
    assert len({frozenset(map(tuple, way.tolist())) for way in ways}) == 6


def test_unequal_charges_make_no_pairs():
    with pytest.raises(InputError, match="got 1 negative and 2 positive"):
        partitions_into_pairs([1, -1, 1])


def test_pair_masses_of_many_events():
    random = np.random.default_rng(1)
    events = four_vector(0.1, random.normal(size=(7, 4, 3)))
    pairs = opposite_sign_pairs([-1, 1, -1, 1])
    masses = pair_masses(events, pairs)
    assert masses.shape == (7, 4)
    for number, (minus, plus) in enumerate(pairs):
        np.testing.assert_array_equal(masses[:, number], invariant_mass(events[:, [minus, plus]]))
