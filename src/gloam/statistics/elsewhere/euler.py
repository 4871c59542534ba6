"""The look-elsewhere effect in two dimensions from the Euler characteristic of what exceeds a level.

The Euler characteristic of a set is its number of pieces minus that of its holes. High above, an excursion set of a
random field is empty or one small piece, so that its mean Euler characteristic is the probability of a maximum above
the level (Adler and Taylor, Random Fields and Geometry, 2007; Vitells and Gross, arXiv:1105.4355). For a signed
Gaussian field, which counts excesses alone,

    E[phi(u)] = L0 (1 - Phi(u)) + (N1 + N2 u) exp(-u^2 / 2),

with L0 the Euler characteristic of the scanned region, N1 = L1 / (2 pi) and N2 = L2 / (2 pi)^(3/2), where L1 is half
the length of its border and L2 its area, in units in which the correlation of neighbours at distance d is cos(d).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.normal import log_cumulative

__all__ = ["ExpectedEuler", "euler_characteristic", "euler_from_correlations", "euler_from_fields"]

LEVELS = (0.0, 1.0)
"""Where toys are counted: low, so that there are many pieces and holes."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedEuler:
    """The mean Euler characteristic of the excursion sets of a signed Gaussian field.

    Attributes:
        domain: L0, that of the scanned region; 1 for a region in one piece without holes.
        n1, n2: coefficients.
        covariance: of n1 and n2 where they were counted in toys, shape (2, 2); else 0.
    """

    domain: float
    n1: float
    n2: float
    covariance: FloatArray

    def mean(self, level: float) -> float:
        """The mean above a level.

        Example:
            >>> round(ExpectedEuler(1.0, 2.0, 3.0, np.zeros((2, 2))).mean(4.0), 6)
            0.004728
        """
        return self.domain * 0.5 * math.erfc(level / math.sqrt(2)) + (self.n1 + self.n2 * level) * self._fall(level)

    def error(self, level: float) -> float:
        """Its error from the number of toys."""
        direction = np.array([1.0, level])
        return float(np.sqrt(direction @ self.covariance @ direction)) * self._fall(level)

    def log_p_value(self, level: float) -> float:
        """The logarithm of the probability of a maximum above a level, 1 - exp(-mean): pieces come independently.

        High above it is the mean itself; where that is near 1 or more, it is a guide only.
        """
        local = float(log_cumulative(np.array(-level))) + math.log(max(self.domain, 1.0))
        slope = self.n1 + self.n2 * level
        log_mean = local if slope <= 0 else float(np.logaddexp(local, math.log(slope) - 0.5 * level * level))
        return math.log(-math.expm1(-math.exp(log_mean))) if log_mean > -30 else log_mean

    def _fall(self, level: float) -> float:
        return math.exp(-0.5 * level * level)


def euler_characteristic(above: BoolArray) -> IntArray:
    """The Euler characteristic of sets of grid points, (..., n, m) -> (...).

    Points are joined to their neighbours along the two axes, and four points of a cell make a face: points minus edges
    plus faces. Points that are masked are not in the set.

    Args:
        above: which points are in the set.

    Example:
        >>> ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)
        >>> int(euler_characteristic(ring)), int(euler_characteristic(~ring))
        (0, 1)
    """
    a = np.asarray(above, np.bool_)
    along, across = a[..., 1:] & a[..., :-1], a[..., 1:, :] & a[..., :-1, :]
    faces = along[..., 1:, :] & along[..., :-1, :]
    points, lines, more, cells = (each.sum(axis=(-2, -1), dtype=np.int64) for each in (a, along, across, faces))
    return np.asarray(points - lines - more + cells)


