"""Signal shapes folded with the distribution of a further displacement: a natural width, an escaped photon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.models.gaussian import Gaussian
from gloam.models.mixture import Mixture
from gloam.models.signal import SignalShape

__all__ = ["TOWARDS_0", "Displacement", "fold"]

NODES = 12  # of the Gauss-Legendre rule in each panel
CORE = np.array([0.0, 0.75, 1.5, 2.5, 3.5, 4.5, 6.0, 8.0])
TAIL = 8.0 * 4.0 ** np.arange(1, 9)
"""Where panels end, in standard deviations of the resolution on either side of its peak."""
TOWARDS_0 = 0.25 ** np.arange(12.0, 0.0, -1.0)
"""Where panels end, as levels of the distribution of a displacement that has a long tail on the low side."""
ELEMENTS = 60_000
"""Evaluations of the resolution in a block: its arrays stay in the second-level cache."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """The distribution of a displacement, by its parameters.

    Attributes:
        below: (displacement, *parameters) -> the distribution function.
        quantile: (level, *parameters) -> its inverse.
        levels: of the distribution function, in between which the quantile is smooth; increasing.
    """

    below: Callable[..., FloatArray]
    quantile: Callable[..., FloatArray]
    levels: tuple[float, ...]


def fold(
    shape: SignalShape, displacement: Displacement, parameters: tuple[FloatArray, ...], x: FloatArray,
    position: FloatArray,
) -> FloatArray:  # fmt: skip
    r"""The distribution function of the sum of a measured value and a displacement.

    $F(x) = \int_0^1 R(x - t(q))\,dq$ over the levels q of the displacement t, by Gauss-Legendre in panels. They end
    where the resolution R varies (its core, and geometrically in its tails), at its knots, and geometrically
    towards levels 0 and 1. The error is below 1e-9 for shapes that are smooth between their knots, whatever the
    ratio of the two widths, 0 included; for a histogram
    with 4 bins in a standard deviation it is 1e-5.

    Args:
        shape: the resolution; its parameters are those at the position, for all displacements.
        displacement: its distribution.
        parameters: of that, each broadcasting with `position`.
        x: where to evaluate.
        position: of each hypothesis; x and position broadcast.

    Returns:
        The common shape of x and position.
    """
    position = np.asarray(position, float)
    if isinstance(shape, Mixture):
        parts = (fold(part, displacement, parameters, x, position) for part in shape.shapes)
        weighted = [weight * part for weight, part in zip(shape.weights(position), parts, strict=True)]
        return np.asarray(sum(weighted[1:], start=weighted[0]))
    knots = getattr(shape, "knots", lambda _: ())(position)
    arguments = (x, position, shape.resolution(position), *parameters, *knots)
    columns = [column.reshape(-1, 1) for column in np.broadcast_arrays(*arguments)]
    out = np.empty(columns[0].size)
    around = _around_peak(shape)
    rows = max(1, ELEMENTS // (NODES * (len(displacement.levels) + around.size + len(knots) + 1)))
    for start in range(0, out.size, rows):
        block = [column[start : start + rows] for column in columns]
        (at, home, sigma), rest = block[:3], block[3:]
        own, others = tuple(rest[: len(parameters)]), rest[len(parameters) :]
        out[start : start + rows] = _block(shape, displacement, own, at, home, sigma, others)
    return out.reshape(np.broadcast_shapes(np.shape(x), position.shape))


def _around_peak(shape: SignalShape) -> FloatArray:
    side = CORE if isinstance(shape, Gaussian) else np.concatenate([CORE, TAIL])
    return np.concatenate([-side[:0:-1], side])


def _block(
    shape: SignalShape, displacement: Displacement, parameters: tuple[FloatArray, ...], x: FloatArray,
    position: FloatArray, sigma: FloatArray, knots: list[FloatArray],
) -> FloatArray:  # fmt: skip
    """The same for columns of shape (n, 1); returns shape (n,)."""
    edges = np.concatenate([x - position - sigma * _around_peak(shape), *(x - knot for knot in knots)], axis=1)
    fixed = np.broadcast_to(displacement.levels, (x.shape[0], len(displacement.levels)))
    levels = np.sort(np.concatenate([fixed, displacement.below(edges, *parameters)], axis=1), axis=1)
    levels = np.concatenate([np.zeros_like(x), levels, np.ones_like(x)], axis=1)
    node, weight = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(levels, axis=1)
    # levels that round to 1 would be infinitely far away
    level = np.minimum((levels[:, :-1] + half)[:, :, None] + half[:, :, None] * node, 1 - 2.0**-53)
    shift = displacement.quantile(level.reshape(x.shape[0], -1), *parameters)
    values = shape.cumulative(x - shift, position).reshape(level.shape)
    return np.asarray(np.einsum("ikn,ik,n->i", values, half, weight))
