"""Upper limits where they can be written down: no events, and an on-off measurement."""

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import xlogy

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import check_level, no_limits, upper_limits

METHODS = pytest.mark.parametrize("method", ["cls", "profile"])


def result_of(contents, position, *, width=0.02, order=0, vetoes=(), ends=(0.0, None), asimov=False):
    low, high = ends
    axis = uniform_axis(low, float(len(contents)) if high is None else high, bins=len(contents))
    spectrum = Spectrum((axis,), with_flow(np.asarray(contents, float), (axis,)), asimov=asimov)
    grid = Grid.of(position)
    windows = sliding_windows(axis, grid.position, 2 * (axis.high - axis.low))
    return fit_scan(Scan(spectrum, Gaussian(width), Polynomial(order), grid, windows, vetoes))


@pytest.fixture(scope="module")
def result():
    return result_of(np.zeros(100), [5.0, 3.3, 10.0], width=0.3, ends=(0.0, 10.0))


class TestNoEvents:
    """-ln L = s F, F the fraction of the signal in the window: q = 2 s F."""

    FRACTION = np.array([1.0, 1.0, 0.5])

    @pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
    def test_profile(self, result, level):
        z = stats.norm.ppf(level)
        found = upper_limits(result, level, "profile")
        np.testing.assert_allclose(found.observed, z**2 / 2 / self.FRACTION, rtol=1e-5)
        assert found.n_failed == 0

    @pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
    def test_cls(self, result, level):
        """The Asimov set is empty too, so that CLs = Phi(-sqrt q) / Phi(0)."""
        z = stats.norm.ppf(1 - (1 - level) / 2)
        found = upper_limits(result, level, "cls")
        np.testing.assert_allclose(found.observed, z**2 / 2 / self.FRACTION, rtol=1e-5)
        np.testing.assert_allclose(found.expected[:, 2], found.observed, rtol=1e-5)
        n = np.arange(-2, 3)
        heights = stats.norm.ppf(1 - (1 - level) * stats.norm.cdf(n)) + n
        np.testing.assert_allclose(found.expected, heights**2 / 2 / self.FRACTION[:, None], rtol=1e-5)


class OnOff:
    """n ~ Poisson(s + b), m ~ Poisson(tau b), with the background fitted in closed form."""

    def __init__(self, on, off, tau):
        self.on, self.off, self.tau = on, off, tau
        self.alone = (on + off) / (1 + tau)
        self.best = max(on - off / tau, 0.0)

    def nll(self, s):
        half = self.on + self.off - (1 + self.tau) * s
        b = (half + np.sqrt(half**2 + 4 * (1 + self.tau) * self.off * s)) / (2 * (1 + self.tau))
        mu, nu = s + b, self.tau * b
        return mu - xlogy(self.on, mu) + nu - xlogy(self.off, nu)

    def q(self, s):
        """q-tilde: the best yield is bounded at 0."""
        return max(2 * (self.nll(s) - self.nll(self.best)), 0.0)

    def asimov(self):
        return OnOff(self.alone, self.tau * self.alone, self.tau)

    def cls(self, s):
        q, q_asimov = self.q(s), self.asimov().q(s)
        if q <= q_asimov:
            return stats.norm.sf(np.sqrt(q)) / stats.norm.sf(np.sqrt(q) - np.sqrt(q_asimov))
        twice = 2 * np.sqrt(q_asimov)
        return stats.norm.sf((q + q_asimov) / twice) / stats.norm.sf((q - q_asimov) / twice)

    def where(self, function, value):
        low = high = self.best + 1e-3
        while (function(high) - value) * (function(low) - value) > 0:
            high *= 2
        return optimize.brentq(lambda s: function(s) - value, low, high, xtol=1e-12, rtol=1e-13)