def euler_from_fields(
    z: FloatArray, usable: BoolArray | None = None, levels: tuple[float, float] = LEVELS
) -> ExpectedEuler:
    """The mean Euler characteristic, from significances without a signal at two low levels.

    Args:
        z: of some toys, shape (t, n, m), t >= 2.
        usable: points that are scanned, shape (n, m); None: those that are finite in the first toy.
        levels: two different ones.

    Raises:
        InputError: for fewer than two toys or equal levels.

    Example:
        >>> random = np.random.default_rng(1)
        >>> found = euler_from_fields(random.standard_normal((50, 8, 8)))
        >>> bool(found.n2 > 0)
        True
    """
    if z.ndim != 3 or z.shape[0] < 2 or levels[0] == levels[1]:
        found = f"shape {z.shape}, levels {levels}"
        raise InputError("Euler characteristics of toys", found, "two or more toys and two levels", "make more toys")
    region = np.isfinite(z[0]) if usable is None else usable
    domain = float(euler_characteristic(region))
    with np.errstate(invalid="ignore"):
        counted = np.stack([euler_characteristic((z > level) & region) for level in levels], axis=1)
    above = [domain * 0.5 * math.erfc(level / math.sqrt(2)) for level in levels]
    # n1 and n2 are linear in what was counted
    system = np.array([[1.0, level] for level in levels]) * np.exp(-0.5 * np.array(levels) ** 2)[:, None]
    inverse = np.linalg.inv(system)
    n1, n2 = (inverse @ (counted.mean(axis=0) - above)).tolist()
    return ExpectedEuler(domain, n1, n2, inverse @ np.cov(counted.T) @ inverse.T / z.shape[0])


def euler_from_correlations(
    along: FloatArray, across: FloatArray, diagonal: FloatArray, usable: BoolArray
) -> ExpectedEuler:
    """The mean Euler characteristic without toys, from the correlations of neighbours on a grid.

    Angles whose cosines are the correlations are the sides of triangles, two for each cell: L2 is the sum of their
    areas, L1 that of all edges minus half the perimeters (Taylor and Worsley, JASA 102 (2007) 913). Good for fields
    that are smooth on the grid. Windows with sharp borders are not: the correlation has a kink at distance 0, and finer
    steps make N1 and N2 larger without end; counting them in toys is then better.

    Args:
        along: correlations of points (i, j) and (i, j + 1), shape (n, m - 1).
        across: of (i, j) and (i + 1, j), shape (n - 1, m).
        diagonal: of (i, j) and (i + 1, j + 1), shape (n - 1, m - 1).
        usable: points that are scanned, shape (n, m).

    Example:
        >>> one = np.full((5, 5), math.exp(-0.5 * 0.1**2))  # unit metric, in steps of 0.1
        >>> found = euler_from_correlations(one[:, 1:], one[1:], one[1:, 1:] ** 2, np.ones((5, 5), bool))
        >>> round(found.n1 * 2 * math.pi, 2), round(found.n2 * (2 * math.pi) ** 1.5, 2)
        (0.8, 0.16)
    """
    right, down, cross = (np.arccos(np.clip(each, -1.0, 1.0)) for each in (along, across, diagonal))
    u = usable
    edges = (
        right[u[:, 1:] & u[:, :-1]].sum() + down[u[1:] & u[:-1]].sum() + cross[u[1:, 1:] & u[:-1, :-1]].sum()
    )  # fmt: skip
    border, area = float(edges), 0.0
    both = u[1:, 1:] & u[:-1, :-1]
    for third, sides in ((u[1:, :-1], (down[:, :-1], right[1:])), (u[:-1, 1:], (right[:-1], down[:, 1:]))):
        a, b, c = (each[both & third] for each in (*sides, cross))
        half = 0.5 * (a + b + c)
        area += float(np.sqrt(np.maximum(half * (half - a) * (half - b) * (half - c), 0.0)).sum())
        border -= float(half.sum())
    n1, n2 = border / (2 * math.pi), area / (2 * math.pi) ** 1.5
    return ExpectedEuler(float(euler_characteristic(u)), n1, n2, np.zeros((2, 2)))
