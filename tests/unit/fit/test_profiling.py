import numpy as np
import pytest

from gloam.fit import (
    FitStatus,
    Point,
    Problem,
    SharedDesign,
    covariance,
    crossing,
    is_distinct,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
)

from .fits import matrix_of, nll, peaks, problem_of

GOOD = (FitStatus.OK, FitStatus.BOUNDARY)
MEANS = [0.1, 0.5, 5.0, 300.0]


def fitted(problem):
    without = profile(problem, projected_start(problem), np.zeros(problem.size))
    return without, minimise(problem, without.theta, np.zeros(problem.size))


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("mean", MEANS)
def test_minima_are_certified_and_lower_than_their_neighbours(mean, rows):
    problem = problem_of(mean, size=30, rows=rows)
    without, free = fitted(problem)
    assert np.isin(free.status, GOOD).all()
    assert np.isin(without.status, GOOD).all()
    assert (free.gap <= 1e-11).all()
    assert (likelihood_difference(problem, free, without) <= 1e-10).all()
    random = np.random.default_rng(1)
    for size in (1e-3, 1e-1):
        theta = free.theta + size * random.normal(size=free.theta.shape)
        s = free.s + size * random.normal(size=30)
        mu = problem.expected(theta, s)
        inside = (mu > 0).all(axis=1)
        rise = likelihood_difference(problem, Point(np.where(inside[:, None], mu, 1), free.penalty), free)
        assert (rise[inside] >= -1e-10).all()


@pytest.mark.parametrize("mean", MEANS)
def test_a_start_outside_is_mended(mean):
    problem = problem_of(mean, size=8)
    _, free = fitted(problem)
    wild = np.tile([-5.0, 30.0, -7.0], (8, 1))
    again = minimise(problem, wild, np.full(8, -50.0))
    assert np.isin(again.status, GOOD).all()
    assert (np.abs(likelihood_difference(problem, again, free)) <= 1e-10).all()


@pytest.mark.parametrize("mean", [5.0, 300.0])
def test_slope_curvature_and_ridge_of_the_profile(mean):
    """Against differences of profiles; the derivatives belong to the last but one point, hence one more pass."""
    problem = problem_of(mean, size=6)
    _, free = fitted(problem)
    unit = 1 / np.sqrt(free.curvature)
    for shift in (-1.0, 0.5, 2.0):
        s, h = free.s + shift * unit, 0.02 * unit
        here = profile(problem, free.theta, s, 1e-13)
        here = profile(problem, here.theta, s, 1e-13)
        low, high = (profile(problem, here.theta, s + sign * h, 1e-13) for sign in (-1, 1))
        rise = likelihood_difference(problem, high, low)
        np.testing.assert_allclose(here.slope * unit, rise / (2 * h) * unit, rtol=3e-4, atol=3e-4)
        bend = likelihood_difference(problem, high, here) + likelihood_difference(problem, low, here)
        np.testing.assert_allclose(here.curvature, bend / h**2, rtol=3e-3)
        scale = np.abs(here.ridge).max()
        np.testing.assert_allclose(here.ridge, (high.theta - low.theta) / (2 * h)[:, None], atol=3e-3 * scale)
        assert (here.curvature <= here.information * (1 + 1e-12)).all()


def test_the_slope_vanishes_where_the_yield_is_free():
    problem = problem_of(50.0)
    _, free = fitted(problem)
    assert (free.slope == 0).all()
    at = profile(problem, free.theta, free.s)
    assert (np.abs(at.slope) / np.sqrt(at.curvature) < 1e-4).all()


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("rise", [0.5, 1.35, 8.0])
def test_crossing_is_where_nll_has_risen(mean, rise):
    problem = problem_of(mean, size=20)
    _, free = fitted(problem)
    found = crossing(
        problem, free.theta, free.s, Point.of(free), rise, guess=free.s + 1, ridge=np.zeros_like(free.theta)
    )
    assert found.found.all()
    assert (found.s > free.s).all()
    at = profile(problem, found.theta, found.s)
    # 1e-4 standard deviations, where the slope is sqrt(2 rise) of them
    found_rise = nll(problem, at.expected) - nll(problem, free.expected)
    np.testing.assert_allclose(found_rise, rise, atol=1e-4 * np.sqrt(2 * rise))


@pytest.mark.parametrize("guess", [1e-9, 1e-3, 1e3, 1e6])
def test_crossing_forgives_a_bad_guess(guess):
    problem = problem_of(0.2, size=20)
    _, free = fitted(problem)
    zero = np.zeros_like(free.theta)
    good = crossing(problem, free.theta, free.s, Point.of(free), 1.35, guess=free.s + 1, ridge=zero)
    found = crossing(problem, free.theta, free.s, Point.of(free), 1.35, guess=free.s + guess, ridge=zero)
    assert found.found.all()
    assert (np.abs(found.s - good.s) <= 1e-4 * (good.s - free.s)).all()


