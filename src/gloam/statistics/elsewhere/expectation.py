"""One background expectation of the whole spectrum, from the fits of overlapping windows."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.scans import Scan, ScanResult, batches

__all__ = ["global_expectation"]


def global_expectation(scan: Scan, result: ScanResult, rows: IntArray) -> FloatArray:
    """The expected counts of every bin of the axis without a signal, shape (n,); 0 where no window is.

    A bin lies in many windows, each with a background-only fit of its own. Their expectations are averaged with the
    weight (1 + d^2 / sigma^2)^-2, d being the distance from the bin to the hypothesis and sigma its resolution: what
    counts is the fit at the middle of its window, where it knows both sides, and fits of close neighbours smooth it.

    Args:
        scan: what was fitted.
        result: the fits.
        rows: hypotheses to use, with certified fits.
    """
    edges = scan.spectrum.axis.edges
    centers, widths = scan.spectrum.axis.centers, scan.spectrum.axis.widths
    resolution = scan.signal.resolution(scan.grid.position)
    total, weights = np.zeros(centers.size), np.zeros(centers.size)
    for batch in batches(scan, rows):
        problem = batch.problem()
        theta = result.theta_background[batch.rows, : problem.parameters]
        expected = problem.design.apply(theta)  # in vetoed bins too, which no fit will look at
        window = scan.windows.edge_indices(batch.rows, expected.shape[1])
        parts = np.diff(window, axis=1)
        density = expected / np.where(parts > 0, edges[window[:, 1:]] - edges[window[:, :-1]], 1.0)
        row, bins = _bins_of_windows(window)
        distance = (centers[bins] - scan.grid.position[batch.rows][row]) / resolution[batch.rows][row]
        weight = (1 + distance**2) ** -2
        value = np.repeat(density.ravel(), parts.ravel()) * widths[bins]
        total += np.bincount(bins, weight * value, centers.size)
        weights += np.bincount(bins, weight, centers.size)
    return np.asarray(np.maximum(np.divide(total, weights, out=np.zeros_like(total), where=weights > 0), 0.0))


def _bins_of_windows(window: IntArray) -> tuple[IntArray, IntArray]:
    """Every bin of the axis in every window: the row and the bin, one window after the other."""
    length = window[:, -1] - window[:, 0]
    row = np.repeat(np.arange(length.size), length)
    start = np.cumsum(length) - length
    return row, np.arange(row.size) - start[row] + window[row, 0]
