"""Bayesian limits against closed forms, published numbers and importance sampling that shares no code with gloam."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2

from gloam.scans import fit_scan
from gloam.statistics import Prior, upper_limits
from gloam.statistics.bayesian import posterior_estimates
from gloam.statistics.posterior import quantile_of, shortest_interval

from .counting import best_of, card, card_tail, known, on_off, on_off_tail
from .declared import hypothesis, scan_of, some
from .marginal import Marginal

pytestmark = pytest.mark.validation

TAU = 1e9
"""Size of the control bin that makes a background known: to b / sqrt(tau b), below 1e-4 here."""


def limits(problem, level, prior=Prior(), marginalisation="laplace"):  # noqa: B008 - a frozen value
    """The upper limits of on-off problems and their errors."""

    def upper(posterior):
        return quantile_of(posterior, level)[:, None]

    value, error = posterior_estimates(problem, *best_of(problem), upper, 1 - level, prior, marginalisation)
    return value[:, 0], error


class TestOneCount:
    """A Poisson count with a known background: the flat prior gives CLs exactly (Helene, Zech, Read)."""

    @pytest.mark.parametrize("level", [0.9, 0.95])
    def test_flat_prior(self, level):
        """1 - level = Q(n + 1, s + b) / Q(n + 1, b), Q a regularised incomplete gamma function (Helene)."""
        n = np.array([0, 1, 2, 5, 8, 30])
        for background in (0.5, 3.0, 20.0):
            below = chi2.sf(2 * background, 2 * (n + 1))
            exact = 0.5 * chi2.isf((1 - level) * below, 2 * (n + 1)) - background
            found, error = limits(on_off(n, background * TAU, TAU), level)
            assert (np.abs(found - exact) <= error + 1e-4).all()
            assert (error <= 1e-5 * (exact + 50)).all()  # of the range of s that is tabulated

    def test_published_flat(self):
        """No background: 90 % and 95 % for n = 0, 1, 3, 10; b = 3: n = 0, 2, 5."""
        n, published = [0, 1, 3, 10], {0.9: [2.3026, 3.8897, 6.6808, 15.4066], 0.95: [2.9957, 4.7439, 7.7537, 16.9622]}
        for level, limit in published.items():
            np.testing.assert_allclose(limits(on_off(n, 1, TAU), level)[0], limit, atol=5e-4)
        published = {0.9: [2.3026, 3.5228, 6.4371], 0.95: [2.9957, 4.4432, 7.6631]}
        for level, limit in published.items():
            np.testing.assert_allclose(limits(on_off([0, 2, 5], 3 * TAU, TAU), level)[0], limit, atol=2e-4)

    @pytest.mark.parametrize("form", ["jeffreys", "reference"])
    def test_published_jeffreys(self, form):
        """Both priors are 1 / sqrt(s) for a count without background."""
        for level, limit in {0.9: [1.3528, 3.1257], 0.95: [1.9207, 3.9074]}.items():
            np.testing.assert_allclose(limits(on_off([0, 1], 1, TAU), level, Prior(form))[0], limit, atol=5e-4)

    def test_published_shortest_intervals(self):
        problem = on_off([3], 1, TAU)
        for prior, ends in ((Prior(), [1.5531, 5.1483]), (Prior("logflat", (1e-9, 1e3)), [0.8643, 3.8545])):
            found, _ = posterior_estimates(
                problem, *best_of(problem), lambda p: shortest_interval(p, 0.6827), 0.1, prior
            )
            np.testing.assert_allclose(found[0], ends, atol=5e-4)

    @pytest.mark.parametrize(("low", "limit"), [(1e-1, 1.65), (1e-12, 0.09)])
    def test_published_flat_in_the_logarithm(self, low, limit):
        """n = 1, b = 1: the limit at 90 % depends on the lower end of the prior."""
        found, _ = limits(on_off([1], TAU, TAU), 0.9, Prior("logflat", (low, 1e3)))
        np.testing.assert_allclose(found, limit, atol=5e-3)


class TestKnownBackground:
    """The same without anything to fit beside the yield."""

    def limits(self, problem, level, prior=Prior()):  # noqa: B008 - a frozen value
        def upper(posterior):
            return quantile_of(posterior, level)[:, None]

        theta, s = np.zeros((problem.size, 0)), (problem.counts - problem.offset)[:, 0]
        return posterior_estimates(problem, theta, s, upper, 1 - level, prior)[0][:, 0]

    @pytest.mark.parametrize("background", [0.0, 1e-6, 0.5, 3.0, 200.0])
    @pytest.mark.parametrize("level", [0.9, 0.99])
    def test_flat_prior(self, level, background):
        n = np.array([0, 1, 3, 10, 250])
        below = chi2.sf(2 * background, 2 * (n + 1))
        exact = 0.5 * chi2.isf((1 - level) * below, 2 * (n + 1)) - background
        usable = below > 1e-10  # where the closed form has digits left
        found = self.limits(known(n, background), level)
        np.testing.assert_allclose(found[usable], exact[usable], rtol=3e-5)

    @pytest.mark.parametrize("form", ["jeffreys", "reference"])
    def test_jeffreys_prior(self, form):
        n = np.array([0, 1, 4])
        found = self.limits(known(n, 0.0), 0.95, Prior(form))
        np.testing.assert_allclose(found, 0.5 * chi2.ppf(0.95, 2 * n + 1), rtol=1e-4)


class TestLogNormalFactors:
    """Combine's simple counting card: signal 4.76 with a factor of 1.20, background 1.47 with one of 1.50."""

    CARD = (4.76, 1.20, 1.47, 1.50)

    def limit(self, on, marginalisation):
        def upper(posterior):
            return quantile_of(posterior, 0.95)[:, None]

        start = np.zeros((1, 2)), np.array([(on - 1.47) / 4.76])
        value, error = posterior_estimates(card(on, *self.CARD), *start, upper, 0.05, Prior(), marginalisation)
        return value[0, 0], error[0]

    @pytest.mark.parametrize("way", ["laplace", "exact"])
    def test_published(self, way):
        """r < 0.6726 at 95 %, from a Markov chain."""
        assert self.limit(0, way)[0] == pytest.approx(0.6726, rel=2e-3)

    @pytest.mark.parametrize("on", [0, 1, 3])
    def test_against_quadrature(self, on):
        exact = brentq(lambda r: card_tail(r, on, *self.CARD) - 0.05, 0, 20)
        sigma = 0.8 * np.sqrt(on + 1.0) / 4.76  # half the central 68 % of a Gamma density
        assert abs(self.limit(on, "laplace")[0] - exact) <= 1.5e-2 * sigma
        value, error = self.limit(on, "exact")
        assert abs(value - exact) <= 4 * error
        assert error <= 1e-3 * sigma


