"""The model of one hypothesis in compiled code: templates, start, -ln L and its derivatives."""

from __future__ import annotations

import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.benchmarking.peers.compiled import compiled

__all__ = ["gradient", "hessian", "negative_log_likelihood", "prepare"]

SMALLEST = 1e-12
"""Expectations are cut here, as in every hand-written cost function."""


@compiled
def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z * 0.7071067811865476)


@compiled
def _crystal_ball(z: float, alpha: float, n: float) -> float:
    """The distribution function with the tail below -alpha; alpha > 0."""
    tail = n / alpha / (n - 1) * math.exp(-0.5 * alpha * alpha)
    total = tail + 2.5066282746310002 * _normal(alpha)
    if z < -alpha:
        return float(tail * (1 - (alpha + z) * alpha / n) ** (1 - n) / total)
    return (tail + 2.5066282746310002 * (_normal(z) - _normal(-alpha))) / total


@compiled
def _add_component(column: FloatArray, edges: FloatArray, component: FloatArray) -> None:
    fraction, position, width, alpha, n = component
    before = 0.0
    for j in range(edges.size):
        z = (edges[j] - position) / width
        if alpha > 0:
            below = _crystal_ball(z, alpha, n)
        elif alpha < 0:
            below = 1 - _crystal_ball(-z, -alpha, n)
        else:
            below = _normal(z)
        if j > 0:
            column[j - 1] += fraction * (below - before)
        before = below


@compiled
def prepare(
    counts: FloatArray, edges: FloatArray, components: FloatArray, order: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The columns of the model, the projection of the counts on the background, and the errors expected there.

    Columns are Legendre polynomials at the bin centres (which span the same space as their integrals over equal
    bins) and the signal, shape (order + 2, m); the start has a yield of 0.
    """
    m, k = counts.size, order + 1
    columns = np.zeros((k + 1, m))
    for j in range(m):
        x = (2 * j + 1) / m - 1
        columns[0, j] = 1.0
        if k > 1:
            columns[1, j] = x
        for i in range(2, k):
            columns[i, j] = ((2 * i - 1) * x * columns[i - 1, j] - (i - 1) * columns[i - 2, j]) / i
    for component in components:
        _add_component(columns[k], edges, component)
    matrix, right = np.empty((k, k)), np.empty(k)
    for i in range(k):
        right[i] = (columns[i] * counts).sum()
        for j in range(i + 1):
            matrix[i, j] = matrix[j, i] = (columns[i] * columns[j]).sum()
    start = np.zeros(k + 1)
    start[:k] = np.linalg.solve(matrix, right)
    expected = np.zeros(m)
    for i in range(k):
        expected += start[i] * columns[i]
    level = max(counts.mean(), 0.1 / m)
    lowest = expected.min()
    if lowest < 0.1 * level:
        share = 0.9 * level / (level - lowest)
        start *= share
        start[0] += (1 - share) * level
        expected = (1 - share) * level + share * expected
    errors = np.empty(k + 1)
    for i in range(k + 1):
        errors[i] = 1 / math.sqrt((columns[i] ** 2 / expected).sum())
    return columns, start, errors


@compiled
def negative_log_likelihood(theta: FloatArray, counts: FloatArray, columns: FloatArray) -> float:
    """-ln L without its constant; as many columns are used as there are parameters."""
    total = 0.0
    for j in range(counts.size):
        mu = 0.0
        for i in range(theta.size):
            mu += theta[i] * columns[i, j]
        mu = max(mu, SMALLEST)
        total += mu - counts[j] * math.log(mu)
    return total


@compiled
def gradient(theta: FloatArray, counts: FloatArray, columns: FloatArray) -> FloatArray:
    """The derivatives of -ln L."""
    result = np.zeros(theta.size)
    for j in range(counts.size):
        mu = 0.0
        for i in range(theta.size):
            mu += theta[i] * columns[i, j]
        residual = 1 - counts[j] / max(mu, SMALLEST)
        for i in range(theta.size):
            result[i] += residual * columns[i, j]
    return result


@compiled
def hessian(theta: FloatArray, counts: FloatArray, columns: FloatArray) -> FloatArray:
    """The second derivatives of -ln L."""
    result = np.zeros((theta.size, theta.size))
    for j in range(counts.size):
        mu = 0.0
        for i in range(theta.size):
            mu += theta[i] * columns[i, j]
        weight = counts[j] / max(mu, SMALLEST) ** 2
        for i in range(theta.size):
            for k in range(theta.size):
                result[i, k] += weight * columns[i, j] * columns[k, j]
    return result
