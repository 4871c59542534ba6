"""What is seen through what is not: recoil, missing momentum, reduced mass."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.kinematics.four_vectors import mass, mass_squared

__all__ = ["invariant_mass", "missing_momentum", "recoil_mass", "recoil_mass_squared", "reduced_mass"]


def invariant_mass(particles: FloatArray) -> FloatArray:
    """The mass of the sum of particles (..., k, 4), shape (...), in GeV.

    Example:
        >>> invariant_mass(np.array([[5.0, 0.0, 0.0, 4.0], [5.0, 0.0, 0.0, -4.0]]))
        np.float64(10.0)
    """
    return mass(particles.sum(-2))[()]


def missing_momentum(beams: FloatArray, particles: FloatArray) -> FloatArray:
    """The four-momentum of the beams less that of the particles seen, shape (..., 4).

    Args:
        beams: sum of the two beams, shape (4,) or (..., 4).
        particles: those seen, shape (..., k, 4).
    """
    return np.asarray(beams - particles.sum(-2))


def recoil_mass_squared(beams: FloatArray, particles: FloatArray) -> FloatArray:
    """The mass squared of everything that recoils against the particles, shape (...), in GeV^2.

    It is negative where the resolution of a detector carries it below zero; arguments as for `missing_momentum`.
    """
    return mass_squared(missing_momentum(beams, particles))[()]


def recoil_mass(beams: FloatArray, particles: FloatArray) -> FloatArray:
    """The mass of everything that recoils against the particles, shape (...), in GeV; negative where m^2 < 0.

    Example:
        >>> beams = np.array([10.58, 0.0, 0.0, 0.0])
        >>> photon = np.array([[4.864669, 0.0, 0.0, 4.864669]])
        >>> recoil_mass(beams, photon)
        np.float64(3.0000)
    """
    return mass(missing_momentum(beams, particles))[()]


def reduced_mass(pair_mass: FloatArray | float, daughter_mass: float) -> FloatArray:
    """The reduced mass sqrt(M^2 - 4 m^2) of a pair, in GeV; negative where M^2 < 4 m^2.

    It is twice the daughters' momentum in the rest frame of the pair, and smooth down to the threshold, where M is not
    (the observable of BaBar, arXiv:1606.03501).

    Args:
        pair_mass: M in GeV.
        daughter_mass: m in GeV.

    Example:
        >>> reduced_mass(5.0, 1.5)
        np.float64(4.0)
    """
    squared = (np.asarray(pair_mass) - 2 * daughter_mass) * (np.asarray(pair_mass) + 2 * daughter_mass)
    return np.asarray(np.copysign(np.sqrt(np.abs(squared)), squared))[()]
