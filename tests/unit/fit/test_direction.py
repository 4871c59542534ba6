from dataclasses import dataclass
from typing import Any

import array_api_strict
import numpy as np

from gloam.fit import RowDesign, SharedDesign
from gloam.fit.direction import direction

from .fits import nll, problem_of


@dataclass
class StrictDesign:
    """A design of strict arrays, written with nothing but the array API."""

    matrix: Any

    @property
    def parameters(self):
        return self.matrix.shape[1]

    def apply(self, theta):
        return theta @ self.matrix.T

    def adjoint(self, residual):
        return residual @ self.matrix

    def gram(self, weight):
        xp = array_api_strict
        columns = [self.matrix[:, i] for i in range(self.parameters)]
        rows = [xp.stack([weight @ (first * second) for second in columns]) for first in columns]
        return xp.stack(rows)

    def take(self, _rows):
        return self


def pieces(problem, theta, s):
    mu = problem.expected(theta, s)
    return problem.counts / mu**2, problem.counts / mu - problem.weight


def point(problem):
    size, k = problem.size, problem.design.parameters
    theta = np.tile([18.0, -4.0, 1.0, 0.5][:k], (size, 1))
    return theta, np.linspace(-3, 4, size)


def test_any_array_library_finds_the_same_direction():
    problem = problem_of()
    weight, residual = pieces(problem, *point(problem))
    ours = direction(problem.design, problem.signal, weight, residual, np)
    xp = array_api_strict
    strict = direction(
        StrictDesign(xp.asarray(problem.design.matrix)), *map(xp.asarray, (problem.signal, weight, residual)), xp
    )
    for name in ("step", "ridge", "slope", "curvature", "information", "pivot"):
        np.testing.assert_allclose(np.asarray(getattr(strict, name)), getattr(ours, name), rtol=1e-11, err_msg=name)


def test_shared_design_and_rows_of_it_are_one():
    shared = problem_of()
    rows = RowDesign(np.broadcast_to(shared.design.matrix, (4, *shared.design.matrix.shape)).copy())
    random = np.random.default_rng(1)
    theta, residual, weight = random.normal(size=(4, 3)), random.normal(size=(4, 30)), random.uniform(size=(4, 30))
    np.testing.assert_allclose(rows.apply(theta), shared.design.apply(theta), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(rows.adjoint(residual), shared.design.adjoint(residual), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(rows.gram(weight), shared.design.gram(weight), rtol=1e-12, atol=1e-13)
    expected = np.einsum("mi,bm,mj->ijb", shared.design.matrix, weight, shared.design.matrix)
    np.testing.assert_allclose(shared.design.gram(weight), expected, rtol=1e-12, atol=1e-13)
    assert rows.parameters == shared.design.parameters == 3
    np.testing.assert_array_equal(rows.take(np.array([2])).matrix[0], shared.design.matrix)
    assert isinstance(shared.design.take(np.array([1])), SharedDesign)


def test_step_and_ridge_solve_the_full_newton_system():
    problem = problem_of()
    weight, residual = pieces(problem, *point(problem))
    found = direction(problem.design, problem.signal, weight, residual, np)
    for i in range(problem.size):
        full = np.column_stack([problem.design.matrix, problem.signal[i]])
        hessian, gradient = full.T @ (weight[i][:, None] * full), -full.T @ residual[i]
        joint = np.linalg.solve(hessian, -gradient)
        ds = -found.slope[i] / found.curvature[i]
        np.testing.assert_allclose(np.r_[found.step[i] + ds * found.ridge[i], ds], joint, rtol=1e-9)
        np.testing.assert_allclose(1 / found.curvature[i], np.linalg.inv(hessian)[-1, -1], rtol=1e-9)
        np.testing.assert_allclose(found.information[i], hessian[-1, -1], rtol=1e-12)


def test_residuals_and_weights_are_derivatives():
    problem = problem_of()
    theta, s = point(problem)
    _, residual = pieces(problem, theta, s)
    h = 1e-4
    up, down = (nll(problem, problem.expected(theta, s + sign * h)) for sign in (1, -1))
    np.testing.assert_allclose((up - down) / (2 * h), -(residual * problem.signal).sum(axis=1), rtol=1e-6)
