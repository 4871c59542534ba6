"""Densities of a yield, tabulated at few nodes, and their quantiles.

The logarithm of a Poisson likelihood is nearly a polynomial in u = ln(s + shift), where -shift is the negative yield at
which the expectation of a bin would vanish: with many counts the shift is large and u is as good as s, and with no
background u is ln s. It is interpolated between Chebyshev points in u, and its exponential is integrated with
Gauss's rule in panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["Posterior", "Support", "quantile_of", "shortest_interval"]

PANELS = 96
"""Panels of the quadrature. The range is about 12 standard deviations, or 30 units of ln s at most: 4 points in each
leave an error below 1e-8."""

ORDER = 4
BISECTIONS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """The ranges of b yields and their variable u = ln((s + shift) / (low + shift)).

    Attributes:
        low, high: the ends, shapes (b,).
        shift: shape (b,); low + shift > 0.
        factor: standard deviation of an uncertain factor that the yields have yet to be divided by, or of its
            logarithm, shape (b,); None without one.
        normal: whether the factor itself is normal about 1, not its logarithm about 0.
    """

    low: FloatArray
    high: FloatArray
    shift: FloatArray
    factor: FloatArray | None = None
    normal: bool = False

    @property
    def span(self) -> FloatArray:
        """The range of u, shape (b,)."""
        return np.asarray(np.log1p((self.high - self.low) / (self.low + self.shift)))

    def yields(self, part: FloatArray) -> FloatArray:
        """The yields at parts 0..1 of the range of u: shape (b, q) for parts of shape (q,) or (b, q)."""
        low = (self.low + self.shift)[:, None]
        return np.asarray(self.low[:, None] + low * np.expm1(self.span[:, None] * part))

    def nodes(self, number: int) -> FloatArray:
        """The yields at the Chebyshev points, from low to high, shape (b, number)."""
        return self.yields(_chebyshev(number))

    def take(self, rows: IntArray) -> Support:
        """Those of some rows."""
        factor = None if self.factor is None else self.factor[rows]
        return Support(self.low[rows], self.high[rows], self.shift[rows], factor, self.normal)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The densities of b yields, up to their normalisation.

    Attributes:
        support: where they are not negligible.
        log_density: logarithm of the density in s at the Chebyshev points of the support, shape (b, n), n odd.
    """

    support: Support
    log_density: FloatArray

    def coarser(self) -> Posterior:
        """The same from every second node: how much an answer changes measures its error."""
        return Posterior(self.support, self.log_density[:, ::2])

    def logarithm(self, part: FloatArray) -> FloatArray:
        """The logarithm of the density in s at parts 0..1 of the range of u, shape (b, q)."""
        matrix = _interpolation(self.log_density.shape[1], part)
        if part.ndim == 1:
            return np.asarray(self.log_density @ matrix.T)
        return np.asarray(np.einsum("bqn,bn->bq", matrix, self.log_density))

    def per_part(self, part: FloatArray, scale: FloatArray) -> FloatArray:
        """The density per unit of part, divided by exp(scale), shape (b, q)."""
        jacobian = self.support.yields(part) + self.support.shift[:, None]
        with np.errstate(all="ignore"):
            return np.asarray(np.exp(self.logarithm(part) - scale[:, None]) * jacobian)


def quantile_of(posterior: Posterior, probability: float | FloatArray) -> FloatArray:
    """The yields below which a share of each density lies, shape (b,)."""
    return np.asarray(posterior.support.yields(_parts(posterior, probability)[:, None])[:, 0])


def shortest_interval(posterior: Posterior, level: float) -> FloatArray:
    """The ends of the shortest intervals that hold a share of each density, shape (b, 2).

    The density is equal at both ends, or the lower end is that of the support, where the density is higher.
    """
    table = _Cumulative.of(posterior)
    low, high = np.zeros(table.total.size), np.full(table.total.size, 1.0 - level)
    for step in range(BISECTIONS):
        below = low if step == 0 else 0.5 * (low + high)
        ends = np.stack([_parts(posterior, below, table), _parts(posterior, below + level, table)], axis=1)
        left, right = posterior.logarithm(ends).T
        rising = left < right  # the interval should move up
        if step == 0:
            high = np.where(rising, high, 0.0)
        else:
            low, high = np.where(rising, below, low), np.where(rising, high, below)
    return posterior.support.yields(ends)


def _parts(posterior: Posterior, probability: float | FloatArray, table: _Cumulative | None = None) -> FloatArray:
    """The parts of the range of u below which a share of each density lies, shape (b,)."""
    table = table or _Cumulative.of(posterior)
    goal = probability * table.total
    panel = np.clip((table.below <= goal[:, None]).sum(axis=1) - 1, 0, PANELS - 1)
    missing = goal - np.take_along_axis(table.below, panel[:, None], axis=1)[:, 0]
    held = np.take_along_axis(table.below, panel[:, None] + 1, axis=1)[:, 0] - goal + missing
    node, weight = _gauss()
    start, width = panel / PANELS, 1.0 / PANELS
    with np.errstate(all="ignore"):
        step = width * np.where(held > 0, missing / held, 0.0)
        for _ in range(5):  # Newton's method on the cumulative density inside the panel
            part = start[:, None] + step[:, None] * node
            inside = step * (posterior.per_part(part, table.scale) @ weight)
            here = posterior.per_part((start + step)[:, None], table.scale)[:, 0]
            step = np.clip(np.where(here > 0, step + (missing - inside) / here, step), 0.0, width)
    return np.where(np.isfinite(table.total), start + step, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Cumulative:
    """The cumulative densities at the edges of the panels, shape (b, PANELS + 1), in units of exp(scale)."""

    below: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, posterior: Posterior) -> _Cumulative:
        node, weight = _gauss()
        part = ((np.arange(PANELS)[:, None] + node) / PANELS).ravel()
        scale = posterior.logarithm(part).max(axis=1)
        inside = posterior.per_part(part, scale).reshape(-1, PANELS, ORDER) @ weight / PANELS
        return cls(np.concatenate([np.zeros((inside.shape[0], 1)), inside.cumsum(axis=1)], axis=1), scale)

    @property
    def total(self) -> FloatArray:
        return self.below[:, -1]


@cache
def _gauss() -> tuple[FloatArray, FloatArray]:
    node, weight = np.polynomial.legendre.leggauss(ORDER)
    return 0.5 * (1 + node), 0.5 * weight


def _chebyshev(number: int) -> FloatArray:
    return 0.5 - 0.5 * np.cos(np.pi * np.arange(number) / (number - 1))


def _interpolation(number: int, part: FloatArray) -> FloatArray:
    """The matrix from values at the Chebyshev points to values at parts (barycentric formula), shape (..., number)."""
    sign = np.where(np.arange(number) % 2, -1.0, 1.0)
    sign[[0, -1]] *= 0.5
    distance = part[..., None] - _chebyshev(number)
    hit = distance == 0
    share = sign / np.where(hit, 1.0, distance)
    share = np.where(hit.any(axis=-1, keepdims=True), hit, share)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))
