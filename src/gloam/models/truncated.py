"""Shapes cut at a physical edge of the observable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.signal import SignalShape

__all__ = ["Truncated"]


@dataclass(frozen=True, slots=True)
class Truncated:
    """A shape that vanishes outside a range and is normalised to 1 inside: a reduced mass is never negative.

    Attributes:
        shape: the signal without the edge.
        low: lower edge, in the unit of the observable; -inf for none.
        high: upper edge; inf for none.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> at_threshold = Truncated(Gaussian(0.01), low=0.0)
        >>> at_threshold.cumulative(np.array([-0.01, 0.01]), np.array([0.0])).round(4)
        array([0.    , 0.6827])
    """

    shape: SignalShape
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InputError(
                "edges of a signal shape", f"{self.low:g} to {self.high:g}", "LOW < HIGH", "give the lower edge first"
            )

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution of the shape without the edge."""
        return self.shape.resolution(position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x.

        Raises:
            InputError: if a position lies so far outside that nothing is left inside.
        """
        position = np.asarray(position, float)
        below = self._at(self.low, position, 0.0)
        inside = self._at(self.high, position, 1.0) - below
        if not (inside > 1e-6).all():
            where = float(np.ravel(position)[np.argmin(np.ravel(inside))])
            raise InputError(
                f"signal at {where:g}", "nothing of it inside the edges",
                f"positions from about {self.low:g} to {self.high:g}", "scan inside the edges",
            )  # fmt: skip
        kept = self.shape.cumulative(np.clip(x, self.low, self.high), position) - below
        return np.asarray(np.clip(kept / inside, 0.0, 1.0))

    def knots(self, position: FloatArray) -> tuple[FloatArray, ...]:
        """Where the density is not smooth: the edges, and the knots of the shape without them."""
        edges = tuple(np.full(np.shape(position), edge) for edge in (self.low, self.high) if np.isfinite(edge))
        return edges + tuple(getattr(self.shape, "knots", lambda _: ())(position))

    def _at(self, edge: float, position: FloatArray, beyond: float) -> FloatArray:
        if np.isinf(edge):
            return np.full(position.shape, beyond)
        return self.shape.cumulative(np.full(position.shape, edge), position)
