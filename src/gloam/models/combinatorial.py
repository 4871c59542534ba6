"""A peak with the wrong combinations of the same signal events below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape

__all__ = ["WithCombinatorial"]


@dataclass(frozen=True, slots=True)
class WithCombinatorial:
    """A peak and, for each event in it, a number of wrong combinations in a second, broad shape.

    The yield counts the peak: over all x the integral is 1 + `ratio`, not 1. So an efficiency that was found by
    counting true combinations belongs to it.

    Attributes:
        peak: right combinations; it gives the resolution.
        combinatorial: wrong combinations, such as a `kernel_density` of simulated ones.
        ratio: their number for one event in the peak, >= 0; a number, a `Table` or a function of the position.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> pairs = WithCombinatorial(Gaussian(0.01), Gaussian(0.2), 0.3)
        >>> pairs.cumulative(np.array([0.99, 9.0]), np.array([1.0])).round(4)
        array([0.3027, 1.3   ])
    """

    peak: SignalShape
    combinatorial: SignalShape
    ratio: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution of the peak."""
        return self.peak.resolution(position)

    def ratios(self, position: FloatArray) -> FloatArray:
        """The number of wrong combinations for one event in the peak.

        Raises:
            InputError: if it is negative somewhere.
        """
        ratio = evaluate(self.ratio, position, "wrong combinations for each right one")
        if (ratio < 0).any():
            raise InputError(
                "wrong combinations for each right one", f"{ratio.min():g}", "a number >= 0",
                "0 leaves out the component",
            )  # fmt: skip
        return ratio

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The expected number below x for one event in the peak."""
        broad = self.ratios(position) * self.combinatorial.cumulative(x, position)
        return np.asarray(self.peak.cumulative(x, position) + broad)
