"""Crystal Balls folded with a Breit-Wigner, from tables: hundreds of times faster than quadrature."""

from __future__ import annotations

import functools
import math

import numpy as np

from gloam.arrays import FloatArray
from gloam.models.crystal_ball import CrystalBall, crystal_ball_integrals
from gloam.models.folding import Displacement, fold
from gloam.models.voigt import voigt_cumulative

__all__ = ["folded_crystal_ball", "folded_double_crystal_ball", "is_tabulated"]

STEP = 1 / 32  # in u = asinh((z + alpha) / SCALE), so that nodes are densest where the tail starts
SCALE = 0.5
CELLS = 224  # on either side, out to 270 standard deviations; quadrature answers beyond
RATIO_STEP = 1 / 16  # in the logarithm of the ratio of the widths
POINTS = 6  # of Lagrange interpolation in it
RATIOS = (1e-4, 1e4)  # of half width to resolution


def is_tabulated(ratio: FloatArray) -> bool:
    """Whether all ratios of half width to resolution lie where the tables are accurate."""
    return bool(ratio.size) and RATIOS[0] <= float(ratio.min()) and float(ratio.max()) <= RATIOS[1]


def folded_crystal_ball(
    z: FloatArray, ratio: FloatArray, alpha: float, n: float, displacement: Displacement
) -> FloatArray:
    r"""The distribution function of the sum of a Crystal Ball of width 1 and a Cauchy variable.

    The Gaussian under the whole Crystal Ball is a Voigt profile, which is known exactly. What remains (tail minus
    Gaussian below -alpha) is a function of z and of the ratio of the widths: splines in asinh z with a node at
    -alpha, and Lagrange interpolation in the logarithm of the ratio, in which it is analytic. The error is below 1e-9.

    Args:
        z: distance from the peak in units of the Gaussian core's standard deviation.
        ratio: half width of the Cauchy variable in the same unit, between 1e-4 and 1e4; broadcasts with z.
        alpha: where the tail starts, on the low side, > 0.
        n: its power.
        displacement: the Cauchy variable.
    """
    z, ratio = np.asarray(z, float), np.asarray(ratio, float)
    place = np.arcsinh((z + alpha) / SCALE) / STEP + CELLS
    level = np.log(ratio) / RATIO_STEP
    lowest = np.floor(level).astype(np.int64) - (POINTS // 2 - 1)
    first = int(lowest.min())
    rows = [_row(alpha, n, displacement, j) for j in range(first, int(lowest.max()) + POINTS)]
    table = np.stack([row.T for row in rows], axis=1).reshape(4, -1)  # (powers, rows of cells)
    inside = (place >= 0) & (place < 2 * CELLS)
    cell = np.clip(place, 0, 2 * CELLS - 1).astype(np.int64)
    place = place - cell
    value = _gaussian_share(alpha, n) * voigt_cumulative(z, ratio)
    for k, weight in enumerate(_lagrange(level - lowest)):
        index = cell + (lowest - first + k) * (2 * CELLS)
        cubic = table[3].take(index)
        for power in (2, 1, 0):
            cubic = cubic * place + table[power].take(index)
        value += weight * cubic
    if not inside.all():
        far, wide = np.broadcast_to(z, value.shape)[~inside], np.broadcast_to(ratio, value.shape)[~inside]
        value[~inside] = fold(CrystalBall(1.0, alpha, n), displacement, (wide,), far, np.zeros(far.shape))
    return np.asarray(value)


def folded_double_crystal_ball(
    z: FloatArray, ratio: FloatArray, low: tuple[float, float], high: tuple[float, float], displacement: Displacement
) -> FloatArray:
    """The same for a double-sided Crystal Ball: two single ones, less the Gaussian that they share.

    Args:
        z: as for `folded_crystal_ball`.
        ratio: as there.
        low: alpha and n of the lower tail.
        high: of the upper one.
        displacement: as there.
    """
    below, above = (1 / _gaussian_share(*tail) for tail in (low, high))
    lower = below * folded_crystal_ball(z, ratio, *low, displacement)
    upper = above * (1.0 - folded_crystal_ball(-z, ratio, *high, displacement))
    return np.asarray((lower + upper - voigt_cumulative(z, ratio)) / (below + above - 1.0))


def _gaussian_share(alpha: float, n: float) -> float:
    """The integral of the Gaussian under the core, continued to both sides, in units of that of the Crystal Ball."""
    return math.sqrt(2 * math.pi) / float(sum(crystal_ball_integrals(np.array(alpha), np.array(n))))


def _lagrange(t: FloatArray) -> list[FloatArray]:
    """The weights of the values at 0, 1, ..., POINTS - 1 in the interpolation at t."""
    others = [[m for m in range(POINTS) if m != k] for k in range(POINTS)]
    return [np.asarray(np.prod([(t - m) / (k - m) for m in rest], axis=0)) for k, rest in enumerate(others)]


@functools.lru_cache(maxsize=2048)
def _row(alpha: float, n: float, displacement: Displacement, number: int) -> FloatArray:
    """What remains at the ratio exp(number RATIO_STEP): the cubics between nodes, shape (cells, 4)."""
    ratio = np.array([math.exp(number * RATIO_STEP)])
    z = SCALE * np.sinh(STEP * np.arange(-CELLS, CELLS + 1)) - alpha
    value = fold(CrystalBall(1.0, alpha, n), displacement, (ratio,), z, np.zeros(1))
    value -= _gaussian_share(alpha, n) * voigt_cumulative(z, ratio)
    slope = _spline_slopes(z.size) @ value
    rise = np.diff(value)
    return np.stack(
        [value[:-1], slope[:-1], 3 * rise - 2 * slope[:-1] - slope[1:], slope[:-1] + slope[1:] - 2 * rise], axis=1
    )


@functools.lru_cache(maxsize=8)
def _spline_slopes(nodes: int) -> FloatArray:
    """The matrix that takes values at equal steps to the slopes of their spline, its ends not knots."""
    left, right = np.zeros((nodes, nodes)), np.zeros((nodes, nodes))
    inner = np.arange(1, nodes - 1)
    left[inner, inner - 1], left[inner, inner], left[inner, inner + 1] = 1, 4, 1
    right[inner, inner - 1], right[inner, inner + 1] = -3, 3
    left[0, :2], right[0, :3] = (1, 2), (-2.5, 2, 0.5)
    left[-1, -2:], right[-1, -3:] = (2, 1), (-0.5, -2, 2.5)
    return np.asarray(np.linalg.solve(left, right), np.float64)