def test_crossing_takes_a_rise_for_each_row():
    problem = problem_of(20.0, size=3)
    _, free = fitted(problem)
    zero = np.zeros_like(free.theta)
    rises = np.array([0.5, 2.0, 4.5])
    found = crossing(problem, free.theta, free.s, Point.of(free), rises, guess=free.s + 1, ridge=zero)
    for i, rise in enumerate(rises):
        one = problem.take(slice(i, i + 1))
        alone = crossing(
            one, free.theta[i : i + 1], free.s[i : i + 1], Point.of(free).take([i]), rise,
            guess=free.s[i : i + 1] + 1, ridge=zero[i : i + 1],
        )  # fmt: skip
        assert alone.s[0] == pytest.approx(found.s[i], rel=1e-10)


def test_unused_bins_do_not_count():
    problem = problem_of(20.0, size=5)
    exposure = np.ones_like(problem.counts)
    exposure[:, 25:] = 0
    counts = np.where(exposure > 0, problem.counts, 0)
    padded = Problem(counts, problem.design, problem.signal, exposure)
    short = Problem(problem.counts[:, :25], SharedDesign(problem.design.matrix[:25]), problem.signal[:, :25])
    for one, other in zip(fitted(padded), fitted(short), strict=True):
        np.testing.assert_allclose(one.theta, other.theta, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(one.s, other.s, rtol=1e-6, atol=1e-6)
        assert (one.expected[:, 25:] == 1).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_fit_does_not_depend_on_its_neighbours(seed):
    """Alone and in a batch with starts outside, near-empty rows and rows that end on the boundary."""
    poor, rich = problem_of(0.1, size=15, seed=seed), problem_of(300.0, size=15, seed=seed)
    counts = np.concatenate([poor.counts, rich.counts])
    together = Problem(counts, rich.design, np.concatenate([poor.signal, rich.signal]))
    theta = np.tile([0.3, 0.05, 0.02], (30, 1))
    theta[::4] = [-1.0, 2.0, 0.0]
    # small but positive in a few bins: to be left alone, whatever the others need
    theta[1::4] = [300, (300 - 1e-3) * 30 / 29, 0.0]
    s = np.zeros(30)
    found = minimise(together, theta, s)
    for i in range(30):
        alone = minimise(together.take(np.array([i])), theta[i : i + 1], s[i : i + 1])
        assert alone.status[0] == found.status[i]
        if alone.status[0] == FitStatus.OK:
            assert alone.passes[0] == found.passes[i]
            assert alone.s[0] == pytest.approx(found.s[i], rel=1e-10, abs=1e-10)


def test_covariance_is_the_inverse_of_finite_differences():
    problem = problem_of(100.0, size=2)
    _, free = fitted(problem)
    matrix = covariance(problem, free)
    for i in range(2):
        full = np.column_stack([problem.design.matrix, problem.signal[i]])
        mu = full @ np.r_[free.theta[i], free.s[i]]
        hessian = np.empty((4, 4))
        for j in range(4):
            step = np.zeros(4)
            step[j] = 1e-3
            up, down = (full.T @ (1 - problem.counts[i] / (mu + sign * full @ step)) for sign in (1, -1))
            hessian[j] = (up - down) / 2e-3
        np.testing.assert_allclose(matrix[i], np.linalg.inv(hessian), rtol=1e-5)
        # it belongs to the minimum, the curvature to the point before the last step
        assert matrix[i, -1, -1] == pytest.approx(1 / free.curvature[i], rel=1e-2)


def test_a_signal_that_the_background_imitates_is_not_distinct():
    matrix = matrix_of()
    line = 2 + np.arange(30) / 30
    problem = Problem(np.full((2, 30), 3.0), SharedDesign(matrix), np.stack([line, peaks(1)[0]]))
    assert is_distinct(problem).tolist() == [False, True]


def test_no_counts_at_all():
    problem = problem_of(20.0, size=3).with_counts(np.zeros((3, 30)))
    without, free = fitted(problem)
    assert np.isin(free.status, GOOD).all()
    np.testing.assert_allclose(nll(problem, free.expected), 0, atol=1e-10)
    np.testing.assert_allclose(nll(problem, without.expected), 0, atol=1e-10)
    np.testing.assert_allclose(free.s, 0, atol=1e-6)


def test_asimov_counts_return_their_parameters():
    problem = problem_of(20.0, size=3)
    theta, s = np.tile([9.0, -2.0, 0.5], (3, 1)), np.array([-5.0, 0.0, 12.0])
    imagined = problem.with_counts(problem.expected(theta, s))
    _, free = fitted(imagined)
    np.testing.assert_allclose(free.theta, theta, atol=1e-4)
    assert (np.abs(free.s - s) * np.sqrt(free.curvature) < 5e-6).all()
    assert (free.status == FitStatus.OK).all()
