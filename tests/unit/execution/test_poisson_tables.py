"""Poisson counts by inversion: exact probabilities, and the same counts in any company."""

from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gloam.errors import InputError
from gloam.execution import poisson_tables, random_stream
from gloam.execution.poisson_tables import TABULATED, _expanded

getcontext().prec = 60
MEANS = [1e-12, 0.003, 0.5, 1.0, 13.0, 13.37, 99.99, 400.5, 512.0]


def exact(mean, highest):
    """P(N <= k) and P(N > k) for k = 0 ... highest, with 60 digits."""
    p, below = Decimal(mean).copy_negate().exp(), Decimal(0)
    tails = []
    for k in range(highest + 1):
        below += p
        tails.append((below, 1 - below))
        p *= Decimal(mean) / (k + 1)
    return tails


@pytest.mark.parametrize("mean", MEANS)
def test_thresholds_are_the_distribution_function_to_the_resolution_of_a_word(mean):
    """Of both tails: rounding of a sum of some hundred terms, and of the word."""
    tables = poisson_tables([mean])
    first = int(tables.shift[0])
    tails = exact(mean, first + tables.thresholds.size)
    for place, threshold in enumerate(tables.thresholds.tolist()):
        below, above = tails[first + place]
        found = Decimal(threshold + 1) / 2**64
        assert abs(found - below) < 2**-64 + 2e-13 * float(min(below, above))
    assert tails[first + tables.thresholds.size][1] < 2**-64  # nothing is cut off above
    assert first == 0 or tails[first - 1][0] < 2**-64  # nor below


@pytest.mark.parametrize("mean", [512.1, 777.7, 5000.2])
def test_expanded_quantiles_have_the_distribution_function_that_is_promised(mean):
    """The word at which the count becomes k + 1, found by bisection, is 2^64 F(k)."""
    deviation = mean**0.5
    counts = np.arange(int(mean - 7 * deviation), int(mean + 7 * deviation), max(int(deviation) // 20, 1))
    low, high = np.zeros(counts.size, np.uint64), np.full(counts.size, 2**64 - 1, np.uint64)
    for _ in range(64):
        middle = low + (high - low) // np.uint64(2)
        above = _expanded(middle, np.full(counts.size, mean)) > counts
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    tails = exact(mean, int(counts[-1]))
    found = high.astype(float) * 2.0**-64
    wrong = np.abs(found - [float(tails[k][0]) for k in counts.tolist()])
    assert wrong.max() < 6e-10 * (512 / mean) ** 2


def test_the_extreme_words_become_counts():
    means = [0.0, 1.0, 500.0, 513.0, 1e7]
    tables = poisson_tables(means)
    counts = np.empty((2, 5))
    tables._invert(np.array([[0], [2**64 - 1]], np.uint64) * np.ones((1, 5), np.uint64), counts)
    assert np.isfinite(counts).all()
    assert counts[:, 0].tolist() == [0.0, 0.0]
    assert (np.abs(counts[:, 2:] - means[2:]) / np.sqrt(means[2:])).min() > 8
    assert (counts >= 0).all()


@given(st.lists(st.floats(0, TABULATED), min_size=1, max_size=40), st.integers(0, 2**32))
def test_a_count_is_the_number_of_thresholds_that_a_word_has_passed(means, seed):
    tables = poisson_tables(means)
    counts = tables.draw(seed, "words", [5])[0]
    words = random_stream(seed, "words", 5).bit_generator.random_raw(len(means))
    for mean, count, word in zip(means, counts.tolist(), words.tolist(), strict=True):
        alone = poisson_tables([mean])
        assert count == alone.shift[0] + np.searchsorted(alone.thresholds, np.uint64(word))


def test_a_toy_is_the_same_in_any_company():
    means = np.concatenate([np.geomspace(1e-3, 1e6, 700), [0.0]])
    tables = poisson_tables(means)
    together = tables.draw(3, "toys", np.arange(200))
    for numbers in ([17], [199, 17, 4], np.arange(17, 120)):
        np.testing.assert_array_equal(tables.draw(3, "toys", numbers), together[np.asarray(numbers)])
    np.testing.assert_array_equal(tables.draw(3, "toys", [17], np.float32)[0], together[17].astype(np.float32))
    assert (tables.draw(4, "toys", [17]) != together[17]).any()
    assert (tables.draw(3, "others", [17]) != together[17]).any()
    assert (together[16] != together[17]).any()


@pytest.mark.parametrize("mean", [0.02, 0.9, 7.3, 150.0, 500.0, 3000.0])
def test_many_counts_follow_the_distribution(mean):
    counts = poisson_tables(np.full(400, mean)).draw(1, "counts", np.arange(250)).ravel()
    edges = np.unique(stats.poisson.ppf(np.linspace(0, 1, 41)[1:-1], mean))
    expected = np.diff(stats.poisson.cdf(np.concatenate([[-1], edges, [np.inf]]), mean)) * counts.size
    seen = np.bincount(np.searchsorted(edges, counts), minlength=expected.size)
    used = expected > 0
    assert stats.chi2.sf(((seen - expected)[used] ** 2 / expected[used]).sum(), used.sum() - 1) > 1e-3


@pytest.mark.parametrize("mean", [-1.0, np.nan, np.inf, 2e12])
def test_means_that_are_none_are_refused(mean):
    with pytest.raises(InputError, match="means of Poisson counts"):
        poisson_tables([1.0, mean])


def test_no_bins_are_no_counts():
    assert poisson_tables([]).draw(1, "toys", [1, 2]).shape == (2, 0)
