"""A broad particle whose production and efficiency change along its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.signal import SignalShape

__all__ = ["Broad", "line_below"]

CELL = 0.25
"""Size of the cells that the line is cut into, in resolutions; within one the signal is that of its middle."""


@dataclass(frozen=True, slots=True, eq=False)
class Broad:
    r"""A particle of a natural width in its squared mass y, as a sum of narrow ones.

    The line is that of a decay to massless particles,
    $(1/\pi)\, r y / ((y - M^2)^2 + r^2 y^2)$ with the width over the mass r, and each narrow signal counts with what
    is produced and seen at its mass. `BreitWigner` is the same for constant rates and widths.

    Attributes:
        shape: of narrow signals, in the squared mass.
        ratio: r, the total width over the mass, > 0.
        rate: cross section times efficiency of narrow signals at squared masses, of any unit.
        low, high: squared masses between which there is a signal.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> tenth = Broad(Gaussian(0.02), 0.1, lambda y: np.exp(-y), 0.01, 20.0)
        >>> tenth.cumulative(np.array([0.9, 1.0, 1.1]), np.array([1.0])).round(3)
        array([0.236, 0.52 , 0.774])
    """

    shape: SignalShape
    ratio: float
    rate: Callable[[FloatArray], FloatArray]
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (self.ratio > 0 and 0 < self.low < self.high):
            found = f"width over mass {self.ratio:g}, {self.low:g} to {self.high:g}"
            raise InputError("line of a broad particle", found, "a width above 0, 0 < LOW < HIGH", "correct it")

    def resolution(self, position: FloatArray) -> FloatArray:
        """A width for steps: the resolution and half the natural width in quadrature."""
        return np.hypot(self.shape.resolution(position), self.ratio * np.asarray(position, float))

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x."""
        x, position = np.broadcast_arrays(np.asarray(x, float), np.asarray(position, float))
        values, place = np.unique(x, return_inverse=True)
        heads, row = np.unique(position, return_inverse=True)
        ends = self._cells()
        middle = 0.5 * (ends[1:] + ends[:-1])
        parts = np.diff(line_below(ends, heads[:, None], self.ratio), axis=1) * self.rate(middle)
        parts /= parts.sum(axis=1, keepdims=True)
        below = parts @ self.shape.cumulative(values, middle[:, None])
        return np.asarray(below[row.reshape(x.shape), place.reshape(x.shape)])

    def _cells(self) -> FloatArray:
        """Ends of cells that are a part of the resolution long, shape (c + 1,)."""
        fine = np.linspace(self.low, self.high, 4097)
        density = 1 / (CELL * self.shape.resolution(fine))
        count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(fine))])
        return np.interp(np.linspace(0.0, count[-1], int(np.ceil(count[-1])) + 1), count, fine)


def line_below(y: FloatArray, position: FloatArray, ratio: float) -> FloatArray:
    """The integral of the line of `Broad` up to the squared mass y, but for a constant.

    Example:
        >>> np.diff(line_below(np.array([0.0, 0.9, 1.1, 9.0]), np.array([1.0]), 0.1)).round(3)
        array([0.168, 0.5  , 0.353])
    """
    a = 1 + ratio**2
    squared = a * y**2 - 2 * position * y + position**2
    return np.asarray((0.5 * ratio * np.log(squared) + np.arctan2(a * y - position, ratio * position)) / (a * np.pi))
