"""Quantiles of densities that are known in closed form."""

import numpy as np
import pytest
from scipy import stats

from gloam.statistics.posterior import Posterior, Support, quantile_of, shortest_interval

LEVELS = [0.05, 0.5, 0.9, 0.999]


def tabulated(log_density, low, high, shift, nodes=33):
    support = Support(*(np.array([float(x)]) for x in (low, high, shift)))
    return Posterior(support, log_density(support.nodes(nodes)))


@pytest.mark.parametrize("level", LEVELS)
def test_a_gaussian_needs_few_nodes(level):
    posterior = tabulated(lambda s: -0.5 * ((s - 50) / 4) ** 2, 20, 80, 1e5)
    exact = stats.norm(50, 4).ppf(level)
    assert quantile_of(posterior, level)[0] == pytest.approx(exact, abs=1e-6)
    assert quantile_of(posterior.coarser(), level)[0] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n", [0, 1, 8])
def test_counts_without_background_are_smooth_in_the_logarithm(n, level):
    posterior = tabulated(lambda s: n * np.log(s) - s, 1e-10, 60, 1e-9, nodes=129)
    assert quantile_of(posterior, level)[0] == pytest.approx(stats.gamma(n + 1).ppf(level), rel=1e-5)


@pytest.mark.parametrize("level", LEVELS[1:])
def test_one_sided_and_truncated_densities(level):
    posterior = tabulated(lambda s: -0.5 * (s + 3) ** 2, 0, 9, 1e4)
    assert quantile_of(posterior, level)[0] == pytest.approx(stats.truncnorm(3, np.inf, -3).ppf(level), rel=1e-6)


def test_shortest_interval():
    gaussian = tabulated(lambda s: -0.5 * (s - 50) ** 2, 40, 60, 1e5)
    np.testing.assert_allclose(shortest_interval(gaussian, 0.9)[0], 50 + stats.norm.ppf([0.05, 0.95]), atol=1e-6)
    falling = tabulated(lambda s: -s, 0, 40, 1.0)
    np.testing.assert_allclose(shortest_interval(falling, 0.9)[0], [0, np.log(10)], atol=1e-6)
    peaked = tabulated(lambda s: 3 * np.log(s) - s, 1e-10, 60, 1e-9, nodes=129)
    low, high = shortest_interval(peaked, 0.6827)[0]
    assert stats.gamma(4).pdf(low) == pytest.approx(stats.gamma(4).pdf(high), rel=1e-4)
    assert stats.gamma(4).cdf([low, high]) @ [-1, 1] == pytest.approx(0.6827, abs=1e-6)


def test_a_density_that_is_unknown_has_no_quantile():
    assert np.isnan(quantile_of(tabulated(lambda s: s * np.nan, 0, 9, 1.0), 0.9)).all()
