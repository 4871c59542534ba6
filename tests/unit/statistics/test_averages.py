"""Means, spreads and averages over toys, and their Monte Carlo errors."""

import numpy as np
import pytest
from scipy import stats

from gloam.errors import InputError
from gloam.statistics import Average, Estimate, Fraction
from gloam.statistics.averages import weighted_average

SAMPLES = np.random.default_rng(3).gamma(3.0, size=(2, 400))
OTHER = np.random.default_rng(4).normal(size=(2, 400)) * SAMPLES


def jackknife(statistic, *samples):
    """The error of a statistic from leaving out one toy after the other."""
    number = samples[0].shape[1]
    left = np.array([statistic(*(np.delete(x, i, axis=1) for x in samples)) for i in range(number)])
    return np.sqrt((number - 1) * left.var(axis=0))


def test_mean():
    found = Estimate.mean(SAMPLES)
    np.testing.assert_allclose(found.value, SAMPLES.mean(axis=1))
    np.testing.assert_allclose(found.error, stats.sem(SAMPLES, axis=1), rtol=1e-12)


def test_spread_and_its_error_for_a_skewed_distribution():
    found = Estimate.spread(SAMPLES)
    np.testing.assert_allclose(found.value, SAMPLES.std(axis=1, ddof=1))
    np.testing.assert_allclose(found.error, jackknife(lambda x: x.std(axis=1, ddof=1), SAMPLES), rtol=0.03)


def test_mean_over_spread_knows_that_both_come_from_the_same_toys():
    found = Estimate.mean_over_spread(SAMPLES, OTHER)
    expected = jackknife(lambda x, y: x.mean(axis=1) / y.std(axis=1, ddof=1), SAMPLES, OTHER)
    np.testing.assert_allclose(found.value, SAMPLES.mean(axis=1) / OTHER.std(axis=1, ddof=1))
    np.testing.assert_allclose(found.error, expected, rtol=0.03)


def test_failed_toys_are_left_out():
    holes = np.concatenate([SAMPLES, np.full((2, 7), np.nan)], axis=1)
    for make in (Estimate.mean, Estimate.spread):
        np.testing.assert_allclose(make(holes).value, make(SAMPLES).value)
        np.testing.assert_allclose(make(holes).error, make(SAMPLES).error)


def test_one_toy_says_nothing():
    found = Estimate.mean(np.array([[2.0, np.nan]]))
    assert np.isnan(found.value).all()
    assert np.isnan(found.error).all()


def test_weighted_average():
    value, error = np.array([1.0, 2.0, 4.0, np.nan, 5.0]), np.array([1.0, 0.5, 2.0, 1.0, 0.0])
    found = weighted_average(value, error)
    weight = error[:3] ** -2
    assert found.value == pytest.approx(np.average(value[:3], weights=weight))
    assert found.error == pytest.approx(weight.sum() ** -0.5)
    assert found.ndf == 2
    assert found.chi2 == pytest.approx((weight * (value[:3] - found.value) ** 2).sum())


def test_error_is_enlarged_where_entries_scatter_and_never_made_smaller():
    assert Average(0.0, 1.0, 8.0, 2).scaled_error == pytest.approx(2.0)
    assert Average(0.0, 1.0, 1.0, 2).scaled_error == 1.0
    assert Average(0.0, 1.0, 0.0, 0).scaled_error == 1.0


def test_average_of_nothing():
    assert np.isnan(weighted_average(np.array([np.nan]), np.array([1.0])).value)


@pytest.mark.parametrize(("passed", "trials"), [(0, 10), (10, 10), (90, 100), (3, 1000)])
@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_fractions_have_the_intervals_of_wilson(passed, trials, sigma):
    found = Fraction.of(passed, trials, sigma)
    level = stats.norm.cdf(sigma) - stats.norm.cdf(-sigma)
    expected = stats.binomtest(passed, trials).proportion_ci(level, "wilson")
    assert float(found.low) == pytest.approx(expected.low, abs=1e-12)
    assert float(found.high) == pytest.approx(expected.high, abs=1e-12)
    assert float(found.error) == pytest.approx((expected.high - expected.low) / 2 / sigma)


def test_no_trials_have_no_fraction():
    assert np.isnan(Fraction.of(0, 0).value)


def test_more_outcomes_than_trials_are_refused():
    with pytest.raises(InputError, match="3 of 2"):
        Fraction.of(3, 2)
