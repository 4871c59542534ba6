"""Goodness of a Poisson fit in bins of any content: the likelihood ratio to the saturated model."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["Goodness", "deviance", "deviance_moments", "goodness"]

SERIES = 200.0
"""Expectation above which mean and variance of a bin's deviance are their expansions, to 1e-6."""


@dataclass(frozen=True, slots=True)
class Goodness:
    """How well an expectation describes counts.

    Attributes:
        chi2: deviance, see `deviance`.
        expected: its mean if the model is right; close to the degrees of freedom where bins have many counts.
        variance: its variance if the model is right.
    """

    chi2: float
    expected: float
    variance: float

    @property
    def reduced(self) -> float:
        """The deviance over its mean: 1 on average for the right model, also in sparse bins; NaN if nothing is left."""
        return self.chi2 / self.expected if self.expected > 0 else math.nan

    @property
    def p_value(self) -> float:
        """The probability of a larger deviance for the right model, from a scaled chi^2 of this mean and variance."""
        if not (self.expected > 0 and self.variance > 0):
            return math.nan
        from scipy.special import chdtrc

        degrees = 2 * self.expected**2 / self.variance
        return float(chdtrc(degrees, self.chi2 * degrees / self.expected))


def deviance(counts: FloatArray, expected: FloatArray) -> FloatArray:
    """2 sum[mu - n + n ln(n / mu)] over the last axis: the likelihood ratio to the model that is equal to the data.

    It is what a Poisson fit minimises, and follows chi^2 where bins have many counts (Baker and Cousins,
    Nucl. Instrum. Meth. 221 (1984) 437).

    Example:
        >>> float(deviance(np.array([4.0, 0.0]), np.array([3.0, 1.0])))
        2.3014566
    """
    full = counts > 0
    ratio = np.divide(counts, expected, out=np.ones_like(expected), where=full)
    return np.asarray(2 * (expected - counts + counts * np.log(ratio)).sum(axis=-1))


def deviance_moments(expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean and the variance of the deviance of single bins with known expectation, in their shape.

    They are 1 and 2 for many counts, up to 1.15 and 2.41 where few are expected, and vanish with the expectation. Both
    are summed exactly over the Poisson distribution, in a table that is interpolated to 1e-4.

    Example:
        >>> mean, variance = deviance_moments(np.array([0.1, 1.0, 1e4]))
        >>> mean.round(3), variance.round(3)
        (array([0.474, 1.147, 1.   ]), array([0.86 , 1.365, 2.   ]))
    """
    expected = np.asarray(expected, float)
    position, means, variances = _table()
    at = np.log(np.clip(expected, math.exp(position[0]), SERIES))
    inverse = 1 / np.maximum(expected, SERIES)
    far = expected > SERIES
    mean = np.where(far, 1 + inverse / 6 * (1 + inverse), np.interp(at, position, means))
    variance = np.where(far, 2 + inverse * 2 / 3, np.interp(at, position, variances))
    return mean, variance


def goodness(counts: FloatArray, expected: FloatArray, parameters: int) -> Goodness:
    """The goodness of fits to independent bins.

    A fit takes one unit of the mean and two of the variance for each parameter: the deviance at the true expectation
    exceeds that of the fit by the likelihood ratio of the parameters, which follows chi^2 (Wilks) as soon as the fit as
    a whole has many counts, however sparse its bins are.

    Args:
        counts: of all bins, any shape.
        expected: by the fit, > 0, same shape.
        parameters: that were fitted, in all.
    """
    mean, variance = deviance_moments(expected)
    return Goodness(
        float(deviance(counts.ravel(), expected.ravel())),
        float(mean.sum()) - parameters,
        float(variance.sum()) - 2 * parameters,
    )


@functools.cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean and variance of the deviance of a bin against ln mu."""
    position = np.linspace(math.log(1e-8), math.log(SERIES), 1500)
    mu = np.exp(position)[:, None]
    n = np.arange(0.0, SERIES + 12 * math.sqrt(SERIES))
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.maximum(n[1:], 1.0)))])
    probability = np.exp(n * np.log(mu) - mu - factorials)
    value = 2 * (mu - n + n * np.log(np.maximum(n, 1.0) / np.where(n > 0, mu, 1.0)))
    mean = (probability * value).sum(axis=1)
    variance = (probability * (value - mean[:, None]) ** 2).sum(axis=1)
    return position, mean, variance
