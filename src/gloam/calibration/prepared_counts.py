"""What a counting search takes from simulation, as the artefact that it carries: resolutions, efficiencies, counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.calibration.tuned_line import LineParameters
from gloam.models import CrystalBall

__all__ = ["PreparedCounts", "at_points", "in_cells", "spread_of"]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCounts:
    """The simulated ingredients of the windows of one spectrum; k hypotheses, d observables, p backgrounds.

    Attributes:
        mass: of the hypotheses that were simulated, in GeV, shape (k, d).
        position: where they peak in each observable, shape (k, d).
        mean: of the Crystal Ball minus the position, in the unit of the observable, like `sigma`; shape (k, d).
        sigma: of its core, the resolution; shape (k, d).
        alpha: start of its tail, negative above the peak, shape (k, d).
        n: power of the tail, shape (k, d).
        quality: chi-square of each fit over its degrees of freedom, shape (k, d).
        half_width: of the windows, in resolutions, shape (1,).
        efficiency: of the selection and the window around the position, shape (k,); NaN without a signal.
        efficiency_error: statistical, shape (k,).
        tuned_efficiency: of the tuned step alone, for signals in the window; shape (k,); NaN without one.
        radiative_factor: cross section of the generated signal over that without radiation, shape (k,).
        tuned: what the tuned step keeps, see `LineParameters`: shape (k, 3), or (0, 3) without one.
        edges, edges2: of the axes; the second is empty in one dimension.
        expected: of each background in each bin for 1 fb^-1, shape (p, m) or (p, m, m2).
        variance: of it.
        cells: along each axis, how many bins share one density; shape (d,), or (0,) where each bin has its own.
    """

    mass: FloatArray
    position: FloatArray
    mean: FloatArray
    sigma: FloatArray
    alpha: FloatArray
    n: FloatArray
    quality: FloatArray
    half_width: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    tuned_efficiency: FloatArray
    radiative_factor: FloatArray
    tuned: FloatArray
    edges: FloatArray
    edges2: FloatArray
    expected: FloatArray
    variance: FloatArray
    cells: FloatArray = dataclasses.field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> PreparedCounts:
        """The ingredients of a spectrum among the arrays of an artefact, which holds whole cells."""
        stored = [field.name for field in dataclasses.fields(cls) if f"{name}.{field.name}" in arrays]
        found = cls(**{each: np.asarray(arrays[f"{name}.{each}"], float) for each in stored})
        return found.with_backgrounds(found.expected, found.variance) if found.cells.size else found

    def arrays(self, name: str) -> dict[str, FloatArray]:
        """The arrays of an artefact, their names beginning with that of the spectrum."""
        kept = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if not self.cells.size:
            del kept["cells"]
        else:
            kept |= {each: in_cells(kept[each], self.cells) for each in ("expected", "variance")}
        return {f"{name}.{each}": values for each, values in kept.items()}

    def with_backgrounds(self, expected: FloatArray, variance: FloatArray) -> PreparedCounts:
        """With backgrounds that are given in cells, spread evenly over the bins of each.

        The variance is spread in the same way: that of a window is then as if only the events inside it were known,
        which is never too small.
        """
        within = [spread_of(edges, int(size)) for edges, size in zip(self.all_edges, self.cells, strict=True)]
        over = [_spread(each, within) for each in (expected, variance)]
        return dataclasses.replace(self, expected=over[0], variance=over[1])

    @property
    def all_edges(self) -> tuple[FloatArray, ...]:
        """The edges of each axis."""
        return (self.edges, self.edges2) if self.edges2.size else (self.edges,)

    def at_masses(self, name: str, mass: FloatArray) -> FloatArray:
        """One of the numbers above at other hypotheses, linear between simulated masses.

        Args:
            name: "sigma", "efficiency" ...
            mass: shape (h, d).
        """
        return at_points(self.mass, getattr(self, name), mass)

    def resolution(self, position: FloatArray) -> FloatArray:
        """The resolution in each observable at positions, shapes (h, d)."""
        return at_points(self.position, self.sigma, position)

    def covers(self, mass: FloatArray) -> BoolArray:
        """Which hypotheses lie between simulated ones, shape (h, d) -> (h,)."""
        if self.mass.shape[1] == 1:
            return np.asarray((mass[:, 0] >= self.mass.min()) & (mass[:, 0] <= self.mass.max()))
        from scipy.spatial import Delaunay

        return np.asarray(Delaunay(self.mass).find_simplex(mass) >= 0)

    def line(self) -> LineParameters | None:
        """What the tuned step keeps; None without one."""
        return LineParameters(self.position[:, 0], self.tuned) if self.tuned.size else None

    def signal_in_bins(self, mass: FloatArray) -> FloatArray:
        """The part of a signal that falls into each bin after the selection, in the shape of the axes.

        A Crystal Ball in each observable, scaled so that the window around the position, an interval or an ellipse,
        holds the efficiency.

        Args:
            mass: of the hypothesis, shape (d,).
        """
        point = mass[None]
        position = self.at_masses("position", point)[0]
        mean, sigma, alpha, n = (self.at_masses(name, point)[0] for name in ("mean", "sigma", "alpha", "n"))
        reach = float(self.half_width[0]) * sigma
        parts, inside = [], 1.0
        for axis, edges in enumerate(self.all_edges):
            shape, at = CrystalBall(sigma[axis], alpha[axis], n[axis]), np.array(position[axis] + mean[axis])
            parts.append(np.maximum(np.diff(shape.cumulative(edges, at)), 0.0))
            ends = position[axis] + reach[axis] * np.array([-1.0, 1.0])
            inside *= float(np.diff(shape.cumulative(ends, at))[0])
        whole = parts[0] if len(parts) == 1 else np.multiply.outer(*parts)
        if len(parts) > 1:
            inside = float(whole[self._in_ellipse(position, reach)].sum())
        return np.asarray(whole * float(self.at_masses("efficiency", point)[0]) / inside)

    def _in_ellipse(self, position: FloatArray, reach: FloatArray) -> BoolArray:
        """The bins of the plane with their centres in an ellipse."""
        centres = [0.5 * (edges[1:] + edges[:-1]) for edges in self.all_edges]
        distance = [(c - x) / r for c, x, r in zip(centres, position, reach, strict=True)]
        return np.asarray(np.add.outer(np.square(distance[0]), np.square(distance[1])) < 1)


def in_cells(values: FloatArray, cells: FloatArray) -> FloatArray:
    """The sums over the bins of each cell, (p, bins of each axis) -> (p, cells of each axis).

    Example:
        >>> in_cells(np.array([[1.0, 2.0, 3.0]]), np.array([2.0]))
        array([[3., 3.]])
    """
    for axis, size in enumerate(cells.astype(int).tolist(), 1):
        values = np.add.reduceat(values, np.arange(0, values.shape[axis], size), axis=axis)
    return values


def spread_of(edges: FloatArray, size: int) -> tuple[IntArray, FloatArray]:
    """The cell of each bin of an axis, and the part of the cell that the bin is, shapes (m,).

    Example:
        >>> [each.tolist() for each in spread_of(np.array([0.0, 1.0, 4.0, 5.0]), 2)]
        [[0, 0, 1], [0.25, 0.75, 1.0]]
    """
    width = np.diff(edges)
    cell = np.arange(width.size) // size
    return cell, width / np.bincount(cell, width)[cell]


def _spread(values: FloatArray, within: list[tuple[IntArray, FloatArray]]) -> FloatArray:
    for axis, (cell, share) in enumerate(within, 1):
        shape = np.ones(values.ndim, int)
        shape[axis] = -1
        values = np.take(values, cell, axis=axis) * share.reshape(shape)
    return values


def at_points(known: FloatArray, values: FloatArray, points: FloatArray) -> FloatArray:
    """Values at points, linear between known ones: on a line, or on the triangles between points of a plane.

    Outside the known points the nearest value is taken.

    Args:
        known: shape (k, d), d = 1 or 2.
        values: shape (k,) or (k, more).
        points: shape (h, d).

    Example:
        >>> at_points(np.array([[1.0], [3.0]]), np.array([10.0, 20.0]), np.array([[2.0], [5.0]]))
        array([15., 20.])
    """
    if known.shape[1] == 1:
        table = values.reshape(len(values), -1)
        order = np.argsort(known[:, 0])
        found = [np.interp(points[:, 0], known[order, 0], column[order]) for column in table.T]
        return np.stack(found, axis=-1).reshape(len(points), *values.shape[1:])
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    inside = np.asarray(LinearNDInterpolator(known, values)(points))
    outside = np.isnan(inside)
    return np.where(outside, NearestNDInterpolator(known, values)(points), inside) if outside.any() else inside
