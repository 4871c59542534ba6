"""Biases and coverage where they can be written down: a peak in one bin over a flat background.

With the signal in one bin of eleven the fit is that of an on-off measurement with tau = 10, n_sig = n_on - n_off / 10
and its variance n_on + n_off / 100; expectations over all outcomes are sums over two Poisson counts.
"""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from scipy.special import xlogy

from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, SlidingWindows, fit_scan
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import combined_bias, coverage, linearity, toy_yields, yield_bias

pytestmark = pytest.mark.validation

BINS, TAU, TOYS = 11, 10, 4000
AXIS = uniform_axis(0.0, float(BINS), bins=BINS)


def spectrum(contents, **options):
    return Spectrum((AXIS,), with_flow(np.asarray(contents, float), (AXIS,)), **options)


def fits(contents, width=0.02, **options):
    windows = SlidingWindows(np.array([0]), np.array([BINS]), True)
    data = spectrum(contents, **options)
    return fit_scan(Scan(data, Gaussian(width), Polynomial(0), Grid.of(np.array([5.5])), windows))


def outcomes(background, signal):
    """All counts that matter, on and off, and their probabilities."""
    on, off = np.meshgrid(np.arange(1, 200.0), np.arange(0, 1000.0), indexing="ij")
    weight = stats.poisson.pmf(on, background + signal) * stats.poisson.pmf(off, TAU * background)
    return on, off, weight / weight.sum()


def agrees(estimate, expected, sigma=4.0):
    assert abs(estimate.value - expected) < sigma * estimate.error


BACKGROUND, SIGNAL = 20.0, 12.0


@pytest.fixture(scope="module")
def found():
    return yield_bias(toy_yields(fits(np.full(BINS, BACKGROUND)), [0], [SIGNAL], "background", TOYS))


@pytest.fixture(scope="module")
def exact():
    return outcomes(BACKGROUND, SIGNAL)


class TestOnOff:
    def test_pulls_are_those_of_all_outcomes(self, found, exact):
        on, off, weight = exact
        pull = (on - off / TAU - SIGNAL) / np.sqrt(on + off / TAU**2)
        mean = (weight * pull).sum()
        width = np.sqrt((weight * (pull - mean) ** 2).sum())
        assert mean < -0.05  # small counts have small errors: the test would see a mean of 0
        agrees(found.pull, mean)
        agrees(found.pull_width, width)

    def test_bias_of_the_error_is_that_of_all_outcomes(self, found, exact):
        on, off, weight = exact
        mean = (weight * np.sqrt(on + off / TAU**2)).sum()
        spread = np.sqrt(BACKGROUND + SIGNAL + BACKGROUND / TAU)
        agrees(found.err_bias, mean / spread - 1)

    def test_yield_has_no_bias(self, found):
        agrees(found.bias, 0.0)
        agrees(found.n_sig, SIGNAL)


def test_bootstrap_of_the_data_keeps_their_signal():
    """The estimate is linear: its mean over bootstrapped data is that of the data, and the injected yield."""
    contents = np.array([18, 25, 19, 21, 30, 41, 22, 20, 16, 17, 23.0])
    result = fits(contents)
    assert result.n_sig[0] == pytest.approx(41 - (contents.sum() - 41) / TAU, abs=1e-5)
    toys = toy_yields(result, [0], [0.0, 10.0, 30.0], "data", TOYS)
    found = yield_bias(toys)
    np.testing.assert_allclose(toys.n_true[0], result.n_sig[0] + [0, 10, 30])
    assert (np.abs(found.n_sig.value - toys.n_true) < 4 * found.n_sig.error).all()
    spread = np.sqrt(contents[5] + np.array([0, 10, 30]) + (contents.sum() - 41) / TAU**2)
    np.testing.assert_allclose(toys.n_sig[0].std(axis=1), spread, rtol=0.05)


@pytest.mark.parametrize("shape", [Gaussian(0.6), Gaussian(2.0)])
def test_signal_of_another_shape_has_the_bias_of_what_falls_beside_the_peak(shape):
    edges = (AXIS.edges - 5.5) / shape.resolution(np.array(5.5))
    fractions = np.diff(stats.norm.cdf(edges))
    expected = fractions[5] - (fractions.sum() - fractions[5]) / TAU - 1
    found = yield_bias(toy_yields(fits(np.full(BINS, 40.0)), [0], [60.0], "background", TOYS, shape=shape))
    assert expected < -0.3
    agrees(found.bias, expected)


