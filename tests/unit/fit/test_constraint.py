"""The algebra of quadratic terms, on matrices drawn at random."""

import numpy as np
import pytest

from gloam.fit import Constraint

B, K = 3, 4


def drawn(seed=1):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(B, K, K))
    precision = np.moveaxis(root @ root.transpose(0, 2, 1), 0, 2)
    return Constraint(rng.normal(size=(B, K)), precision, rng.normal(size=(K, B)), rng.normal(size=(K, B)))


def test_diagonal_is_a_sum_of_squared_pulls():
    mean, error = np.arange(6.0).reshape(2, 3), np.array([[1.0, 2.0, np.inf], [0.5, np.inf, 4.0]])
    theta = np.array([[1.0, -1.0, 9.0], [0.0, 100.0, 1.0]])
    constraint = Constraint.diagonal(mean, error)
    np.testing.assert_allclose(constraint.value(theta), 0.5 * (((theta - mean) / error) ** 2).sum(axis=1), rtol=1e-15)
    np.testing.assert_allclose(constraint.slope(theta).T, (theta - mean) / error**2, rtol=1e-15)


def test_slope_and_bend_are_the_derivatives_of_the_value():
    """The value is a quadratic form: central differences are exact but for rounding."""
    constraint, rng = drawn(), np.random.default_rng(2)
    theta, step = rng.normal(size=(2, B, K))
    above, at, below = (constraint.value(theta + sign * step) for sign in (1, 0, -1))
    np.testing.assert_allclose(np.einsum("kb,bk->b", constraint.slope(theta), step), 0.5 * (above - below), atol=1e-12)
    np.testing.assert_allclose(constraint.bend(step), above - 2 * at + below, atol=1e-12)


def test_row_by_row_it_is_the_matrix_expression():
    constraint, theta = drawn(), np.random.default_rng(3).normal(size=(B, K))
    for row in range(B):
        d, p, g = theta[row] - constraint.origin[row], constraint.precision[:, :, row], constraint.gradient[:, row]
        assert constraint.value(theta)[row] == pytest.approx(0.5 * d @ p @ d + g @ d, rel=1e-13)
        np.testing.assert_allclose(constraint.slope(theta)[:, row], p @ d + g, rtol=1e-12)


def test_rows_taken_are_those_of_the_whole():
    constraint, theta, rows = drawn(), np.random.default_rng(4).normal(size=(B, K)), np.array([2, 0, 2])
    part = constraint.take(rows)
    np.testing.assert_allclose(part.value(theta[rows]), constraint.value(theta)[rows], rtol=1e-13)
    np.testing.assert_allclose(part.slope(theta[rows]), constraint.slope(theta)[:, rows], rtol=1e-13)
    np.testing.assert_array_equal(part.cross, constraint.cross[:, rows])


def test_around_measured_values_it_vanishes_there_with_its_slope():
    theta = np.random.default_rng(5).normal(size=(B, K))
    moved = drawn().around(theta)
    assert (moved.value(theta) == 0).all()
    assert (moved.slope(theta) == 0).all()
    np.testing.assert_array_equal(moved.precision, drawn().precision)
