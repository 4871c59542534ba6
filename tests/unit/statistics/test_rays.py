"""Integrals along rays against closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from gloam.fit import Problem
from gloam.fit.constraint import Constraint
from gloam.fit.design import SharedDesign
from gloam.statistics.rays import directions, is_single, log_integrals, moments


def counting(counts, control):
    """Independent backgrounds, one in each bin: a product of Gamma densities."""
    counts = np.asarray([counts], float)
    bins = counts.shape[1]
    constraint = None if control is None else Constraint.diagonal(np.full((1, bins), control), np.ones((1, bins)))
    return Problem(counts, SharedDesign(np.eye(bins)), np.zeros_like(counts), constraint=constraint)


class TestDirections:
    @pytest.mark.parametrize("dimensions", [1, 2, 3, 6])
    def test_they_are_uniform_on_the_sphere(self, dimensions):
        found = directions(dimensions, 512, 4)
        np.testing.assert_allclose((found**2).sum(axis=2), 1.0, atol=1e-12)
        np.testing.assert_allclose(found.sum(axis=1), 0.0, atol=1e-10)  # opposites
        second = np.einsum("rnk,rnl->rkl", found, found) / found.shape[1]
        # plain random numbers would miss by up to 4 / sqrt(512)
        np.testing.assert_allclose(second, np.broadcast_to(np.eye(dimensions) / dimensions, second.shape), atol=0.02)

    def test_they_are_the_same_each_time(self):
        assert directions(3, 8, 2) is directions(3, 8, 2)
        assert (directions(3, 8, 2) != directions(3, 8, 2, "trial")).all()


class TestOneCoefficient:
    @pytest.mark.parametrize("count", [0, 1, 7, 400, 50_000])
    def test_a_gamma_density(self, count):
        """The integral of (b / c)^n e^(c - b) over b > 0."""
        centre, root = np.array([[count + 1.0]]), np.array([[[np.sqrt(count + 1.0)]]])
        problem = counting([count], None)
        logs = log_integrals(problem, centre, root, np.zeros(1), np.array([[1.0], [-1.0]]))
        found = np.exp(logs).sum() * root[0, 0, 0]
        # cut off at e^-18, and single precision of few counts
        assert found == pytest.approx(1 / gamma.pdf(count + 1.0, count + 1), rel=3e-4)
        assert is_single(problem)[0] == (count < 1e4)

    def test_a_constraint(self):
        problem = counting([3], 2.0)
        centre, root = np.array([[2.5]]), np.array([[[0.8]]])
        logs = log_integrals(problem, centre, root, np.zeros(1), np.array([[1.0], [-1.0]]))

        def integrand(b):
            return (b / 2.5) ** 3 * np.exp(2.5 - b - 0.5 * (b - 2) ** 2 + 0.5 * 0.5**2)

        assert np.exp(logs).sum() * 0.8 == pytest.approx(quad(integrand, 0, 20)[0], rel=1e-4)


def test_moments_of_independent_gammas():
    counts = np.array([2.0, 0.0, 5.0])
    centre, root = counts[None] + 1, np.diag(np.sqrt(counts + 1))[None]
    mean, spread = moments(counting(counts, None), centre, root, np.zeros(1), directions(3, 4096, 1)[0])
    np.testing.assert_allclose(mean, 0.0, atol=0.01)
    np.testing.assert_allclose(spread[0], np.eye(3), atol=0.03)
