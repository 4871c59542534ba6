"""Log-normal and Gaussian factors on the signal yield, integrated out of a finished posterior."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import gloam
from gloam.models import YieldNuisance, resolution_nuisance
from gloam.scans import batches
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import bayesian, upper_limits
from gloam.statistics.posterior import Posterior, Support, quantile_of
from gloam.statistics.signal_factor import factor_error, smeared


def of_a_count(n, factor, normal=False):
    """The posterior of a Poisson mean after n events without background, flat prior; 129 nodes in ln y."""
    spread = np.sqrt(n + 1)
    low, high = max(n - 8 * spread, 1e-5), n + 12 * spread + 16
    support = Support(np.array([low]), np.array([high]), np.array([0.0]), np.array([factor]), normal)
    y = support.nodes(129)
    return Posterior(support, n * np.log(y) - y)


def exact_quantile(n, factor, probability, normal=False):
    """By quadrature over the factor: P(s < x) is the mean of P(y < x c) / c, normalised by that of 1 / c."""
    from scipy.special import gammainc

    def mean(function):
        def integrand(a):
            c = 1 + factor * a if normal else np.exp(factor * a)
            return function(c) / c * np.exp(-0.5 * a * a)

        reach = 6 if normal else 9
        return quad(integrand, -reach, reach, limit=400)[0]

    total = mean(lambda _: 1.0)

    def excess(log_x):
        return mean(lambda c: gammainc(n + 1, np.exp(log_x) * c)) / total - probability

    return np.exp(brentq(excess, np.log(1e-3), np.log(1e5), xtol=1e-10))


@pytest.mark.parametrize("n", [0, 3, 100])
@pytest.mark.parametrize("factor", [0.05, 0.18, np.log(2)])
def test_a_count_with_an_uncertain_efficiency(n, factor):
    found = float(quantile_of(smeared(of_a_count(n, factor)), 0.9)[0])
    assert found == pytest.approx(exact_quantile(n, factor, 0.9), rel=2e-4)


@pytest.mark.parametrize("n", [0, 3, 100])
@pytest.mark.parametrize("factor", [0.027, 0.15])
def test_a_count_with_a_gaussian_efficiency(n, factor):
    found = float(quantile_of(smeared(of_a_count(n, factor, normal=True)), 0.9)[0])
    assert found == pytest.approx(exact_quantile(n, factor, 0.9, normal=True), rel=2e-4)


def test_without_a_factor_nothing_happens():
    posterior = of_a_count(3, 0.1)
    plain = Posterior(
        Support(posterior.support.low, posterior.support.high, posterior.support.shift), posterior.log_density
    )
    assert smeared(plain) is plain


@pytest.fixture(scope="module")
def scan():
    axis = uniform_axis(0.0, 1.0, bins=50)
    peak = 40 * np.exp(-0.5 * ((axis.centers - 0.5) / 0.03) ** 2)
    counts = np.random.default_rng(7).poisson(60.0 + peak).astype(float)

    def fitted(*nuisances):
        spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
        return gloam.scan(spectrum, gloam.Gaussian(0.03), gloam.Polynomial(1), [0.3, 0.5], 20, nuisances=nuisances)

    return fitted


@pytest.mark.parametrize("constraint", ["lognormal", "gaussian"])
def test_it_agrees_with_laplaces_integral_over_the_factor(scan, monkeypatch, constraint):
    """Laplace's integral over the nuisance parameter itself is good to 1.5e-2 standard deviations."""
    result = scan(*(YieldNuisance(name, size, constraint=constraint) for name, size in (("a", 0.12), ("b", 0.05))))
    quick = upper_limits(result, 0.9, "bayes")
    monkeypatch.setattr(bayesian, "factor_error", lambda _: None)
    direct = upper_limits(result, 0.9, "bayes")
    np.testing.assert_allclose(quick.observed, direct.observed, atol=1.5e-2 * result.n_sig_err.max())
    np.testing.assert_allclose(quick.expected[:, 2], direct.expected[:, 2], atol=1.5e-2 * result.n_sig_err.max())


def test_sizes_add_in_quadrature_and_differ_from_mass_to_mass(scan):
    ln = np.log1p
    together = upper_limits(scan(YieldNuisance("a", 0.12), YieldNuisance("b", 0.05)), 0.9, "bayes").observed
    one = scan(YieldNuisance("c", float(np.expm1(np.hypot(ln(0.12), ln(0.05))))))
    np.testing.assert_allclose(together, upper_limits(one, 0.9, "bayes").observed, rtol=1e-9)
    rising = upper_limits(scan(YieldNuisance("c", lambda m: np.where(m < 0.4, 0.0, 0.3))), 0.9, "bayes").observed
    plain = upper_limits(scan(), 0.9, "bayes").observed
    assert rising[0] == pytest.approx(plain[0], rel=1e-4)
    assert rising[1] > 1.1 * plain[1]


@pytest.mark.parametrize("nuisances", [
    (YieldNuisance("a", 0.05), YieldNuisance("b", 0.05, constraint="gaussian")),
    (YieldNuisance("a", 0.2, constraint="gaussian"),),
    (resolution_nuisance("resolution", gloam.Gaussian(0.03), 0.1),),
], ids=["both kinds", "a large Gaussian", "a shape"])  # fmt: skip
def test_other_effects_are_integrated_with_the_background(scan, nuisances):
    problem = next(iter(batches(scan(*nuisances).setup))).problem()
    assert factor_error(problem) is None


def test_gaussian_factors_add_in_quadrature(scan):
    sizes = {"luminosity": 0.014, "tracking": 0.014, "identification": 0.0115, "correction": 0.01, "veto": 0.01}
    nuisances = [YieldNuisance(name, size, constraint="gaussian") for name, size in sizes.items()]
    error, normal = factor_error(next(iter(batches(scan(*nuisances).setup))).problem())
    assert normal
    np.testing.assert_allclose(error, 0.0269, atol=5e-5)  # 2.69 % of arXiv:2109.08596
