"""Dirac spinors and the currents made of them, in the chiral representation; events are the last axis.

A spinor is an array (4, ...): two left-handed components, then two right-handed ones. Spins are those along z in the
rest frame, boosted without rotation: sqrt(p.sigma) is then regular for every direction and mass. A sum over spins does
not know the choice.

A vector is kept as V = (V0 + V3, V0 - V3, V1 - iV2, V1 + iV2) =: (plus, minus, up, down), which are the entries of
V.sigma-bar = [[plus, up], [down, minus]] and V.sigma = [[minus, -up], [-down, plus]].
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray

__all__ = ["ComplexArray", "antiparticle", "bilinear", "contraction", "particle", "spin_sum", "squared", "vector"]

ComplexArray: TypeAlias = npt.NDArray[np.complex128]


def vector(p: FloatArray) -> ComplexArray:
    """A real four-vector (4, n) as (plus, minus, up, down), shape (4, n)."""
    entries = np.empty(p.shape, np.complex128)
    entries[0] = p[0] + p[3]
    entries[1] = p[0] - p[3]
    entries[2].real, entries[2].imag = p[1], -p[2]
    np.conjugate(entries[2], out=entries[3])
    return entries


def _roots(p: FloatArray, mass: float) -> tuple[ComplexArray, ComplexArray]:
    """The matrices sqrt(p.sigma) and sqrt(p.sigma-bar), each of shape (2, 2, n)."""
    scale = 1 / np.sqrt(2 * (p[0] + mass))
    diagonal, z = (p[0] + mass) * scale, p[3] * scale
    left, right = np.empty((2, 2, 2, p.shape[1]), np.complex128)
    left[0, 0] = right[1, 1] = diagonal - z
    left[1, 1] = right[0, 0] = diagonal + z
    right[0, 1].real, right[0, 1].imag = p[1] * scale, -p[2] * scale
    np.conjugate(right[0, 1], out=right[1, 0])
    np.negative(right[0, 1], out=left[0, 1])
    np.negative(right[1, 0], out=left[1, 0])
    return left, right


def particle(p: FloatArray, mass: float) -> ComplexArray:
    """The rows u-bar of both spins, shape (4, 2, n): spinor component, spin, event.

    Args:
        p: four-momentum, shape (4, n), in GeV.
        mass: in GeV.
    """
    left, right = _roots(p, mass)
    return np.concatenate([right.swapaxes(0, 1), left.swapaxes(0, 1)])


def antiparticle(p: FloatArray, mass: float) -> ComplexArray:
    """The columns v of both spins, shape (4, 2, n): spinor component, spin, event; arguments as for `particle`."""
    left, right = _roots(p, mass)
    return np.concatenate([left, -right])


def bilinear(row: ComplexArray, column: ComplexArray) -> ComplexArray:
    """The vector row gamma^mu column / 2 for all spins of both, shape (4, 2, 2, n).

    Args:
        row: shape (4, 2, n).
        column: shape (4, 2, n).
    """
    r, c = row[:, :, None], column[:, None, :]
    found = np.empty((4, row.shape[1], column.shape[1], row.shape[2]), np.complex128)
    for entry, (row_1, column_1, row_2, column_2, sign) in enumerate(_TERMS):
        np.multiply(r[row_1], c[column_1], out=found[entry])
        if sign > 0:
            found[entry] += r[row_2] * c[column_2]
        else:
            found[entry] -= r[row_2] * c[column_2]
    return found


_TERMS = ((0, 2, 3, 1, 1), (1, 3, 2, 0, 1), (1, 2, 3, 0, -1), (0, 3, 2, 1, -1))
"""For each entry of the vector: row and column component of two products, and the sign of the second."""


def contraction(first: ComplexArray, second: ComplexArray) -> ComplexArray:
    """Twice the product V.W of two vectors (4, ...) without complex conjugation."""
    found = np.asarray(first[0] * second[1])
    found += first[1] * second[0]
    found -= first[2] * second[3]
    found -= first[3] * second[2]
    return found


def spin_sum(current: ComplexArray) -> FloatArray:
    """The sum of -g_mn V^m V^n* over all spins of a current (4, ..., n), shape (n,).

    For a current that is conserved this is the sum over the polarisations of a vector particle, massive or not.
    """
    flat = current.reshape(4, -1, current.shape[-1])
    across = _square(flat[2]) + _square(flat[3])
    mixed = flat[0].real * flat[1].real + flat[0].imag * flat[1].imag
    return np.asarray((0.5 * across - mixed).sum(0))


def _square(amplitude: ComplexArray) -> FloatArray:
    return np.asarray(np.square(amplitude.real) + np.square(amplitude.imag))


def squared(amplitude: ComplexArray) -> FloatArray:
    """The sum of |A|^2 over all spins of an amplitude (..., n), shape (n,)."""
    return np.asarray(_square(amplitude.reshape(-1, amplitude.shape[-1])).sum(0))
