"""One shift for each bin: the best expectation, and its elimination from Newton's equations."""

import numpy as np

from gloam.fit.template_statistics import best_expectation, shift_step, softened

SHAPE = (4, 50)


def drawn(seed=0):
    rng = np.random.default_rng(seed)
    mean, spread = rng.uniform(0.1, 20, SHAPE), rng.uniform(0, 2, SHAPE)
    return rng.poisson(mean).astype(float), rng.uniform(0.5, 2, SHAPE), mean, spread


def test_best_expectation_solves_its_equation():
    """mu^2 - (M - sigma^2 e) mu = sigma^2 n, which is where the derivative by the shift vanishes."""
    counts, exposure, mean, spread = drawn()
    mu = best_expectation(counts, exposure, mean, spread)
    full = (counts > 0) & (spread > 0)
    shift = (mu - mean) / spread
    slope = spread * (exposure - counts / mu) + shift
    # rounding of the difference of expectations, in standard deviations
    scale = 1e-13 * (1 + mean / spread) * (1 + spread * counts / mu)
    assert (np.abs(slope) <= scale)[full].all()
    np.testing.assert_allclose(mu[full] ** 2 - ((mean - spread**2 * exposure) * mu)[full], (spread**2 * counts)[full],
                               rtol=1e-12, atol=1e-11)  # fmt: skip


def test_best_expectation_of_empty_bins_stays_positive():
    counts, mean = np.zeros((1, 3)), np.array([[2.0, 0.01, 1.0]])
    spread = np.array([[0.5, 1.0, 0.0]])
    np.testing.assert_allclose(best_expectation(counts, 1.0, mean, spread), [[1.75, 0.0, 1.0]], atol=1e-290)
    np.testing.assert_allclose(best_expectation(counts, 1.0, mean, spread, least=0.1), [[1.75, 0.001, 1.0]])


def test_elimination_solves_the_whole_system():
    """Newton's equations of one parameter and one shift per bin, assembled in full."""
    rng = np.random.default_rng(3)
    m = 6
    weight, residual = rng.uniform(0.1, 2, (1, m)), rng.normal(size=(1, m))
    spread, shift, column = rng.uniform(0, 1, (1, m)), rng.normal(size=(1, m)), rng.uniform(0.5, 1, m)
    matrix = np.zeros((m + 1, m + 1))
    matrix[0, 0] = weight[0] @ column**2
    matrix[0, 1:] = matrix[1:, 0] = weight[0] * column * spread[0]
    matrix[1:, 1:] = np.diag(weight[0] * spread[0] ** 2 + 1)
    right = np.concatenate([[residual[0] @ column], spread[0] * residual[0] - shift[0]])
    whole = np.linalg.solve(matrix, right)
    soft_weight, soft_residual = softened(weight, residual, spread, shift)
    step = soft_residual[0] @ column / (soft_weight[0] @ column**2)
    np.testing.assert_allclose(step, whole[0], rtol=1e-12)
    shifts = shift_step(weight, residual, spread, shift, step * column[None])
    np.testing.assert_allclose(shifts[0], whole[1:], rtol=1e-10, atol=1e-12)
