"""What holds for every fit with nuisance parameters, whatever they do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from gloam.fit import (
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    Minimum,
    Point,
    Problem,
    SharedDesign,
    TemplateSpread,
    is_certified,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
)
from gloam.fit.tangent import point_at

quick = settings(max_examples=12, deadline=None)
seeds = st.integers(0, 2**32 - 1)
levels = st.sampled_from([30.0, 3.0])
kinds = st.sampled_from(["efficiency", "morph", "template", "statistics"])
BINS, BATCH = 24, 6
EDGES = np.linspace(-1, 1, BINS + 1)
CENTRE = 0.5 * (EDGES[1:] + EDGES[:-1])


def peaks(position, width):
    return np.diff(ndtr((EDGES - position[:, None]) / width[:, None]), axis=1)


def problem_of(kind, seed, level):
    """A batch with one, two or three effects."""
    rng = np.random.default_rng(seed)
    position, width = rng.uniform(-0.4, 0.4, BATCH), rng.uniform(0.08, 0.15, BATCH)
    signal = peaks(position, width)
    template = np.exp(-CENTRE)
    effects = [Effect(0, SIGNAL, np.full((BATCH, BINS), np.log(1.15)), True)]
    if kind != "efficiency":
        effects.append(Effect(1, SIGNAL, 0.5 * (peaks(position, 1.2 * width) - peaks(position, 0.8 * width)), False))
    templates = {SIGNAL: signal}
    if kind in {"template", "statistics"}:
        templates[1] = np.tile(template, (BATCH, 1))
        effects.append(Effect(0, 1, np.tile(0.1 * template * CENTRE, (BATCH, 1)), False))
    spreads = (TemplateSpread(1, np.tile(0.1 * template, (BATCH, 1))),) if kind == "statistics" else ()
    nuisances = 1 + (kind != "efficiency")
    truth = level * (0.5 + 0.5 * template) + rng.uniform(0, 3, (BATCH, 1)) * np.sqrt(level * 6) * signal
    error = np.tile([np.inf, np.inf, *np.ones(nuisances)], (BATCH, 1))
    return Problem(
        rng.poisson(truth).astype(float), SharedDesign(np.stack([np.ones(BINS), template], axis=1)), signal,
        constraint=Constraint.diagonal(np.zeros(error.shape), error), upward=np.ones(2),
        effects=Effects(nuisances, 2, tuple(effects), templates, spreads),
    )  # fmt: skip


def fitted(problem: Problem) -> Minimum:
    return minimise(problem, projected_start(problem), np.zeros(problem.size))


@quick
@given(kinds, seeds, levels, st.permutations(range(BATCH)), st.integers(1, BATCH))
def test_fits_do_not_depend_on_what_else_is_in_the_batch(kind, seed, level, order, number):
    problem, rows = problem_of(kind, seed, level), np.array(order[:number])
    whole, part = fitted(problem), fitted(problem.take(rows))
    np.testing.assert_array_equal(whole.status[rows], part.status)
    difference = 2 * likelihood_difference(problem.take(rows), part, Point.of(whole).take(rows))
    np.testing.assert_allclose(difference, 0, rtol=0, atol=1e-9)


@quick
@given(kinds, seeds, levels, st.floats(-3, 0))
def test_no_parameters_nearby_are_better(kind, seed, level, power):
    problem = problem_of(kind, seed, level)
    fit = fitted(problem)
    assert is_certified(fit.status).all()
    rng = np.random.default_rng(seed)
    for _ in range(10):
        theta = fit.theta * (1 + 10**power * rng.normal(0, 0.1, fit.theta.shape)) + 10**power * rng.normal(
            0, 0.1, fit.theta.shape
        )
        s = fit.s + 10**power * rng.normal(0, 3, fit.s.shape)
        inside = np.flatnonzero((problem.expected(theta, s) > 0).all(axis=1))
        part = problem.take(inside)
        change = likelihood_difference(part, point_at(part, theta[inside], s[inside]), Point.of(fit).take(inside))
        assert (change >= -1e-9).all()


@quick
@given(kinds, seeds, levels)
def test_more_freedom_never_fits_worse(kind, seed, level):
    """-ln L falls from the fit without nuisance parameters to that with them, and from fixed yields to free ones."""
    problem = problem_of(kind, seed, level)
    none, nominal = np.zeros(problem.size), problem.nominal()
    background = profile(problem, projected_start(problem), none)
    without = profile(nominal, projected_start(nominal), none)
    start = Point(without.expected, without.penalty)
    assert (likelihood_difference(problem, background, start) <= 1e-9).all()
    assert (likelihood_difference(problem, fitted(problem), background) <= 1e-9).all()


@quick
@given(kinds, seeds, levels, st.floats(0.0, 2.0), st.floats(-1.5, 1.5))
def test_an_asimov_set_gives_back_what_it_was_made_from(kind, seed, level, strength, pull):
    problem = problem_of(kind, seed, level)
    background = profile(problem, projected_start(problem), np.zeros(problem.size))
    theta, s = background.theta.copy(), np.full(problem.size, strength * np.sqrt(6 * level))
    theta[:, 2] = pull
    at = point_at(problem, theta, s)
    inside = np.flatnonzero((problem.expected(theta, s) > 0).all(axis=1))
    imagined = problem.asimov(theta, s, at.expected).take(inside)
    fit = profile(imagined, theta[inside], s[inside])
    truth = point_at(imagined, theta[inside], s[inside])
    assert np.abs(likelihood_difference(imagined, truth, fit)) == pytest.approx(0, abs=1e-10)
    assert np.abs(fit.theta[:, 2] - pull) == pytest.approx(0, abs=2e-5)
