"""The limited statistics of simulated templates: one shift of the expectation in each bin.

Each bin of a template that was filled with simulated events has a shift beta of its own, in standard deviations sigma
of its content: mu = M(theta, s) + sigma beta, with beta^2 / 2 added to -ln L (Barlow and Beeston, Comput. Phys.
Commun. 77 (1993) 219, in the form with one parameter for each bin of J. S. Conway, arXiv:1103.0354, section 5). A
shift touches one bin only, so that Newton's equations for all of them are solved in closed form: what is left for the
other parameters is a softer weight and a corrected residual in every bin.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["best_expectation", "shift_step", "soft_weight", "softened"]


def soft_weight(weight: FloatArray, spread: FloatArray) -> FloatArray:
    """The weights of the bins after the elimination of their shifts; arguments as in `softened`."""
    return np.asarray(weight / (1 + spread * spread * weight))


def softened(
    weight: FloatArray, residual: FloatArray, spread: FloatArray, shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weights and residuals of the bins after the elimination of their shifts, shapes (b, m).

    Args:
        weight: n / mu^2.
        residual: n / mu - e.
        spread: sigma >= 0; 0 in bins without a shift.
        shift: beta.
    """
    soft = 1 / (1 + spread * spread * weight)
    return weight * soft, (residual + weight * spread * shift) * soft


def shift_step(
    weight: FloatArray, residual: FloatArray, spread: FloatArray, shift: FloatArray, change: FloatArray
) -> FloatArray:
    """Newton's step of the shifts that belongs to a change of M; arguments as in `softened`, all of shape (b, m)."""
    return (spread * (residual - weight * change) - shift) / (1 + spread * spread * weight)


def best_expectation(
    counts: FloatArray, exposure: FloatArray | float, mean: FloatArray, spread: FloatArray, least: float = 0.0
) -> FloatArray:
    """The expectation mu with the best shift for given M, the root of mu^2 - (M - sigma^2 e) mu = sigma^2 n; (b, m).

    Args:
        counts: n.
        exposure: e.
        mean: M > 0.
        spread: sigma.
        least: part of M that empty bins keep, whose best expectation may be 0.
    """
    variance = spread * spread
    rest = mean - variance * exposure
    root = 0.5 * (rest + np.sqrt(rest * rest + 4 * variance * counts))
    return np.where(
        (counts > 0) & (variance > 0) & (root > 0), root, np.maximum(rest, np.maximum(least * mean, 1e-300))
    )