@pytest.mark.parametrize(("on", "off"), [(20, 100), (3, 300), (1, 50), (7, 3), (1000, 40_000), (12, 570), (60, 200)])
@pytest.mark.parametrize("level", [0.90, 0.95])
class TestOnOff:
    TAU = 19

    def setting(self, on, off):
        contents = np.random.default_rng(on).multinomial(off, (np.arange(20) != 7) / self.TAU)
        contents[7] = on
        return result_of(contents, [7.5]), OnOff(on, off, self.TAU)

    def test_profile(self, on, off, level):
        result, known = self.setting(on, off)
        expected = known.where(known.q, stats.norm.ppf(level) ** 2)
        assert upper_limits(result, level, "profile").observed[0] == pytest.approx(expected, rel=1e-6)

    def test_cls(self, on, off, level):
        result, known = self.setting(on, off)
        expected = known.where(known.cls, 1 - level)
        assert upper_limits(result, level, "cls").observed[0] == pytest.approx(expected, rel=1e-5)

    def test_expected_cls(self, on, off, level):
        result, known = self.setting(on, off)
        asimov, n = known.asimov(), np.arange(-2, 3)
        heights = stats.norm.ppf(1 - (1 - level) * stats.norm.cdf(n)) + n
        expected = [asimov.where(lambda s: np.sqrt(asimov.q(s)), height) for height in heights]
        np.testing.assert_allclose(upper_limits(result, level, "cls").expected[0], expected, rtol=1e-6)


@METHODS
def test_deep_deficits_have_small_smooth_limits(method):
    """Both tail probabilities of CLs underflow below z = -37. Limits go on falling, nearly as 1 / |z|."""
    limits, z = np.empty((2, 24))
    for row, depth in enumerate(np.geomspace(0.01, 0.98, 24)):
        contents = np.full(200, 1e4)
        contents[95:105] = np.rint(1e4 * (1 - depth))
        result = result_of(contents, [5.0], width=0.2, order=1, ends=(0.0, 10.0))
        found = upper_limits(result, 0.9, method)
        assert found.n_failed == 0
        limits[row], z[row] = found.observed[0], result.z_local[0]
    assert -4 < z[0] < -2
    assert z[-1] < -350
    growth = np.exp(np.diff(np.log(limits * -z)))
    assert ((growth > 1) & (growth < 1.1)).all()


def test_an_expectation_has_its_median_limit():
    """The Asimov set of the background is the data: observed and median are one."""
    result = result_of(np.full(50, 37.25), [20.2, 30.0], width=1.0, order=1, asimov=True)
    found = upper_limits(result, 0.95)
    np.testing.assert_allclose(found.observed, found.expected[:, 2], rtol=1e-6)


@METHODS
def test_hypotheses_without_a_fit_have_no_limit(method):
    result = result_of(np.full(50, 40.0), [20.0, 25.0, 30.0], width=1.0, vetoes=((24.0, 26.0),))
    found = upper_limits(result, method=method)
    np.testing.assert_array_equal(np.isnan(found.observed), [False, True, False])
    np.testing.assert_array_equal(np.isnan(found.expected).all(axis=1), [False, True, False])
    assert result.status[1] == FitStatus.VETOED
    assert found.n_failed == 0


def test_what_is_returned():
    result = result_of(np.full(50, 40.0), [20.0, 25.0, 30.0], width=1.0)
    advances = []
    found = upper_limits(result, 0.95, "cls", progress=advances.append, threads=1)
    assert sum(advances) == 3
    assert found.observed.shape == (3,)
    assert found.expected.shape == (3, 5)
    assert (found.level, found.method, found.n_failed) == (0.95, "cls", 0)
    assert (found.test_statistic, found.sidedness) == ("q_tilde", "one-sided")
    without = upper_limits(result, 0.95, "cls", bands=False)
    np.testing.assert_array_equal(without.observed, found.observed)
    assert np.isnan(without.expected).all()
    assert without.n_failed == 0


def test_no_limits():
    result = result_of(np.full(50, 40.0), [20.0, 25.0], width=1.0)
    none = no_limits(result.mass.size, 0.9, "profile")
    assert np.isnan(none.observed).all()
    assert none.expected.shape == (2, 5)
    assert np.isnan(none.expected).all()
    assert (none.level, none.method, none.n_failed) == (0.9, "profile", 0)


@pytest.mark.parametrize("level", [1.5, 90, 0.5, 0.1, 0, 1, -0.9, np.nan])
def test_levels_that_are_none(level):
    result = result_of(np.full(10, 4.0), [5.0], width=1.0)
    words = rf"level of the limit: got {level}; allowed: a fraction between 0.5 and 1. Write 0.90 for 90 %"
    with pytest.raises(InputError, match=words):
        upper_limits(result, level)
    with pytest.raises(InputError, match=words):
        check_level(level)


def test_a_method_there_is_not():
    result = result_of(np.full(10, 4.0), [5.0], width=1.0)
    with pytest.raises(InputError, match="method of the limit: got bayesian; allowed: cls, profile, bayes"):
        upper_limits(result, 0.9, "bayesian")
