"""Fractions of trials with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError

__all__ = ["Fraction"]


@dataclass(frozen=True, slots=True, eq=False)
class Fraction:
    """Fractions of trials, and Wilson's intervals of the probabilities behind them; all of one shape.

    Attributes:
        passed: trials with the outcome.
        trials: all of them.
        value: their ratio; NaN without trials.
        low, high: ends of the interval.
        sigma: its half-width in standard deviations.
    """

    passed: IntArray
    trials: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    sigma: float

    @classmethod
    def of(cls, passed: npt.ArrayLike, trials: npt.ArrayLike, sigma: float = 1.0) -> Fraction:
        """The fractions, with intervals that are never empty: of 10 out of 10 too (Wilson, JASA 22 (1927) 209).

        Raises:
            InputError: for more outcomes than trials.

        Example:
            >>> found = Fraction.of([90, 10], [100, 10])
            >>> found.value, found.low.round(4), found.high.round(4)
            (array([0.9, 1. ]), array([0.8659, 0.9091]), array([0.9262, 1.    ]))
        """
        k, n = np.asarray(passed, np.int64), np.asarray(trials, np.int64)
        if (k < 0).any() or (k > n).any():
            raise InputError("fraction of trials", f"{k} of {n}", "at most all of them", "count again")
        with np.errstate(all="ignore"):
            p, z = k / n, sigma**2 / n
            middle = (p + 0.5 * z) / (1 + z)
            half = np.sqrt(z * (p * (1 - p) + 0.25 * z)) / (1 + z)
        return cls(k, n, np.asarray(p), np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0), sigma)

    @property
    def error(self) -> FloatArray:
        """Half of the interval, in units of its standard deviations."""
        return np.asarray((self.high - self.low) / (2 * self.sigma))
