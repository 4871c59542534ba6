"""Where a particle of mass m peaks in an observable that is a mass in another scale."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from gloam import constants
from gloam.arrays import FloatArray

__all__ = ["MassScale", "mass_at", "position_of"]

MassScale: TypeAlias = Literal["mass", "mass squared", "reduced mass"]
"""The reduced mass is that of a pair of muons, sqrt(m^2 - 4 m_mu^2)."""

_PAIR = 4 * constants.MUON_MASS**2
_ROUNDING = 1e-12
"""GeV^2: a mass at the threshold itself has the reduced mass 0."""


def position_of(mass: FloatArray | float, scale: MassScale) -> FloatArray:
    """Where masses in GeV peak, in GeV or GeV^2; NaN for a reduced mass below the threshold of two muons.

    Example:
        >>> float(position_of(3.0, "mass squared")), float(position_of(3.0, "reduced mass"))
        (9.0, 2.99255)
    """
    mass = np.asarray(mass, float)
    if scale == "mass":
        return mass
    if scale == "mass squared":
        return np.square(mass)
    square = np.square(mass) - _PAIR
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(np.abs(square) < _ROUNDING, 0.0, square))


def mass_at(position: FloatArray | float, scale: MassScale) -> FloatArray:
    """The masses in GeV that peak at positions: the inverse of `position_of`.

    Example:
        >>> float(mass_at(0.0, "reduced mass"))  # two muons at rest
        0.21132
    """
    position = np.asarray(position, float)
    if scale == "mass":
        return position
    return np.sqrt(position) if scale == "mass squared" else np.sqrt(np.square(position) + _PAIR)
