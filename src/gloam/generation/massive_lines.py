"""Fermion lines with masses at every end: what a line absorbs from one vector, or from two in either order.

A line runs along the arrow of its fermion from a column (u of a particle that comes in, v of an antiparticle that goes
out) to a row (u-bar, v-bar). Its momenta are those along the arrow: antiparticles count with a minus sign. Couplings
and the factors of i, equal in all diagrams of one order, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.spinors import ComplexArray, antiparticle, bilinear, particle, vector

__all__ = ["Line", "absorbs_two", "current", "incoming_antiparticle", "incoming_particle"]


@dataclass(frozen=True, slots=True)
class Line:
    """One fermion line.

    Attributes:
        row: u-bar or v-bar, shape (4, R, n).
        column: u or v, shape (4, C, n).
        start: four-momentum that enters at the column, shape (4, n).
        end: four-momentum that leaves at the row, shape (4, n).
        mass: in GeV.
    """

    row: ComplexArray
    column: ComplexArray
    start: FloatArray
    end: FloatArray
    mass: float


def incoming_particle(p: FloatArray, mass: float) -> ComplexArray:
    """The columns u of both spins, shape (4, 2, n), for four-momenta (4, n) and a mass in GeV."""
    row = particle(p, mass)
    return np.asarray(np.conjugate(np.concatenate([row[2:], row[:2]])))


def incoming_antiparticle(p: FloatArray, mass: float) -> ComplexArray:
    """The rows v-bar of both spins, shape (4, 2, n), for four-momenta (4, n) and a mass in GeV."""
    column = antiparticle(p, mass)
    return np.asarray(np.conjugate(np.concatenate([column[2:], column[:2]])))


def current(line: Line) -> ComplexArray:
    """The current row gamma^mu column of a line for all its spins, shape (4, R, C, n)."""
    return 2 * bilinear(line.row, line.column)


def absorbs_two(
    line: Line, first: tuple[ComplexArray, FloatArray], second: tuple[ComplexArray, FloatArray]
) -> ComplexArray:
    """The amplitude of a line that absorbs two vectors in both orders, shape (R, C, S, T, n).

    row [J_2 (p + k_1 + m) J_1 / ((p + k_1)^2 - m^2) + J_1 (p + k_2 + m) J_2 / ((p + k_2)^2 - m^2)] column.

    Args:
        line: with start p.
        first: a vector J_1, shape (4, S, n), and the momentum k_1 that it brings, shape (4, n).
        second: J_2, shape (4, T, n), and k_2.
    """
    found = _in_order(line, first, second)
    found += _in_order(line, second, first).swapaxes(2, 3)
    return found


def _in_order(
    line: Line, before: tuple[ComplexArray, FloatArray], after: tuple[ComplexArray, FloatArray]
) -> ComplexArray:
    """The part in which `before` is next to the column."""
    taken = before[1]
    virtuality = _product(taken, taken) + 2 * _product(line.start, taken)  # (p + k)^2 - m^2, without m^2
    reached = _on_column(before[0][:, None], line.column[:, :, None])
    inner = vector(line.start + taken)[:, None, None]
    carried = _on_column(inner, reached)
    carried += line.mass * reached
    carried /= virtuality
    left = _on_row(line.row[:, :, None], after[0][:, None])
    a, b = left[:, :, None, None], carried[:, None, :, :, None]
    found = np.asarray(a[0] * b[0])
    for part in range(1, 4):
        found += a[part] * b[part]
    return found


def _on_column(v: ComplexArray, c: ComplexArray) -> ComplexArray:
    """The vector's slash times a column; both broadcast behind their first axis."""
    plus, minus, up, down = v
    return np.stack([minus * c[2] - up * c[3], plus * c[3] - down * c[2], plus * c[0] + up * c[1],
                     down * c[0] + minus * c[1]])  # fmt: skip


def _on_row(r: ComplexArray, v: ComplexArray) -> ComplexArray:
    """A row times the vector's slash."""
    plus, minus, up, down = v
    return np.stack([r[2] * plus + r[3] * down, r[2] * up + r[3] * minus, r[0] * minus - r[1] * down,
                     r[1] * plus - r[0] * up])  # fmt: skip


def _product(p: FloatArray, q: FloatArray) -> FloatArray:
    return np.asarray(p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3])
