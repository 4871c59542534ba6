"""Limits of very many cells: equal ones are solved once, and smooth ones between others."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.limits import CountingLimits, CountingMethod, CountingOptions, counting_limits
from gloam.statistics.counting.spread import Known, LogNormal, Normal, Spread

__all__ = ["distinct", "limits_of_many"]

FEWEST = 34
"""Cells of one count below which each is solved."""

DEGREES = (16, 32, 64, 128)
"""Of the polynomials that are tried."""

TOLERANCE = 1e-9
"""Of the last coefficients over the largest."""


def distinct(cells: Cells) -> tuple[IntArray, IntArray]:
    """The rows of cells that differ, and for each cell its place among them, shape (c,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> distinct(counting_cells([1, 2, 1], 3.0))
        (array([0, 1]), array([0, 1, 0]))
    """
    columns = [cells.observed, *(each for spread in (*cells.background, cells.efficiency) for each in _arrays(spread))]
    varied = np.stack([column for column in columns if column.size and np.ptp(column) > 0] or [np.zeros(cells.size)])
    order = np.lexsort(varied)
    new = np.ones(cells.size, np.bool_)
    new[1:] = (np.diff(varied[:, order], axis=1) != 0).any(axis=0)
    place = np.empty(cells.size, np.int64)
    place[order] = np.cumsum(new) - 1
    return order[new], place


def limits_of_many(
    cells: Cells, level: float, method: CountingMethod, options: CountingOptions | None = None
) -> CountingLimits:
    """Limits without expected ones, as `counting_limits` finds them, faster where only the background differs.

    At a fixed count, CLs and Bayesian limits with a given relative error are analytic functions of the background.
    Where many cells share their count, such a function is interpolated by a Chebyshev polynomial of sqrt(background),
    to 1e-8 of the limit; the degree grows until its last coefficients are that small, and every cell is solved if none
    does.

    Args:
        cells: the counts.
        level: a fraction.
        method: see `counting_limits`.
        options: of the methods.
    """
    if method not in ("cls", "bayes") or not _one_family(cells):
        return counting_limits(cells, level, method, options, expected=False)
    upper = np.full(cells.size, np.nan)
    lower = np.zeros(cells.size)
    alone = []
    for count in np.unique(cells.observed):
        rows = np.flatnonzero(cells.observed == count)
        found = None
        if rows.size >= FEWEST and (options is None or options.interval in (None, "upper")):
            found = _interpolated(cells.take(rows), level, method, options)
        if found is None:
            alone.append(rows)
        else:
            upper[rows] = found
    single = np.concatenate(alone) if alone else np.arange(1)
    limits = counting_limits(cells.take(single), level, method, options, expected=False)
    upper[single], lower[single] = limits.upper, limits.lower
    return replace(limits, lower=lower, upper=upper, upper_error=np.zeros(cells.size))


def _interpolated(
    cells: Cells, level: float, method: CountingMethod, options: CountingOptions | None
) -> FloatArray | None:
    """The limits of cells with one count, or None where no polynomial is good enough."""
    root = np.sqrt(cells.nominal_background)
    middle, half = 0.5 * (root.max() + root.min()), max(0.5 * float(np.ptp(root)), 1e-12)
    for degree in DEGREES:
        if 2 * degree >= cells.size:
            return None
        at = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
        nominal = (middle + half * at) ** 2
        solved = _with_background(cells, nominal)
        found = counting_limits(solved, level, method, options, expected=False).upper
        coefficients = np.polynomial.chebyshev.chebfit(at, found, degree)
        if np.isfinite(coefficients).all() and np.abs(coefficients[-3:]).max() < TOLERANCE * np.abs(found).min():
            return np.asarray(np.polynomial.chebyshev.chebval((root - middle) / half, coefficients))
    return None


def _with_background(cells: Cells, nominal: FloatArray) -> Cells:
    """As many cells of the same kind with other nominal backgrounds."""
    first = cells.take(np.zeros(nominal.size, np.int64))
    (spread,) = first.background
    other: Spread
    if isinstance(spread, Normal):
        # the ratio from the largest background, which is not 0
        row = int(np.argmax(cells.nominal_background))
        ratio = float(_arrays(cells.background[0])[1][row] / cells.nominal_background[row])
        other = Normal(nominal, ratio * nominal)
    elif isinstance(spread, LogNormal):
        other = LogNormal(nominal, spread.log_k, spread.literal)
    else:
        other = Known(nominal)
    return replace(first, background=(other,))


def _one_family(cells: Cells) -> bool:
    """Whether cells differ only in their counts and nominal backgrounds, at one relative error."""
    if len(cells.background) > 1 or not isinstance(cells.background[0], Known | LogNormal | Normal):
        return False
    spread = cells.background[0]
    if not (spread.nominal > 0).all() or any(np.ptp(column) > 0 for column in _arrays(cells.efficiency)):
        return False
    if isinstance(spread, LogNormal):
        return bool(np.ptp(spread.log_k) == 0)
    return isinstance(spread, Known) or bool(np.ptp(spread.sigma / spread.nominal) < 1e-12)


def _arrays(spread: Spread) -> list[FloatArray]:
    values = [getattr(spread, field.name) for field in fields(spread)]
    return [value for value in values if isinstance(value, np.ndarray)]
