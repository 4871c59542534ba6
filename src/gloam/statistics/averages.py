"""Means, spreads and averages over toys and hypotheses, each with its Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["Average", "Estimate", "weighted_average"]


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Numbers with Monte Carlo errors, of one shape; NaN where there are fewer than two toys to make them of.

    Attributes:
        value: the numbers.
        error: one standard deviation.
    """

    value: FloatArray
    error: FloatArray

    @classmethod
    def mean(cls, samples: FloatArray) -> Estimate:
        """The means over the last axis, NaN left out.

        Example:
            >>> found = Estimate.mean(np.array([1.0, 3.0, np.nan]))
            >>> float(found.value), float(found.error)
            (2.0, 1.0)
        """
        number, mean, deviation, _ = _moments(samples)
        with np.errstate(all="ignore"):
            return cls._of_influence(mean, deviation * np.sqrt(number / (number - 1))[..., None])

    @classmethod
    def spread(cls, samples: FloatArray) -> Estimate:
        """The standard deviations along the last axis, NaN left out; their errors hold for any distribution."""
        _, _, deviation, spread = _moments(samples)
        with np.errstate(all="ignore"):
            influence = 0.5 * (deviation**2 / spread[..., None] - spread[..., None])
        return cls._of_influence(spread, influence)

    @classmethod
    def mean_over_spread(cls, means: FloatArray, spreads: FloatArray) -> Estimate:
        """The mean of one sample over the standard deviation of another, of the same toys."""
        _, mean, deviation, _ = _moments(means)
        _, _, other, spread = _moments(spreads)
        with np.errstate(all="ignore"):
            ratio = mean / spread
            relative = deviation / mean[..., None] - 0.5 * ((other / spread[..., None]) ** 2 - 1)
        return cls._of_influence(ratio, ratio[..., None] * relative)

    @classmethod
    def _of_influence(cls, value: FloatArray, influence: FloatArray) -> Estimate:
        """The value with the error that the influence of each toy on it makes."""
        number = np.count_nonzero(np.isfinite(influence), axis=-1)
        with np.errstate(all="ignore"):
            error = np.sqrt(np.nansum(influence**2, axis=-1)) / number
        few = number < 2
        return cls(np.where(few, np.nan, value), np.where(few, np.nan, error))

    def shifted(self, by: float) -> Estimate:
        """The same numbers with something added."""
        return Estimate(self.value + by, self.error)


def _moments(samples: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The number, mean, deviations from it and standard deviation along the last axis, without NaN."""
    number = np.count_nonzero(np.isfinite(samples), axis=-1).astype(float)
    with np.errstate(all="ignore"):
        mean = np.nansum(samples, axis=-1) / number
        deviation = samples - mean[..., None]
        spread = np.sqrt(np.nansum(deviation**2, axis=-1) / (number - 1))
    return number, mean, deviation, spread


@dataclass(frozen=True, slots=True)
class Average:
    """One number for many, with its error and how well it describes them.

    Attributes:
        value: NaN if there is none to average.
        error: one standard deviation.
        chi2: sum of the squared deviations in units of the errors.
        ndf: how many were averaged, minus 1.
    """

    value: float
    error: float
    chi2: float
    ndf: int

    @property
    def scaled_error(self) -> float:
        """The error, enlarged by sqrt(chi2 / ndf) where the entries scatter more than theirs say (as the PDG does)."""
        return self.error * max(1.0, self.chi2 / self.ndf) ** 0.5 if self.ndf else self.error


def weighted_average(value: FloatArray, error: FloatArray) -> Average:
    """The average with inverse variances as weights; entries that are not finite, or without an error, are left out.

    Example:
        >>> found = weighted_average(np.array([1.0, 5.0]), np.array([2.0, 2.0]))
        >>> found.value, round(found.error, 3), found.chi2, round(found.scaled_error, 3)
        (3.0, 1.414, 2.0, 2.0)
    """
    good = np.isfinite(value) & np.isfinite(error) & (error > 0)
    if not good.any():
        return Average(np.nan, np.nan, np.nan, 0)
    x, weight = value[good], error[good] ** -2
    mean = float((weight * x).sum() / weight.sum())
    chi2 = float((weight * (x - mean) ** 2).sum())
    return Average(mean, float(weight.sum() ** -0.5), chi2, x.size - 1)
