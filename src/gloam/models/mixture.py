"""Sums of shapes around one position, in fixed or position-dependent proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape

__all__ = ["Mixture"]

ROUNDING = 1e-9  # how far from 1 the sum of fractions may be


@dataclass(frozen=True, slots=True)
class Mixture:
    """A sum of signal shapes with a common position, such as two Crystal Balls with tails on either side.

    Attributes:
        shapes: the components; the first one gives the resolution, the unit of steps and windows.
        fractions: the part of the yield in each, a number, a `Table` or a function of the position; they sum to 1
            at every position. Where there is one fewer than shapes, the last shape takes the rest.

    Example:
        Three Gaussians with a common mean, of which two have fractions that change with the mass:

        >>> from gloam.models.gaussian import Gaussian
        >>> halo = lambda mass: 0.02 * mass
        >>> triple = Mixture((Gaussian(0.01), Gaussian(0.03), Gaussian(0.1)), (lambda mass: 0.9 - halo(mass), halo))
        >>> triple.cumulative(np.array([1.01]), np.array([1.0])).round(4)
        array([0.807])
    """

    shapes: tuple[SignalShape, ...]
    fractions: tuple[Parameter, ...]

    def __post_init__(self) -> None:
        if not self.shapes or len(self.fractions) not in (len(self.shapes), len(self.shapes) - 1):
            raise InputError(
                "mixture of signal shapes", f"{len(self.shapes)} shapes, {len(self.fractions)} fractions",
                "one fraction for each shape, or none for the last", "give as many",
            )  # fmt: skip
        if all(isinstance(fraction, (int, float)) for fraction in self.fractions):
            self.weights(np.zeros(()))

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the first component's core."""
        return self.shapes[0].resolution(position)

    def weights(self, position: FloatArray) -> list[FloatArray]:
        """The fraction of each component at each position, each in the shape of `position`.

        Raises:
            InputError: if one is negative somewhere, or they do not sum to 1.
        """
        weights = [evaluate(fraction, position, "fraction of a mixture") for fraction in self.fractions]
        if len(weights) < len(self.shapes):
            weights.append(np.asarray(1.0 - sum(weights, start=np.zeros(np.shape(position)))))
        bad = abs(sum(weights, start=np.full(np.shape(position), -1.0))) > ROUNDING
        for weight in weights:
            bad |= weight < (-ROUNDING if weight is weights[-1] else 0.0)
        if bad.any():
            row = int(np.argmax(np.ravel(bad)))
            found = ", ".join(f"{float(np.ravel(weight)[row]):g}" for weight in weights)
            raise InputError(
                f"fractions of a mixture of signal shapes at {float(np.ravel(position)[row]):g}", f"({found})",
                "numbers >= 0 that sum to 1", "normalise them",
            )  # fmt: skip
        return weights

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        parts = [
            weight * shape.cumulative(x, position)
            for weight, shape in zip(self.weights(np.asarray(position, float)), self.shapes, strict=True)
        ]
        return np.asarray(sum(parts[1:], start=parts[0]))
