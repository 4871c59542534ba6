"""Shapes tabulated at simulated positions that do not move with the hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["Tabulated"]


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated:
    """A broad component of a signal, such as wrong combinations of photons, taken from the nearest simulated position.

    It is fixed by the kinematics of the event and not by the peak: it neither moves nor widens with the position.

    Attributes:
        positions: that were simulated, increasing, shape (k,).
        edges: values of the observable, increasing, shape (m,).
        below: the fraction below each edge at each position, not decreasing along the edges, shape (k, m); linear
            between edges, constant outside.

    Raises:
        InputError: for shapes that do not fit together or fractions that decrease.

    Example:
        >>> broad = Tabulated(np.array([1.0, 3.0]), np.array([0.0, 4.0]), np.array([[0.0, 1.0], [0.0, 0.5]]))
        >>> broad.cumulative(np.array([1.0, 1.0, 9.0]), np.array([1.9, 2.1, 2.1]))
        array([0.25 , 0.125, 0.5  ])
    """

    positions: FloatArray
    edges: FloatArray
    below: FloatArray

    def __post_init__(self) -> None:
        positions, edges, below = (np.array(each, float) for each in (self.positions, self.edges, self.below))
        asked, found = "tabulated shape", f"shapes {positions.shape}, {edges.shape} and {below.shape}"
        if positions.ndim != 1 or edges.ndim != 1 or positions.size == 0 or below.shape != (positions.size, edges.size):
            raise InputError(asked, found, "(k,) positions, (m,) edges, (k, m) fractions", "align them")
        if not ((np.diff(positions) > 0).all() and (np.diff(edges) > 0).all()):
            raise InputError(asked, "positions or edges that do not increase", "increasing ones", "sort them")
        if not (np.isfinite(below).all() and (np.diff(below, axis=1) >= 0).all()):
            raise InputError(asked, "fractions that decrease or are not finite", "a distribution function", "check it")
        for name, array in (("positions", positions), ("edges", edges), ("below", below)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def resolution(self, position: FloatArray) -> FloatArray:
        """The spacing of the edges: the shape has no peak."""
        return np.full(np.shape(position), float(np.diff(self.edges).min()))

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction below x, from the nearest simulated position."""
        x, position = np.broadcast_arrays(np.asarray(x, float), np.asarray(position, float))
        nearest = np.searchsorted(0.5 * (self.positions[1:] + self.positions[:-1]), position, side="right")
        found = np.empty(x.shape)
        for row in np.unique(nearest).tolist():
            chosen = nearest == row
            found[chosen] = np.interp(x[chosen], self.edges, self.below[row])
        return found
