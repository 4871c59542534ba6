"""A signal in slices of a second observable, whose spectra lie one behind the other on one axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape

__all__ = ["Unrolled"]


@dataclass(frozen=True, slots=True)
class Unrolled:
    """A peak in each slice; that of the first is at the position, those of the others behind it by whole ranges.

    Attributes:
        shapes: of the signal in each slice, in the first observable.
        shares: of the signal in each slice, adding up to 1 at each position.
        low, high: range of the first observable; what lies outside is in no slice.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> two = Unrolled((Gaussian(0.1), Gaussian(0.2)), (0.75, 0.25), 0.0, 4.0)
        >>> two.cumulative(np.array([1.0, 4.0, 5.0, 8.0]), np.array([1.0])).round(4)
        array([0.375, 0.75 , 0.875, 1.   ])
    """

    shapes: tuple[SignalShape, ...]
    shares: tuple[Parameter, ...]
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.shapes or len(self.shapes) != len(self.shares) or not self.low < self.high:
            found = f"{len(self.shapes)} shapes, {len(self.shares)} shares, {self.low:g} to {self.high:g}"
            raise InputError("signal in slices", found, "a share for each shape, LOW < HIGH", "give as many")

    def resolution(self, position: FloatArray) -> FloatArray:
        """The mean of the resolutions in the slices, each with its share of the signal."""
        position = np.asarray(position, float)
        return np.asarray(
            sum(
                evaluate(share, position, "share of a slice") * shape.resolution(position)
                for shape, share in zip(self.shapes, self.shares, strict=True)
            )
        )

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x on the common axis."""
        position = np.asarray(position, float)
        below = np.zeros(np.broadcast_shapes(np.shape(x), position.shape))
        for number, (shape, share) in enumerate(zip(self.shapes, self.shares, strict=True)):
            inside = np.clip(x - number * (self.high - self.low), self.low, self.high)
            start = shape.cumulative(np.full(position.shape, self.low), position)
            part = evaluate(share, position, "share of a slice")
            below += part * np.maximum(shape.cumulative(inside, position) - start, 0.0)
        return below
