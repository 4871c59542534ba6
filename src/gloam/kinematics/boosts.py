"""Lorentz boosts between the rest frame of a four-momentum and the frame in which it is given."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.kinematics.four_vectors import mass_squared

__all__ = ["boost", "boost_from_rest_frame", "boost_to_rest_frame", "velocity"]


def velocity(p: FloatArray) -> FloatArray:
    """The velocity p/E of four-vectors (..., 4) in units of c, shape (..., 3)."""
    return np.asarray(p[..., 1:] / p[..., :1])


def boost(p: FloatArray, velocity: FloatArray) -> FloatArray:
    """The four-vectors after everything was given a velocity, shape (..., 4).

    Args:
        p: four-vectors, shape (..., 4).
        velocity: in units of c, shape (3,) or (..., 3); what was at rest moves with it afterwards.

    Raises:
        InputError: a velocity of 1 or more, or NaN.

    Example:
        >>> boost(np.array([2.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.6]))
        array([2.5, 0. , 0. , 1.5])
    """
    squared = np.square(velocity).sum(-1)
    if not np.all(squared < 1):
        found = float(np.sqrt(np.max(squared)))
        raise InputError("velocity of a boost", found, "less than 1, the speed of light", "divide momentum by energy")
    gamma = 1 / np.sqrt(1 - squared)
    along = (p[..., 1:] * velocity).sum(-1)
    energy = gamma * (p[..., 0] + along)
    # gamma^2 / (gamma + 1) is (gamma - 1) / beta^2, without its 0 / 0
    shift = np.square(gamma) / (gamma + 1) * along + gamma * p[..., 0]
    return np.concatenate([energy[..., None], p[..., 1:] + shift[..., None] * velocity], axis=-1)


def boost_from_rest_frame(p: FloatArray, frame: FloatArray) -> FloatArray:
    """Four-vectors of the rest frame of `frame`, in the frame in which `frame` is given; shape (..., 4).

    Args:
        p: four-vectors in the rest frame, shape (..., 4).
        frame: a time-like four-momentum, shape (4,) or (..., 4).

    Raises:
        InputError: `frame` is not time-like with a positive energy.

    Example:
        >>> boost_from_rest_frame(np.array([2.0, 0.0, 0.0, 0.0]), np.array([5.0, 0.0, 0.0, 3.0]))
        array([2.5, 0. , 0. , 1.5])
    """
    return _boosted(p, frame, 1.0)


def boost_to_rest_frame(p: FloatArray, frame: FloatArray) -> FloatArray:
    """Four-vectors as seen in the rest frame of `frame`, shape (..., 4).

    Args:
        p: four-vectors, shape (..., 4).
        frame: a time-like four-momentum in the same frame, shape (4,) or (..., 4).

    Raises:
        InputError: `frame` is not time-like with a positive energy.

    Example:
        >>> boost_to_rest_frame(np.array([2.5, 0.0, 0.0, 1.5]), np.array([5.0, 0.0, 0.0, 3.0]))
        array([2., 0., 0., 0.])
    """
    return _boosted(p, frame, -1.0)


def _boosted(p: FloatArray, frame: FloatArray, sign: float) -> FloatArray:
    squared = mass_squared(frame)
    if not np.all((squared > 0) & (frame[..., 0] > 0)):
        raise InputError(
            "four-momentum that defines a rest frame", f"m^2 = {float(np.min(squared)):g} GeV^2", "m^2 > 0 and E > 0",
            "a massless particle has no rest frame",
        )  # fmt: skip
    rest = np.sqrt(squared)
    energy = (frame[..., 0] * p[..., 0] + sign * (frame[..., 1:] * p[..., 1:]).sum(-1)) / rest
    shift = sign * (p[..., 0] + energy) / (frame[..., 0] + rest)
    return np.concatenate([energy[..., None], p[..., 1:] + shift[..., None] * frame[..., 1:]], axis=-1)
