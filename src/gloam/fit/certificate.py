"""The certificate of a fit: a bound on -ln L minus its minimum, from the duality gap.

For convex f(mu) = sum[e mu - n ln mu] with mu = A theta + offset and mu >= 0, every z >= 0 with A' z = A' e bounds
the minimum from below, and the gap at (mu, z) is

    sum_{n > 0} n [rho - 1 - ln rho] + sum_{n = 0} mu z,    rho = mu z / n    (Fenchel duality).

A Newton step d from mu, with t = A d / mu, makes such a z by itself: z = n (1 - t) / mu satisfies A' z = A' e
exactly, because that is the Newton equation. The expectation after the full step is mu (1 + t), so rho = 1 - t^2 and
the gap is sum n [-t^2 - ln(1 - t^2)] <= sum n t^4 / (2 (1 - max t^2)). No constant of self-concordance enters: the
bound holds for fractional counts as it stands, and for whole ones it is at most about (lambda / (1 - lambda))^4 / 2.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["interior_gap", "newton_gap"]


def newton_gap(counts: FloatArray, relative: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A bound on -ln L minus its minimum after a full Newton step, and how far that step may reach; shapes (b,).

    Args:
        counts: n, shape (b, m).
        relative: t, the step in each expectation relative to it, shape (b, m); 0 in unused bins.

    Returns:
        The bound, infinite where the step proves nothing, and the fourth root of sum t^4, which no |t| exceeds. Below 1
        the step leaves mu > 0 in all bins, empty ones too. (It costs a third of a maximum over the bins.)
    """
    square = relative * relative
    reach = np.sqrt(np.vecdot(square, square))
    fourth = np.vecdot(counts * square, square)
    return np.where(reach < 1, 0.5 * fourth / np.maximum(1 - reach, 1e-9), np.inf), np.sqrt(reach)


def interior_gap(counts: FloatArray, expected: FloatArray, dual: FloatArray) -> FloatArray:
    """The duality gap at a pair of primal and dual points, shape (b,); both positive, shape (b, m)."""
    product = expected * dual
    full = counts > 0
    deviation = np.where(full, product / np.where(full, counts, 1.0) - 1.0, 0.0)
    return np.asarray(np.where(full, counts * (deviation - np.log1p(deviation)), product).sum(axis=1))
