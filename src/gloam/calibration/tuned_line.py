"""A least value and a straight line, tuned at each mass for the smallest cross section that counts can find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.statistics.figures_of_merit import PunziForm, punzi_yield

__all__ = ["LineGrid", "LineParameters", "LineSample", "tune_line"]

NOTHING = 1e3
"""Logarithm of the figure of merit where no signal is left: worse than any other."""


class LineSample(NamedTuple):
    """Events of one sample inside the window of a mass.

    Attributes:
        column: that has a least value, shape (n,).
        x, y: the plane, shape (n,).
        weights: shape (n,); of signals they add up to the efficiency, of backgrounds to the number of events.
    """

    column: FloatArray
    x: FloatArray
    y: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LineGrid:
    """What is tried.

    Attributes:
        least: values of the column, shape (l,).
        angle: directions of the line in rad, shape (a,).
        offset: of the line, rising, shape (o,).
        significance, power: a and b of the figure of merit.
        form: of the figure of merit.
    """

    least: FloatArray
    angle: FloatArray
    offset: FloatArray
    significance: float
    power: float
    form: PunziForm = "poisson"


@dataclass(frozen=True, slots=True, eq=False)
class LineParameters:
    """What a tuned step keeps, against the observable.

    Attributes:
        position: of the masses at which it was tuned, rising, shape (k,).
        values: least value, angle in rad, offset; shape (k, 3). Linear in between, constant outside.

    Example:
        >>> line = LineParameters(np.array([0.0, 10.0]), np.array([[1.0, 0.0, 0.5], [2.0, 0.0, 0.5]]))
        >>> line.passes(np.array([5.0, 5.0]), np.array([1.4, 1.6]), np.array([1.0, 1.0]), np.array([0.0, 0.0]))
        array([False,  True])
    """

    position: FloatArray
    values: FloatArray

    def passes(self, observable: FloatArray, column: FloatArray, x: FloatArray, y: FloatArray) -> BoolArray:
        """Which events are kept, shape (n,); NaN is not."""
        least, angle, offset = (np.interp(observable, self.position, each) for each in self.values.T)
        return np.asarray((column > least) & (np.cos(angle) * x + np.sin(angle) * y > offset))


def tune_line(
    signals: Sequence[LineSample], backgrounds: Sequence[LineSample], grid: LineGrid, neighbours: int = 1
) -> FloatArray:
    """The least value, angle and offset of each mass, shape (k, 3).

    They minimise the mean logarithm of Punzi's smallest yield over the efficiency, over the mass and its neighbours.
    The background is taken for larger by one of its events, so that the few that were simulated are not tuned on.

    Args:
        signals: in the window of each mass, k of them.
        backgrounds: all of them together, in the same windows.
        grid: what is tried.
        neighbours: masses on either side.

    Example:
        >>> random = np.random.default_rng(1)
        >>> uniform = lambda n, shift: random.random(n) + shift
        >>> signal = LineSample(np.ones(500), uniform(500, 0.5), uniform(500, 0.0), np.full(500, 1e-3))
        >>> background = LineSample(np.ones(500), uniform(500, 0.0), uniform(500, 0.0), np.full(500, 0.02))
        >>> grid = LineGrid(np.zeros(1), np.radians([0.0, 90.0]), np.linspace(-0.1, 1.6, 18), 3.0, 1.28)
        >>> tune_line([signal], [background], grid)[0].round(2)  # x above 0.8: there is no background beyond 1
        array([0., 0., 1.])
    """
    scores = np.stack([_scores(*pair, grid) for pair in zip(signals, backgrounds, strict=True)])
    best = []
    for row in range(len(scores)):
        near = scores[max(0, row - neighbours) : row + neighbours + 1].mean(axis=0)
        least, angle, offset = np.unravel_index(int(np.argmin(near)), near.shape)
        best.append((grid.least[least], grid.angle[angle], grid.offset[offset]))
    return np.array(best)


def _scores(signal: LineSample, background: LineSample, grid: LineGrid) -> FloatArray:
    """The logarithm of the figure of merit for everything that is tried, shape (l, a, o)."""
    kept, left = _sums(signal, grid), _sums(background, grid)
    one = float((background.weights**2).sum() / background.weights.sum()) if background.weights.size else 0.0
    smallest = punzi_yield(np.maximum(left, 0.0), grid.significance, grid.power, grid.form, floor=one)
    with np.errstate(divide="ignore"):
        return np.where(kept > 0, np.log(smallest) - np.log(kept), NOTHING)


def _sums(sample: LineSample, grid: LineGrid) -> FloatArray:
    """The sum of the weights that each choice keeps, shape (l, a, o)."""
    found = np.empty((grid.least.size, grid.angle.size, grid.offset.size))
    order = np.argsort(sample.column)
    column, x, y, weights = (each[order] for each in sample)
    first = np.searchsorted(column, grid.least, side="right")
    edges = np.append(grid.offset, np.inf)
    for a, angle in enumerate(grid.angle):
        along = np.cos(angle) * x + np.sin(angle) * y
        bins = np.searchsorted(edges, along, side="left") - 1  # a value on an offset is not above it
        for number, start in enumerate(first):
            inside = bins[start:] >= 0
            counts = np.bincount(bins[start:][inside], weights[start:][inside], grid.offset.size)
            found[number, a] = np.cumsum(counts[::-1])[::-1]
    return found
