"""Shapes whose peak does not lie at the position itself, or is stretched about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape

__all__ = ["Displaced", "Stretched"]


@dataclass(frozen=True, slots=True)
class Displaced:
    """A shape moved along the observable: a bias of the mass scale, or a component beside the peak.

    Its width and other parameters stay those of the hypothesis.

    Attributes:
        shape: the signal before the move.
        by: how far up, in the unit of the observable; a number, a `Table` or a function of the position.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> Displaced(Gaussian(0.01), 0.005).cumulative(np.array([1.005]), np.array([1.0]))
        array([0.5])
    """

    shape: SignalShape
    by: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution of the shape before the move."""
        return self.shape.resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        return self.shape.cumulative(x - evaluate(self.by, position, "displacement of a shape"), position)

    def knots(self, position: FloatArray) -> tuple[FloatArray, ...]:
        """Where the density is not smooth."""
        by = evaluate(self.by, position, "displacement of a shape")
        return tuple(knot + by for knot in getattr(self.shape, "knots", lambda _: ())(position))


@dataclass(frozen=True, slots=True)
class Stretched:
    """A shape made wider or narrower about its position, tails included.

    Attributes:
        shape: the signal before.
        factor: of its width, > 0; a number, a `Table` or a function of the position.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> Stretched(Gaussian(0.01), 1.5).cumulative(np.array([1.015]), np.array([1.0])).round(6)
        array([0.841345])
    """

    shape: SignalShape
    factor: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the core at each position."""
        return self.shape.resolution(position) * self._factors(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        position = np.asarray(position, float)
        return self.shape.cumulative(position + (x - position) / self._factors(position), position)

    def knots(self, position: FloatArray) -> tuple[FloatArray, ...]:
        """Where the density is not smooth."""
        knots = getattr(self.shape, "knots", lambda _: ())(position)
        return tuple(position + (knot - position) * self._factors(position) for knot in knots)

    def _factors(self, position: FloatArray) -> FloatArray:
        factors = evaluate(self.factor, position, "factor of the width")
        if (factors <= 0).any():
            raise InputError(
                "factor of the width of a shape", f"{factors.min():g}", "a number > 0", "1 changes nothing"
            )
        return factors