def test_another_background_has_the_bias_of_its_shape():
    """The mean yield is the height of a truth that is not flat above its mean beside the peak."""
    truth = 50 + 0.4 * (np.arange(BINS) - 5.0) ** 2
    expected = truth[5] - (truth.sum() - truth[5]) / TAU
    base = spectrum(truth, asimov=True)
    toys = toy_yields(fits(np.full(BINS, 50.0)), [0], [0.0, 20.0, 60.0], base, TOYS)
    found = yield_bias(toys)
    assert expected < -4
    assert (np.abs(found.n_sig.value - toys.n_true - expected) < 4 * found.n_sig.error).all()
    line = linearity(toys)
    agrees(Elements(line.offset, 0), expected)
    agrees(Elements(line.slope, 0), 1.0)
    assert line.chi2[0] < stats.chi2(line.ndf[0]).isf(1e-4)


class Elements:
    """One of some estimates."""

    def __init__(self, estimate, at):
        self.value, self.error = estimate.value[at], estimate.error[at]


def test_many_counts_are_the_linear_gaussian_limit():
    result = fits(np.full(BINS, 1e6))
    toys = toy_yields(result, [0], [0.0, 2000.0, 5000.0], "background", TOYS)
    found = yield_bias(toys)
    assert (np.abs(found.pull.value) < 4 * found.pull.error).all()
    assert (np.abs(found.pull_width.value - 1) < 4 * found.pull_width.error).all()
    np.testing.assert_allclose(found.pull.error, 1 / np.sqrt(TOYS), rtol=0.05)
    np.testing.assert_allclose(found.pull_width.error, 1 / np.sqrt(2 * TOYS), rtol=0.1)
    assert (np.abs(found.err_bias.value) < 4 * found.err_bias.error).all()
    line = linearity(toys)
    agrees(Elements(line.offset, 0), 0.0)
    agrees(Elements(line.slope, 0), 1.0)
    assert line.offset_in_sigma.error[0] == pytest.approx(1 / np.sqrt(TOYS), rel=0.1)


def test_errors_of_lines_are_the_scatter_of_lines():
    """Toys of forty seeds: slopes and offsets scatter by their errors, with backgrounds shared by all signals."""
    result = fits(np.full(BINS, 200.0))
    lines = [
        linearity(toy_yields(result, [0], [0.0, 40.0, 80.0], "background", 100, seed)) for seed in range(40)
    ]  # fmt: skip
    for name, truth in (("slope", 1.0), ("offset", 0.0)):
        values = np.array([getattr(line, name).value[0] for line in lines])
        error = np.mean([getattr(line, name).error[0] for line in lines])
        assert 0.65 < np.sqrt(np.mean((values - truth) ** 2)) / error < 1.4
    chi2 = np.array([line.chi2[0] for line in lines])
    assert stats.kstest(chi2, "chi2", (1,)).pvalue > 1e-3


def test_combined_bias_is_the_slope_through_the_origin():
    result = fits(np.full(BINS, 40.0))
    toys = toy_yields(result, [0, 0][:1], [30.0], "background", 100)
    several = dataclasses.replace(
        toys, rows=np.zeros(3, np.int64), mass=np.ones(3), n_injected=np.array([[10.0], [20.0], [30.0]]),
        n_true=np.array([[10.0], [20.0], [-5.0]]), n_sig=np.tile(toys.n_sig, (3, 1, 1)),
        n_sig_err=np.tile(toys.n_sig_err, (3, 1, 1)),
    )  # fmt: skip
    found = yield_bias(several)
    x, y = several.n_true[:, 0], found.n_sig.value[:, 0] - several.n_true[:, 0]
    assert combined_bias(found)["bias"][0].value == pytest.approx((x * y).sum() / (x * x).sum())


def profiled(on, off, s):
    """-ln L of an on-off measurement at a signal, with its background fitted, up to what does not depend on s."""
    half = 0.5 * ((1 + TAU) * s - on - off) / (1 + TAU)
    b = -half + np.sqrt(half**2 + off * s / (1 + TAU))
    return s + b - xlogy(on, s + b) + TAU * b - xlogy(off, b)


@pytest.mark.parametrize("signal", [2.0, 8.0, 25.0])
def test_coverage_of_profile_limits_is_that_of_all_outcomes(signal):
    """The signal is inside if q-tilde there is at most the square of the quantile: a sum over all outcomes."""
    background, level = 6.0, 0.90
    on, off, weight = outcomes(background, signal)
    best = np.maximum(on - off / TAU, 0.0)
    q = np.where(best < signal, 2 * (profiled(on, off, signal) - profiled(on, off, best)), 0.0)
    exact = (weight * (q <= stats.norm.ppf(level) ** 2)).sum()
    inside = (weight * (np.abs(on - off / TAU - signal) <= np.sqrt(on + off / TAU**2))).sum()
    found = coverage(fits(np.full(BINS, background)), [0], [signal], level, "profile", TOYS)
    assert found.n_failed.tolist() == [[0]]
    assert abs(found.limits.value[0, 0] - exact) < 4 * found.limits.error[0, 0]
    # no events in the peak have an error of another kind, from the rise of -ln L
    assert abs(found.errors.value[0, 0] - inside) < 4 * found.errors.error[0, 0] + np.exp(-background - signal)
