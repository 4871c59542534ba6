"""What a counting search takes from simulation, as the artefact that it carries: resolutions, efficiencies, counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.calibration.tuned_line import LineParameters
from gloam.models import CrystalBall

__all__ = ["PreparedCounts", "at_points"]


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

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> PreparedCounts:
        """The ingredients of a spectrum among the arrays of an artefact."""
        names = (field.name for field in dataclasses.fields(cls))
        return cls(**{each: np.asarray(arrays[f"{name}.{each}"], float) for each in names})

    def arrays(self, name: str) -> dict[str, FloatArray]:
        """The arrays of an artefact, their names beginning with that of the spectrum."""
        return {f"{name}.{field.name}": getattr(self, field.name) for field in dataclasses.fields(self)}

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

        A Crystal Ball in each observable, scaled so that the window around the position holds the efficiency.

        Args:
            mass: of the hypothesis, shape (d,).
        """
        point = mass[None]
        position = self.at_masses("position", point)[0]
        mean, sigma, alpha, n = (self.at_masses(name, point)[0] for name in ("mean", "sigma", "alpha", "n"))
        parts, inside = [], 1.0
        for axis, edges in enumerate(self.all_edges):
            shape, at = CrystalBall(sigma[axis], alpha[axis], n[axis]), np.array(position[axis] + mean[axis])
            parts.append(np.diff(shape.cumulative(edges, at)))
            reach = float(self.half_width[0]) * sigma[axis]
            inside *= float(np.diff(shape.cumulative(position[axis] + np.array([-reach, reach]), at))[0])
        whole = parts[0] if len(parts) == 1 else np.multiply.outer(*parts)
        return np.asarray(np.maximum(whole, 0.0) * float(self.at_masses("efficiency", point)[0]) / inside)


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
