import numpy as np
import pytest

from gloam.errors import InputError
from gloam.spectra import Axis, EventBootstrap, fill

AXIS = Axis([0.0, 1.0, 2.0, 3.0])
EVENT = np.array([5, 5, 9, 9, 9, 2])
VALUES = np.array([0.5, 1.5, 0.5, 0.7, 9.0, 2.5])


def test_entries_as_they_are():
    assert np.array_equal(EventBootstrap.of(EVENT, VALUES, AXIS).spectrum().contents, fill(VALUES, AXIS).contents)
    weights = np.arange(1.0, 7.0)
    weighted = EventBootstrap.of(EVENT, VALUES, AXIS, weights=weights).spectrum()
    expected = fill(VALUES, AXIS, weights=weights)
    assert np.array_equal(weighted.contents, expected.contents)
    assert np.array_equal(weighted.sum_w2, expected.sum_w2)


def test_entries_of_an_event_come_together():
    counts = EventBootstrap.of(EVENT, VALUES, AXIS).counts(np.arange(200))
    two, nine, five = counts[:, 3], counts[:, 4], counts[:, 2]
    assert np.array_equal(counts[:, 1], five + 2 * nine)
    assert not np.array_equal(two, nine)


def test_every_event_is_drawn_a_poisson_number_of_times():
    counts = EventBootstrap.of(np.arange(1000), np.full(1000, 0.5), AXIS).counts(np.arange(500))[:, 1]
    assert counts.mean() == pytest.approx(1000, abs=4 * np.sqrt(1000 / 500))
    assert counts.var() == pytest.approx(1000, rel=0.25)


def test_replicas_do_not_depend_on_others():
    bootstrap = EventBootstrap.of(EVENT, VALUES, AXIS, seed=3)
    assert np.array_equal(bootstrap.counts(np.array([7]))[0], bootstrap.counts(np.arange(10))[7])
    replica = bootstrap.spectrum(7)
    assert np.array_equal(replica.contents, bootstrap.counts(np.array([7]))[0])
    assert replica.origin.kind == "pseudo"
    other = EventBootstrap.of(EVENT, VALUES, AXIS, seed=4)
    assert not np.array_equal(other.counts(np.arange(10)), bootstrap.counts(np.arange(10)))


def test_refused_entries():
    with pytest.raises(InputError, match="one event for each value"):
        EventBootstrap.of([1, 2], [0.5], AXIS)
    with pytest.raises(InputError, match="NaN"):
        EventBootstrap.of([1, 2], [0.5, np.nan], AXIS)
