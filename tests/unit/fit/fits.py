"""Small fits to take apart: a parabola and a Gaussian peak."""

import numpy as np

from gloam.fit import Problem, RowDesign, SharedDesign


def matrix_of(bins=30, order=2):
    t = np.linspace(-1, 1, bins + 1)
    middle = 0.5 * (t[1:] + t[:-1])
    return np.polynomial.legendre.legvander(middle, order)


def peaks(size, bins=30, seed=5):
    random = np.random.default_rng(seed)
    centre, width = random.uniform(0.3, 0.7, (size, 1)) * bins, random.uniform(1.2, 2.5, (size, 1))
    x = np.arange(bins) + 0.5
    return np.exp(-0.5 * ((x - centre) / width) ** 2) / (width * np.sqrt(2 * np.pi))


def problem_of(mean=20.0, size=4, bins=30, order=2, seed=2, exposure=None, rows=False):
    random = np.random.default_rng(seed)
    matrix = matrix_of(bins, order)
    tilt = np.zeros(order + 1)
    tilt[:2] = (1, -0.3)
    mu = np.broadcast_to(mean * (matrix @ tilt), (size, bins))
    counts = random.poisson(mu if exposure is None else mu * exposure).astype(float)
    design = RowDesign(np.broadcast_to(matrix, (size, *matrix.shape)).copy()) if rows else SharedDesign(matrix)
    return Problem(counts, design, peaks(size, bins, seed), exposure)


def nll(problem, mu):
    """-ln L of each row by its definition."""
    weighted = mu * problem.weight
    full = problem.counts > 0
    logarithm = np.where(full, problem.counts * np.log(np.where(full, mu, 1)), 0)
    return (weighted if problem.used is None else weighted * problem.used).sum(axis=1) - logarithm.sum(axis=1)
