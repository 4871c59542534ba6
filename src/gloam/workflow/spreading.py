"""Few simulated events as a smooth background."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["spread_out"]

AT_ONCE = 1000


def spread_out(values: FloatArray, edges: FloatArray, width: float, weights: FloatArray | None = None) -> FloatArray:
    """Values in bins, each spread out as a normal distribution; what leaves the axis is lost. Shape (bins,).

    Args:
        values: shape (m,).
        edges: of the bins, shape (bins + 1,).
        width: standard deviation.
        weights: of the values; None: 1.

    Example:
        >>> spread_out(np.array([0.0]), np.array([-1.0, 0.0, 1.0]), 1.0).round(4)
        array([0.3413, 0.3413])
    """
    from scipy.special import ndtr

    weight = np.ones_like(values) if weights is None else weights
    below = np.zeros(edges.size)
    for start in range(0, values.size, AT_ONCE):
        some = slice(start, start + AT_ONCE)
        below += ndtr((edges[:, None] - values[some]) / width) @ weight[some]
    return np.diff(below)
