"""Limits of counts against other ways to compute them: closed forms, scipy's quadrature, minimisation, a brute belt."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from gloam.statistics import (
    Prior,
    bayes_upper,
    classical_interval,
    classical_upper,
    cls_upper,
    counting_cells,
    feldman_cousins,
    log_p_on_off,
    on_off_cells,
    profile_construction,
    profile_interval,
    z_bi,
    z_profile,
)
from gloam.statistics.counting.profile import profile_rise

from .counting import card_tail, on_off_tail

pytestmark = pytest.mark.validation


def test_garwood_intervals_are_chi2_quantiles():
    n, level = np.array([1, 7, 1000, 10**9]), 0.999
    low, high = classical_interval(counting_cells(n, 0.0), level)
    np.testing.assert_allclose(low, stats.chi2.ppf(0.0005, 2 * n) / 2, rtol=1e-9)
    np.testing.assert_allclose(high, stats.chi2.isf(0.0005, 2 * n + 2) / 2, rtol=1e-9)


@pytest.mark.parametrize(("on", "off", "tau"), [(4, 5, 5.0), (0, 0, 1e-6), (5, 0, 1e-6), (12, 300, 30.0), (3, 40, 2.0)])
def test_flat_priors_of_signal_and_background(on, off, tau):
    """A sum of incomplete gamma functions with positive terms."""
    limit = bayes_upper(on_off_cells(on, off, tau), 0.90)[0]
    assert on_off_tail(limit, on, off, tau) == pytest.approx(0.10, rel=1e-8)


@pytest.mark.parametrize("count", [0, 3, 20])
def test_log_normal_efficiency_and_background(count):
    """Gauss-Hermite sums with other nodes."""
    cells = counting_cells(count, 1.47, 0.735, 4.76, 0.952)
    limit = bayes_upper(cells, 0.95)[0]
    assert card_tail(limit, count, 4.76, 1.2, 1.47, 1.5) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("form", ["gaussian", "lognormal"])
@pytest.mark.parametrize(("count", "background", "error"), [(0, 0.0, 1.0), (4, 1.5, 0.3), (300, 250.0, 0.1)])
def test_average_over_the_efficiency(form, count, background, error):
    """scipy's quadrature of the tail probability; errors up to 100 %."""
    limit = classical_upper(counting_cells(count, background, 0, 1, error, efficiency_form=form), 0.90)[0]

    def density(e):
        if form == "gaussian":
            return stats.truncnorm.pdf(e, -1 / error, np.inf, 1, error)
        return stats.lognorm.pdf(e, np.log1p(error))

    def tail(e):
        return density(e) * stats.poisson.cdf(count, e * limit + background)

    edges = [0, 0.02, 0.1, 0.5, 0.8, 1, 1.2, 2, 4, 12]
    total = sum(integrate.quad(tail, *ends, epsabs=1e-11)[0] for ends in pairwise(edges))
    assert total == pytest.approx(0.10, abs=1e-8)


@pytest.mark.parametrize(
    ("prior", "density"),
    [
        (Prior("jeffreys"), lambda s: (0.5 * s + 2.0) ** -0.5),
        (Prior("reference"), lambda s: (0.5 * s + 2.0 + 0.64) ** -0.5),
        (Prior("logflat", (0.1, 100.0)), lambda s: 1 / s * ((s > 0.1) & (s < 100))),
        (Prior("flat", (1.0, 9.0)), lambda s: 1.0 * ((s > 1) & (s < 9))),
    ],
)
def test_priors(prior, density):
    """scipy's quadrature over signal and a background of 2 +- 0.8 (Gamma); efficiency 1/2."""
    cells = counting_cells(4, 2.0, 0.8, 0.5, background_form="gamma")
    limit = bayes_upper(cells, 0.90, prior)[0]
    shape, scale = (2 / 0.8) ** 2, 0.8**2 / 2

    def marginal(s):
        """The Poisson probability averaged over the Gamma distribution: sums of negative binomial probabilities."""
        k = np.arange(5)
        p = 1 / (1 + scale)
        return float(stats.poisson.pmf(k, 0.5 * s) @ stats.nbinom.pmf(4 - k, shape, p)) * density(s)

    ends = [0, 0.1, 1.0, 3.0, 9.0, 100.0, 300.0]

    def integral(low, high):
        points = [low, *[x for x in ends if low < x < high], high]
        return sum(integrate.quad(marginal, *pair, epsabs=1e-12)[0] for pair in pairwise(points))

    assert integral(limit, 300.0) / integral(0, 300.0) == pytest.approx(0.10, rel=1e-6)


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("signal", [0.0, 2.0, 11.0])
def test_profile_of_the_likelihood_of_a_dark_baryon_search(signal, literal):
    """arXiv:2110.14086: three nuisance parameters, minimised by scipy; with the 1/x of its densities and without."""
    n, m, tau, k_background, k_efficiency = 5, 13, 6.0, 1.35, 1.1
    cells = on_off_cells(n, m, tau, k_background - 1, 1.0, k_efficiency - 1, literal=literal)

    def nll(x):
        b0, u, v = np.exp(x[0]), x[1], x[2]
        mean = signal * k_efficiency**v + b0 * k_background**u
        densities = -0.5 * u**2 - 0.5 * v**2
        if literal:
            densities -= u * np.log(k_background) + v * np.log(k_efficiency)
        return -stats.poisson.logpmf(n, mean) - stats.poisson.logpmf(m, tau * b0) - densities

    fitted = optimize.minimize(nll, [0.5, 0, 0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}).fun
    least = -stats.poisson.logpmf(n, n) - stats.poisson.logpmf(m, m)
    if literal:
        least -= 0.5 * (np.log(k_background) ** 2 + np.log(k_efficiency) ** 2)
    assert profile_rise(cells, np.array([signal]))[0] == pytest.approx(fitted - least, abs=1e-8)


