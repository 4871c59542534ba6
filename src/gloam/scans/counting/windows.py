"""Windows in which events are counted: intervals of one observable, rectangles and ellipses in two.

A bin belongs to a window if its centre is inside, so that data, simulation, sidebands and toys count the same thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.scans.counting.runs import BinRuns
from gloam.spectra import Axis

__all__ = [
    "CountingWindows",
    "PlaneShape",
    "WindowKind",
    "interval_windows",
    "joined_windows",
    "plane_windows",
    "shifted_windows",
]

WindowKind = Literal["interval", "rectangle", "ellipse"]
PlaneShape = Literal["rectangle", "ellipse"]

SLACK = 1e-9
"""Of a bin: centres so close to a border count as on it. A border belongs to the window above it."""

QUADRATURE = 512
"""Strips of an ellipse that is cut by the end of an axis."""


@dataclass(frozen=True, slots=True, eq=False)
class CountingWindows:
    """Which bins belong to the window of each hypothesis. Windows may overlap.

    What belongs to a second observable is NaN in one dimension.

    Attributes:
        axes: of the spectra that are counted, one or two.
        kind: "interval", "rectangle" or "ellipse".
        position, position2: centres as asked for, shape (h,).
        half_width, half_width2: as asked for; of an ellipse its half axes, shape (h,).
        mass, mass2: masses of the hypotheses, shape (h,).
        coverage: part of the length or area that is asked for inside the axes, shape (h,); 1 for whole windows.
        runs: the bins.
    """

    axes: tuple[Axis, ...]
    kind: WindowKind
    position: FloatArray
    half_width: FloatArray
    position2: FloatArray
    half_width2: FloatArray
    mass: FloatArray
    mass2: FloatArray
    coverage: FloatArray
    runs: BinRuns

    def __len__(self) -> int:
        return self.position.size

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of bins of each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def low(self) -> FloatArray:
        """Lower ends after rounding to bin edges, of the first observable, shape (h,)."""
        return self._ends[0]

    @property
    def high(self) -> FloatArray:
        """Upper ends after rounding, of the first observable, shape (h,)."""
        return self._ends[1]

    @property
    def low2(self) -> FloatArray:
        """Lower ends after rounding, of the second observable, shape (h,)."""
        return self._ends[2]

    @property
    def high2(self) -> FloatArray:
        """Upper ends after rounding, of the second observable, shape (h,)."""
        return self._ends[3]

    @property
    def _ends(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The box around the bins of each window."""
        row, left = np.divmod(self.runs.first, self.runs.columns + 1)
        right, start = self.runs.stop - row * (self.runs.columns + 1), self.runs.start[:-1]
        columns = np.minimum.reduceat(left, start), np.maximum.reduceat(right, start)
        along = self.axes[-1].edges
        if len(self.axes) == 1:
            none = np.full(len(self), np.nan)
            return along[columns[0]], along[columns[1]], none, none
        edges = self.axes[0].edges
        rows = np.minimum.reduceat(row, start), np.maximum.reduceat(row, start) + 1
        return edges[rows[0]], edges[rows[1]], along[columns[0]], along[columns[1]]

    def sums(self, values: npt.ArrayLike) -> FloatArray:
        """The sums over the bins of each window, (..., bins of each axis) -> (..., h).

        Raises:
            InputError: for values of another shape.

        Example:
            >>> windows = interval_windows(Axis([0.0, 1.0, 2.0, 3.0, 4.0]), [1.0, 2.0], 1.0)
            >>> windows.sums([3.0, 1.0, 0.0, 5.0])
            array([4., 1.])
        """
        return self.runs.sums(in_rows(values, self.shape))

    def around(self, scale: float) -> BinRuns:
        """The bins of the same windows with half-widths larger by a factor >= 1, cut at the ends of the axes."""
        found = _runs(
            self.axes, self.kind, self.position, scale * self.half_width, self.position2, scale * self.half_width2
        )
        return found[0]

    def take(self, rows: IntArray) -> CountingWindows:
        """Some of the windows."""
        return CountingWindows(
            self.axes, self.kind, self.position[rows], self.half_width[rows], self.position2[rows],
            self.half_width2[rows], self.mass[rows], self.mass2[rows], self.coverage[rows], self.runs.take(rows),
        )  # fmt: skip


