"""Spectra of whole events: their mean is any spectrum that is asked for, and entries go together as they did."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.spectra import EventRanks

EXPECTED = np.linspace(5.0, 60.0, 40)


@pytest.fixture(scope="module")
def pairs():
    """Two entries far from each other: one in the lower half of all, its partner as far up in the other."""
    low = random_stream(1, "pairs").random(3000)
    return EventRanks.of(np.column_stack([low, 1 + low]))


def test_ranks_do_not_depend_on_the_scale_of_the_values():
    values = random_stream(2, "values").random((50, 4))
    np.testing.assert_array_equal(EventRanks.of(values).levels, EventRanks.of(np.exp(3 * values)).levels)


def test_the_mean_is_the_spectrum_that_is_asked_for(pairs):
    drawn = pairs.counts(EXPECTED, 1, "toys", np.arange(2000))
    pull = (drawn.mean(axis=0) - EXPECTED) / np.sqrt(EXPECTED / 2000)
    assert np.abs(pull).max() < 4.5
    assert abs(pull.mean()) < 4 / np.sqrt(20)  # bins vary in pairs


def test_bins_are_poisson_and_partners_go_together(pairs):
    drawn = pairs.counts(EXPECTED, 1, "toys", np.arange(2000))
    np.testing.assert_allclose(drawn.var(axis=0) / EXPECTED, 1.0, atol=0.2)
    half = int(np.searchsorted(np.cumsum(EXPECTED), EXPECTED.sum() / 2))
    assert drawn[:, :half].sum(axis=1).std() == pytest.approx(np.sqrt(EXPECTED.sum() / 2), rel=0.1)
    assert np.corrcoef(drawn[:, :half].sum(axis=1), drawn[:, half + 1 :].sum(axis=1))[0, 1] > 0.9
    assert drawn.sum(axis=1).std() == pytest.approx(np.sqrt(2 * EXPECTED.sum()), rel=0.1)  # events are Poisson
    assert (drawn.sum(axis=1) % 2 == 0).all()  # and come whole


def test_bins_without_expectation_stay_empty(pairs):
    expected = np.where(np.arange(40) % 2, EXPECTED, 0.0)
    assert not pairs.counts(expected, 1, "toys", np.arange(20))[:, ::2].any()
    assert not pairs.counts(np.zeros(40), 1, "toys", np.arange(2)).any()


def test_a_toy_is_the_same_in_any_company(pairs):
    several = pairs.counts(EXPECTED, 3, "toys", np.arange(130), threads=2)
    np.testing.assert_array_equal(pairs.counts(EXPECTED, 3, "toys", np.array([101]))[0], several[101])
    assert not np.array_equal(pairs.counts(EXPECTED, 4, "toys", np.array([101]))[0], several[101])


@pytest.mark.parametrize("values", [np.zeros((0, 4)), np.array([[1.0, np.nan]]), np.zeros(4)])
def test_what_has_no_ranks_is_refused(values):
    with pytest.raises(InputError, match="ranks of events"):
        EventRanks.of(values)
