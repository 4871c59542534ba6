import numpy as np
import pytest

from gloam.fit import FitStatus, minimise, projected_start
from gloam.fit.certificate import interior_gap, newton_gap
from gloam.fit.direction import direction

from .fits import nll, problem_of


def newton_step(problem, theta, s):
    mu = problem.expected(theta, s)
    towards = direction(
        problem.design, problem.signal, problem.counts / mu**2, problem.counts / mu - problem.weight, np
    )
    ds = -towards.slope / towards.curvature
    return theta + towards.step + towards.ridge * ds[:, None], s + ds


@pytest.mark.parametrize("mean", [3.0, 20.0, 200.0])
@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_newton_gap_bounds_the_distance_from_the_minimum(mean, scale):
    """After one full step from somewhere near; also for fractional counts, which are not self-concordant."""
    problem = problem_of(mean, size=200)
    counts = np.maximum(problem.counts, 0.5) * scale
    problem = problem.with_counts(counts)
    start = projected_start(problem)
    best = minimise(problem, start, np.zeros(200), tol=1e-13)
    random = np.random.default_rng(4)
    theta = best.theta + random.normal(size=best.theta.shape) * np.sqrt(mean * scale) * 0.1
    s = best.s + random.normal(size=200) * 0.2 / np.sqrt(best.curvature)
    inside = (problem.expected(theta, s) > 0).all(axis=1)
    after = newton_step(problem, theta, s)
    mu = problem.expected(theta, s)
    gap, _ = newton_gap(problem.counts, problem.change(after[0] - theta, after[1] - s) / mu)
    bounded = inside & np.isfinite(gap)
    assert bounded.sum() > 100
    reached = np.where(bounded[:, None], problem.expected(*after), 1)
    distance = nll(problem, reached) - nll(problem, best.expected)
    assert (distance[bounded] <= gap[bounded] * (1 + 1e-9) + 1e-10).all()
    # and it is no idle bound: within a factor of ten or so of the truth where that can be told from rounding
    told = bounded & (distance > 1e-9)
    assert told.any()
    assert np.median(gap[told] / distance[told]) < 30


def test_newton_gap_promises_nothing_after_a_step_that_may_leave():
    counts = np.array([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0]])
    relative = np.array([[0.1, -1.0], [1.0, 0.1], [0.1, -0.5]])
    gap, reach = newton_gap(counts, relative)
    assert np.isinf(gap).tolist() == [True, True, False]
    assert (reach >= np.abs(relative).max(axis=1)).all()


def test_newton_gap_formula():
    gap, _ = newton_gap(np.array([[4.0, 9.0]]), np.array([[0.1, -0.2]]))
    exact = sum(n * (-t * t - np.log(1 - t * t)) for n, t in ((4, 0.1), (9, 0.2)))
    assert exact <= gap[0] <= 1.05 * exact


@pytest.mark.parametrize("seed", range(5))
def test_interior_gap_bounds_the_distance_from_the_minimum(seed):
    problem = problem_of(0.15, size=50, seed=seed)
    best = minimise(problem, projected_start(problem), np.zeros(50), tol=1e-12)
    assert (best.status == FitStatus.BOUNDARY).any()
    # dual points from the definition: z = e minus anything orthogonal to the model, here z = e itself
    mu = problem.expected(np.tile([0.3, 0.02, 0.01], (50, 1)), np.full(50, 0.05))
    gap = interior_gap(problem.counts, mu, np.ones_like(mu))
    distance = nll(problem, mu) - nll(problem, best.expected)
    assert (distance <= gap + 1e-11).all()
    assert (distance >= -1e-11).all()


def test_interior_gap_is_zero_at_a_minimum_and_counts_empty_bins():
    counts, mu = np.array([[2.0, 0.0]]), np.array([[2.0, 1e-3]])
    assert interior_gap(counts, mu, np.array([[1.0, 0.5]]))[0] == pytest.approx(0.5e-3)
    assert interior_gap(counts, mu, np.array([[1.0, 1e-30]]))[0] == pytest.approx(0, abs=1e-30)
