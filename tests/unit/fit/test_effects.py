"""The tangent of the expectation against finite differences of the expectation itself."""

import numpy as np
import pytest

from gloam.fit import (
    KINK,
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    Point,
    Problem,
    RowDesign,
    TemplateSpread,
    tangent_problem,
)
from gloam.fit.tangent import point_at

B, M, K, N = 3, 7, 2, 3
STEP = 1e-4
KNOWN = K


def drawn(seed=0, spreads=False):
    """Effects of every kind on the signal, on a floating and on a known template."""
    rng = np.random.default_rng(seed)
    matrix, signal = rng.uniform(0.5, 2, (B, M, K)), rng.uniform(0, 1, (B, M))
    offset = rng.uniform(0.5, 1, (B, M))

    def change():
        return rng.normal(0, 0.1, (B, M))

    effects = (
        Effect(0, SIGNAL, change(), True),
        Effect(1, SIGNAL, change(), False),
        Effect(0, 1, change(), True),
        Effect(2, 1, change(), True),
        Effect(1, 1, change(), False),
        Effect(2, KNOWN, change(), True),
        Effect(1, KNOWN, change(), False, change()),
    )
    templates = {SIGNAL: signal, 1: matrix[:, :, 1].copy(), KNOWN: offset}
    errors = (TemplateSpread(1, rng.uniform(0.1, 0.2, (B, M))),) if spreads else ()
    problem = Problem(
        rng.poisson(10.0, (B, M)).astype(float), RowDesign(matrix), signal, offset=offset,
        constraint=Constraint.diagonal(np.zeros((B, K + N)), np.ones((B, K + N))),
        effects=Effects(N, K, effects, templates, errors),
    )  # fmt: skip
    theta = np.concatenate([rng.uniform(2, 4, (B, K)), rng.uniform(0.2, 0.8, (B, N)) * [1, -1, 1]], axis=1)
    return problem, theta, rng.uniform(1, 3, B)


def tangent_of(problem, theta, s, residual):
    return problem.effects.tangent(problem.design.dense(B), problem.signal, theta, s, residual)


def moved(problem, theta, s, **steps):
    """The expectation with parameters moved by a number of steps."""
    theta, s = theta.copy(), s.copy()
    for name, steps_ in steps.items():
        if name == "signal":
            s += steps_ * STEP
        else:
            theta[:, int(name[1:])] += steps_ * STEP
    return problem.expected(theta, s)


def test_first_derivatives():
    """Central differences of a step h have an error of h^2 / 6 of third derivatives, which are below 1 here."""
    problem, theta, s = drawn()
    tangent = tangent_of(problem, theta, s, np.zeros((B, M)))
    for i in range(K + N):
        numeric = (moved(problem, theta, s, **{f"t{i}": 1}) - moved(problem, theta, s, **{f"t{i}": -1})) / (2 * STEP)
        ours = tangent.background[:, :, i] if i < K else tangent.nuisances[i - K]
        np.testing.assert_allclose(ours, numeric, atol=1e-8)
    numeric = (moved(problem, theta, s, signal=1) - moved(problem, theta, s, signal=-1)) / (2 * STEP)
    np.testing.assert_allclose(tangent.signal, numeric, atol=1e-8)


