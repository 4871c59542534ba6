"""Four-vectors as arrays whose last axis is (E, px, py, pz), metric (+, -, -, -)."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = [
    "four_vector", "mass", "mass_squared", "minkowski_product", "momentum", "momentum_squared", "transverse_momentum",
]  # fmt: skip


def four_vector(mass: FloatArray | float, momentum: FloatArray) -> FloatArray:
    """The four-momentum of a particle, shape (..., 4), in GeV.

    Args:
        mass: in GeV, shape (...).
        momentum: (px, py, pz) in GeV, shape (..., 3).

    Example:
        >>> four_vector(3.0, np.array([0.0, 0.0, 4.0]))
        array([5., 0., 0., 4.])
    """
    momentum = np.asarray(momentum, dtype=np.float64)
    energy = np.sqrt(np.square(mass) + np.square(momentum).sum(-1))
    return np.concatenate([energy[..., None], momentum], axis=-1)


def minkowski_product(p: FloatArray, q: FloatArray) -> FloatArray:
    """The product E E' - p.p' of two four-vectors (..., 4), shape (...), in GeV^2.

    Example:
        >>> minkowski_product(np.array([5.0, 0.0, 0.0, 4.0]), np.array([5.0, 0.0, 0.0, -4.0]))
        np.float64(41.0)
    """
    return np.asarray(p[..., 0] * q[..., 0] - (p[..., 1:] * q[..., 1:]).sum(-1))[()]


def momentum_squared(p: FloatArray) -> FloatArray:
    """The square of the three-momentum of four-vectors (..., 4), shape (...), in GeV^2."""
    return np.asarray(np.square(p[..., 1:]).sum(-1))


def momentum(p: FloatArray) -> FloatArray:
    """The magnitude of the three-momentum of four-vectors (..., 4), shape (...), in GeV."""
    return np.sqrt(momentum_squared(p))


def mass_squared(p: FloatArray) -> FloatArray:
    """The invariant mass squared of four-vectors (..., 4), shape (...), in GeV^2; rounding can make it negative.

    It is (E - p)(E + p), which keeps more digits than E^2 - p^2 where the mass is small.
    """
    size = momentum(p)
    return np.asarray((p[..., 0] - size) * (p[..., 0] + size))


def mass(p: FloatArray) -> FloatArray:
    """The invariant mass of four-vectors (..., 4), shape (...), in GeV; minus the root of -m^2 where m^2 < 0.

    The sign keeps space-like sums (a recoil, a rounding error) in sight instead of hiding them in a NaN.

    Example:
        >>> mass(np.array([[5.0, 0.0, 0.0, 4.0], [4.0, 0.0, 0.0, 5.0]]))
        array([ 3., -3.])
    """
    squared = mass_squared(p)
    return np.asarray(np.copysign(np.sqrt(np.abs(squared)), squared))


def transverse_momentum(p: FloatArray, direction: FloatArray) -> FloatArray:
    """The momentum across a direction, shape (...), in GeV.

    Args:
        p: four-vectors, shape (..., 4).
        direction: three-vector of any length, shape (3,) or (..., 3); of the beam, or of a missing momentum.

    Example:
        >>> transverse_momentum(np.array([5.0, 3.0, 0.0, 4.0]), np.array([0.0, 0.0, 2.0]))
        np.float64(3.0)
    """
    # the cross product, not p^2 - p_along^2, which would lose the digits of a nearly parallel momentum
    across = np.cross(p[..., 1:], direction)
    return np.asarray(np.sqrt(np.square(across).sum(-1) / np.square(direction).sum(-1)))[()]
