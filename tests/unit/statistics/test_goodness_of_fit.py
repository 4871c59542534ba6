"""Goodness of fit: exact sums, limits of many counts, and toys of sparse fits."""

import numpy as np
import pytest
from scipy.special import xlogy
from scipy.stats import chi2, kstest, poisson

from gloam.fit import Problem, SharedDesign, profile, projected_start
from gloam.models import Polynomial
from gloam.statistics import Goodness, deviance, deviance_moments, goodness


def exact(mean, of):
    """The mean of a function of the count and its deviance."""
    n = np.arange(0, mean + 15 * np.sqrt(mean) + 60)
    return (poisson.pmf(n, mean) * of(n, 2 * (mean - n + xlogy(n, n) - xlogy(n, mean)))).sum()


@pytest.mark.parametrize("mean", [1e-6, 0.01, 0.3, 1.0, 3.7, 30.0, 190.0, 210.0, 5e3])
def test_moments_are_sums_over_the_poisson_distribution(mean):
    found = deviance_moments(np.array([mean]))
    average = exact(mean, lambda _, d: d)
    assert found.mean[0] == pytest.approx(average, rel=1e-4, abs=1e-9)
    assert found.variance[0] == pytest.approx(exact(mean, lambda _, d: (d - average) ** 2), rel=1e-4, abs=1e-9)
    assert found.covariance[0] == pytest.approx(exact(mean, lambda n, d: (n - mean) * d), rel=1e-3, abs=1e-5)
    step = 1e-2 * mean
    around = [exact(mean + shift, lambda _, d: d) for shift in (-step, 0, step)]
    assert found.bend[0] == pytest.approx(np.diff(around, 2)[0] / step**2 * mean, rel=1e-3, abs=1e-4)


def fit_of(counts, order):
    design = SharedDesign(Polynomial(order).basis(np.linspace(-1, 1, counts.shape[1] + 1), -1.0, 1.0, order))
    problem = Problem(counts, design, np.zeros_like(counts))
    return problem, profile(problem, projected_start(problem), np.zeros(counts.shape[0])).expected


def test_many_counts_are_chi_squared():
    counts = np.random.default_rng(1).poisson(1e6, (3, 500)).astype(float)
    problem, expected = fit_of(counts, 2)
    found = goodness(problem, expected)
    pearson = ((counts - expected) ** 2 / expected).sum(axis=1)
    np.testing.assert_allclose(found.chi2, pearson, rtol=1e-3)
    np.testing.assert_allclose(found.p_value, chi2.sf(pearson, 497), atol=2e-3)
    np.testing.assert_allclose(found.reduced, pearson / 497, rtol=1e-3)
    assert found.together().chi2 == found.chi2.sum()


@pytest.mark.parametrize(("mean", "order"), [(0.1, 0), (0.3, 1), (1.0, 0), (1.0, 3), (8.0, 2)])
def test_p_values_of_sparse_fits_are_uniform(mean, order):
    """400 bins of few counts: p-values by the number of degrees of freedom would be 0 or 1."""
    counts = np.random.default_rng(2).poisson(mean, (400, 400)).astype(float)
    found = goodness(*fit_of(counts, order))
    assert kstest(found.p_value, "uniform").pvalue > 1e-3
    assert found.reduced.mean() == pytest.approx(1, abs=4 * found.reduced.std() / 20)


def test_bins_that_are_not_used_do_not_count():
    counts = np.random.default_rng(3).poisson(5.0, (2, 60)).astype(float)
    problem, expected = fit_of(counts[:, :40], 0)
    edges = np.linspace(-1, 2, 61)
    used = np.broadcast_to(np.arange(60) < 40, counts.shape)
    padded = Problem(
        np.where(used, counts, 0), SharedDesign(np.diff(edges)[:, None] * 20), np.zeros_like(counts), used.astype(float)
    )
    fitted = profile(padded, projected_start(padded), np.zeros(2)).expected
    for name in ("chi2", "expected", "variance"):
        np.testing.assert_allclose(
            getattr(goodness(padded, fitted), name), getattr(goodness(problem, expected), name), rtol=1e-9
        )


def test_a_perfect_fit_and_one_without_bins():
    counts = np.array([0.0, 2.0, 5.0])
    assert deviance(counts, np.where(counts > 0, counts, 1e-300)) == pytest.approx(0, abs=1e-299)
    perfect = np.full((1, 9), 25.0)
    assert goodness(*fit_of(perfect, 1)).p_value == pytest.approx(1)
    nothing = Goodness(np.zeros(1), np.zeros(1), np.zeros(1))
    assert np.isnan(nothing.p_value)
    assert np.isnan(nothing.reduced)
