"""Limits on particles that live long: what is excluded is a region of mass and coupling, not what is above a curve.

A larger coupling makes more particles and lets them decay sooner. Where the search sees decays only inside its
detector, small couplings escape below and, if it needs a displaced vertex, large ones above.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.interpretation.inversion import bisected
from gloam.interpretation.regions import ExcludedRegion, Interval, region_of

__all__ = ["decay_length", "decay_probability", "excluded_region", "long_lived_yield"]

DENSITY = 40
"""Couplings that are looked at in each decade, before ends are refined: narrower regions may be missed."""


def decay_length(mass: npt.ArrayLike, momentum: npt.ArrayLike, proper_length: npt.ArrayLike) -> FloatArray:
    """The mean decay length beta gamma c tau in the unit of `proper_length`: momentum / mass times c tau.

    Args:
        mass: in GeV.
        momentum: in GeV, in the frame of the detector.
        proper_length: c tau; falls as 1 / g^2 for a particle that decays through the coupling g.

    Example:
        >>> decay_length(0.5, 4.0, 1.25)
        array(10.)
    """
    return np.asarray(np.asarray(momentum, float) / np.asarray(mass, float) * np.asarray(proper_length, float))


def decay_probability(length: npt.ArrayLike, near: npt.ArrayLike, far: npt.ArrayLike) -> FloatArray:
    """The probability to decay between two distances: exp(-near / length) - exp(-far / length).

    Args:
        length: mean decay length, >= 0; 0 is prompt, infinite stable. All in one unit.
        near: where decays begin to be seen; 0 for a search that takes prompt decays.
        far: where they end to be; may be infinite.

    Raises:
        InputError: unless 0 <= near <= far and the length is not negative.

    Example:
        >>> decay_probability([0.0, 1.0, 1e9], 0.0, 2.0).round(12)
        array([1.00000000e+00, 8.64664717e-01, 2.00000000e-09])
    """
    scale, first, last = (np.asarray(x, float) for x in (length, near, far))
    if not ((scale >= 0).all() and (first >= 0).all() and (last >= first).all()):
        found = f"length {scale.min():g}, from {first.min():g} to {last.min():g}"
        raise InputError("decay probability", found, "lengths >= 0, and near <= far", "check the distances")
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.where(first == 0, 1.0, np.exp(-first / scale))
        inside = np.where(last == first, 0.0, -np.expm1(-(last - first) / scale))
    return np.asarray(np.where(np.isinf(scale), np.where(np.isinf(last), 1.0, 0.0), survival * inside))


def long_lived_yield(
    events: FloatArray, length: FloatArray, near: npt.ArrayLike, far: npt.ArrayLike
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """The expected yield as a function of coupling and mass: g^2 events P(length / g^2), for `excluded_region`.

    Args:
        events: at coupling 1 if all decays were seen with the prompt efficiency, shape (h,).
        length: mean decay length at coupling 1, shape (h,).
        near: where decays begin to be seen, a number or of shape (h,).
        far: where they end to be.

    Example:
        >>> expected = long_lived_yield(np.array([1e8]), np.array([1e-9]), 0.0, 10.0)
        >>> expected(np.array([[1e-5, 1e-3]]), np.array([[0.5, 0.5]])).round(3)
        array([[1.e-02, 1.e+02]])
    """

    def expected(coupling: FloatArray, mass: FloatArray) -> FloatArray:
        shape = (-1,) + (1,) * (mass.ndim - 1)
        at_one, scale, first, last = (np.reshape(np.broadcast_to(x, mass.shape[:1]), shape)
                                      for x in (events, length, near, far))  # fmt: skip
        return np.asarray(coupling**2 * at_one * decay_probability(scale / coupling**2, first, last))

    return expected


def excluded_region(
    expected: Callable[[FloatArray, FloatArray], FloatArray],
    limit: FloatArray,
    mass: FloatArray,
    ends: tuple[float, float],
) -> ExcludedRegion:
    """The masses and couplings at which more events are expected than the limit allows.

    The yield is looked at on a grid of couplings, 40 in each decade; where it crosses the limit, the coupling is found
    to the precision of a double. Where the largest yield at a mass crosses the limit between two masses, the region is
    closed by a point, interpolated in ln(yield / limit).

    Args:
        expected: yield for couplings and masses of one shape, such as `long_lived_yield` gives.
        limit: on the yield, shape (h,); NaN where there is none: nothing is excluded there.
        mass: increasing, in GeV, shape (h,).
        ends: the smallest and largest coupling that is looked at; a region that reaches them is closed there, and
            says so.

    Raises:
        InputError: for masses that do not increase, ends that are none, or yields that are NaN.

    Example:
        >>> mass = np.array([0.1, 0.2, 0.4])
        >>> expected = long_lived_yield(np.full(3, 1e10), np.array([1e-8, 2e-9, 1e-12]), 1.0, 10.0)
        >>> region = excluded_region(expected, np.full(3, 2.3), mass, (1e-8, 1.0))
        >>> [len(at) for at in region.intervals], len(region.polygons), bool(region.contains(0.1, 3e-5))
        ([1, 1, 0], 1, True)
    """
    low, high = ends
    mass, limit = np.asarray(mass, float), np.asarray(limit, float)
    if mass.ndim != 1 or limit.shape != mass.shape or (np.diff(mass) <= 0).any():
        raise InputError("masses of a region", f"shapes {mass.shape} and {limit.shape}", "increasing masses", "sort")
    if not (0 < low < high < np.inf):
        raise InputError("range of the coupling", f"{low:g} to {high:g}", "0 < LO < HI", "give a range of couplings")
    number = max(3, int(np.ceil(DENSITY * np.log10(high / low))) + 1)
    grid = np.linspace(np.log(low), np.log(high), number)
    excess = _excess(expected, limit, mass, np.broadcast_to(grid, (mass.size, number)))
    best = np.argmax(excess, axis=1)
    top, at = excess[np.arange(mass.size), best], np.exp(grid[best])
    intervals = _intervals(lambda u: _excess(expected, limit, mass, u), excess, grid)
    return region_of(mass, intervals, top, at, ends)


def _excess(
    expected: Callable[[FloatArray, FloatArray], FloatArray], limit: FloatArray, mass: FloatArray, u: FloatArray
) -> FloatArray:
    """ln(yield / limit) at the logarithms u of couplings, shape (h, n); -infinity where there is no limit."""
    value = np.asarray(expected(np.exp(u), np.broadcast_to(mass[:, None], u.shape)), float)
    if np.isnan(value).any():
        raise InputError("expected yield", "NaN", "numbers >= 0", "check the function at all masses and couplings")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.isnan(limit)[:, None], -np.inf, np.log(value / limit[:, None])))


def _intervals(
    excess: Callable[[FloatArray], FloatArray], values: FloatArray, grid: FloatArray
) -> tuple[tuple[Interval, ...], ...]:
    """The intervals of excluded couplings at each mass, their ends refined all together."""
    inside = np.pad(values > 0, ((0, 0), (1, 1)))
    rows, steps = np.nonzero(np.diff(inside, axis=1))  # in each row starts and ends in turn
    starting = inside[rows, steps + 1]
    last = grid.size - 1
    outer = grid[np.clip(np.where(starting, steps - 1, steps), 0, last)]
    inner = grid[np.clip(np.where(starting, steps, steps - 1), 0, last)]
    # one row for each mass, as the yields are, with as many columns as there are ends at any mass
    column = np.arange(rows.size) - np.searchsorted(rows, rows)
    shape = values.shape[0], int(column.max(initial=-1)) + 1
    low, high = np.zeros(shape), np.zeros(shape)
    low[rows, column], high[rows, column] = outer, inner
    refined = np.where(outer == inner, outer, bisected(excess, low, high)[rows, column])
    found: list[list[Interval]] = [[] for _ in range(values.shape[0])]
    for row, first, end in zip(rows[::2].tolist(), *np.exp([refined[::2], refined[1::2]]).tolist(), strict=True):
        found[row].append(Interval(first, end))
    return tuple(tuple(each) for each in found)