def interval_windows(
    axis: Axis, position: npt.ArrayLike, half_width: npt.ArrayLike, mass: npt.ArrayLike | None = None
) -> CountingWindows:
    """Windows of +- half_width around each position of one observable.

    Windows that reach over the end of the axis are cut there; `coverage` says what is left of them.

    Args:
        axis: of the spectra.
        position: centres, shape (h,).
        half_width: > 0, in the unit of the axis; a number or shape (h,).
        mass: of the hypotheses, shape (h,); None where the observable is the mass.

    Raises:
        InputError: for windows that lie outside the axis or are finer than its bins.

    Example:
        >>> windows = interval_windows(Axis(np.linspace(0.0, 1.0, 11)), [0.5, 0.98], 0.1)
        >>> windows.low.round(2), windows.high.round(2), windows.coverage.round(2)
        (array([0.4, 0.9]), array([0.6, 1. ]), array([1. , 0.6]))
    """
    none = np.full(np.size(position), np.nan)
    return _windows((axis,), "interval", position, half_width, none, none, mass, none)


def plane_windows(
    axes: tuple[Axis, Axis],
    position: npt.ArrayLike,
    position2: npt.ArrayLike,
    half_width: npt.ArrayLike,
    half_width2: npt.ArrayLike,
    shape: PlaneShape = "ellipse",
    mass: npt.ArrayLike | None = None,
    mass2: npt.ArrayLike | None = None,
) -> CountingWindows:
    """Windows around points of a plane: ellipses with these half axes, or rectangles.

    Args:
        axes: of the spectra.
        position: centres in the first observable, shape (h,).
        position2: centres in the second, shape (h,).
        half_width: in the first observable, > 0; a number or shape (h,).
        half_width2: in the second.
        shape: "ellipse" or "rectangle".
        mass: of the hypotheses, shape (h,); None where the first observable is the mass.
        mass2: the same for the second.

    Raises:
        InputError: for windows that lie outside the axes or are finer than their bins.

    Example:
        >>> axis = Axis(np.linspace(0.0, 10.0, 11))
        >>> windows = plane_windows((axis, axis), [5.0], [5.0], 2.0, 2.0)
        >>> windows.sums(np.ones((10, 10))), windows.low, windows.high2
        (array([12.]), array([3.]), array([7.]))
    """
    if shape not in get_args(PlaneShape):
        raise InputError("shape of the windows", shape, one_of(get_args(PlaneShape)), "choose one of these")
    return _windows(axes, shape, position, half_width, position2, half_width2, mass, mass2)


def shifted_windows(windows: CountingWindows, first: bool = True, second: bool = False) -> CountingWindows:
    """Windows shifted by half of themselves: centred on the upper border of each, where a signal is in two.

    Masses are interpolated between those of the given windows. Windows that would be centred above the last of the
    given ones are left out.

    Args:
        windows: a set that covers the observables.
        first: shift in the first observable.
        second: shift in the second; in two dimensions three shifted sets cover borders and corners.

    Raises:
        InputError: for a shift in an observable that there is not, or where nothing is left.

    Example:
        >>> tiles = interval_windows(Axis(np.linspace(0.0, 6.0, 61)), [1.0, 3.0, 5.0], 1.0)
        >>> shifted_windows(tiles).position
        array([2., 4.])
    """
    if not (first or second) or (second and len(windows.axes) == 1):
        raise InputError(
            "shifted windows", f"first={first}, second={second} with {len(windows.axes)} observables",
            "a shift in an observable of the windows", "shift at least one",
        )  # fmt: skip
    position, position2 = windows.position.copy(), windows.position2.copy()
    kept = np.ones(len(windows), np.bool_)
    if first:
        position += windows.half_width
        kept &= position <= windows.position.max()
    if second:
        position2 += windows.half_width2
        kept &= position2 <= windows.position2.max()
    if not kept.any():
        raise InputError("shifted windows", f"{len(windows)} windows", "two or more side by side", "take finer windows")
    mass = _interpolated(position, windows.position, windows.mass)
    mass2 = _interpolated(position2, windows.position2, windows.mass2) if len(windows.axes) > 1 else windows.mass2
    rows = np.flatnonzero(kept)
    per_window = (position, windows.half_width, position2, windows.half_width2, mass, mass2)
    return _windows(windows.axes, windows.kind, *(each[rows] for each in per_window))


