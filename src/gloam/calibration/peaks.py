"""The parameters of a peak, fitted to simulated events at one mass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import CrystalBall

__all__ = ["PeakFit", "fit_crystal_ball"]

PARAMETERS = ("mean", "sigma", "alpha", "n")
REACH = (12.0, 6.0)
"""Of the fit, in robust standard deviations towards the tail and away from it."""
BINS = 150
LEAST = 200
"""Events below which four parameters are not fitted."""


@dataclass(frozen=True, slots=True)
class PeakFit:
    """A Crystal Ball fitted to events.

    Attributes:
        mean: of the core, minus the position, in the unit of the observable.
        sigma: of the core.
        alpha: where the tail starts; negative for a tail above the peak.
        n: its power.
        errors: of these four, in their order.
        chi2: of the fit (likelihood-ratio chi-square of its bins).
        degrees: of freedom.
    """

    mean: float
    sigma: float
    alpha: float
    n: float
    errors: tuple[float, float, float, float]
    chi2: float
    degrees: int


def fit_crystal_ball(values: FloatArray, position: float, tail: int = 1) -> PeakFit:
    """The Crystal Ball that describes simulated events around a position.

    A binned maximum-likelihood fit: the residuals are signed roots of the likelihood-ratio chi-square of each bin
    (S. Baker and R. D. Cousins, NIM 221 (1984) 437), so that least squares minimise it, and errors follow from their
    Jacobian.

    Args:
        values: of the observable, shape (k,), right combinations alone.
        position: of the hypothesis.
        tail: 1 for a tail below the peak, -1 for one above.

    Raises:
        InputError: for too few events.

    Example:
        >>> events = 3.0 + 0.1 * np.random.default_rng(1).standard_normal(20_000)
        >>> found = fit_crystal_ball(events, 3.0)
        >>> abs(found.sigma - 0.1) < 3 * found.errors[1] + 0.001
        True
    """
    from scipy.optimize import least_squares

    if values.size < LEAST:
        raise InputError(
            f"fit of the peak at {position:g}", f"{values.size} events", f"at least {LEAST}", "simulate more events"
        )
    low, middle, high = np.quantile(values, [0.1587, 0.5, 0.8413])
    spread = 0.5 * (high - low)
    below, above = REACH if tail > 0 else REACH[::-1]
    edges = np.linspace(middle - below * spread, middle + above * spread, BINS + 1)
    counts = np.histogram(values, edges)[0].astype(float)

    def residuals(scaled: FloatArray) -> FloatArray:
        mean, sigma, alpha, n = _unscaled(scaled, middle, spread)
        below = CrystalBall(sigma, tail * alpha, n).cumulative(edges, np.array(mean))
        expected = np.maximum(np.diff(below) / (below[-1] - below[0]) * counts.sum(), 1e-9)
        ratio = np.where(counts > 0, counts * np.log(np.where(counts > 0, counts, 1.0) / expected), 0.0)
        return np.asarray(np.sign(counts - expected) * np.sqrt(np.maximum(2 * (expected - counts + ratio), 0.0)))

    bounds = ([-3.0, 0.2, 0.3, 1.05], [3.0, 3.0, 5.0, 60.0])
    found = least_squares(residuals, [0.0, 0.9, 1.5, 5.0], bounds=bounds, x_scale=[0.1, 0.1, 0.3, 3.0])
    mean, sigma, alpha, n = _unscaled(found.x, middle, spread)
    # a parameter that the events say nothing about has no finite error: the pseudo-inverse gives it 0
    variances = np.diag(np.linalg.pinv(found.jac.T @ found.jac))
    errors = np.sqrt(variances) * np.array([spread, spread, 1.0, 1.0])
    return PeakFit(
        mean - position, sigma, tail * alpha, n, tuple(errors.tolist()),
        float(2 * found.cost), int(np.count_nonzero(counts) - 4),
    )  # fmt: skip


def _unscaled(scaled: FloatArray, middle: float, spread: float) -> tuple[float, float, float, float]:
    """Mean, sigma, alpha and n from numbers of order 1."""
    return float(middle + scaled[0] * spread), float(scaled[1] * spread), float(scaled[2]), float(scaled[3])
