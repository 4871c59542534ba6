"""Small symmetric positive systems, solved for a whole batch at once."""

from __future__ import annotations

from typing import Any

__all__ = ["solve_positive"]


def solve_positive(matrix: Any, right: list[Any], xp: Any) -> tuple[list[Any], Any]:
    """The solutions of M x = r for each right-hand side, and the least pivot relative to its diagonal.

    Elimination without pivoting, which is stable for positive definite matrices, written with the batch as the
    last axis so that every operation is one vector operation along it.

    Args:
        matrix: shape (K, K, b), symmetric positive definite.
        right: right-hand sides, each of shape (K, b).
        xp: the array namespace of the arrays.

    Returns:
        The solutions, each of shape (K, b), and the smallest ratio of pivot to diagonal, shape (b,): near 1 for
        independent parameters, 0 or below (or NaN) where the matrix is singular to rounding.
    """
    size = matrix.shape[0]
    if size == 0:
        return right, xp.ones(matrix.shape[-1])
    work = xp.concat([matrix, *(column[:, None, :] for column in right)], axis=1)
    ratio = work[0, 0, :] * 0.0 + 1.0
    for k in range(size):
        pivot = work[k, k, :]
        ratio = xp.minimum(ratio, pivot / matrix[k, k, :])
        work[k, k + 1 :, :] /= pivot
        if k + 1 < size:
            work[k + 1 :, k + 1 :, :] -= work[k + 1 :, k : k + 1, :] * work[k, k + 1 :, :]
    for k in range(size - 2, -1, -1):
        for later in range(k + 1, size):
            work[k, size:, :] -= work[k, later, :] * work[later, size:, :]
    return [work[:, size + i, :] for i in range(len(right))], ratio
