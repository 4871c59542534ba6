"""Candidates: all ways to choose, kept as entries of their events."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.kinematics import index_pairs, invariant_mass, opposite_sign_pairs
from gloam.selection import Entries, best_of_each_event, choose, observe, order_by_energy

MOMENTA = random_stream(1, "candidates").normal(size=(5, 4, 4))
EVENT = np.array([3, 4, 7, 8, 9])
WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_every_choice_is_an_entry_of_its_event():
    pairs = opposite_sign_pairs([-1, 1, -1, 1])
    found = choose(MOMENTA, pairs, event=EVENT, weights=WEIGHTS)
    assert len(found) == 20
    for row, (event, choice) in enumerate((event, choice) for event in range(5) for choice in range(4)):
        first, second = pairs[choice]
        np.testing.assert_array_equal(found.chosen[row], MOMENTA[event, [first, second]])
        others = [place for place in range(4) if place not in (first, second)]
        np.testing.assert_array_equal(found.rest[row], MOMENTA[event, others])
        assert (found.event[row], found.choice[row], found.weights[row]) == (EVENT[event], choice, WEIGHTS[event])


def test_all_particles_may_be_chosen_and_no_event_is_needed():
    found = choose(MOMENTA, [[0, 1, 2, 3]], event=EVENT, weights=WEIGHTS)
    assert found.rest.shape == (5, 0, 4)
    none = choose(MOMENTA[:0], index_pairs(4), event=EVENT[:0], weights=WEIGHTS[:0])
    assert (len(none), none.chosen.shape, none.rest.shape) == (0, (0, 2, 4), (0, 2, 4))
    assert len(observe(none, {"M": lambda pair: invariant_mass(pair.chosen)})) == 0


@pytest.mark.parametrize("choices", [[[0, 4]], [[-1, 0]], [[1, 1]], [], [0, 1]])
def test_choices_that_an_event_does_not_offer_are_refused(choices):
    with pytest.raises(InputError, match="choices of particles"):
        choose(MOMENTA, choices, event=EVENT, weights=WEIGHTS)


def test_particles_are_ordered_by_energy_and_lost_ones_come_last():
    momenta = MOMENTA.copy()
    momenta[2, 1] = np.nan
    ordered = order_by_energy(momenta)
    energies = ordered[..., 0]
    assert (np.diff(energies[[0, 1, 3, 4]]) <= 0).all()
    assert np.isnan(energies[2]).tolist() == [False, False, False, True]
    np.testing.assert_array_equal(np.sort(ordered[0], axis=0), np.sort(momenta[0], axis=0))


def entries(values, event):
    return Entries({"M": np.array(values, float)}, np.array(event), np.ones(len(event)))


def test_the_best_entry_of_each_event_is_kept():
    table = entries([3, 1, 1, np.nan, 5, 4, np.nan], [0, 0, 0, 2, 2, 2, 5])
    np.testing.assert_array_equal(best_of_each_event(table, "M").columns["M"], [1, 4, np.nan])
    best = best_of_each_event(table, "M", largest=True)
    np.testing.assert_array_equal(best.columns["M"], [3, 5, np.nan])
    assert best.event.tolist() == [0, 2, 5]


def test_entries_of_an_event_are_neighbours():
    with pytest.raises(InputError, match="event 0 after 1 in row 2"):
        entries([1, 2, 3], [0, 1, 0])


def test_columns_have_one_value_for_each_row():
    with pytest.raises(InputError, match="flat arrays of one length"):
        entries([1, 2, 3], [0, 1])


def test_entries_are_cut_like_arrays():
    table = entries([1, 2, 3], [0, 0, 4])
    assert (table.events, table[table.columns["M"] > 1.5].events, table[:0].events) == (2, 2, 0)
    assert table[1:].event.tolist() == [0, 4]
