"""Goodness of a Poisson fit in bins of any content: the likelihood ratio to the saturated model."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit import Problem

__all__ = ["Goodness", "deviance", "deviance_moments", "goodness"]

SERIES = 200.0
"""Expectation above which the moments of a bin's deviance are their expansions, to 1e-4."""


@dataclass(frozen=True, slots=True, eq=False)
class Goodness:
    """How well expectations describe counts, one entry for each fit.

    Attributes:
        chi2: deviance, see `deviance`; shape (b,).
        expected: its mean if the model is right, close to the degrees of freedom where bins have many counts; (b,).
        variance: its variance if the model is right, shape (b,).
    """

    chi2: FloatArray
    expected: FloatArray
    variance: FloatArray

    @property
    def reduced(self) -> FloatArray:
        """The deviance over its mean: 1 on average for the right model, also in sparse bins; NaN if nothing is left."""
        possible = self.expected > 0
        return np.divide(self.chi2, self.expected, out=np.full_like(self.chi2, np.nan), where=possible)

    @property
    def p_value(self) -> FloatArray:
        """The probability of a larger deviance for the right model, from a scaled chi^2 of this mean and variance."""
        from scipy.special import chdtrc

        possible = (self.expected > 0) & (self.variance > 0)
        mean, variance = np.where(possible, self.expected, np.nan), np.where(possible, self.variance, np.nan)
        return np.asarray(chdtrc(2 * mean**2 / variance, 2 * self.chi2 * mean / variance))

    def together(self) -> Goodness:
        """That of all fits together, for fits to different bins; shapes (1,)."""
        sums = (np.atleast_1d(part.sum()) for part in (self.chi2, self.expected, self.variance))
        return Goodness(*sums)


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
    each = expected - counts + counts * np.log(ratio)
    return np.asarray(2 * np.maximum(each, 0.0).sum(axis=-1))  # below zero is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments of the deviance of single bins, all in one shape.

    Attributes:
        mean: 1 for many counts, up to 1.15 where few are expected, and 0 with the expectation.
        variance: 2 for many counts, up to 2.41, and 0.
        covariance: with the count.
        bend: the second derivative of the mean by the expectation, times the expectation.
    """

    mean: FloatArray
    variance: FloatArray
    covariance: FloatArray
    bend: FloatArray


def deviance_moments(expected: FloatArray) -> Moments:
    """The moments of the deviance of bins with known expectation.

    Summed exactly over the Poisson distribution, in a table that is interpolated to 1e-4.

    Args:
        expected: any shape, > 0.

    Example:
        >>> found = deviance_moments(np.array([0.1, 1.0, 1e4]))
        >>> found.mean.round(3), found.variance.round(3)
        (array([0.474, 1.147, 1.   ]), array([0.86 , 1.365, 2.   ]))
    """
    expected = np.asarray(expected, float)
    position, *columns = _table()
    at = np.log(np.clip(expected, math.exp(position[0]), SERIES))
    inverse = 1 / np.maximum(expected, SERIES)
    far = expected > SERIES
    series = 1 + inverse / 6 * (1 + inverse), 2 + inverse * 2 / 3, -inverse / 6, inverse * inverse / 3
    return Moments(
        *(np.where(far, beyond, np.interp(at, position, known)) for beyond, known in zip(series, columns, strict=True))
    )


def goodness(problem: Problem, expected: FloatArray) -> Goodness:
    """The goodness of fits of the background alone.

    Mean and variance are those of the deviance given what the fit has adapted to (in the spirit of McCullagh, J. Am.
    Stat. Assoc. 81 (1986) 104): good for fits with many counts in all, however sparse their bins are.
    The K coefficients take K of the mean and 2 K of the variance, as for many counts. In sparse bins the deviance
    nearly follows from the number of counts, which the fit reproduces: the variance loses what moves with the fitted
    coefficients, and the mean is corrected for the bend of its dependence on them.

    Args:
        problem: the fits.
        expected: their expectations before exposure, as a `Minimum` has them, shape (b, m).
    """
    total = expected * problem.weight
    used = np.ones(expected.shape, bool) if problem.used is None else problem.used
    each = deviance_moments(total)
    weight = np.where(used, problem.weight / expected, 0.0)
    inverse = np.linalg.pinv(np.moveaxis(problem.design.gram(weight), 2, 0), hermitian=True)
    moving = problem.design.adjoint(np.where(used, each.covariance / expected, 0.0))
    k = problem.design.parameters
    adapted = np.einsum("bi,bij,bj->b", moving, inverse, moving)
    bend = 0.5 * np.einsum("bij,ijb->b", inverse, problem.design.gram(weight * each.bend))
    return Goodness(
        deviance(problem.counts, np.where(used, total, 0.0)),
        np.where(used, each.mean, 0.0).sum(axis=1) - k - bend,
        np.where(used, each.variance, 0.0).sum(axis=1) - adapted - 2 * k,
    )


@functools.cache
def _table() -> tuple[FloatArray, ...]:
    """The logarithm of the expectation, and the four `Moments` there."""
    position = np.linspace(math.log(1e-8), math.log(SERIES), 1500)
    mu = np.exp(position)[:, None]
    n = np.arange(0.0, SERIES + 12 * math.sqrt(SERIES))
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.maximum(n[1:], 1.0)))])
    probability = np.exp(n * np.log(mu) - mu - factorials)
    value = 2 * (mu - n + n * np.log(np.maximum(n, 1.0) / np.where(n > 0, mu, 1.0)))
    mean = (probability * value).sum(axis=1)
    variance = (probability * (value - mean[:, None]) ** 2).sum(axis=1)
    covariance = (probability * value * (n - mu)).sum(axis=1)
    # a derivative of a Poisson mean by mu is the mean of the difference to the next count
    more = np.arange(n.size + 2.0)
    second = np.diff(more * np.log(np.maximum(more, 1.0)), 2)
    bend = 2 * (mu[:, 0] * (probability * second).sum(axis=1) - 1)
    return position, mean, variance, covariance, bend
