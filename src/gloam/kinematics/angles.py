"""Directions and the angles between them."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.kinematics.boosts import boost_to_rest_frame

__all__ = ["azimuth", "cosine_of_opening", "direction", "helicity_cosine", "opening_angle", "polar_angle"]


def direction(cosine: FloatArray | float, azimuth: FloatArray | float) -> FloatArray:
    """The unit vector with a cosine to the z axis and an azimuth in radians, shape (..., 3).

    Example:
        >>> direction(0.0, np.pi / 2).round(15)
        array([0., 1., 0.])
    """
    cosine, azimuth = np.broadcast_arrays(cosine, azimuth)
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=-1)


def polar_angle(p: FloatArray) -> FloatArray:
    """The angle of four-vectors (..., 4) to the z axis in radians, 0 to pi, shape (...).

    Example:
        >>> polar_angle(np.array([5.0, 3.0, 0.0, 3.0]))
        np.float64(0.785398)
    """
    return np.asarray(np.arctan2(np.hypot(p[..., 1], p[..., 2]), p[..., 3]))[()]


def azimuth(p: FloatArray) -> FloatArray:
    """The azimuth of four-vectors (..., 4) about the z axis in radians, -pi to pi, shape (...)."""
    return np.asarray(np.arctan2(p[..., 2], p[..., 1]))[()]


def opening_angle(p: FloatArray, q: FloatArray) -> FloatArray:
    """The angle between the momenta of two four-vectors (..., 4) in radians, shape (...).

    It comes from sine and cosine together: the cosine alone would know small angles to 1e-8 only.

    Example:
        >>> opening_angle(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 1e-10, 0.0]))
        np.float64(1e-10)
    """
    across = np.sqrt(np.square(np.cross(p[..., 1:], q[..., 1:])).sum(-1))
    return np.asarray(np.arctan2(across, (p[..., 1:] * q[..., 1:]).sum(-1)))[()]


def cosine_of_opening(p: FloatArray, q: FloatArray) -> FloatArray:
    """The cosine of the angle between the momenta of two four-vectors (..., 4), shape (...)."""
    return np.cos(opening_angle(p, q))


def helicity_cosine(daughter: FloatArray, parent: FloatArray) -> FloatArray:
    """The cosine, in the rest frame of the parent, between the daughter and the parent's line of flight, shape (...).

    Args:
        daughter: four-vectors, shape (..., 4).
        parent: time-like four-vectors in the same frame, shape (..., 4), not at rest in it.

    Example:
        >>> helicity_cosine(np.array([4.5, 0.0, 0.0, 4.5]), np.array([5.0, 0.0, 0.0, 4.0]))
        np.float64(1.0)
    """
    return cosine_of_opening(boost_to_rest_frame(daughter, parent), parent)
