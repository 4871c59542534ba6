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
    work = xp.concat([matrix, xp.stack(right, axis=1)], axis=1)
    rows, ratios = [], []
    for k in range(size):
        pivot = work[0, 0, :]
        rows.append(work[0, 1:, :] / pivot)
        ratios.append(pivot / matrix[k, k, :])
        work = work[1:, 1:, :] - work[1:, :1, :] * rows[-1][None, :, :]
    solution: list[Any] = []
    for k in range(size - 1, -1, -1):
        known = rows[k][size - 1 - k :, :]
        for position, later in enumerate(solution):
            known = known - rows[k][position, :] * later
        solution.insert(0, known)
    stacked = xp.stack(solution, axis=0)
    return [stacked[:, i, :] for i in range(len(right))], xp.min(xp.stack(ratios, axis=0), axis=0)
