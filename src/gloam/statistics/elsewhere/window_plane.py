"""The mean Euler characteristic of the significances of windows on a grid of a plane."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.scans import CountingResult, CountingWindows, SidebandBackground
from gloam.scans.counting import sideband_runs
from gloam.statistics.elsewhere.euler import ExpectedEuler, euler_from_correlations, euler_from_fields
from gloam.statistics.elsewhere.pseudo_counts import background_spectrum
from gloam.statistics.elsewhere.window_toys import toy_significances

__all__ = ["plane_grid", "window_correlations", "window_euler"]


def plane_grid(windows: CountingWindows) -> IntArray:
    """The row numbers of windows as a grid of their positions, shape (n, m); -1 where there is none.

    Raises:
        InputError: in one dimension, for two windows at one place, or where most of the grid would be empty.

    Example:
        >>> from gloam.scans import plane_windows
        >>> from gloam.spectra import Axis
        >>> axis = Axis(np.linspace(0.0, 4.0, 5))
        >>> plane_grid(plane_windows((axis, axis), [1.0, 2.0, 1.0], [1.0, 2.0, 2.0], 1.0, 1.0))
        array([[ 0,  2],
               [-1,  1]])
    """
    asked = "grid of windows"
    if len(windows.axes) == 1:
        raise InputError(asked, "one observable", "two", "count up-crossings of a level in one dimension")
    first, row = np.unique(windows.position, return_inverse=True)
    second, column = np.unique(windows.position2, return_inverse=True)
    if first.size * second.size > 4 * len(windows):
        found = f"{len(windows)} windows at {first.size} x {second.size} positions"
        raise InputError(asked, found, "windows on a grid", "use toys")
    grid = np.full((first.size, second.size), -1)
    grid[row, column] = np.arange(len(windows))
    if np.count_nonzero(grid >= 0) < len(windows):
        raise InputError(asked, "several windows at one place", "one for each place", "give each set by itself")
    return grid


def window_correlations(result: CountingResult, first: IntArray, second: IntArray) -> FloatArray:
    """The correlations of the significances of pairs of windows, without a signal and to first order, shape (p,).

    n - off / tau is a sum over bins, of which windows share some; a common factor on the background is shared by all.

    Args:
        result: the counts.
        first: rows of one window of each pair, shape (p,).
        second: of the other.
    """
    expected, source = background_spectrum(result).expected, result.setup.background
    matrix = result.windows.runs.members().tocsr()
    if isinstance(source, SidebandBackground):
        from scipy.sparse import diags_array

        outer, inner = sideband_runs(result.windows, source)
        inverse = np.divide(1.0, result.tau, out=np.zeros_like(result.tau), where=result.tau > 0)
        matrix = (matrix - diags_array(inverse) @ (outer.members() - inner.members())).tocsr()
    error = result.relative_error * np.nan_to_num(result.background)
    variance = matrix.multiply(matrix) @ expected + error**2
    shared = matrix[first].multiply(matrix[second]) @ expected + error[first] * error[second]
    return np.asarray(shared / np.sqrt(variance[first] * variance[second]))


def window_euler(
    result: CountingResult, method: Literal["toys", "correlations"] = "toys", toys: int = 100, seed: int = 1
) -> ExpectedEuler:
    """The mean Euler characteristic of the significances of windows on a grid.

    Args:
        result: the counts of windows in two observables.
        method: "toys" counts it in toys, with an error; "correlations" takes the field as smooth on the grid (see
            `euler_from_correlations`).
        toys: how many.
        seed: of their random streams.

    Raises:
        InputError: for windows that are not on a grid.
    """
    grid = plane_grid(result.windows)
    usable = np.zeros(len(result.windows) + 1, np.bool_)
    usable[result.usable] = True
    region = usable[grid]
    if method == "toys":
        return euler_from_fields(toy_significances(result, toys, seed)[:, grid], region)

    def between(a: IntArray, b: IntArray) -> FloatArray:
        both = (a >= 0) & (b >= 0)
        out = np.zeros(a.shape)
        out[both] = window_correlations(result, a[both], b[both])
        return out

    return euler_from_correlations(
        between(grid[:, :-1], grid[:, 1:]), between(grid[:-1], grid[1:]), between(grid[:-1, :-1], grid[1:, 1:]), region
    )
