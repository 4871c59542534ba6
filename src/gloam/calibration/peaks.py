"""The parameters of a peak, fitted to simulated events at one mass: Crystal Balls, or three Gaussians."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import CrystalBall, DoubleCrystalBall, Gaussian, Mixture, SignalShape

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["PeakFit", "Tail", "ThreeGaussians", "fit_crystal_ball", "fit_three_gaussians"]

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
    found, spread = _fitted(values, position, tail)
    if found.chi2 > POOR * found.degrees:
        # most events are in the tail: bins and bounds were made for that, not for the core
        nearest = float(np.quantile(np.abs(values - position), NEAREST))
        found, spread = _fitted(values, position, tail, (position, nearest / OF_THEM))
    for _ in range(MOST_STEPS):
        if found.sigma > NARROW * spread:
            break
        found, spread = _fitted(values, position, tail, (position + found.mean, found.sigma))
    return found


def _fitted(
    values: FloatArray, position: float, tail: Tail, scale: tuple[float, float] | None = None
) -> tuple[PeakFit, float]:
    """The fit whose bins and bounds have a middle and a spread, None for robust ones; and that spread."""
    tails = 1 if tail else 2
    reach = {1: REACH, -1: REACH[::-1], 0: (REACH[0], REACH[0])}[tail]
    events = _Binned.of(values, position, reach, scale)
    bounds = ([-3.0, 0.2, *tails * [0.3, 1.05]], [3.0, 3.0, *tails * [5.0, 60.0]])
    steps = [0.1, 0.1, *tails * [0.3, 3.0]]
    found = events.fit(
        lambda sigma, *others: _shape(sigma, list(others), tail), [0.0, 0.9, *tails * [1.5, 5.0]], bounds, steps
    )
    mean, sigma, alpha, n, *second = events.unscaled(found.x)
    # a parameter that the events say nothing about has no finite error: the pseudo-inverse gives it 0
    variances = np.diag(np.linalg.pinv(found.jac.T @ found.jac))
    errors = np.sqrt(variances) * np.array([events.spread, events.spread, *tails * [1.0, 1.0]])
    fit = PeakFit(
        mean - position, sigma, alpha if tail >= 0 else -alpha, n, tuple(errors.tolist()), float(2 * found.cost),
        int(np.count_nonzero(events.counts) - 2 - 2 * tails), *second,
    )  # fmt: skip
    return fit, events.spread


@dataclass(frozen=True, slots=True)
class ThreeGaussians:
    """Three Gaussians with a common mean, fitted to events; the narrowest is the core.

    Attributes:
        mean: minus the position, in the unit of the observable.
        sigma: of the core.
        second: the next width over that of the core, above 1.
        third: the largest width over the second, above 1.
        in_second: fraction of the events in the second Gaussian.
        in_third: in the third.
        chi2: of the fit.
        degrees: of freedom.
    """

    mean: float
    sigma: float
    second: float
    third: float
    in_second: float
    in_third: float
    chi2: float
    degrees: int


def fit_three_gaussians(values: FloatArray, position: float) -> ThreeGaussians:
    """The three Gaussians with a common mean that describe simulated events around a position.

    The shape of signals without radiation in the preprint of arXiv:2109.08596. Fitted as `fit_crystal_ball` is, over
    12 robust standard deviations on either side.

    Args:
        values: of the observable, shape (k,), right combinations alone.
        position: of the hypothesis.

    Raises:
        InputError: for too few events.

    Example:
        >>> random = np.random.default_rng(1)
        >>> width = random.choice([0.1, 0.3], 20_000, p=[0.8, 0.2])
        >>> found = fit_three_gaussians(3.0 + width * random.standard_normal(20_000), 3.0)
        >>> abs(found.sigma - 0.1) < 0.01
        True
    """
    events = _Binned.of(values, position, (REACH[0], REACH[0]))
    bounds = ([-3.0, 0.2, 1.05, 1.05, 0.0, 0.0], [3.0, 3.0, 5.0, 5.0, 0.9, 0.5])
    found = events.fit(_gaussians, [0.0, 0.8, 1.8, 2.0, 0.3, 0.05], bounds, [0.1, 0.1, 0.3, 0.3, 0.1, 0.05])
    mean, sigma, second, third, share, in_third = events.unscaled(found.x)
    return ThreeGaussians(
        mean - position, sigma, second, third, share * (1 - in_third), in_third, float(2 * found.cost),
        int(np.count_nonzero(events.counts) - 6),
    )  # fmt: skip


def _gaussians(sigma: float, second: float, third: float, share: float, in_third: float) -> SignalShape:
    widths = (Gaussian(sigma), Gaussian(sigma * second), Gaussian(sigma * second * third))
    in_second = share * (1 - in_third)
    return Mixture(widths, (1 - in_second - in_third, in_second, in_third))


@dataclass(frozen=True, slots=True, eq=False)
class _Binned:
    """Events around a position in equal bins, their median and robust standard deviation."""

    edges: FloatArray
    counts: FloatArray
    middle: float
    spread: float

    @classmethod
    def of(
        cls, values: FloatArray, position: float, reach: tuple[float, float], scale: tuple[float, float] | None = None
    ) -> _Binned:
        if values.size < LEAST:
            raise InputError(
                f"fit of the peak at {position:g}", f"{values.size} events", f"at least {LEAST}", "simulate more events"
            )
        low, middle, high = np.quantile(values, [0.1587, 0.5, 0.8413]).tolist()
        middle, spread = scale or (middle, 0.5 * (high - low))
        edges = np.linspace(middle - reach[0] * spread, middle + reach[1] * spread, BINS + 1)
        return cls(edges, np.histogram(values, edges)[0].astype(float), middle, spread)

    def fit(
        self, shape: Callable[..., SignalShape], start: list[float], bounds: Any, scale: list[float]
    ) -> OptimizeResult:
        """The parameters of a shape: mean and width in units of the spread, then others of order 1."""
        from scipy.optimize import least_squares

        counts, total = self.counts, self.counts.sum()

        def residuals(scaled: FloatArray) -> FloatArray:
            mean, *others = self.unscaled(scaled)
            below = shape(*others).cumulative(self.edges, np.array(mean))
            expected = np.maximum(np.diff(below) / (below[-1] - below[0]) * total, 1e-9)
            ratio = np.where(counts > 0, counts * np.log(np.where(counts > 0, counts, 1.0) / expected), 0.0)
            return np.asarray(np.sign(counts - expected) * np.sqrt(np.maximum(2 * (expected - counts + ratio), 0.0)))

        return least_squares(residuals, start, bounds=bounds, x_scale=scale)

    def unscaled(self, scaled: FloatArray) -> list[float]:
        """Mean and width in the unit of the observable, then the others as they are."""
        return [
            float(self.middle + scaled[0] * self.spread), float(scaled[1] * self.spread), *map(float, scaled[2:])
        ]  # fmt: skip


def _shape(sigma: float, tails: list[float], tail: Tail) -> SignalShape:
    if tail == 0:
        return DoubleCrystalBall(sigma, *tails)
    alpha, n = tails
    return CrystalBall(sigma, tail * alpha, n)
