"""Counting scans against closed forms, direct Monte Carlo, single cells and simulated fields."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter

from gloam.errors import InputError
from gloam.scans import (
    CountingScan,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
    plane_windows,
)
from gloam.spectra import Axis, Spectrum
from gloam.statistics import (
    CountingOptions,
    counting_cells,
    counting_limits,
    counting_scan_limits,
    counting_significances,
    global_significance,
    on_off_cells,
    z_bi,
)
from gloam.statistics.counting.many import limits_of_many
from gloam.statistics.elsewhere import (
    euler_characteristic,
    euler_from_correlations,
    euler_from_fields,
    window_correlations,
    window_euler,
    window_toys,
)
from gloam.statistics.elsewhere.window_toys import toy_significances

AXIS = Axis(np.linspace(0.0, 10.0, 101))


def spectrum(values, axes=(AXIS,), **more):
    return Spectrum(axes, np.pad(values, 1), **more)


def pseudo_data(mean=2.0, seed=3, size=100):
    return np.random.default_rng(seed).poisson(mean, size).astype(float)


def known(mean=2.0, error=0.0):
    return KnownBackground(spectrum(np.full(100, mean), asimov=True), error)


def every_tenth(half=0.5):
    return interval_windows(AXIS, np.arange(1.0, 9.1, 0.25), half)


def test_significances_of_windows_with_sidebands_are_binomial():
    found = count_windows(CountingScan(spectrum(pseudo_data()), every_tenth(), SidebandBackground(1.5, 4.0)))
    z = counting_significances(found).z_local
    expected = z_bi(found.observed, found.off, found.tau)
    excess = expected > 0
    np.testing.assert_allclose(z[excess], expected[excess], rtol=1e-12)
    # the predictive probability of at most n: successes 1 / (1 + tau) before off + 1 failures
    deficit = stats.norm.ppf(stats.nbinom.cdf(found.observed, found.off + 1, found.tau / (1 + found.tau)))
    low = ~excess & (deficit < 0)
    assert low.any()
    np.testing.assert_allclose(z[low], deficit[low], rtol=1e-9)


def test_significances_of_known_backgrounds_are_poisson_sums_also_far_out():
    data = pseudo_data()
    data[30:40] += 1000
    found = count_windows(CountingScan(spectrum(data), every_tenth(), known()))
    result = counting_significances(found)
    log_p = stats.poisson.logsf(found.observed - 1, 20.0)
    near = log_p > -600
    np.testing.assert_allclose(result.log_p_excess[near], log_p[near], rtol=1e-9)
    row = int(np.argmax(found.observed))
    n = found.observed[row]
    series = sum(math.exp(k * math.log(20.0) + math.lgamma(n + 1) - math.lgamma(n + k + 1)) for k in range(60))
    log_far = n * math.log(20.0) - 20.0 - math.lgamma(n + 1) + math.log(series)
    assert result.log_p_excess[row] == pytest.approx(log_far, rel=1e-12)
    assert stats.norm.logsf(result.z_local[row]) == pytest.approx(log_far, rel=1e-9)


@pytest.mark.parametrize("form", ["lognormal", "gaussian"])
def test_an_uncertain_background_is_averaged_over(form):
    """Against direct Monte Carlo of background and count, and for a factor of simulation against a double integral."""
    scan = CountingScan(spectrum(pseudo_data(2.4)), every_tenth(), known(2.0, 0.3), background_form=form)
    found = count_windows(scan)
    random = np.random.default_rng(8)
    u = random.standard_normal(400_000)
    factor = np.exp(math.log(1.3) * u) if form == "lognormal" else stats.truncnorm.ppf(
        random.uniform(size=u.size), -1 / 0.3, np.inf, loc=1, scale=0.3
    )  # fmt: skip
    draws = random.poisson(20.0 * factor)
    p = counting_significances(found).p_excess
    simulated = np.array([(draws >= n).mean() for n in found.observed])
    np.testing.assert_allclose(p, simulated, atol=5 * np.sqrt(0.25 / u.size))


def test_simulation_with_a_factor_matches_direct_monte_carlo():
    simulated = spectrum(pseudo_data(4.0, seed=5))
    scan = CountingScan(spectrum(pseudo_data(2.4)), every_tenth(), SimulatedBackground(simulated, 2.0, 0.2))
    found = count_windows(scan)
    random = np.random.default_rng(9)
    rate = random.standard_gamma(found.off[:, None] + 1, (found.off.size, 100_000)) / 2.0
    draws = random.poisson(rate * np.exp(math.log(1.2) * random.standard_normal(rate.shape)))
    expected = (draws >= found.observed[:, None]).mean(axis=1)
    np.testing.assert_allclose(counting_significances(found).p_excess, expected, atol=0.008)


def test_a_very_far_excess_over_an_uncertain_background_keeps_its_digits():
    """The background that contributes most is 11 standard deviations up."""
    data = np.zeros(100)
    data[45:55] = 10.0
    found = count_windows(CountingScan(spectrum(data), interval_windows(AXIS, [5.0], 0.5), known(0.1, 0.5)))
    u = np.linspace(-8, 30, 40_001)
    terms = stats.poisson.logsf(99, np.exp(math.log(1.5) * u)) + stats.norm.logpdf(u)
    expected = np.logaddexp.reduce(terms) + math.log(u[1] - u[0])
    assert counting_significances(found).log_p_excess[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("method", ["cls", "bayes", "classical", "profile", "feldman-cousins"])
def test_limits_of_windows_are_those_of_single_cells(method):
    found = count_windows(CountingScan(spectrum(pseudo_data()), every_tenth(), known()))
    limits = counting_scan_limits(found, 0.90, method)
    options = CountingOptions(interval="unified" if method == "feldman-cousins" else "upper")
    single = counting_limits(counting_cells(found.observed, 20.0), 0.90, method, options)
    np.testing.assert_allclose(limits.observed, single.upper, rtol=1e-8)
    np.testing.assert_allclose(limits.lower, single.lower, rtol=1e-8)
    np.testing.assert_allclose(limits.expected[:, 2], single.expected, rtol=1e-8)
    assert (np.diff(limits.expected, axis=1) >= 0).all()
    unified = method == "feldman-cousins"
    assert limits.sidedness == ("unified" if unified else "one-sided")


def test_expected_limits_are_those_of_the_quantiles_of_the_count():
    found = count_windows(CountingScan(spectrum(pseudo_data()), every_tenth(), known()))
    counts = stats.poisson.ppf(stats.norm.cdf([-2, -1, 0, 1, 2]), 20.0)
    expected = counting_limits(counting_cells(counts, 20.0), 0.95, "cls").upper
    np.testing.assert_allclose(counting_scan_limits(found, 0.95).expected[0], expected, rtol=1e-9)


def test_limits_with_off_counts_and_errors_are_those_of_single_cells():
    scan = CountingScan(
        spectrum(pseudo_data()), interval_windows(AXIS, [3.0, 5.0], 0.5), SidebandBackground(1.0, 3.0, None, 0.1),
        efficiency_error=0.05,
    )  # fmt: skip
    found = count_windows(scan)
    cells = on_off_cells(found.observed, found.off, found.tau, 0.1, 1.0, 0.05)
    single = counting_limits(cells, 0.90, "bayes", expected=False).upper
    limits = counting_scan_limits(found, 0.90, "bayes", bands=False)
    np.testing.assert_allclose(limits.observed, single, rtol=1e-9)
    assert np.isnan(limits.expected).all()


@pytest.mark.parametrize("method", ["cls", "bayes"])
def test_interpolated_limits_are_those_of_every_cell(method):
    background = np.geomspace(0.5, 30.0, 300)
    cells = counting_cells(np.repeat([0.0, 12.0], 150), background, 0.2 * background, 1.0, 0.05)
    many = limits_of_many(cells, 0.90, method)
    rows = np.arange(0, 300, 37)
    single = counting_limits(cells.take(rows), 0.90, method, expected=False)
    np.testing.assert_allclose(many.upper[rows], single.upper, rtol=1e-7)


def test_interpolated_limits_with_off_counts_are_those_of_every_cell():
    off = np.arange(200.0)
    cells = on_off_cells(np.repeat([2.0, 9.0], 100), off, 5.0, 0.1)
    many = limits_of_many(cells, 0.90, "cls")
    rows = np.arange(0, 200, 23)
    single = counting_limits(cells.take(rows), 0.90, "cls", expected=False)
    np.testing.assert_allclose(many.upper[rows], single.upper, rtol=1e-7)


BACKGROUNDS = {
    "known": known(0.8),
    "uncertain": known(0.8, 0.2),
    "simulated": SimulatedBackground(spectrum(pseudo_data(3.2, seed=6)), 4.0, 0.1),
    "sidebands": SidebandBackground(1.0, 4.0),
    "uncertain sidebands": SidebandBackground(1.0, 4.0, None, 0.15),
}


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_the_filter_of_the_toys_finds_the_largest_significance(name):
    windows = interval_windows(AXIS, np.arange(0.5, 9.6, 0.1), 0.3)
    found = count_windows(CountingScan(spectrum(pseudo_data(0.8)), windows, BACKGROUNDS[name]))
    made, exact = window_toys(found, 80), window_toys(found, 80, exhaustive=True)
    np.testing.assert_array_equal(made.largest, exact.largest)
    np.testing.assert_array_equal(made.row, exact.row)
    assert made.fits < exact.fits
    again = window_toys(found, 70, threads=2)
    np.testing.assert_array_equal(again.largest, made.largest[:70])


@pytest.mark.parametrize("name", ["known", "uncertain", "sidebands"])
def test_toys_of_one_window_follow_its_p_value(name):
    """The part of toys that are as significant is the local p-value, for every count."""
    found = count_windows(
        CountingScan(spectrum(pseudo_data(1.0)), interval_windows(AXIS, [5.0], 0.5), BACKGROUNDS[name])
    )
    made = window_toys(found, 20_000)
    z = np.unique(made.largest[made.largest > 0])
    part = np.array([(made.largest >= each - 1e-12).mean() for each in z])
    if name == "sidebands":  # the binomial test covers, and is discrete
        assert (part < stats.norm.sf(z) + 4 * np.sqrt(part / 20_000)).all()
    else:
        np.testing.assert_allclose(part, stats.norm.sf(z), atol=0.014)


def test_the_largest_significance_of_disjoint_windows_is_a_product():
    """Windows without common bins are independent: P(all below z) is the product of Poisson sums."""
    tiles = interval_windows(AXIS, np.arange(0.5, 10.0, 1.0), 0.5)
    found = count_windows(CountingScan(spectrum(pseudo_data()), tiles, known()))
    result = global_significance(found, toys=10_000)
    n = found.observed.max()
    expected = 1 - stats.poisson.cdf(n - 1, 20.0) ** 10
    assert result.method == "toys"
    assert result.z_local == pytest.approx(stats.norm.isf(stats.poisson.sf(n - 1, 20.0)), rel=1e-9)
    assert result.p_global == pytest.approx(expected, abs=4 * result.p_global_err)


@pytest.mark.parametrize("name", ["known", "sidebands"])
def test_global_p_values_are_those_of_brute_force(name):
    """Overlapping windows in spectra drawn, counted and tested without any code of ours; so p_global is uniform."""
    windows = interval_windows(AXIS, np.arange(1.5, 8.6, 0.1), 0.3)
    found = count_windows(CountingScan(spectrum(np.full(100, 1.0)), windows, BACKGROUNDS[name]))
    random = np.random.default_rng(12)
    counts = random.poisson(0.8 if name == "known" else 1.0, (1500, 100))
    inside = np.abs(AXIS.centers - windows.position[:, None]) < 0.3
    n = counts @ inside.T
    if name == "known":
        p = stats.poisson.sf(n - 1, 0.8 * inside.sum(axis=1))
    else:
        beside = (np.abs(AXIS.centers - windows.position[:, None]) < 1.2) & ~inside
        share = inside.sum(axis=1) / (inside | beside).sum(axis=1)
        p = stats.binom.sf(n - 1, n + counts @ beside.T, share)
    largest = stats.norm.isf(p.min(axis=1))
    made = window_toys(found, 3000).largest
    for level in np.quantile(largest, [0.1, 0.3, 0.5, 0.7, 0.9, 0.97]) - 1e-6:
        both = (largest >= level).mean(), (made >= level).mean()
        assert both[0] == pytest.approx(both[1], abs=4 * math.sqrt(both[0] * (1 - both[0]) * (1 / 1500 + 1 / 3000)))


def test_a_common_factor_moves_all_windows_together():
    """The largest of ten windows is far out without it; with it hardly more than one window alone."""
    tiles = interval_windows(AXIS, np.arange(0.5, 10.0, 1.0), 0.5)
    data = spectrum(pseudo_data(40.0))
    together = window_toys(count_windows(CountingScan(data, tiles, known(40.0, 0.5))), 300).largest
    apart = window_toys(count_windows(CountingScan(data, tiles, known(40.0))), 300).largest
    assert np.median(together) == pytest.approx(0.0, abs=0.35)
    assert np.median(apart) == pytest.approx(stats.norm.ppf(0.5**0.1), abs=0.2)
    with pytest.raises(InputError, match="toys, or euler in a plane"):
        global_significance(count_windows(CountingScan(data, tiles, known(40.0))), "crossings")


def test_euler_characteristics_of_sets_that_can_be_counted():
    two_pieces = np.zeros((5, 7), bool)
    two_pieces[0, :3] = two_pieces[3:, 4:] = True
    two_holes = np.ones((5, 7), bool)
    two_holes[1, 1] = two_holes[3, 4] = False
    diagonal = np.eye(4, 7, dtype=bool)
    found = [int(euler_characteristic(each)) for each in (two_pieces, two_holes, diagonal, ~two_pieces)]
    assert found == [2, -1, 4, 1]
    assert euler_characteristic(np.stack([two_holes, two_pieces])).tolist() == [-1, 2]


@pytest.fixture(scope="module")
def smooth_fields():
    """Stationary fields with the correlation exp(-d^2 / (4 w^2)), w = 4 steps, on 60 x 40 points."""
    random = np.random.default_rng(4)
    noise = random.standard_normal((1500, 100, 80))
    return (gaussian_filter(noise, (0, 4, 4)) * (4 * math.sqrt(4 * math.pi)))[:, 20:80, 20:60]


def test_the_mean_euler_characteristic_of_smooth_fields_is_known(smooth_fields):
    """L1 is half the perimeter and L2 the area in units of sqrt(2) w; toys, correlations and theory agree."""
    assert smooth_fields.var() == pytest.approx(1.0, abs=0.02)
    unit = 4 * math.sqrt(2)
    n1 = (59 + 39) / unit / (2 * math.pi)
    n2 = 59 * 39 / unit**2 / (2 * math.pi) ** 1.5
    rho = [math.exp(-d2 / 64) for d2 in (1, 2)]
    full = np.ones((60, 40))
    usable = full.astype(bool)
    found = euler_from_correlations(rho[0] * full[:, 1:], rho[0] * full[1:], rho[1] * full[1:, 1:], usable)
    assert (found.n1, found.n2) == (pytest.approx(n1, rel=0.01), pytest.approx(n2, rel=0.01))
    counted = euler_from_fields(smooth_fields)
    assert counted.n1 == pytest.approx(n1, abs=4 * math.sqrt(counted.covariance[0, 0]) + 0.02 * n1)
    assert counted.n2 == pytest.approx(n2, abs=4 * math.sqrt(counted.covariance[1, 1]) + 0.04 * n2)
    above = (smooth_fields.max(axis=(1, 2)) > 3.5).mean()
    assert found.mean(3.5) == pytest.approx(above, abs=4 * math.sqrt(above / 1500))


def test_a_masked_region_changes_the_topology(smooth_fields):
    usable = np.ones((60, 40), bool)
    usable[25:35, 15:25] = False
    full = np.ones((60, 40))
    rho = [math.exp(-d2 / 64) for d2 in (1, 2)]
    found = euler_from_correlations(rho[0] * full[:, 1:], rho[0] * full[1:], rho[1] * full[1:, 1:], usable)
    counted = euler_from_fields(smooth_fields, usable)
    assert found.domain == counted.domain == 0.0
    assert found.n1 == pytest.approx(counted.n1, abs=4 * math.sqrt(counted.covariance[0, 0]) + 0.04 * found.n1)


@pytest.fixture(scope="module")
def plane():
    """A plane of 30 x 30 overlapping windows over a falling background."""
    axis = Axis(np.linspace(0.0, 8.0, 81))
    x, y = (each.ravel() for each in np.meshgrid(np.linspace(0.5, 7.4, 30), np.linspace(0.5, 7.4, 30), indexing="ij"))
    mean = 4.0 * np.exp(-0.1 * np.add.outer(axis.centers, axis.centers))
    data = spectrum(np.random.default_rng(5).poisson(mean), (axis, axis))
    background = KnownBackground(spectrum(mean, (axis, axis), asimov=True))
    windows = plane_windows((axis, axis), x, y, 0.4, 0.4)
    return count_windows(CountingScan(data, windows, background))


def test_correlations_of_windows_are_those_of_their_toys(plane):
    z = toy_significances(plane, 1500, seed=7)
    first, second = np.array([100, 100, 100, 400]), np.array([101, 130, 131, 800])
    simulated = [np.corrcoef(z[:, a], z[:, b])[0, 1] for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(window_correlations(plane, first, second), simulated, atol=0.1)


def test_the_euler_characteristic_of_few_toys_predicts_many(plane):
    """From lower levels of 200 toys to the maxima of 2000; counts in sharp windows are neither smooth nor Gaussian."""
    largest = window_toys(plane, 2000).largest
    found = window_euler(plane, toys=200)
    for level in (3.6, 4.0):
        above = (largest >= level).mean()
        slack = 4 * math.hypot(math.sqrt(above / 2000), found.error(level))
        assert above - slack < found.mean(level) < 1.4 * above + slack


def test_the_global_significance_of_a_plane_by_both_methods(plane):
    toys, euler = global_significance(plane, toys=1500), global_significance(plane, "euler", toys=100)
    assert toys.row == euler.row
    assert euler.p_global == pytest.approx(toys.p_global, abs=0.15)
