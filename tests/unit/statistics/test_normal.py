"""The normal distribution and the asymptotic formulas against scipy, also where floats underflow."""

import numpy as np
import pytest
from scipy import special, stats

from gloam.statistics import p_local, signed_significance
from gloam.statistics.asymptotic import BANDS, band_heights, cls_yield, log_cls
from gloam.statistics.normal import cumulative, log_cumulative, quantile, survival

Z = np.concatenate([np.linspace(-8, 8, 321), np.linspace(-38, 38, 77)])


def test_tails():
    np.testing.assert_allclose(survival(Z), stats.norm.sf(Z), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(cumulative(Z), stats.norm.cdf(Z), rtol=1e-12, atol=1e-300)


def test_p_values_of_significances():
    z = np.array([-5.0, 0.0, 3.0, 5.0, 8.2, 20.0, 37.0])
    np.testing.assert_allclose(p_local(z), stats.norm.sf(z), rtol=1e-12)
    assert np.isnan(p_local(np.array([np.nan]))).all()


def test_signed_significance():
    n_sig, q0 = np.array([-3.0, 5.0, 0.0, 2.0, np.nan]), np.array([1.0, 4.0, 0.0, -1e-15, np.nan])
    np.testing.assert_array_equal(signed_significance(n_sig, q0), [-1, 2, 0, 0, np.nan])


def test_logarithms_where_the_probability_underflows():
    z = np.concatenate([Z, -np.geomspace(20, 1e8, 300), [-20.0, np.nextafter(-20, -21)]])
    np.testing.assert_allclose(log_cumulative(z), special.log_ndtr(z), rtol=1e-9, atol=1e-15)
    assert (np.diff(log_cumulative(np.linspace(-21, -19, 2001))) > 0).all()  # where the two formulas meet


def test_quantiles():
    p = np.concatenate([np.linspace(0.001, 0.999, 999), np.geomspace(1e-300, 1e-3, 50), [0, 1, 0.5]])
    np.testing.assert_allclose(quantile(p), stats.norm.ppf(p), rtol=1e-9, atol=1e-12)
    assert quantile(0.9) == pytest.approx(1.2815515655446004, rel=1e-14)


def test_quantiles_invert_the_distribution():
    z = np.linspace(-6, 5, 111)
    np.testing.assert_allclose(quantile(cumulative(z)), z, atol=1e-9)


@pytest.mark.parametrize("level", [0.683, 0.90, 0.95, 0.99])
def test_band_heights(level):
    """arXiv:1007.1727, the paragraph after eq. 88."""
    n = np.array(BANDS)
    expected = stats.norm.ppf(1 - (1 - level) * stats.norm.cdf(n)) + n
    np.testing.assert_allclose(band_heights(level), expected, rtol=1e-10)
    assert band_heights(level)[2] == pytest.approx(stats.norm.ppf(1 - (1 - level) / 2), rel=1e-12)


def cls_by_definition(q, q_asimov):
    """CL_{s+b} / CL_b from arXiv:1007.1727, eq. 65 and 66."""
    if q <= q_asimov:
        return stats.norm.sf(np.sqrt(q)) / stats.norm.sf(np.sqrt(q) - np.sqrt(q_asimov))
    sigma = 2 * np.sqrt(q_asimov)
    return stats.norm.sf((q + q_asimov) / sigma) / stats.norm.sf((q - q_asimov) / sigma)


def test_cls_by_its_definition():
    q, q_asimov = (array.ravel() for array in np.meshgrid(np.linspace(0, 40, 41), np.geomspace(1e-3, 40, 41)))
    floats = (q + q_asimov) / (2 * np.sqrt(q_asimov)) < 35  # beyond, the tails underflow
    q, q_asimov = q[floats], q_asimov[floats]
    expected = [cls_by_definition(*pair) for pair in zip(q, q_asimov, strict=True)]
    np.testing.assert_allclose(np.exp(log_cls(q, q_asimov)), expected, rtol=1e-9)


def test_cls_of_deficits_that_underflow():
    """Both tails are zero as floats, their quotient is not."""
    q, q_asimov = np.array([1e4, 1e6, 1e8]), np.array([1.0, 0.5, 2.0])
    high, low = (q + q_asimov) / (2 * np.sqrt(q_asimov)), (q - q_asimov) / (2 * np.sqrt(q_asimov))
    expected = special.log_ndtr(-high) - special.log_ndtr(-low)
    np.testing.assert_allclose(log_cls(q, q_asimov), expected, rtol=1e-6)
    assert np.isfinite(log_cls(q, q_asimov)).all()


def test_cls_is_continuous_where_its_form_changes():
    q_asimov = np.geomspace(0.01, 100, 20)
    below, above = log_cls(q_asimov * (1 - 1e-12), q_asimov), log_cls(q_asimov * (1 + 1e-12), q_asimov)
    np.testing.assert_allclose(below, above, rtol=1e-9)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_cls_of_a_gaussian_measurement(level):
    """For an estimate s with error sigma, CLs(limit) = 1 - level at s + sigma Phi^-1(1 - alpha Phi(s / sigma))."""
    estimate, sigma = np.array([-3.0, -0.5, 0.0, 1.0, 4.0]), 1.5
    limit = cls_yield(estimate, np.full(5, sigma), level)
    bounded = np.maximum(estimate, 0)
    q = ((limit - estimate) ** 2 - (bounded - estimate) ** 2) / sigma**2  # q-tilde: the estimate is bounded at 0
    np.testing.assert_allclose(np.exp(log_cls(q, (limit / sigma) ** 2)), 1 - level, rtol=1e-9)