def mixed(problem, theta, s, one, two):
    """The mixed second derivative of the expectation; its rounding is 1e-15 / h^2 = 1e-7."""
    if one == two:
        ends = [moved(problem, theta, s, **{one: k}) for k in (1, 0, -1)]
        return (ends[0] - 2 * ends[1] + ends[2]) / STEP**2
    corners = [moved(problem, theta, s, **{one: k, two: j}) for k, j in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    return (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * STEP**2)


def test_second_derivatives_contracted_with_a_residual():
    problem, theta, s = drawn()
    residual = np.random.default_rng(9).normal(size=(B, M))
    tangent = tangent_of(problem, theta, s, residual)
    for i in range(K + N):
        cross = np.vecdot(residual, mixed(problem, theta, s, f"t{i}", "signal"))
        np.testing.assert_allclose(tangent.cross[i], cross, atol=1e-5)
        for j in range(K + N):
            bend = np.vecdot(residual, mixed(problem, theta, s, f"t{i}", f"t{j}"))
            np.testing.assert_allclose(tangent.bend[i, j], bend, atol=1e-5)


def test_the_tangent_problem_touches():
    """Expectation, -ln L and its slope are those of the problem where it was made."""
    problem, theta, s = drawn()
    at = point_at(problem, theta, s)
    linear = tangent_problem(problem, theta, s, at)
    np.testing.assert_allclose(linear.expected(theta, s), at.expected, rtol=1e-13)
    assert linear.effects is None
    step = np.random.default_rng(3).normal(0, 1e-6, theta.shape)

    def change(which):
        ends = [Point(which.expected(t, s), which.penalty(t, s, at.expected)) for t in (theta + step, theta - step)]
        mu, penalty = (ends[0].expected, ends[1].expected), ends[0].penalty - ends[1].penalty
        return (mu[0] - mu[1] - which.counts * np.log(mu[0] / mu[1])).sum(axis=1) + penalty

    np.testing.assert_allclose(change(linear), change(problem), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("alpha", [-2.0, -0.7, 0.0, 0.01, 1.3])
def test_each_side_takes_its_own_change(alpha):
    above, below = np.full((1, 2), 3.0), np.full((1, 2), 5.0)
    content = np.full((1, 2), 10.0)
    effects = Effects(1, 0, (Effect(0, SIGNAL, above, False, below, KINK),), {SIGNAL: content})
    expected = 10 + alpha * (3 if alpha >= 0 else 5)
    found = effects.template(SIGNAL, np.array([[alpha]]))
    np.testing.assert_allclose(found, expected, atol=(0.002 * 2 if abs(alpha) < KINK else 1e-12))


@pytest.mark.parametrize("join", [1.0, KINK])
@pytest.mark.parametrize("x", [-1.0, -0.4, 0.0, 0.3, 1.0, 2.0])
def test_sides_are_joined_twice_differentiably(join, x):
    """At the joints the polynomial has the value and slope of the line, and no curvature (pyhf's code 4p)."""
    effect = Effect(0, SIGNAL, np.array([[3.0]]), False, np.array([[5.0]]), join)
    value, slope, curvature = (float(each[0, 0]) for each in effect.at(np.array([[x * join]])))
    step = 1e-5 * join
    ends = [[float(each[0, 0]) for each in effect.at(np.array([[x * join + k * step]]))] for k in (-1, 1)]
    assert slope == pytest.approx((ends[1][0] - ends[0][0]) / (2 * step), rel=1e-7)
    assert curvature == pytest.approx((ends[1][1] - ends[0][1]) / (2 * step), abs=2e-4 / join)
    if abs(x) >= 1:
        assert value == pytest.approx(x * join * (3 if x > 0 else 5), rel=1e-13)


def test_affine_are_morphs_of_the_signal_and_of_known_templates_alone():
    change = np.ones((1, 2))

    def is_affine(*effects, spreads=()):
        return Effects(1, 1, effects, {}, spreads).is_affine

    assert is_affine(Effect(0, SIGNAL, change, False), Effect(0, 1, change, False))
    assert not is_affine(Effect(0, SIGNAL, change, True))
    assert not is_affine(Effect(0, 0, change, False))
    assert not is_affine(Effect(0, SIGNAL, change, False, change))
    assert not is_affine(spreads=(TemplateSpread(0, change),))


@pytest.mark.parametrize("spreads", [False, True])
def test_rows_taken_are_those_of_the_whole(spreads):
    problem, theta, s = drawn(spreads=spreads)
    rows = np.array([2, 0])
    part = problem.take(rows)
    np.testing.assert_array_equal(part.expected(theta[rows], s[rows]), problem.expected(theta, s)[rows])
    if spreads:
        np.testing.assert_array_equal(part.spread_at(theta[rows]), problem.spread_at(theta)[rows])
    at = point_at(problem, theta, s)
    one = tangent_problem(part, theta[rows], s[rows], at.take(rows))
    other = tangent_problem(problem, theta, s, at).take(rows)
    for name in ("signal", "offset", "counts"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(one.constraint.precision, other.constraint.precision, rtol=1e-13, atol=1e-13)
