"""Excluded regions of mass and coupling, with closed boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError

__all__ = ["ExcludedRegion", "Interval", "Polygon", "region_of"]


class Interval(NamedTuple):
    """Excluded couplings at one mass."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """A closed boundary in the plane of mass and coupling.

    Attributes:
        mass: of its corners in GeV, shape (p,); the last one is joined to the first.
        coupling: shape (p,).
        open_sides: where it is closed by the end of what was looked at rather than by the search: "low mass", "high
            mass", "low coupling", "high coupling".
    """

    mass: FloatArray
    coupling: FloatArray
    open_sides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        mass, coupling = np.asarray(self.mass, float), np.asarray(self.coupling, float)
        if mass.ndim != 1 or mass.shape != coupling.shape or mass.size < 3:
            found = f"shapes {mass.shape} and {coupling.shape}"
            raise InputError("polygon", found, "three corners or more", "add some")
        corners = np.concatenate([mass, coupling])
        if not ((corners > 0) & (corners < np.inf)).all():
            found = "a corner that is not positive and finite"
            raise InputError("polygon", found, "masses and couplings > 0", "cut it")
        object.__setattr__(self, "mass", mass)
        object.__setattr__(self, "coupling", coupling)

    def contains(self, mass: npt.ArrayLike, coupling: npt.ArrayLike) -> BoolArray:
        """Whether points are inside, in the shape of the points; sides are straight in the logarithms.

        Example:
            >>> square = Polygon(np.array([1.0, 2.0, 2.0, 1.0]), np.array([0.1, 0.1, 0.3, 0.3]))
            >>> square.contains([1.5, 3.0], 0.2)
            array([ True, False])
        """
        x, y = np.broadcast_arrays(np.log(np.asarray(mass, float)), np.log(np.asarray(coupling, float)))
        corners = np.log(self.mass), np.log(self.coupling)
        inside = np.zeros(x.shape, bool)
        for x1, y1, x2, y2 in zip(*corners, *(np.roll(axis, -1) for axis in corners), strict=True):
            crosses = (x1 > x) != (x2 > x)
            if crosses.any():
                inside ^= crosses & (y < y1 + (x - x1) * (y2 - y1) / (x2 - x1))
        return inside


@dataclass(frozen=True, slots=True, eq=False)
class ExcludedRegion:
    """What is excluded, at each mass and as closed boundaries.

    Attributes:
        mass: in GeV, shape (h,).
        intervals: the excluded couplings at each mass, none or several.
        polygons: their boundaries; a region of one mass alone has none.
    """

    mass: FloatArray
    intervals: tuple[tuple[Interval, ...], ...]
    polygons: tuple[Polygon, ...]

    def contains(self, mass: npt.ArrayLike, coupling: npt.ArrayLike) -> BoolArray:
        """Whether points are inside any of the polygons."""
        shape = np.broadcast_shapes(np.shape(mass), np.shape(coupling))
        inside = np.zeros(shape, bool)
        for polygon in self.polygons:
            inside |= polygon.contains(mass, coupling)
        return inside


def region_of(
    mass: FloatArray,
    intervals: tuple[tuple[Interval, ...], ...],
    top: FloatArray,
    best: FloatArray,
    ends: tuple[float, float],
) -> ExcludedRegion:
    """The region that intervals of couplings at increasing masses make.

    Intervals of neighbouring masses that overlap belong to one polygon. Where one splits or two merge, polygons end at
    the mass before and others begin at the mass after.

    Args:
        mass: shape (h,).
        intervals: at each mass, increasing.
        top: the largest ln(yield / limit) at each mass, > 0 where there is an interval, shape (h,).
        best: the coupling of that yield, shape (h,).
        ends: of the couplings that were looked at.
    """
    chains: list[_Chain] = []
    growing: list[_Chain] = []
    for column, found in enumerate(intervals):
        matched = [[c for c in growing if _overlap(c.intervals[-1], interval)] for interval in found]
        kept: list[_Chain] = []
        for interval, candidates in zip(found, matched, strict=True):
            alone = len(candidates) == 1 and sum(candidates[0] in each for each in matched) == 1
            if alone:
                chain = candidates[0]
                chain.intervals.append(interval)
            else:
                chain = _Chain(column, [interval])
                chains.append(chain)
            kept.append(chain)
        growing = kept
    polygons = (_polygon(chain, mass, intervals, top, best, ends) for chain in chains)
    return ExcludedRegion(mass, intervals, tuple(polygon for polygon in polygons if polygon is not None))


@dataclass(slots=True)
class _Chain:
    """Overlapping intervals of neighbouring masses, from the column `first` on."""

    first: int
    intervals: list[Interval]


def _overlap(one: Interval, other: Interval) -> bool:
    return one.low <= other.high and other.low <= one.high


def _polygon(
    chain: _Chain,
    mass: FloatArray,
    intervals: tuple[tuple[Interval, ...], ...],
    top: FloatArray,
    best: FloatArray,
    ends: tuple[float, float],
) -> Polygon | None:
    """The boundary of a chain, closed by a point wherever the region ends between two masses."""
    last = chain.first + len(chain.intervals) - 1
    inner = mass[chain.first : last + 1]
    low, high = np.array(chain.intervals).T
    tips = [_tip(mass, intervals, top, best, column, column + step) for column, step in ((chain.first, -1), (last, 1))]
    x = np.concatenate([tips[0][:1], inner, tips[1][:1], inner[::-1]])
    y = np.concatenate([tips[0][1:], low, tips[1][1:], high[::-1]])
    sides = [
        (chain.first == 0, "low mass"), (last == mass.size - 1, "high mass"),
        (bool((low <= ends[0] * (1 + 1e-12)).any()), "low coupling"),
        (bool((high >= ends[1] * (1 - 1e-12)).any()), "high coupling"),
    ]  # fmt: skip
    return Polygon(x, y, tuple(name for is_open, name in sides if is_open)) if np.unique(x).size > 1 else None


def _tip(
    mass: FloatArray, intervals: tuple[tuple[Interval, ...], ...], top: FloatArray, best: FloatArray, column: int,
    beside: int,
) -> FloatArray:  # fmt: skip
    """Mass and coupling of the point that closes a region between a mass and its neighbour; empty if there is none."""
    if not 0 <= beside < mass.size or intervals[beside] or not np.isfinite(top[beside]):
        return np.empty(0)
    part = top[column] / (top[column] - top[beside])
    tip = (1 - part) * np.log([mass[column], best[column]]) + part * np.log([mass[beside], best[beside]])
    return np.asarray(np.exp(tip))
