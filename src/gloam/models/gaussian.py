"""The Gaussian signal."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.models.parameter import Parameter
from gloam.models.signal import positive_width
from gloam.models.standard import StandardTable, normal_cumulative

__all__ = ["Gaussian"]


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A normal density around the position.

    Attributes:
        width: its standard deviation in the unit of the observable; a number, a `Table` or a function of position.

    Example:
        >>> Gaussian(0.01).cumulative(np.array([1.01]), np.array([1.0])).round(6)
        array([0.841345])
    """

    width: Parameter

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation at each position."""
        return positive_width(self.width, position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        return _table().around(x, position, self.resolution(position))


@functools.cache
def _table() -> StandardTable:
    return StandardTable.of(normal_cumulative, lambda z: np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi))
