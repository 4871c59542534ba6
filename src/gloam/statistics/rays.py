"""The likelihood integrated over the background coefficients along rays, for expectations that are linear in them.

With theta = centre + r R v and unit vectors v, the integral over r ends where the first expectation vanishes, which is
known, and what is left depends on the direction alone: not at all for a normal density that R R' is the covariance of
(spherical-radial integration, Genz and Monahan, SIAM J. Numer. Anal. 35 (1998) 1085). Directions are quasi-random, each
with its opposite, and the same for every yield, so that what they have in common cancels from the posterior.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.execution import random_stream
from gloam.fit import Problem

__all__ = ["ORDER", "directions", "is_single", "log_integrals", "moments"]

ORDER = 8
"""Points of Gauss's rule along a ray."""

COARSE = 4
"""Those that are enough for moments."""

DROP = 18.0
"""Logarithm below its maximum at which the integrand is cut off on either side."""

STEPS = 2
"""Steps of Newton's method for that maximum, which only has to be known to a fraction of its width."""

SINGLE = 1e4
"""Counts below which logarithms are taken in single precision."""

TABLE = 4097
"""Points of the tables of angles: linear between them, the directions are uniform to 1e-7."""


def log_integrals(
    problem: Problem, centre: FloatArray, root: FloatArray, s: FloatArray, vectors: FloatArray
) -> FloatArray:
    """The logarithms of the integrals along rays, of r^(K-1) L / L(centre), shape (b, n).

    Args:
        problem: b fits.
        centre: coefficients with mu > 0 in every bin, shape (b, K).
        root: R, shape (b, K, K).
        s: yields, shape (b,).
        vectors: v, shape (n, K).
    """
    points = _Points.of(_Rays.of(problem, centre, root, s, vectors), ORDER)
    return np.asarray(np.log(points.weight.sum(axis=1)) + points.scale)