def joined_windows(*sets: CountingWindows) -> CountingWindows:
    """Several sets of windows of one kind on the same axes as one scan, in the order given.

    Example:
        >>> tiles = interval_windows(Axis(np.linspace(0.0, 6.0, 61)), [1.0, 3.0, 5.0], 1.0)
        >>> joined_windows(tiles, shifted_windows(tiles)).position
        array([1., 3., 5., 2., 4.])
    """
    one = sets[0]
    if any(each.axes != one.axes or each.kind != one.kind for each in sets):
        raise InputError("joined windows", "different axes or kinds", "sets of one kind on the same axes", "use one")
    runs = BinRuns(
        one.runs.rows, one.runs.columns, np.concatenate([each.runs.first for each in sets]),
        np.concatenate([each.runs.stop for each in sets]),
        np.concatenate([[0], np.cumsum(np.concatenate([np.diff(each.runs.start) for each in sets]))]),
    )  # fmt: skip

    def joined(values: Callable[[CountingWindows], FloatArray]) -> FloatArray:
        return np.concatenate([values(each) for each in sets])

    return CountingWindows(
        one.axes, one.kind, joined(lambda w: w.position), joined(lambda w: w.half_width), joined(lambda w: w.position2),
        joined(lambda w: w.half_width2), joined(lambda w: w.mass), joined(lambda w: w.mass2),
        joined(lambda w: w.coverage), runs,
    )  # fmt: skip


