"""Sequences of tangent problems: closed forms, kinks, and cases in which one tangent has no minimum."""

import numpy as np
import pytest

from gloam.fit import (
    KINK,
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    Problem,
    RowDesign,
    SharedDesign,
    covariance,
    is_certified,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
)

ONE = np.ones((1, 1))
NONE = np.zeros(1)


def counting(count, background, error, kappa=None):
    """One bin with a known background of a Gaussian error, and a signal with a log-normal efficiency."""
    offset = background * ONE
    effects = [Effect(0, 0, error * ONE, False)]
    templates = {0: offset}
    if kappa is not None:
        effects.append(Effect(1, SIGNAL, np.log(kappa) * ONE, True))
        templates[SIGNAL] = ONE
    nuisances = len(effects)
    return Problem(
        count * ONE, RowDesign(np.zeros((1, 1, 0))), ONE, offset=offset,
        constraint=Constraint.diagonal(np.zeros((1, nuisances)), np.ones((1, nuisances))),
        effects=Effects(nuisances, 0, tuple(effects), templates),
    )  # fmt: skip


def test_background_with_a_gaussian_error_in_closed_form():
    """At s = 0, 1 - n / (b + sigma a) = -a / sigma is a quadratic equation for the pull a."""
    n, b, sigma = 130.0, 100.0, 12.0
    fit = profile(counting(n, b, sigma), np.zeros((1, 1)), NONE)
    # mu^2 - (b - sigma^2) mu - sigma^2 n = 0
    mu = 0.5 * (b - sigma**2 + np.sqrt((b - sigma**2) ** 2 + 4 * sigma**2 * n))
    assert fit.expected[0, 0] == pytest.approx(mu, rel=1e-9)
    assert fit.theta[0, 0] == pytest.approx((mu - b) / sigma, rel=1e-8)


def test_the_free_yield_is_the_excess_and_its_error_adds_in_quadrature():
    n, b, sigma, kappa = 130.0, 100.0, 12.0, 1.2
    problem = counting(n, b, sigma, kappa)
    fit = minimise(problem, np.zeros((1, 2)), NONE)
    assert fit.s[0] == pytest.approx(n - b, rel=1e-6)
    np.testing.assert_allclose(fit.theta, 0.0, atol=1e-6)
    error = np.sqrt(covariance(problem, fit)[0, -1, -1])
    assert error == pytest.approx(np.sqrt(n + sigma**2 + ((n - b) * np.log(kappa)) ** 2), rel=1e-6)


def test_a_minimum_at_a_kink():
    """An effect that can only raise the expectation stays at 0 where the data lie below it."""
    offset, up, down = 100.0 * ONE, 10.0 * ONE, -10.0 * ONE
    problem = Problem(
        80.0 * ONE, RowDesign(np.zeros((1, 1, 0))), ONE, offset=offset,
        constraint=Constraint.diagonal(NONE[:, None], ONE),
        effects=Effects(1, 0, (Effect(0, 0, up, False, down, KINK),), {0: offset}),
    )  # fmt: skip
    fit = profile(problem, np.zeros((1, 1)), NONE)
    assert is_certified(fit.status).all()
    assert abs(fit.theta[0, 0]) <= KINK


@pytest.mark.parametrize("slope", [-1.5, -0.8, 0.9, 2.0])
def test_steep_exponentials_from_a_flat_start(slope):
    """The first tangent is concave a step away; the fit to an Asimov set has the slope it was made with."""
    x = np.linspace(-1, 1, 30)
    flat = np.ones((1, 30))
    signal = np.exp(-0.5 * ((x - 0.2) / 0.1) ** 2)[None]
    problem = Problem(
        25 * np.exp(slope * x)[None], SharedDesign(np.ones((30, 1))), signal,
        effects=Effects(1, 1, (Effect(0, 0, x[None], True),), {0: flat}),
    )  # fmt: skip
    fit = minimise(problem, projected_start(problem), NONE)
    assert is_certified(fit.status).all()
    np.testing.assert_allclose(fit.theta[0], [25.0, slope], rtol=1e-5)


def test_no_upward_column_beside_empty_bins():
    """A known background of few events and nothing that floats: no division by the height of nothing."""
    x = np.linspace(-1, 1, 20)
    offset = np.full((1, 20), 0.05)
    signal = np.exp(-0.5 * (x / 0.1) ** 2)[None]
    counts = np.zeros((1, 20))
    counts[0, [3, 15]] = 1
    problem = Problem(
        counts, RowDesign(np.zeros((1, 20, 0))), signal, offset=offset,
        constraint=Constraint.diagonal(NONE[:, None], ONE),
        effects=Effects(1, 0, (Effect(0, 0, np.full((1, 20), np.log(1.2)), True),), {0: offset}),
    )  # fmt: skip
    fit = minimise(problem, projected_start(problem), NONE)
    assert is_certified(fit.status).all()
    # the yield stops where the expectation vanishes under the peak, in an empty bin
    assert fit.expected[0].min() < 1e-9


def test_an_asimov_set_is_fitted_with_q_of_zero():
    """Counts and control measurements as predicted: the parameters come back, and nothing is gained by a signal."""
    x = np.linspace(-1, 1, 25)
    signal, template = 30 * np.exp(-0.5 * (x / 0.15) ** 2)[None], np.exp(-x)[None]
    matrix = np.stack([np.ones(25), template[0]], axis=1)[None]
    effects = (
        Effect(0, SIGNAL, np.full((1, 25), 0.2), True), Effect(1, SIGNAL, 0.1 * x * signal, False),
        Effect(0, 1, 0.1 * x * template, False),
    )  # fmt: skip
    error = np.array([[np.inf, np.inf, 1.0, 1.0]])
    problem = Problem(
        np.random.default_rng(2).poisson(20, (1, 25)).astype(float), RowDesign(matrix), signal,
        constraint=Constraint.diagonal(np.zeros((1, 4)), error),
        effects=Effects(2, 2, effects, {SIGNAL: signal, 1: template}),
    )  # fmt: skip
    theta, s = np.array([[10.0, 7.0, 0.6, -0.4]]), np.array([0.7])
    imagined = problem.asimov(theta, s, problem.expected(theta, s))
    fit = minimise(imagined, projected_start(imagined), NONE)
    np.testing.assert_allclose(fit.theta, theta, rtol=0, atol=2e-5)
    assert fit.s[0] == pytest.approx(0.7, abs=1e-5 * 1 / np.sqrt(fit.curvature[0]) + 1e-6)
    fixed = profile(imagined, theta, s)
    assert abs(2 * likelihood_difference(imagined, fixed, fit)[0]) <= 1e-10
