"""Mistakes that are made with limits, one test for each: that they are not made here, or what is said about them."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

import gloam
from gloam.errors import InputError
from gloam.models import Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, fill, poisson_counts, uniform_axis, with_flow
from gloam.statistics import (
    Cells,
    Prior,
    cls_toys_upper,
    cls_upper,
    counting_cells,
    feldman_cousins,
    lower_edge_sensitivity,
    p_local,
    profile_interval,
    upper_limits,
    z_profile,
)
from gloam.statistics.asymptotic import BANDS, band_heights, log_cls
from gloam.statistics.counting.spread import Binomial, Measured
from gloam.statistics.elsewhere import count_upcrossings, upper_bound
from gloam.statistics.normal import log_cumulative, survival

pytestmark = pytest.mark.validation

AXIS = uniform_axis(0.0, 10.0, bins=100)


def scan_of(contents):
    grid = Grid.of([5.0])
    spectrum = Spectrum((AXIS,), with_flow(np.asarray(contents, float), (AXIS,)))
    windows = sliding_windows(AXIS, grid.position, 5.0)
    return fit_scan(Scan(spectrum, gloam.Gaussian(0.3), Polynomial(0), grid, windows))


def test_1_the_sign_in_trolke():
    """Model 1 of ROOT's TRolke prints 11.5943; the profile likelihood, here minimised by a grid, says 12.1019."""
    x, y, tau, z, m = 5.0, 10.0, 2.5, 50.0, 100.0
    cells = Cells(np.array([x]), (Measured(np.array([y]), np.array([tau])),), Binomial(np.array([z]), np.array([m])))
    e, b = np.linspace(0.3, 0.7, 801)[:, None], np.linspace(1.0, 9.0, 1601)

    def log_likelihood(s):
        return (
            stats.poisson.logpmf(x, e * s + b) + stats.poisson.logpmf(y, tau * b) + stats.binom.logpmf(z, m, e)
        ).max()

    top = log_likelihood((x - y / tau) / (z / m))
    half = stats.chi2.ppf(0.90, 1) / 2
    assert top - log_likelihood(12.1019) == pytest.approx(half, abs=1e-4)
    assert abs(top - log_likelihood(11.5943) - half) > 0.1
    assert profile_interval(cells, 0.90)[1][0] == pytest.approx(12.1019, abs=5e-5)


def test_2_both_belts_are_offered():
    cells = counting_cells(0, 3.0)
    ends = {belt: float(feldman_cousins(cells, 0.90, belt)[1][0]) for belt in ("raw", "monotone")}
    assert ends == pytest.approx({"raw": 0.95, "monotone": 1.08}, abs=0.006)


def test_3_bands_are_quantiles_of_whole_standard_deviations():
    """Phi(-2) = 2.28 %, not 2.5 %: Combine's convention moves the lowest band up by 1 %, as on its card."""
    assert BANDS == (-2, -1, 0, 1, 2)
    n = np.array([-2.0, stats.norm.ppf(0.025)])
    whole, combine = stats.norm.ppf(1 - 0.05 * stats.norm.cdf(n)) + n
    assert band_heights(0.95)[0] == pytest.approx(whole, abs=1e-9)
    assert combine / whole == pytest.approx(0.964 / 0.955, abs=0.005)


def test_4_a_limit_from_toys_has_an_error_and_is_refused_without_convergence():
    cells = counting_cells(3, 1.0)
    limit, error = cls_toys_upper(cells, 0.95, toys=2000, seed=3)
    assert 0.01 * limit < error < 0.1 * limit
    assert abs(limit - cls_upper(cells, 0.95)) < 4 * error
    with pytest.raises(InputError, match="more toys"):
        cls_toys_upper(cells, 0.9999, toys=2000, seed=3)


def test_5_toys_are_drawn_at_the_tested_signal():
    """Drawn without a signal only, CLs would be flat; drawn at each one it falls as the exact one does."""
    cells = counting_cells(2, 1.5)
    limits = [float(cls_toys_upper(cells, level, seed=5)[0][0]) for level in (0.5, 0.9, 0.99)]
    exact = [float(cls_upper(cells, level)[0]) for level in (0.5, 0.9, 0.99)]
    np.testing.assert_allclose(limits, exact, rtol=0.02)


