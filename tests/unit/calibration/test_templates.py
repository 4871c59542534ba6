"""Background templates: what is expected in a window, and how much simulation is behind it."""

import numpy as np
import pytest

from gloam.calibration import BackgroundTemplate, WeightedCounts

EDGES = np.linspace(0.0, 10.0, 11)


@pytest.fixture
def counts():
    random = np.random.default_rng(5)
    found = WeightedCounts.empty(EDGES)
    for _ in range(3):
        found.add(random.uniform(0, 10, 4000), np.full(4000, 0.5))
    return found


def test_batches_add_up(counts):
    assert counts.total.sum() == pytest.approx(6000)
    assert counts.squares.sum() == pytest.approx(3000)
    scaled = counts.scaled(0.1)
    np.testing.assert_allclose(scaled.total, 0.1 * counts.total)
    np.testing.assert_allclose(scaled.squares, 0.01 * counts.squares)


def test_equal_weights_make_as_many_effective_events_as_there_are(counts):
    template = BackgroundTemplate(EDGES, counts.total, counts.squares)
    low, high = np.array([0.0, 2.5]), np.array([10.0, 3.5])
    effective = template.effective_events(low, high)
    assert effective[0] == pytest.approx(12_000)
    assert effective[1] == pytest.approx(1200, rel=0.1)
    np.testing.assert_allclose(template.relative_error(low, high), effective**-0.5)


def test_nothing_is_known_where_nothing_was_simulated():
    template = BackgroundTemplate(EDGES, np.zeros(10), np.zeros(10))
    assert template.effective_events(np.array([1.0]), np.array([2.0])) == 0
    assert np.isinf(template.relative_error(np.array([1.0]), np.array([2.0])))