def in_rows(values: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """The values of bins as rows and columns, one row in one dimension; (..., bins of each axis) -> (..., n, m)."""
    array = np.asarray(values, float)
    if array.shape[array.ndim - len(shape) :] != shape:
        raise InputError("sums over windows", f"shape {array.shape}", f"(..., {shape}) as the axes", "align them")
    return array if len(shape) > 1 else array[..., None, :]


def _windows(
    axes: tuple[Axis, ...],
    kind: WindowKind,
    position: npt.ArrayLike,
    half_width: npt.ArrayLike,
    position2: npt.ArrayLike,
    half_width2: npt.ArrayLike,
    mass: npt.ArrayLike | None,
    mass2: npt.ArrayLike | None,
) -> CountingWindows:
    x, half = _centres("", axes[0], position, half_width)
    if len(axes) > 1:
        y, half2 = _centres("2", axes[1], position2, half_width2)
        if x.size != y.size:
            raise InputError("windows", f"{x.size} and {y.size} positions", "as many in both", "give one pair for each")
    else:
        y, half2 = np.full(x.size, np.nan), np.full(x.size, np.nan)
    masses = [np.array(at if given is None else given, float) for at, given in ((x, mass), (y, mass2))]
    for name, given in zip(("mass", "mass2"), masses, strict=True):
        if given.shape != x.shape or ((len(axes) > 1 or name == "mass") and not np.isfinite(given).all()):
            raise InputError(
                f"{name} of the windows", f"shape {given.shape}", "one finite number for each", "align them"
            )
    runs, number = _runs(axes, kind, x, half, y, half2)
    if (number == 0).any():
        row = int(np.argmin(number))
        raise _too_fine(axes[0] if len(axes) == 1 else None, x[row])
    coverage = _coverage(axes, kind, x, half, y, half2)
    return CountingWindows(axes, kind, x, half, y, half2, masses[0], masses[1], coverage, runs)


def _centres(which: str, axis: Axis, position: npt.ArrayLike, half: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Checked positions and half-widths along one axis, shapes (h,)."""
    x = np.atleast_1d(np.array(position, float))
    if x.ndim != 1 or x.size == 0 or not np.isfinite(x).all():
        raise InputError(f"position{which} of the windows", f"shape {x.shape}", "finite numbers in one row", "check it")
    if np.ndim(half) and np.shape(half) != x.shape:
        raise InputError(f"half_width{which}", f"shape {np.shape(half)}", "a number or one for each window", "align it")
    widths = np.array(np.broadcast_to(np.asarray(half, float), x.shape))
    good = np.isfinite(widths) & (widths > 0)
    if not good.all():
        raise InputError(f"half_width{which}", widths[~good][0], "numbers > 0", "the resolution is a usual size")
    outside = (x + widths <= axis.low) | (x - widths >= axis.high)
    if outside.any():
        raise InputError(
            f"window around {x[outside][0]:g}", f"an axis from {axis.low:g} to {axis.high:g}",
            "windows that overlap the axis", "shorten the scan or read a longer range",
        )  # fmt: skip
    bin_ = np.clip(axis.edges.searchsorted(x, side="right") - 1, 0, len(axis) - 1)
    fine = 2 * widths < axis.widths[bin_] * (1 - SLACK)
    if fine.any():
        raise _too_fine(axis, x[fine][0])
    return x, widths


def _too_fine(axis: Axis | None, at: float) -> InputError:
    found = "narrower than the bins there" + (f" of '{axis.name}'" if axis else "")
    return InputError(f"window around {at:g}", found, "windows that hold the centre of a bin", "bin more finely")


def _runs(
    axes: tuple[Axis, ...], kind: WindowKind, x: FloatArray, half: FloatArray, y: FloatArray, half2: FloatArray
) -> tuple[BinRuns, IntArray]:
    """The bins of each window, and how many runs it has: 0 where no centre of a bin is inside."""
    if len(axes) == 1:
        first, stop = _between(axes[0], x - half, x + half)
        number = (stop > first).astype(np.int64)
        return BinRuns(1, len(axes[0]), first, stop, np.arange(x.size + 1)), number
    rows, columns = len(axes[0]), len(axes[1])
    low, high = _between(axes[0], x - half, x + half)
    window = np.repeat(np.arange(x.size), high - low)
    row = np.arange(window.size) - np.repeat(np.cumsum(high - low) - (high - low), high - low) + low[window]
    reach = half2[window]
    if kind == "ellipse":
        distance = (axes[0].centers[row] - x[window]) / half[window]
        reach = reach * np.sqrt(np.maximum(1 - distance**2, 0.0))
    left, right = _between(axes[1], y[window] - reach, y[window] + reach)
    filled = right > left
    window, row, left, right = window[filled], row[filled], left[filled], right[filled]
    number = np.bincount(window, minlength=x.size)
    start = np.concatenate([[0], np.cumsum(number)])
    first = row * (columns + 1) + left
    return BinRuns(rows, columns, first, first + right - left, start), number


def _between(axis: Axis, low: FloatArray, high: FloatArray) -> tuple[IntArray, IntArray]:
    """The first bin with its centre at or above low, and the first at or above high."""
    slack = SLACK * axis.widths.min()
    centers = axis.centers
    return centers.searchsorted(low - slack), centers.searchsorted(high - slack)


def _coverage(
    axes: tuple[Axis, ...], kind: WindowKind, x: FloatArray, half: FloatArray, y: FloatArray, half2: FloatArray
) -> FloatArray:
    """The part of each window that lies inside the axes."""
    inside = _share(axes[0], x - half, x + half)
    if len(axes) == 1:
        return inside
    share = inside * _share(axes[1], y - half2, y + half2)
    cut = np.flatnonzero(share < 1 - SLACK)
    if kind == "ellipse" and cut.size:
        # x = half sin(t): strips of equal angle, of which the whole ellipse is an exact sum
        angle = np.pi * ((np.arange(QUADRATURE) + 0.5) / QUADRATURE - 0.5)
        at = x[cut, None] + half[cut, None] * np.sin(angle)
        reach = half2[cut, None] * np.cos(angle)
        ends = np.clip(np.stack([y[cut, None] - reach, y[cut, None] + reach]), axes[1].low, axes[1].high)
        seen = np.where((at > axes[0].low) & (at < axes[0].high), ends[1] - ends[0], 0.0) / half2[cut, None]
        share[cut] = (seen * np.cos(angle)).sum(axis=1) / QUADRATURE
    return np.where(share < 1 - SLACK, share, 1.0)


def _share(axis: Axis, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.asarray((np.minimum(high, axis.high) - np.maximum(low, axis.low)) / (high - low))


def _interpolated(at: FloatArray, position: FloatArray, mass: FloatArray) -> FloatArray:
    """The masses at positions between the given ones, each of which has one mass."""
    known, first, group = np.unique(position, return_index=True, return_inverse=True)
    if not np.allclose(mass, mass[first][group], rtol=1e-9, atol=0):
        raise InputError(
            "shifted windows", "several masses at one position", "a mass that follows from the position",
            "make the shifted set with its masses by interval_windows or plane_windows",
        )  # fmt: skip
    return np.interp(at, known, mass[first])


def hidden_windows(windows: CountingWindows, hidden: BoolArray) -> BoolArray:
    """Which windows hold a bin that must not be counted, shape (h,); `hidden` has the shape of the axes."""
    return np.asarray(windows.sums(hidden.astype(float)) > 0)
