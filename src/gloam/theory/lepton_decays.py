"""Widths of a vector, a scalar or a pseudoscalar into two equal fermions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray

__all__ = ["pseudoscalar_width", "scalar_width", "vector_width", "velocity"]


def velocity(mass: ArrayLike, fermion_mass: float) -> FloatArray:
    """sqrt(1 - 4 ml^2/m^2), the velocity of each fermion; 0 below the threshold."""
    m = np.asarray(mass, float)
    return np.sqrt(np.clip(1 - (2 * fermion_mass / m) ** 2, 0, None))


def vector_width(mass: ArrayLike, fermion_mass: float) -> FloatArray:
    """The width over the coupling squared of a vector X, g fbar gamma^m f X_m, in GeV.

    m/(12 pi) (1 + 2r) sqrt(1 - 4r), r = mf^2/m^2 (e.g. arXiv:1403.2727). Below the threshold 0.

    Example:
        >>> float(vector_width(1.0, 0.0)) * 12 * np.pi
        1.0
    """
    m = np.asarray(mass, float)
    return m / (12 * np.pi) * (1 + 2 * (fermion_mass / m) ** 2) * velocity(m, fermion_mass)


def scalar_width(mass: ArrayLike, fermion_mass: float) -> FloatArray:
    """The width over the coupling squared of a scalar, y fbar f S: m beta^3/(8 pi), in GeV.

    Example:
        >>> float(scalar_width(1.0, 0.0)) * 8 * np.pi
        1.0
    """
    m = np.asarray(mass, float)
    return m / (8 * np.pi) * velocity(m, fermion_mass) ** 3


def pseudoscalar_width(mass: ArrayLike, fermion_mass: float) -> FloatArray:
    """The width over the coupling squared of a pseudoscalar, i y fbar gamma5 f P: m beta/(8 pi), in GeV.

    Example:
        >>> float(pseudoscalar_width(1.0, 0.0)) * 8 * np.pi
        1.0
    """
    m = np.asarray(mass, float)
    return m / (8 * np.pi) * velocity(m, fermion_mass)
