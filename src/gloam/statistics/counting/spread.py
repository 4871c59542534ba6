"""What is known of a background or an efficiency: a number, or a distribution around it.

Each kind maps a standard normal variable u to its value, so that averages over any of them are one and the same
sum over u; and it gives the penalty by which a profile likelihood holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, Self, TypeAlias

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.statistics.normal import cumulative

__all__ = ["Adjustable", "Binomial", "Known", "LogNormal", "Measured", "Normal", "Pull", "Spread"]


class Pull(NamedTuple):
    """A value at a coordinate, and its penalty above the least one, with derivatives in the coordinate."""

    value: FloatArray
    value_slope: FloatArray
    penalty: FloatArray
    penalty_slope: FloatArray
    penalty_curvature: FloatArray


class _Rows:
    """Arrays of one row for each cell."""

    __slots__ = ()

    def take(self, rows: IntArray) -> Self:
        """Those of some rows."""
        return type(self)(*(_taken(getattr(self, field.name), rows) for field in fields(self)))  # type: ignore[arg-type]


def _taken(value: object, rows: IntArray) -> object:
    return value[rows] if isinstance(value, np.ndarray) else value


@dataclass(frozen=True, slots=True, eq=False)
class Known(_Rows):
    """A number, shape (c,)."""

    nominal: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """The values at u (n,), shape (c, n)."""
        return np.repeat(self.nominal[:, None], u.size, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class LogNormal(_Rows):
    """nominal k^u, k = 1 + relative uncertainty, as in arXiv:2110.14086.

    The density of the value x is exp(-ln^2(x / nominal) / (2 ln^2 k)) / (x sqrt(2 pi) ln k). Averages integrate it, 1/x
    and all. A profile takes it as a Gaussian in ln x, unless `literal`: then the 1/x stays, which moves the most likely
    value to nominal exp(-ln^2 k).

    Attributes:
        nominal: the median, shape (c,).
        log_k: ln k, shape (c,).
        literal: whether a profile keeps the 1/x.
    """

    nominal: FloatArray
    log_k: FloatArray
    literal: bool = False

    def at(self, u: FloatArray) -> FloatArray:
        """The values at u (n,), shape (c, n)."""
        return np.asarray(self.nominal[:, None] * np.exp(self.log_k[:, None] * u))

    def position(self, value: FloatArray) -> FloatArray:
        """The u of values, shape (c,)."""
        with np.errstate(all="ignore"):
            return np.asarray(np.log(value / self.nominal) / self.log_k)

    def start(self) -> FloatArray:
        """The coordinate of the least penalty."""
        return -self.log_k if self.literal else np.zeros_like(self.log_k)

    def pull(self, u: FloatArray) -> Pull:
        """The value at u (c,) and its penalty."""
        value, distance = self.nominal * np.exp(self.log_k * u), u - self.start()
        return Pull(value, value * self.log_k, 0.5 * distance**2, distance, np.ones_like(u))


@dataclass(frozen=True, slots=True, eq=False)
class Normal(_Rows):
    """A Gaussian. Averages cut it at 0 and normalise again; a profile does not cut it (Rolke, Lopez, Conrad)."""

    nominal: FloatArray
    sigma: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """The values at u (n,), shape (c, n): the cut distribution, by its quantiles."""
        from scipy.special import ndtri

        nominal, sigma, kept = self.nominal[:, None], self.sigma[:, None], self._kept()[:, None]
        with np.errstate(all="ignore"):
            cut = np.where(sigma > 0, cumulative(-nominal / sigma), 0.0)
        # each half from its own side, so that both tails keep their digits
        distance = np.where(u < 0, ndtri(cut + kept * cumulative(u)), -ndtri(kept * cumulative(-u)))
        return np.asarray(np.maximum(nominal + np.where(sigma > 0, sigma * distance, 0.0), 0.0))

    def position(self, value: FloatArray) -> FloatArray:
        """The u of values, shape (c,)."""
        from scipy.special import ndtri

        with np.errstate(all="ignore"):
            return np.asarray(-ndtri(cumulative(-(value - self.nominal) / self.sigma) / self._kept()))

    def _kept(self) -> FloatArray:
        with np.errstate(all="ignore"):
            return np.where(self.sigma > 0, cumulative(self.nominal / self.sigma), 1.0)

    def start(self) -> FloatArray:
        """The coordinate of the least penalty."""
        return np.zeros_like(self.sigma)

    def pull(self, u: FloatArray) -> Pull:
        """The value at u (c,) and its penalty."""
        return Pull(self.nominal + self.sigma * u, self.sigma, 0.5 * u**2, u, np.ones_like(u))


@dataclass(frozen=True, slots=True, eq=False)
class Measured(_Rows):
    """A background measured by a count in a region where tau times as much is expected.

    Averages take the Gamma distribution with shape counts + added and rate tau: added = 1 is the posterior for a flat
    prior, added = 0 has mean counts / tau. A profile takes the Poisson likelihood of the count.

    Attributes:
        counts: in that region, shape (c,).
        tau: shape (c,).
        added: to the counts, for averages.
    """

    counts: FloatArray
    tau: FloatArray
    added: float = 1.0

    @property
    def nominal(self) -> FloatArray:
        """The background that the count means."""
        return self.counts / self.tau

    def at(self, u: FloatArray) -> FloatArray:
        """The values at u (n,), shape (c, n)."""
        from scipy.special import gammainccinv, gammaincinv

        shape, lower = (self.counts + self.added)[:, None], u < 0
        low, high = np.where(lower, cumulative(u), 0.5), np.where(lower, 0.5, cumulative(-u))
        return np.asarray(np.where(lower, gammaincinv(shape, low), gammainccinv(shape, high)) / self.tau[:, None])

    def position(self, value: FloatArray) -> FloatArray:
        """The u of values, shape (c,)."""
        from scipy.special import gammainc, gammaincc, ndtri

        shape, x = self.counts + self.added, value * self.tau
        return np.asarray(np.where(x < shape, ndtri(gammainc(shape, x)), -ndtri(gammaincc(shape, x))), float)


@dataclass(frozen=True, slots=True, eq=False)
class Binomial(_Rows):
    """An efficiency measured as `passed` of `tried`; averages take the Beta posterior for a flat prior."""

    passed: FloatArray
    tried: FloatArray

    @property
    def nominal(self) -> FloatArray:
        """The efficiency that was measured."""
        return self.passed / self.tried

    def at(self, u: FloatArray) -> FloatArray:
        """The values at u (n,), shape (c, n)."""
        from scipy.special import betainccinv, betaincinv

        a, b, lower = (self.passed + 1)[:, None], (self.tried - self.passed + 1)[:, None], u < 0
        low, high = np.where(lower, cumulative(u), 0.5), np.where(lower, 0.5, cumulative(-u))
        return np.asarray(np.where(lower, betaincinv(a, b, low), betainccinv(a, b, high)))

    def position(self, value: FloatArray) -> FloatArray:
        """The u of values, shape (c,)."""
        from scipy.special import betainc, ndtri

        return np.asarray(ndtri(betainc(self.passed + 1, self.tried - self.passed + 1, np.clip(value, 0, 1))))

    def start(self) -> FloatArray:
        """The coordinate of the least penalty: the logit of the efficiency, a whit inside (0, 1)."""
        share = np.clip(self.nominal, 1e-9, 1 - 1e-9)
        return np.asarray(np.log(share / (1 - share)))

    def pull(self, u: FloatArray) -> Pull:
        """The efficiency at a logit u (c,) and its penalty, -ln of the binomial likelihood above its least value."""
        from scipy.special import xlogy

        value, failed = 1 / (1 + np.exp(-u)), self.tried - self.passed
        rest = 1 / (1 + np.exp(u))
        least = -xlogy(self.passed, self.nominal) - xlogy(failed, failed / self.tried)
        penalty = -xlogy(self.passed, value) - xlogy(failed, rest) - least
        return Pull(value, value * rest, penalty, self.tried * value - self.passed, self.tried * value * rest)


Adjustable: TypeAlias = LogNormal | Normal | Binomial
"""What a profile moves along a coordinate."""

Spread: TypeAlias = Known | Measured | Adjustable
