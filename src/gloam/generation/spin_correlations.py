"""How the spins of two taus are tied to each other by what made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.spinors import ComplexArray, antiparticle, particle

__all__ = ["SpinCorrelations", "scalar_correlations", "spin_correlations"]

SpinCorrelations: TypeAlias = Callable[[FloatArray], FloatArray]
"""The tensor of `spin_correlations` for the momenta of all particles of a process, (k, 4, n) to (3, 3, n)."""


def spin_correlations(amplitude: ComplexArray) -> FloatArray:
    """The mean of the product of spin components of tau- (first axis) and tau+, each from -1 to 1; shape (3, 3, n).

    Each spin is along x, y, z in the rest frame of its tau, reached by a boost without rotation. The amplitude may be
    that of one chirality of the beams: the other one has the same correlations and opposite polarisations, because
    lowest-order amplitudes of photons and narrow particles are relatively real. So unpolarised beams leave no
    polarisation.

    Args:
        amplitude: linear in u-bar of the tau- and v of the tau+, as in `spinors`, with their spins before the last
            axis; other spins and polarisations are summed over; shape (..., 2, 2, n).
    """
    a = amplitude.reshape(-1, 2, 2, amplitude.shape[-1])
    flipped = a[:, ::-1]
    # sigma_x a, sigma_y a, sigma_z a
    left = (flipped, flipped * _column([-1j, 1j])[:, None], a * _column([1, -1])[:, None])
    found = np.empty((3, 3, a.shape[-1]))
    for i, turned in enumerate(left):
        back = turned[:, :, ::-1]
        # the spinor of an antiparticle has the opposite spin: -sigma
        for j, both in enumerate((back, back * _column([1j, -1j]), turned * _column([1, -1]))):
            found[i, j] = -_overlap(a, both)
    return found / _overlap(a, a)


def scalar_correlations(minus: FloatArray, plus: FloatArray, mass: float) -> FloatArray:
    """The correlations of a pair from a scalar particle, shape (3, 3, n).

    Args:
        minus: four-momentum of the lepton, shape (4, n).
        plus: four-momentum of the antilepton, shape (4, n).
        mass: of each in GeV.

    Example:
        >>> p = np.array([[2.0], [0.0], [0.0], [np.sqrt(3.0)]])
        >>> scalar_correlations(p, p * [[1], [1], [1], [-1]], 1.0)[[0, 1, 2], [0, 1, 2], 0]
        array([ 1.,  1., -1.])
    """
    row, column = particle(minus, mass), antiparticle(plus, mass)
    return spin_correlations((row[:, :, None] * column[:, None]).sum(0))


def _column(entries: list[complex]) -> ComplexArray:
    return np.array(entries)[:, None]


def _overlap(one: ComplexArray, other: ComplexArray) -> FloatArray:
    return np.asarray((one.real * other.real + one.imag * other.imag).sum((0, 1, 2)))
