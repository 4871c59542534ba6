"""Polynomial backgrounds of any order, in Legendre polynomials inside each window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError

__all__ = ["Polynomial", "Steps"]

MAXIMUM_ORDER = 10


@dataclass(frozen=True, slots=True)
class Steps:
    """A whole number that changes at given masses: `values[0]` below `edges[0]`, then `values[1]`, ...

    Example:
        >>> Steps((0.5, 6.85), (2, 4, 5))(np.array([0.3, 0.5, 8.0]))
        array([2, 4, 5])
    """

    edges: tuple[float, ...]
    values: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(self.edges) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise InputError(
                "steps of a number with the position",
                f"{len(self.edges)} edges and {len(self.values)} values",
                "increasing edges and one value more than edges",
                "give the value below the first edge too",
            )

    def __call__(self, position: FloatArray) -> IntArray:
        """The value at each position."""
        return np.asarray(self.values, np.int64)[np.searchsorted(self.edges, position, side="right")]


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial whose coefficients all float.

    In each window the basis is Legendre polynomials on the window scaled to [-1, 1], integrated over the bins:
    its condition number is about 10, where powers of GeV reach 1e16. The first coefficient is the mean expected
    count of a bin.

    Attributes:
        order: highest power, the same at all masses or in `Steps`.

    Example:
        >>> Polynomial(1).basis(np.array([0.0, 1.0, 2.0]), np.array(0.0), np.array(2.0), 1)
        array([[ 1. , -0.5],
               [ 1. ,  0.5]])
    """

    order: int | Steps

    def __post_init__(self) -> None:
        if isinstance(self.order, np.integer):
            object.__setattr__(self, "order", int(self.order))
        orders: tuple[object, ...] = self.order.values if isinstance(self.order, Steps) else (self.order,)
        for order in orders:
            if not (isinstance(order, int) and 0 <= order <= MAXIMUM_ORDER):
                raise InputError(
                    "order of the background polynomial",
                    order,
                    f"0 to {MAXIMUM_ORDER}",
                    "choose the lowest order that describes the side bands",
                )

    @property
    def translates(self) -> bool:
        """True: the basis depends only on where a bin lies within the window."""
        return True

    def variant(self, position: FloatArray) -> IntArray:
        """The order at each position."""
        if isinstance(self.order, int):
            return np.full(np.shape(position), self.order, np.int64)
        return self.order(position)

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:
        """The integrals of the Legendre polynomials of order 0 to `variant` over the bins; shape (..., m, order + 1).

        They are scaled so that in equal bins that fill the domain the first one is 1.
        """
        low, high = np.asarray(low)[..., None], np.asarray(high)[..., None]
        t = (2 * edges - low - high) / (high - low)
        # the primitive of P_k is (P_{k+1} - P_{k-1}) / (2k + 1)
        legendre = np.polynomial.legendre.legvander(t, variant + 1)
        primitive = np.empty((*t.shape, variant + 1))
        primitive[..., 0] = t
        for k in range(1, variant + 1):
            primitive[..., k] = (legendre[..., k + 1] - legendre[..., k - 1]) / (2 * k + 1)
        bins = edges.shape[-1] - 1
        return np.asarray(np.diff(primitive, axis=-2) * (0.5 * bins))
