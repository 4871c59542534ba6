"""Smooth expectations of backgrounds from weighted simulation, and how much simulation is behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["LEAST_EFFECTIVE", "BackgroundTemplate", "WeightedCounts"]

LEAST_EFFECTIVE = 20.0
"""Effective events that a window needs; with fewer its expectation is only an upper bound."""


@dataclass(slots=True)
class WeightedCounts:
    """Sums of weights in bins, added up batch by batch.

    Attributes:
        edges: of the bins, shape (m + 1,).
        total: sum of the weights in each, shape (m,).
        squares: sum of their squares, shape (m,).
    """

    edges: FloatArray
    total: FloatArray
    squares: FloatArray

    @classmethod
    def empty(cls, edges: FloatArray) -> WeightedCounts:
        """Bins without entries."""
        return cls(edges, np.zeros(edges.size - 1), np.zeros(edges.size - 1))

    def add(self, values: FloatArray, weights: FloatArray) -> None:
        """Enter values of the observable with their weights, shapes (k,)."""
        self.total += np.histogram(values, self.edges, weights=weights)[0]
        self.squares += np.histogram(values, self.edges, weights=weights**2)[0]

    def __add__(self, other: WeightedCounts) -> WeightedCounts:
        return WeightedCounts(self.edges, self.total + other.total, self.squares + other.squares)

    def scaled(self, factor: float) -> WeightedCounts:
        """The same with all weights times `factor`."""
        return WeightedCounts(self.edges, self.total * factor, self.squares * factor**2)


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundTemplate:
    """The expected counts of a background in bins.

    Attributes:
        edges: of the bins, shape (m + 1,).
        expected: counts, shape (m,).
        variance: of the expectation, from the finite simulation, shape (m,).

    Example:
        >>> template = BackgroundTemplate(np.array([0.0, 1.0, 2.0]), np.array([8.0, 4.0]), np.array([0.8, 0.4]))
        >>> template.effective_events(np.array([0.0]), np.array([2.0]))
        array([120.])
    """

    edges: FloatArray
    expected: FloatArray
    variance: FloatArray

    def in_windows(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The expectation in each window and its variance, linear inside bins; shapes (h,)."""
        found = []
        for content in (self.expected, self.variance):
            below = np.concatenate([[0.0], np.cumsum(content)])
            found.append(np.interp(high, self.edges, below) - np.interp(low, self.edges, below))
        return found[0], found[1]

    def effective_events(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """The effective number of simulated events in each window, (sum w)^2 / sum w^2, shape (h,)."""
        expected, variance = self.in_windows(low, high)
        return np.asarray(expected**2 / np.where(variance > 0, variance, np.inf))

    def relative_error(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """The relative statistical error of the expectation in each window; infinite where nothing was simulated."""
        with np.errstate(divide="ignore"):
            return np.asarray(1 / np.sqrt(self.effective_events(low, high)))