ON_OFF = [(4, 5, 5), (50, 55, 2), (0, 0, 1), (3, 0, 2), (20, 10, 0.1), (0, 6, 1), (1, 1, 1), (2, 30, 1)]


@pytest.mark.parametrize(("on", "off", "tau"), ON_OFF)
def test_a_background_from_a_second_count(on, off, tau):
    """The background integrated in closed form, also where it is bounded at zero."""
    exact = brentq(lambda s: on_off_tail(s, on, off, tau) - 0.1, 0, 1000)
    width = brentq(lambda s: on_off_tail(s, on, off, tau) - 0.16, 0, 1000)  # of at least half of them: limits are wider
    found, error = limits(on_off(on, off, tau), 0.9, marginalisation="exact")
    assert abs(found[0] - exact) <= 4 * error[0] + 1e-4 * exact
    assert error[0] <= 2e-3 * width
    quick, error = limits(on_off(on, off, tau), 0.9)
    assert abs(quick[0] - exact) <= 1.5e-2 * width


@pytest.mark.parametrize(
    ("level", "row", "draws"),
    [("full", 10, 4000), ("full", 400, 4000), ("tenth", 150, 8000), ("tenth", 420, 8000), ("hundredth", 5, 20_000)],
)
def test_against_importance_sampling(level, row, draws, record_property):
    scan = scan_of("W2", level)
    result = fit_scan(some(scan, [row]))
    sigma = result.n_sig_err[0]
    quick = upper_limits(result, 0.9, "bayes", bands=False)
    exact = upper_limits(result, 0.9, "bayes", bands=False, marginalisation="exact")
    low = max(result.n_sig[0] - 6 * sigma, 0.0)
    high = max(6 * sigma + max(result.n_sig[0], 0.0), (3 if level != "hundredth" else 6) * exact.observed[0])
    reference = Marginal(hypothesis("W2", scan, row), draws).limit(0.9, low, high)
    record_property("laplace", float(abs(quick.observed[0] - reference) / sigma))
    record_property("exact", float(abs(exact.observed[0] - reference) / sigma))
    assert abs(quick.observed[0] - reference) <= 1.5e-2 * sigma
    assert abs(exact.observed[0] - reference) <= 1e-3 * sigma + 3 * exact.error[0]
    assert exact.error[0] <= 1.1e-3 * sigma


@pytest.mark.parametrize("level", ["full", "tenth"])
def test_laplace_is_as_good_as_sampling(level):
    rows = np.arange(3, 502, 25)
    result = fit_scan(some(scan_of("W2", level), rows))
    quick = upper_limits(result, 0.95, "bayes", bands=False)
    exact = upper_limits(result, 0.95, "bayes", bands=False, marginalisation="exact")
    assert quick.n_failed == exact.n_failed == 0
    assert (np.abs(quick.observed - exact.observed) <= 1.5e-2 * result.n_sig_err).all()
