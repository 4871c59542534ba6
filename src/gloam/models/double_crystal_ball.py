"""The double-sided Crystal Ball: a Gaussian core with a power-law tail on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.crystal_ball import (
    check_tail,
    crystal_ball_cumulative,
    crystal_ball_integrals,
    crystal_ball_table,
)
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import positive_width

__all__ = ["DoubleCrystalBall"]


@dataclass(frozen=True, slots=True)
class DoubleCrystalBall:
    """A Gaussian core that continues as a power law below -alpha_low and above alpha_high standard deviations.

    Each half is the half of a Crystal Ball with that tail; both have the same height at the peak.

    Attributes:
        width: standard deviation of the core, in the unit of the observable.
        alpha_low: where the lower tail starts, in standard deviations below the peak, > 0.
        n_low: power of the lower tail, > 1.
        alpha_high: where the upper tail starts, in standard deviations above the peak, > 0.
        n_high: power of the upper tail, > 1.

    Each is a number, a `Table` or a function of the position.

    Example:
        >>> DoubleCrystalBall(0.01, 1.5, 3.0, 1.5, 3.0).cumulative(np.array([1.0]), np.array([1.0]))
        array([0.5])
    """

    width: Parameter
    alpha_low: Parameter
    n_low: Parameter
    alpha_high: Parameter
    n_high: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the core at each position."""
        return positive_width(self.width, position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        z = (x - position) / self.resolution(position)
        # each half is read from a Crystal Ball with the tail on the low side, at the distance below its peak
        distance = -np.abs(z)
        low, low_half = _half(distance, self.alpha_low, self.n_low, position, "low")
        high, high_half = _half(distance, self.alpha_high, self.n_high, position, "high")
        total = low_half + high_half
        return np.asarray(np.where(z <= 0, low, total - high) / total)

    def knots(self, position: FloatArray) -> tuple[FloatArray, ...]:
        """Where the density is not smooth: the core meets a tail, and the halves meet in the peak."""
        sigma = self.resolution(position)
        low, high = evaluate(self.alpha_low, position, "alpha_low"), evaluate(self.alpha_high, position, "alpha_high")
        return position - low * sigma, position + 0.0 * sigma, position + high * sigma


def _half(
    distance: FloatArray, alpha: Parameter, n: Parameter, position: FloatArray, side: str
) -> tuple[FloatArray, FloatArray]:
    """The integrals of an unnormalised Crystal Ball up to each distance below the peak, and up to the peak."""
    alphas, ns = evaluate(alpha, position, f"alpha_{side}"), evaluate(n, position, f"n_{side}")
    if (alphas < 0).any():
        raise InputError(
            f"alpha_{side} of a double-sided Crystal Ball", float(alphas.min()), "a number > 0",
            "leave out the sign: the name says the side",
        )  # fmt: skip
    check_tail(alphas, ns)
    height = sum(crystal_ball_integrals(alphas, ns))
    if isinstance(alpha, (int, float)) and isinstance(n, (int, float)):
        table = crystal_ball_table(float(alpha), float(n))
        return height * table(distance), height * table(np.zeros(1))
    return height * crystal_ball_cumulative(distance, alphas, ns), height * crystal_ball_cumulative(
        np.zeros(1), alphas, ns
    )
