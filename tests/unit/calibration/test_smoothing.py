"""Smooth expectations: unbiased, less noisy than what they are made of, weights or not."""

import numpy as np
import pytest

from gloam.calibration import WeightedCounts, smoothed
from gloam.errors import InputError

EDGES = 3 * np.linspace(0.1, 1, 201) ** 1.5  # bins that grow, as those that follow a resolution do
CENTRES = 0.5 * (EDGES[1:] + EDGES[:-1])
TRUE = 2e4 * np.diff(EDGES) * np.exp(-CENTRES) * (1.2 + np.sin(2 * CENTRES))


def simulated(seed, weight=1.0):
    counts = np.random.default_rng(seed).poisson(TRUE / weight) * weight
    return WeightedCounts(EDGES, counts, counts * weight)


@pytest.mark.parametrize("weight", [1.0, 0.1, 5.0])
def test_the_truth_is_found_within_a_fraction_of_the_noise(weight):
    found = np.stack([smoothed(simulated(seed, weight), 16) for seed in range(60)])
    noise = np.sqrt(TRUE * weight)
    assert np.abs(found.mean(0) - TRUE).max() < 4 * (found.std(0) / np.sqrt(60)).max() + 0.01 * TRUE.max()
    # 19 parameters for 200 bins: the mean variance is 19/200 of that of the bins
    assert np.mean(((found - TRUE) / noise) ** 2) == pytest.approx(19 / 200, rel=0.2)


def test_the_sum_of_all_bins_stays():
    made = simulated(3)
    assert smoothed(made, 6).sum() == pytest.approx(made.total.sum(), rel=1e-9)


def test_empty_bins_are_no_trouble():
    few = WeightedCounts(EDGES, *2 * [np.where(np.arange(200) % 50 == 3, 1.0, 0.0)])
    found = smoothed(few, 2)
    assert (found > 0).all()
    assert found.sum() == pytest.approx(4.0, rel=1e-3)


@pytest.mark.parametrize(("pieces", "words"), [(0, "at least"), (198, "at least"), (3, "no simulated event")])
def test_what_cannot_be_smoothed_is_refused(pieces, words):
    with pytest.raises(InputError, match=words):
        smoothed(WeightedCounts.empty(EDGES), pieces)
