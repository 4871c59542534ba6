"""The parameters of a peak, fitted to simulated events at one mass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import CrystalBall, DoubleCrystalBall, SignalShape

__all__ = ["PeakFit", "Tail", "fit_crystal_ball"]

Tail: TypeAlias = Literal[1, -1, 0]
"""On which side a peak has its tail: 1 below it, -1 above it, 0 both."""

REACH = (12.0, 6.0)
"""Of the fit, in robust standard deviations towards the tail and away from it."""
BINS = 150
POOR = 5.0
"""Chi-square over degrees of freedom beyond which a fit starts again, from the events next to the position."""

NEAREST, OF_THEM = 0.1587, 0.2
"""The part of all events that are next to the position, and how far they reach in standard deviations of a normal."""

NARROW, MOST_STEPS = 0.25, 6
"""A core that is narrower than this part of the scale of its bins is fitted again on its own scale, so many times."""

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
        errors: of these four, and of the next two where there is a second tail; in their order.
        chi2: of the fit (likelihood-ratio chi-square of its bins).
        degrees: of freedom.
        alpha_high: where a second tail starts, above the peak, > 0; 0 without one.
        n_high: its power; 0 without one.
    """

    mean: float
    sigma: float
    alpha: float
    n: float
    errors: tuple[float, ...]
    chi2: float
    degrees: int
    alpha_high: float = 0.0
    n_high: float = 0.0


def fit_crystal_ball(values: FloatArray, position: float, tail: Tail = 1) -> PeakFit:
    """The Crystal Ball that describes simulated events around a position.

    A binned maximum-likelihood fit: the residuals are signed roots of the likelihood-ratio chi-square of each bin
    (S. Baker and R. D. Cousins, NIM 221 (1984) 437), so that least squares minimise it, and errors follow from their
    Jacobian.

    Args:
        values: of the observable, shape (k,), right combinations alone.
        position: of the hypothesis.
        tail: 1 for a tail below the peak, -1 for one above, 0 for both: two Crystal Balls with common mean and width,
            of which each gives one half.

    Raises:
        InputError: for too few events.

    Example:
        >>> events = 3.0 + 0.1 * np.random.default_rng(1).standard_normal(20_000)
        >>> found = fit_crystal_ball(events, 3.0)
        >>> abs(found.sigma - 0.1) < 3 * found.errors[1] + 0.001
        True
    """
    if values.size < LEAST:
        raise InputError(
            f"fit of the peak at {position:g}", f"{values.size} events", f"at least {LEAST}", "simulate more events"
        )
    low, middle, high = np.quantile(values, [0.1587, 0.5, 0.8413])
    found, spread = _fitted(values, position, tail, middle, 0.5 * (high - low))
    if found.chi2 > POOR * found.degrees:
        # most events are in the tail: bins and bounds were made for that, not for the core
        nearest = np.quantile(np.abs(values - position), NEAREST)
        found, spread = _fitted(values, position, tail, position, nearest / OF_THEM)
    for _ in range(MOST_STEPS):
        if found.sigma > NARROW * spread:
            break
        found, spread = _fitted(values, position, tail, position + found.mean, found.sigma)
    return found


def _fitted(values: FloatArray, position: float, tail: Tail, middle: float, spread: float) -> tuple[PeakFit, float]:
    """The fit around a middle, whose bins and bounds are in units of a spread, and that spread."""
    from scipy.optimize import least_squares

    below, above = {1: REACH, -1: REACH[::-1], 0: (REACH[0], REACH[0])}[tail]
    edges = np.linspace(middle - below * spread, middle + above * spread, BINS + 1)
    counts = np.histogram(values, edges)[0].astype(float)

    def residuals(scaled: FloatArray) -> FloatArray:
        mean, sigma, *tails = _unscaled(scaled, middle, spread)
        below = _shape(sigma, tails, tail).cumulative(edges, np.array(mean))
        expected = np.maximum(np.diff(below) / (below[-1] - below[0]) * counts.sum(), 1e-9)
        ratio = np.where(counts > 0, counts * np.log(np.where(counts > 0, counts, 1.0) / expected), 0.0)
        return np.asarray(np.sign(counts - expected) * np.sqrt(np.maximum(2 * (expected - counts + ratio), 0.0)))

    tails = 1 if tail else 2
    bounds = ([-3.0, 0.2, *tails * [0.3, 1.05]], [3.0, 3.0, *tails * [5.0, 60.0]])
    scale = [0.1, 0.1, *tails * [0.3, 3.0]]
    found = least_squares(residuals, [0.0, 0.9, *tails * [1.5, 5.0]], bounds=bounds, x_scale=scale)
    mean, sigma, alpha, n, *second = _unscaled(found.x, middle, spread)
    # a parameter that the events say nothing about has no finite error: the pseudo-inverse gives it 0
    variances = np.diag(np.linalg.pinv(found.jac.T @ found.jac))
    errors = np.sqrt(variances) * np.array([spread, spread, *tails * [1.0, 1.0]])
    fit = PeakFit(
        mean - position, sigma, alpha if tail >= 0 else -alpha, n, tuple(errors.tolist()), float(2 * found.cost),
        int(np.count_nonzero(counts) - 2 - 2 * tails), *second,
    )  # fmt: skip
    return fit, spread


def _shape(sigma: float, tails: list[float], tail: Tail) -> SignalShape:
    if tail == 0:
        return DoubleCrystalBall(sigma, *tails)
    alpha, n = tails
    return CrystalBall(sigma, tail * alpha, n)


def _unscaled(scaled: FloatArray, middle: float, spread: float) -> list[float]:
    """Mean, sigma, then alpha and n of each tail, from numbers of order 1."""
    return [float(middle + scaled[0] * spread), float(scaled[1] * spread), *map(float, scaled[2:])]
