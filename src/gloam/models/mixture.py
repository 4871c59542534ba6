"""Sums of shapes around one position, in fixed proportions."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.signal import SignalShape

__all__ = ["Mixture"]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A sum of signal shapes with a common position, such as two Crystal Balls with tails on either side.

    Attributes:
        shapes: the components; the first one gives the resolution, the unit of steps and windows.
        fractions: the part of the yield in each; they sum to 1.

    Example:
        >>> import numpy as np
        >>> from gloam.models.gaussian import Gaussian
        >>> core_and_halo = Mixture((Gaussian(0.01), Gaussian(0.03)), (0.8, 0.2))
        >>> core_and_halo.cumulative(np.array([1.01]), np.array([1.0])).round(4)
        array([0.7992])
    """

    shapes: tuple[SignalShape, ...]
    fractions: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.shapes) != len(self.fractions) or not self.shapes:
            raise InputError(
                "mixture of signal shapes", f"{len(self.shapes)} shapes, {len(self.fractions)} fractions",
                "one fraction for each shape", "give as many",
            )  # fmt: skip
        if min(self.fractions) < 0 or abs(sum(self.fractions) - 1) > 1e-9:
            raise InputError(
                "fractions of a mixture of signal shapes",
                self.fractions,
                "numbers >= 0 that sum to 1",
                "normalise them",
            )

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the first component's core."""
        return self.shapes[0].resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        total = self.fractions[0] * self.shapes[0].cumulative(x, position)
        for fraction, shape in zip(self.fractions[1:], self.shapes[1:], strict=True):
            total += fraction * shape.cumulative(x, position)
        return total
