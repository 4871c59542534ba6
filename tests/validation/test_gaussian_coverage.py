"""Coverage of limits on a Gaussian mean >= 0, exact: the measurement above which the truth is inside is a number."""

import numpy as np
import pytest
from scipy import optimize, stats

from gloam.statistics.asymptotic import cls_yield

pytestmark = pytest.mark.validation

LEVEL = 0.90
LOWEST = -6.0
"""Measurements below are left out, a billionth of all."""
MEANS = np.array([0.0, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0])


def cls_limit(x):
    return float(cls_yield(np.array([x]), np.array([1.0]), LEVEL)[0])


def coverage_of(limit, mean):
    """The probability of measurements whose limit, which rises with them, is at or above the mean."""
    if limit(LOWEST) >= mean:
        return 1.0
    return stats.norm.sf(optimize.brentq(lambda x: limit(x) - mean, LOWEST, 30.0, xtol=1e-12) - mean)


@pytest.mark.parametrize("mean", MEANS)
def test_cls_plus_b_is_exact(mean):
    """Its limit is the measurement and a quantile, whether or not that is below 0."""
    assert coverage_of(lambda x: x + stats.norm.ppf(LEVEL), mean) == pytest.approx(LEVEL, abs=1e-9)


@pytest.mark.parametrize("mean", MEANS)
def test_cls_covers_more_than_asked_most_of_all_at_zero(mean):
    """No mean is excluded where Phi(x - mean) > 0.1 Phi(x), which is solved here without our code."""
    found = coverage_of(cls_limit, mean)
    assert found >= LEVEL - 1e-9
    if mean == 0:
        assert found == 1
    edge = optimize.brentq(lambda x: stats.norm.cdf(x - mean) - 0.1 * stats.norm.cdf(x), -30, 30) if mean else -np.inf
    assert found == pytest.approx(stats.norm.sf(edge - mean), abs=1e-6)


def test_coverage_of_cls_falls_to_the_level():
    found = [coverage_of(cls_limit, mean) for mean in MEANS]
    assert (np.diff(found) <= 0).all()
    assert found[-1] == pytest.approx(LEVEL, abs=1e-6)
