"""Second derivatives against numerical ones, the information, and fits with the sign of the yield turned around."""

import numpy as np
import pytest

from gloam.fit import Constraint, Point, Problem, RowDesign, covariance, minimise, profile
from gloam.fit.determinant import background_curvature, expected_information, log_determinant
from gloam.fit.effects import SIGNAL, Effect, Effects
from gloam.fit.mirror import mirrored
from gloam.fit.tangent import point_at

from .fits import problem_of


def test_the_determinant_is_that_of_the_covariance_without_the_yield():
    problem = problem_of(mean=30.0)
    found = minimise(problem, np.tile([30.0, 0.0, 0.0], (4, 1)), np.zeros(4))
    whole = np.linalg.inv(covariance(problem, found))
    np.testing.assert_allclose(log_determinant(problem, found), np.linalg.slogdet(whole[:, :3, :3])[1], rtol=1e-6)


def test_a_constraint_adds_its_precision():
    problem = problem_of(mean=30.0, order=1)
    constrained = Problem(
        problem.counts, problem.design, problem.signal,
        constraint=Constraint.diagonal(np.zeros((4, 2)), np.tile([np.inf, 0.5], (4, 1))),
    )  # fmt: skip
    theta, s = np.tile([30.0, -3.0], (4, 1)), np.ones(4)
    at = point_at(problem, theta, s)
    difference = background_curvature(constrained, theta, s, at) - background_curvature(problem, theta, s, at)
    np.testing.assert_allclose(difference, np.tile(np.diag([0.0, 4.0]), (4, 1, 1)), atol=1e-12)


def test_the_information_is_the_curvature_on_an_asimov_set():
    problem = problem_of(mean=30.0)
    found = profile(problem, np.tile([30.0, 0.0, 0.0], (4, 1)), np.full(4, 5.0))
    imagined = problem.asimov(found.theta, found.s, found.expected)
    again = profile(imagined, found.theta, found.s)
    known, left = expected_information(problem, found)
    np.testing.assert_allclose(known, again.information, rtol=1e-6)
    np.testing.assert_allclose(left, again.curvature, rtol=1e-6)
    assert (left < known).all()


def test_an_empty_problem_has_the_determinant_of_nothing():
    problem = Problem(np.ones((2, 1)), RowDesign(np.zeros((2, 1, 0))), np.ones((2, 1)), offset=np.ones((2, 1)))
    found = profile(problem, np.zeros((2, 0)), np.ones(2))
    np.testing.assert_array_equal(log_determinant(problem, found), [0.0, 0.0])


@pytest.mark.parametrize("is_factor", [True, False])
def test_mirrored_fits_have_the_same_likelihood(is_factor):
    problem = problem_of(mean=30.0, order=1)
    change = 0.1 * np.ones_like(problem.signal) if is_factor else 0.2 * np.roll(problem.signal, 1, axis=1)
    effects = Effects(1, 2, (Effect(0, SIGNAL, change, is_factor),), {SIGNAL: problem.signal})
    whole = Problem(
        problem.counts, problem.design, problem.signal, effects=effects,
        constraint=Constraint.diagonal(np.zeros((4, 3)), np.tile([np.inf, np.inf, 1.0], (4, 1))),
    )  # fmt: skip
    theta, s = np.tile([30.0, -3.0, 0.4], (4, 1)), np.array([-4.0, 0.0, 3.0, 20.0])
    np.testing.assert_allclose(mirrored(whole).expected(theta, -s), whole.expected(theta, s), rtol=1e-13)
    there, back = profile(mirrored(whole), theta, -s), profile(whole, theta, s)
    np.testing.assert_allclose(there.expected, back.expected, rtol=1e-5)
    np.testing.assert_allclose(there.slope, -back.slope, atol=1e-4)
    np.testing.assert_allclose(Point.of(there).penalty, back.penalty, atol=1e-5)
