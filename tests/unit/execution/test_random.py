"""Random streams: named, reproducible, far apart."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream

FIRST = [9053852252581107966, 5277769322170639330, 11657141963605382358]


def test_the_numbers_are_frozen():
    """Results with a seed are promised to stay the same."""
    assert random_stream(1, "toys", 7).bit_generator.random_raw(3).tolist() == FIRST


def test_the_same_name_gives_the_same_numbers():
    np.testing.assert_array_equal(random_stream(5, "a", 2).random(100), random_stream(5, "a", 2).random(100))


def test_any_other_name_gives_others():
    names = [(s, t, i) for s in (0, 1, 2**64 - 1) for t in ("", "toys", "pseudo-data") for i in (0, 1, 2**64, 2**100)]
    draws = np.array([random_stream(*name).random(200) for name in names])
    correlation = np.corrcoef(draws) - np.eye(len(names))
    assert np.abs(correlation).max() < 0.35  # 5 / sqrt(200)


def test_indices_are_two_to_the_128_apart():
    """Philox's own jump of 2^128 leads from one index to the next."""
    start = random_stream(3, "toys", 4)
    jumped = np.random.Generator(start.bit_generator.jumped(2))
    np.testing.assert_array_equal(jumped.random(50), random_stream(3, "toys", 6).random(50))


def test_the_numbers_are_uniform():
    counts = np.histogram(random_stream(1, "uniform").random(100_000), 100, (0, 1))[0]
    assert abs(((counts - 1000) ** 2 / 1000).sum() - 99) < 5 * np.sqrt(2 * 99)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(InputError, match=f"seed: got {seed}; allowed: a whole number from 0 to 2\\^64 - 1"):
        random_stream(seed, "toys")