def test_profile_on_off_agrees_with_li_ma():
    """The rise at no signal is half the square of the significance."""
    on, off, tau = [4, 50, 200, 0, 9], [5, 55, 10, 7, 0], [5.0, 2.0, 0.1, 3.0, 1e-6]
    rise = profile_rise(on_off_cells(on, off, tau), np.zeros(5))
    np.testing.assert_allclose(2 * rise, z_profile(on, off, tau) ** 2, rtol=1e-9, atol=1e-12)


def test_profile_ends_are_where_the_likelihood_has_fallen():
    cells = on_off_cells([10, 3], [3, 12], 2.5, 0.2, 0.9, 0.05)
    low, high = profile_interval(cells, 0.95)
    half = 0.5 * stats.chi2.ppf(0.95, 1)
    np.testing.assert_allclose(profile_rise(cells, high), half, rtol=1e-9)
    assert profile_rise(cells, low)[0] == pytest.approx(half, rel=1e-9)


def test_z_bi_far_out():
    """Logarithms of scipy's survival function where that does not underflow, and sums of them where it does."""
    assert log_p_on_off(150, 5, 1.0) == pytest.approx(stats.binom.logsf(149, 155, 0.5), rel=1e-10)
    n, m = 3000, 10
    k = np.arange(n, n + m + 1)
    logs = stats.binom.logpmf(k, n + m, 0.5)
    exact = logs.max() + np.log(np.exp(logs - logs.max()).sum())
    assert log_p_on_off(n, m, 1.0) == pytest.approx(exact, rel=1e-10)
    assert stats.norm.logsf(z_bi(n, m, 1.0)) == pytest.approx(exact, rel=1e-10)


def brute_belt(count, background, level, signals):
    """The first and last signals whose acceptance regions hold a count, by sorting all counts."""
    m = np.arange(120)
    accepted = []
    for s in signals:
        p = stats.poisson.pmf(m, s + background)
        order = np.argsort(-p / stats.poisson.pmf(m, np.maximum(m, background)), kind="stable")
        last = np.searchsorted(np.cumsum(p[order]), level)
        if count in order[: last + 1]:
            accepted.append(s)
    return accepted[0], accepted[-1]


@pytest.mark.parametrize(
    ("count", "background", "level"),
    [
        (0, 3.0, 0.90),
        (2, 7.3, 0.95),
        (1, 10.2, 0.68),
        (5, 0.0, 0.68),
        (12, 4.4, 0.99),
        (0, 12.5, 0.90),
        (1, 0.0, 0.999),
    ],
)
def test_raw_belt_by_brute_force(count, background, level):
    step = 0.01
    low, high = brute_belt(count, background, level, np.arange(step / 2, 30, step))
    found = feldman_cousins(counting_cells(count, background), level, "raw")
    assert found[0][0] == pytest.approx(low, abs=step)
    assert found[1][0] == pytest.approx(high, abs=step)


@pytest.mark.parametrize(("count", "background"), [(0, 3.0), (0, 0.7), (2, 4.1), (5, 12.0), (1, 30.0)])
def test_monotone_belt_is_the_highest_raw_one_of_larger_backgrounds(count, background):
    larger = background + np.linspace(0, 12, 24_001)
    raw = feldman_cousins(counting_cells(count, larger), 0.90, "raw")[1]
    found = feldman_cousins(counting_cells(count, background), 0.90)[1][0]
    assert raw.max() <= found + 1e-9
    assert found == pytest.approx(raw.max(), abs=6e-4)  # the grid's step: raw ends fall like the background


@pytest.mark.parametrize(("count", "background"), [(0, 0.0), (0, 3.0), (4, 3.0), (10, 3.0)])
def test_construction_without_uncertainty_is_the_raw_belt(count, background):
    cells = counting_cells(count, background)
    found, exact = profile_construction(cells, 0.90), feldman_cousins(cells, 0.90, "raw")
    np.testing.assert_allclose(np.ravel(found), np.ravel(exact), rtol=1e-4, atol=1e-4)


def test_cls_is_the_flat_prior_for_known_backgrounds():
    counts, backgrounds = np.meshgrid([0, 1, 5, 40, 10**6, 10**9], [0.0, 0.5, 3.0, 50.0, 1e6, 1e9])
    for level in (0.683, 0.90, 0.999):
        cells = counting_cells(counts, backgrounds)
        np.testing.assert_allclose(cls_upper(cells, level), bayes_upper(cells, level), rtol=1e-9)