def moments(
    problem: Problem, centre: FloatArray, root: FloatArray, s: FloatArray, vectors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The mean and the covariance of r v, weighted with L, shapes (b, K) and (b, K, K); arguments as above."""
    points = _Points.of(_Rays.of(problem, centre, root, s, vectors), COARSE)
    share = points.weight * np.exp(points.scale - points.scale.max(axis=1, keepdims=True))[:, None]
    share /= share.sum(axis=(1, 2), keepdims=True)
    first, second = (share * points.r).sum(axis=1), (share * points.r**2).sum(axis=1)
    mean = first @ vectors
    square = (second[:, None] * vectors.T) @ vectors
    return mean, square - mean[:, :, None] * mean[:, None, :]


def is_single(problem: Problem) -> BoolArray:
    """Whether single precision is enough for the logarithms, shape (b,): it costs ln L less than 1e-3."""
    return np.asarray(problem.counts.sum(axis=1) < SINGLE)


@dataclass(frozen=True, slots=True, eq=False)
class _Rays:
    """The likelihood along n rays from the centres of b rows.

    Attributes:
        relative: change of the filled bins for r = 1, in units of their expectation at the centre, shape (b, f, n): the
            rays last, along which NumPy runs.
        counts: of these bins, 0 behind the last one, shape (b, 1, f).
        fall: the linear terms of -ln L, shape (b, n).
        bend: its second derivative from constraints, shape (b, n).
        end: where the first expectation vanishes, shape (b, n).
        power: of r in the integrand, K - 1.
    """

    relative: FloatArray
    counts: FloatArray
    fall: FloatArray
    bend: FloatArray
    end: FloatArray
    power: int

    @classmethod
    def of(cls, problem: Problem, centre: FloatArray, root: FloatArray, s: FloatArray, vectors: FloatArray) -> _Rays:
        b, k = centre.shape
        precision = np.float32 if is_single(problem).all() else np.float64
        steps = np.stack([problem.change(root[:, :, i], None) for i in range(k)], axis=1)
        fall = np.einsum("bkm,bm->bk", steps, np.broadcast_to(problem.weight, problem.counts.shape))
        bend = np.zeros((b, len(vectors)))
        if problem.constraint is not None:
            fall += np.einsum("ib,bik->bk", problem.constraint.slope(centre), root)
            inner = np.einsum("bik,ijb,bjl->bkl", root, problem.constraint.precision, root)
            bend = np.einsum("nk,bkl,nl->bn", vectors, inner, vectors)
        filled = int((problem.counts > 0).sum(axis=1).max())
        order = np.argsort(problem.counts == 0, axis=1, kind="stable")
        steps /= problem.expected(centre, s)[:, None, :]
        steps = np.take_along_axis(steps, order[:, None, :], axis=2)
        relative = np.moveaxis(steps, 1, 2).astype(precision) @ vectors.T.astype(precision)
        fastest = -relative.min(axis=1)
        end = np.divide(1.0, fastest, out=np.full(fastest.shape, np.inf), where=fastest > 0)
        counts: FloatArray = np.take_along_axis(problem.counts, order[:, :filled], axis=1).astype(precision)
        return cls(relative[:, :filled], counts[:, None, :], fall @ vectors.T, bend, end, k - 1)

    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Between which r the integrand is not negligible, shapes (b, n)."""
        r = np.minimum(np.sqrt(max(self.power, 0.25)), 0.7 * self.end)
        for _ in range(STEPS):
            slope, curvature = self._derivatives(r)
            with np.errstate(all="ignore"):
                step = np.where(curvature > 0, slope / curvature, np.copysign(r, slope))
            r = np.clip(r + step, 0.3 * r, np.minimum(4 * r, r + 0.8 * (self.end - r)))
        slope, curvature = self._derivatives(r)
        with np.errstate(all="ignore"):  # infinite without curvature
            root = np.sqrt(slope**2 + 2 * DROP * curvature)
            return np.maximum(r - 2 * DROP / (root + slope), 0.0), np.minimum(r + 2 * DROP / (root - slope), self.end)

    def logarithm(self, r: FloatArray) -> FloatArray:
        """That of the integrand, shape (b, q, n) as r."""
        with np.errstate(all="ignore"):  # rounding at the end
            logs = r.astype(self.counts.dtype)[:, None] * self.relative[:, :, None]
            logs += 1
            np.log(logs, out=logs)
            flat = logs.reshape(*self.relative.shape[:2], r.shape[1] * r.shape[2])
            value = (self.counts @ flat).reshape(r.shape) + self.power * np.log(r)
            value -= (self.fall[:, None] + 0.5 * self.bend[:, None] * r) * r
        return np.where(np.isfinite(value), value, -np.inf)

    def _derivatives(self, r: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The slope of the logarithm and minus its second derivative."""
        change = r.astype(self.counts.dtype)[:, None] * self.relative
        change += 1
        np.divide(self.relative, change, out=change)
        slope = (self.counts @ change)[:, 0] + self.power / r - self.fall - self.bend * r
        change *= change
        return slope, (self.counts @ change)[:, 0] + self.power / r**2 + self.bend


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """The integrand at points of each ray.

    Attributes:
        r: shape (b, q, n).
        weight: the integrand times the weight of the point, in units of exp(scale), shape (b, q, n).
        scale: shape (b, n).
    """

    r: FloatArray
    weight: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, rays: _Rays, order: int) -> _Points:
        low, high = rays.ends()
        node, weight = _gauss(order)
        half = 0.5 * (high - low)
        r = low[:, None] + half[:, None] * (1 + node)[:, None]
        logarithm = rays.logarithm(r)
        scale = logarithm.max(axis=1)
        return cls(r, np.exp(logarithm - scale[:, None]) * (half[:, None] * weight[:, None]), scale)


@cache
def _gauss(order: int) -> tuple[FloatArray, FloatArray]:
    return np.polynomial.legendre.leggauss(order)


@cache
def directions(dimensions: int, pairs: int, replicates: int, purpose: str = "directions") -> FloatArray:
    """Quasi-random unit vectors, each followed by its opposite, shape (replicates, 2 pairs, dimensions).

    An additive recurrence with powers of the generalised golden ratio, shifted at random for each replicate, of the
    angles of spherical coordinates. In one dimension there are two directions, and in two the angles are equidistant.
    """
    if dimensions == 1:
        return np.tile(np.array([[1.0], [-1.0]]), (replicates, 1, 1))
    angles = dimensions - 1
    shift = random_stream(0, f"marginalisation {purpose}", dimensions).random((replicates, 1, angles))
    step = np.array([1 / pairs]) if angles == 1 else _golden(angles)
    uniform = (shift + np.arange(pairs)[:, None] * step) % 1.0
    vectors = np.ones((replicates, pairs, dimensions))
    for i in range(angles):
        # the i-th angle has the density sin^(dimensions - 2 - i); half a turn of the last one, opposites are the rest
        angle = _angle(uniform[:, :, i], dimensions - 2 - i)
        vectors[:, :, i] *= np.cos(angle)
        vectors[:, :, i + 1 :] *= np.sin(angle)[:, :, None]
    return np.concatenate([vectors, -vectors], axis=1)


def _golden(dimensions: int) -> FloatArray:
    """The inverse powers of the root of x^(d + 1) = x + 1, shape (d,)."""
    ratio = 2.0
    for _ in range(50):
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    return np.asarray(ratio ** -np.arange(1.0, dimensions + 1))


def _angle(uniform: FloatArray, power: int) -> FloatArray:
    """Angles 0..pi whose density is sin^power."""
    angle = np.linspace(0.0, np.pi, TABLE)
    density = np.sin(angle) ** power
    below = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return np.interp(uniform, below / below[-1], angle)
