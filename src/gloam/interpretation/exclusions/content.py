"""What a published exclusion holds: a curve, a region, a band, or only a statement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.interpretation.regions import Polygon

__all__ = ["Band", "Content", "Curve", "Regions", "Statement"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """An upper limit: what is above is excluded.

    Attributes:
        mass: along the curve in GeV, in any order, shape (n,).
        limit: NaN where the curve is broken, shape (n,).
        points: the numbers that it was made from; a limit on a range of masses is one, with two entries here.
    """

    mass: FloatArray
    limit: FloatArray
    points: int

    def __post_init__(self) -> None:
        mass, limit = np.asarray(self.mass, float), np.asarray(self.limit, float)
        if mass.ndim != 1 or mass.shape != limit.shape or not np.isfinite(limit).any():
            raise InputError(
                "curve", f"shapes {mass.shape} and {limit.shape}", "masses and limits, some of them known", "check it"
            )
        if not ((mass >= 0).all() and (limit[np.isfinite(limit)] > 0).all()):
            raise InputError("curve", "a negative mass or a limit that is not positive", "positive numbers", "check it")
        object.__setattr__(self, "mass", mass)
        object.__setattr__(self, "limit", limit)

    @classmethod
    def in_ranges(cls, low: FloatArray, high: FloatArray, limit: FloatArray) -> Curve:
        """The curve of limits that are constant in ranges of the mass, broken where ranges do not touch."""
        apart = 2 * (np.flatnonzero(low[1:] != high[:-1]) + 1)
        mass = np.insert(np.column_stack([low, high]).ravel(), apart, high[apart // 2 - 1])
        return cls(mass, np.insert(np.repeat(limit, 2), apart, np.nan), int(np.isfinite(limit).sum()))

    def at(self, mass: npt.ArrayLike) -> FloatArray:
        """The limit at each mass, in the shape of `mass`; NaN outside the curve and in its gaps.

        Straight between points in the logarithms. Where the curve turns back in mass, or has several pieces, the
        smallest of its limits counts.

        Example:
            >>> Curve(np.array([1.0, 4.0]), np.array([0.1, 0.4]), 2).at([2.0, 5.0])
            array([0.2, nan])
        """
        asked = np.asarray(mass, float)
        # an edge at mass 0 must stay below everything without an infinite logarithm
        with np.errstate(divide="ignore"):
            x, y = np.maximum(np.log(self.mass), -700.0), np.log(self.limit)
            at = np.maximum(np.log(asked), -700.0)[..., None]
        x1, x2, y1, y2 = x[:-1], x[1:], y[:-1], y[1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(x1 == x2, 0.0, (at - x1) / (x2 - x1))
            inside = (np.minimum(x1, x2) <= at) & (at <= np.maximum(x1, x2)) & np.isfinite(y1 + y2)
            values = np.where(inside, y1 + part * (y2 - y1), np.inf)
        best = values.min(axis=-1, initial=np.inf)
        return np.asarray(np.where(np.isfinite(best), np.exp(best), np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """What is inside the polygons is excluded."""

    polygons: tuple[Polygon, ...]
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What is between two curves is preferred by something: nothing is excluded by it.

    Attributes:
        mass: increasing, in GeV, shape (n,).
        low: shape (n,).
        high: shape (n,).
    """

    mass: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def points(self) -> int:
        """The number of masses."""
        return int(self.mass.size)


@dataclass(frozen=True, slots=True)
class Statement:
    """Something published in words, which is written into a figure and never drawn as a shaded area.

    Attributes:
        text: in short.
        mass: the range it holds for, in GeV.
        value: the range of the limits in it, if it names one.
    """

    text: str
    mass: tuple[float, float]
    value: tuple[float, float] | None = None

    @property
    def points(self) -> int:
        """0: a statement has no curve."""
        return 0


Content = Curve | Regions | Band | Statement
