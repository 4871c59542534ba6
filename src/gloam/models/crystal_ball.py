"""The Crystal Ball: a Gaussian core with a power-law tail on one side."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import positive_width
from gloam.models.standard import StandardTable, normal_cumulative

__all__ = ["CrystalBall"]


@dataclass(frozen=True, slots=True)
class CrystalBall:
    """A Gaussian core that continues as a power law beyond `alpha` standard deviations.

    Its density in z = (x - position) / width is proportional to exp(-z^2 / 2) for z > -a and to
    (n/a)^n exp(-a^2 / 2) (n/a - a - z)^-n below, with a = abs(alpha) (J. Gaiser, SLAC-R-255, appendix F).

    Attributes:
        width: standard deviation of the core, in the unit of the observable.
        alpha: where the tail starts, in standard deviations; positive: tail below the peak, negative: above it.
        n: power of the tail; greater than 1.

    Each is a number, a `Table` or a function of the position.

    Example:
        >>> CrystalBall(0.01, 1.5, 3.0).cumulative(np.array([1.0]), np.array([1.0])).round(6)
        array([0.529505])
    """

    width: Parameter
    alpha: Parameter
    n: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the core at each position."""
        return positive_width(self.width, position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        sigma = self.resolution(position)
        if isinstance(self.alpha, (int, float)) and isinstance(self.n, (int, float)):
            alpha, n = float(self.alpha), float(self.n)
            check_tail(np.array(alpha), np.array(n))
            return crystal_ball_table(abs(alpha), n).around(x, position, sigma, math.copysign(1.0, alpha))
        z = (x - position) / sigma
        alphas, ns = evaluate(self.alpha, position, "alpha"), evaluate(self.n, position, "n")
        check_tail(alphas, ns)
        side = np.sign(alphas)
        below = crystal_ball_cumulative(side * z, np.abs(alphas), ns)
        return np.where(side > 0, below, 1.0 - below)

    def knots(self, position: FloatArray) -> tuple[FloatArray, ...]:
        """Where the density is not smooth: core and tail meet."""
        return (position - evaluate(self.alpha, position, "alpha") * self.resolution(position),)


def check_tail(alpha: FloatArray, n: FloatArray) -> None:
    """Refuse a tail that starts at the peak or has no finite integral."""
    for name, values, good, allowed, remedy in (
        ("alpha", alpha, np.isfinite(alpha) & (alpha != 0), "a number other than 0", "use a Gaussian for no tail"),
        ("n", n, np.isfinite(n) & (n > 1), "n > 1", "a tail with n <= 1 has no finite integral"),
    ):
        if not good.all():
            raise InputError(f"{name} of a Crystal Ball", float(values[~good][0]), allowed, remedy)


def crystal_ball_cumulative(z: FloatArray, alpha: FloatArray | float, n: FloatArray | float) -> FloatArray:
    """The distribution function in z with the tail on the low side; alpha > 0, n > 1; arguments broadcast."""
    z, alpha, n = (np.asarray(argument, float) for argument in (z, alpha, n))
    tail_at_start, core = crystal_ball_integrals(alpha, n)
    start = normal_cumulative(-alpha)
    # the tail relative to its value at -alpha, written so that large n does not overflow
    tail = tail_at_start * (1 + (-alpha - np.minimum(z, -alpha)) * alpha / n) ** (1 - n)
    peak = tail_at_start + math.sqrt(2 * math.pi) * (normal_cumulative(np.maximum(z, -alpha)) - start)
    return np.where(z < -alpha, tail, peak) / (tail_at_start + core)


def crystal_ball_density(z: FloatArray, alpha: FloatArray | float, n: FloatArray | float) -> FloatArray:
    """The density in z that belongs to `crystal_ball_cumulative`."""
    z, alpha, n = (np.asarray(argument, float) for argument in (z, alpha, n))
    tail_at_start, core = crystal_ball_integrals(alpha, n)
    tail = np.exp(-0.5 * alpha**2) * (1 + (-alpha - np.minimum(z, -alpha)) * alpha / n) ** -n
    return np.where(z < -alpha, tail, np.exp(-0.5 * np.maximum(z, -alpha) ** 2)) / (tail_at_start + core)


def crystal_ball_integrals(alpha: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The integrals of tail and core, unnormalised: the density is 1 at the peak."""
    return n / alpha / (n - 1) * np.exp(-0.5 * alpha**2), math.sqrt(2 * math.pi) * normal_cumulative(alpha)


@functools.lru_cache(maxsize=32)
def crystal_ball_table(alpha: float, n: float) -> StandardTable:
    """The table of `crystal_ball_cumulative`, made once for each tail."""
    return StandardTable.of(
        lambda z: crystal_ball_cumulative(z, alpha, n), lambda z: crystal_ball_density(z, alpha, n), knot=-alpha
    )
