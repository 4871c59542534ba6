"""The axes of prepared counts: bins that follow the resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import PreparedCounts
from gloam.models import Gaussian
from gloam.scans import grid_in_resolution

if TYPE_CHECKING:
    from gloam.searches import CountedSpectrum

__all__ = ["areas", "bin_edges"]


def areas(edges: list[FloatArray]) -> FloatArray:
    """The part of the axes that each bin is."""
    parts = [np.diff(each) / (each[-1] - each[0]) for each in edges]
    return np.asarray(parts[0] if len(parts) == 1 else np.multiply.outer(*parts))


def bin_edges(base: PreparedCounts, spectrum: CountedSpectrum, axis: int) -> FloatArray:
    """Edges of bins that follow the finest resolution at each position of an axis."""
    known, finest = _finest(base, axis)
    low, high = spectrum.ranges[axis]
    shape = Gaussian(lambda x: np.interp(x, known, finest))
    edges = grid_in_resolution(low, high, shape, 2 * float(spectrum.half_width) / spectrum.bins).position
    return np.append(edges[:-1], high)


def _finest(base: PreparedCounts, axis: int) -> tuple[FloatArray, FloatArray]:
    """Positions along an axis, and the finest resolution there, over all values of the other observable."""
    position, sigma = base.position, base.sigma[:, axis]
    known = np.unique(position[:, axis])
    if position.shape[1] == 1:
        return known, np.array([sigma[position[:, axis] == at].min() for at in known])
    from scipy.spatial import Delaunay

    low, high = position.min(axis=0), position.max(axis=0)
    along, across = np.linspace(low[axis], high[axis], 401), np.linspace(low[1 - axis], high[1 - axis], 101)
    mesh = np.meshgrid(along, across, indexing="ij")
    points = np.stack(mesh if axis == 0 else mesh[::-1], axis=-1).reshape(-1, 2)
    inside = (Delaunay(position).find_simplex(points) >= 0).reshape(mesh[0].shape)
    values = np.where(inside, base.resolution(points)[:, axis].reshape(mesh[0].shape), np.inf).min(axis=1)
    found = np.isfinite(values)
    return along[found], values[found]
