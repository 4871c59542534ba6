"""Shapes of events in their centre of mass: thrust, sphericity, Fox-Wolfram moments and the angles of B mesons.

Events of different multiplicity stand in one array (n, k, 4); a place without a particle holds NaN, or zeros, and adds
nothing. An event without particles has NaN for what is then not defined.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = [
    "Sphericity", "Thrust", "cosine_between_axes", "fox_wolfram_moments", "legendre_polynomials", "sizes_and_units",
    "sphericity", "thrust",
]  # fmt: skip

EXACT_UP_TO = 9
"""Particles up to which all ways to divide an event in two halves are tried: 2^8 of them."""

CHUNK = 2_000_000
"""Numbers that a block of the thrust may hold, so that memory is bounded."""

MOST_STEPS = 100


class Thrust(NamedTuple):
    """Thrust T, 1/2 to 1, shape (n,), and its axis, a unit vector of arbitrary sign, shape (n, 3)."""

    value: FloatArray
    axis: FloatArray


class Sphericity(NamedTuple):
    """Sphericity and aplanarity, shape (n,), and the axis, a unit vector of arbitrary sign, shape (n, 3)."""

    value: FloatArray
    aplanarity: FloatArray
    axis: FloatArray


def thrust(p: FloatArray) -> Thrust:
    r"""The thrust $T = \max_a \sum |a \cdot p_i| / \sum |p_i|$ and its axis.

    The axis is along the largest sum of momenta whose signs may be turned (Farhi, PRL 39 (1977) 1587). Up to 9 places
    all signs are tried. Above, the sum is improved from each particle and its neighbours as the first axis until no
    sign changes, which ends in a local maximum; the best is kept.

    Args:
        p: four-vectors in the frame of interest, NaN or 0 where there is none, shape (n, k, 4).

    Example:
        >>> three = np.array([[[1.0, 1.0, 0.0, 0.0], [1.0, -0.5, 0.75**0.5, 0.0], [1.0, -0.5, -(0.75**0.5), 0.0]]])
        >>> thrust(three).value
        array([0.666667])
    """
    vectors = _vectors(p)
    largest = np.zeros((len(vectors), 3))
    exact = vectors.shape[1] <= EXACT_UP_TO
    size = max(1, CHUNK // max(1, 3 * (2 ** (vectors.shape[1] - 1) if exact else 2 * vectors.shape[1] ** 2)))
    for start in range(0, len(vectors), size):
        block = vectors[start : start + size]
        largest[start : start + size] = _of_all_signs(block) if exact else _improved(block)
    length = np.sqrt(np.square(largest).sum(-1))
    with np.errstate(all="ignore"):
        return Thrust(length / np.sqrt(np.square(vectors).sum(-1)).sum(-1), largest / length[:, None])


def _of_all_signs(vectors: FloatArray) -> FloatArray:
    """The longest sum of momenta with any signs, shape (n, 3)."""
    places = vectors.shape[1]
    if places == 0:
        return np.zeros((len(vectors), 3))
    turned = (np.arange(2 ** (places - 1))[:, None] >> np.arange(places)) & 1
    return _longest(np.einsum("sk,nkc->nsc", 1.0 - 2.0 * turned, vectors))


def _improved(vectors: FloatArray) -> FloatArray:
    """The longest sum that starts from the particles, and from sums and differences of neighbours, lead to."""
    order = np.argsort(-np.square(vectors).sum(-1), axis=1)
    sorted_ = np.take_along_axis(vectors, order[..., None], axis=1)
    first = sorted_[:, :5]
    pairs = [first[:, i] + sign * first[:, j] for i, j in combinations(range(5), 2) for sign in (1.0, -1.0)]
    axis = np.concatenate([vectors, np.stack(pairs, axis=1)], axis=1)
    for _ in range(MOST_STEPS):
        signs = np.where(np.einsum("nsc,nkc->nsk", axis, vectors) < 0, -1.0, 1.0)
        better = np.einsum("nsk,nkc->nsc", signs, vectors)
        if np.array_equal(better, axis):
            break
        axis = better
    return _longest(axis)


def _longest(sums: FloatArray) -> FloatArray:
    best = np.square(sums).sum(-1).argmax(axis=1)
    return np.asarray(np.take_along_axis(sums, best[:, None, None], axis=1)[:, 0])


def sphericity(p: FloatArray) -> Sphericity:
    r"""The sphericity $S = \frac32 (\lambda_2 + \lambda_3)$, the aplanarity $\frac32 \lambda_3$, and the axis.

    $\lambda_1 \ge \lambda_2 \ge \lambda_3$ are the eigenvalues of $\sum p^a p^b / \sum p^2$ (Bjorken and Brodsky,
    PRD 1 (1970) 1416); S is 0 for two jets and 1 for a sphere.

    Args:
        p: four-vectors, NaN or 0 where there is none, shape (n, k, 4).

    Example:
        >>> cross = np.array(
        ...     [[[1.0, 1.0, 0.0, 0.0], [1.0, -1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [1.0, 0.0, -1.0, 0.0]]]
        ... )
        >>> sphericity(cross).value, sphericity(cross).aplanarity
        (array([0.75]), array([0.]))
    """
    vectors = _vectors(p)
    tensor = np.einsum("nka,nkb->nab", vectors, vectors)
    total = np.trace(tensor, axis1=1, axis2=2)
    some = total > 0
    tensor /= np.where(some, total, 1.0)[:, None, None]
    values, axes = np.linalg.eigh(tensor)
    nothing = np.where(some, 0.0, np.nan)
    smallest = np.maximum(values[:, 0], 0.0)
    return Sphericity(
        1.5 * (values[:, 1] + smallest) + nothing, 1.5 * smallest + nothing, axes[:, :, 2] + nothing[:, None]
    )


def fox_wolfram_moments(p: FloatArray, order: int = 4) -> FloatArray:
    r"""The moments $R_l = H_l / H_0$ of events for l = 0 ... `order`, shape (n, order + 1).

    $H_l = \sum_{ij} |p_i| |p_j| P_l(\cos\theta_{ij})$ (Fox and Wolfram, PRL 41 (1978) 1581), i = j included. Their own
    normalisation is the squared energy, which is $H_0$ for massless particles.

    Args:
        p: four-vectors, NaN or 0 where there is none, shape (n, k, 4).
        order: the last l, 0 or more.

    Example:
        >>> back_to_back = np.array([[[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]]])
        >>> fox_wolfram_moments(back_to_back, 3)
        array([[1., 0., 1., 0.]])
    """
    vectors = _vectors(p)
    size, unit = sizes_and_units(vectors)
    cosine = np.einsum("nic,njc->nij", unit, unit)
    moments = np.einsum("lnij,ni,nj->nl", legendre_polynomials(cosine, order), size, size)
    with np.errstate(all="ignore"):
        return np.asarray(moments / moments[:, :1])


def cosine_between_axes(first: FloatArray, second: FloatArray) -> FloatArray:
    """|cos| of the angle between axes (n, 3), which have no sign; shape (n,).

    Between the thrust axis of a B candidate and that of the rest of the event it is flat for B pairs, and near 1 for
    jets of light quarks.

    Example:
        >>> cosine_between_axes(np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.6, -0.8]]))
        array([0.8])
    """
    return np.asarray(np.minimum(np.abs((first * second).sum(-1)), 1.0))


def legendre_polynomials(x: FloatArray, order: int) -> FloatArray:
    """P_l(x) for l = 0 ... `order`, shape (order + 1, ...); by the recurrence of Bonnet.

    Raises:
        InputError: for a negative order.

    Example:
        >>> legendre_polynomials(np.array(0.5), 2)
        array([ 1.   ,  0.5  , -0.125])
    """
    if order < 0:
        raise InputError("order of Legendre polynomials", order, "0 or more", "4 is usual for event shapes")
    found = np.ones((order + 1, *np.shape(x)))
    if order:
        found[1] = x
    for n in range(1, order):
        found[n + 1] = ((2 * n + 1) * x * found[n] - n * found[n - 1]) / (n + 1)
    return found


def sizes_and_units(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lengths (..., k) and unit vectors (..., k, 3) of momenta; a vector of length 0 has the unit vector 0."""
    size = np.sqrt(np.square(vectors).sum(-1))
    return size, vectors / np.where(size > 0, size, 1.0)[..., None]


def _vectors(p: FloatArray) -> FloatArray:
    """Momenta with 0 where there is no particle, shape (n, k, 3).

    Raises:
        InputError: for another shape than (n, k, 4).
    """
    if p.ndim != 3 or p.shape[-1] != 4:
        raise InputError("events for their shape", f"shape {p.shape}", "(n, k, 4)", "pad events with NaN to one length")
    return np.asarray(np.where(np.isnan(p[..., 1:]).any(-1, keepdims=True), 0.0, p[..., 1:]))