def test_6_p_values_far_out():
    """1 - Phi(9) is 0 in double precision; the survival function says 1.1286e-19."""
    assert 1 - ndtr(9.0) == 0
    assert float(survival(np.array(9.0))) == pytest.approx(1.1286e-19, rel=1e-4)
    assert float(log_cumulative(np.array(-40.0))) == pytest.approx(stats.norm.logsf(40.0), rel=1e-12)


def test_7_a_log_flat_prior_is_shown_with_its_edges():
    """n = 1, b = 1, 90 %: 1.65 to 0.09."""
    found = lower_edge_sensitivity(counting_cells(1, 1.0), 0.90, Prior("logflat", (0.1, 1e4)), decades=11)
    assert (found[0][0], found[-1][0]) == (0.1, 1e-12)
    np.testing.assert_allclose([float(found[i][1][0]) for i in (0, -1)], [1.65, 0.09], atol=5e-3)
    with pytest.raises(InputError, match="range"):
        Prior("logflat")


def test_8_the_p_value_of_a_deficit_is_above_one_half():
    contents = np.full(100, 20.0)
    contents[45:55] -= 6
    result = scan_of(contents)
    assert result.z_local[0] < -1
    assert p_local(result.z_local)[0] == pytest.approx(1 - ndtr(result.z_local[0]), rel=1e-12)
    assert p_local(result.z_local)[0] > 0.8
    assert float(z_profile(3, 20, 2.0)) < 0


def test_9_weighted_data_are_scaled_counts():
    """Two events of weight 2 are two counts, of which 4 are expected for each unit: not four counts."""
    axis = uniform_axis(0.0, 1.0, bins=1)
    counts, exposure = poisson_counts(fill([0.5, 0.5], axis, weights=[2.0, 2.0]))
    assert (counts[0], exposure[0]) == (2.0, 0.5)
    random = np.random.default_rng(2)
    x = random.uniform(0, 10, 3000)
    grid = Grid.of([5.0])

    def error(weight):
        spectrum = fill(x, AXIS, weights=None if weight == 1 else np.full(x.size, float(weight)))
        scan = Scan(spectrum, gloam.Gaussian(0.3), Polynomial(0), grid, sliding_windows(AXIS, grid.position, 5.0))
        return fit_scan(scan).n_sig_err[0]

    assert error(4) == pytest.approx(4 * error(1), rel=1e-6)  # and not 2, the root of four times as many


def test_10_only_upward_crossings_of_the_signed_significance_count():
    """Deficits cross the level of a chi^2 as often: the two-sided count is twice the one that a search needs."""
    z = np.array([[0.0, 4.0, 0.0, -4.0, 0.0, 4.0, 0.0]])
    assert count_upcrossings(z, 3.0).mean == 2
    assert count_upcrossings(np.abs(z), 3.0).mean == 3
    assert upper_bound(3.0, 100, 1) == pytest.approx(survival(np.array(3.0)) + 11.25395 * math.exp(-4.5), rel=1e-6)


@pytest.mark.parametrize("counts", ["no counts", "a flat spectrum", "a deficit"])
@pytest.mark.parametrize("method", ["cls", "profile", "bayes"])
def test_11_a_limit_begins_above_the_kink_at_no_signal(counts, method):
    """CLs(0) = 1 where the best signal is <= 0: a limit there would be 0 or nothing."""
    contents = np.full(100, {"no counts": 0.0, "a flat spectrum": 20.0, "a deficit": 20.0}[counts])
    if counts == "a deficit":
        contents[45:55] -= 8
    result = scan_of(contents)
    assert result.n_sig[0] <= 1e-6
    assert np.exp(log_cls(np.array([0.0]), np.array([1e-12])))[0] == pytest.approx(1, abs=1e-5)
    found = upper_limits(result, 0.95, method)
    assert found.n_failed == 0
    assert found.observed[0] > 1
