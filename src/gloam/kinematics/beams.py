"""Colliding beams, and the way from their centre of mass to the laboratory and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.kinematics.boosts import boost_from_rest_frame, boost_to_rest_frame
from gloam.kinematics.four_vectors import mass

__all__ = ["CrossingBeams"]


@dataclass(frozen=True, slots=True)
class CrossingBeams:
    """An electron and a positron beam that cross in the x-z plane of the laboratory, massless.

    In the centre of mass the electron flies along +z and the y axis is that of the laboratory.

    Attributes:
        electron_energy: in GeV.
        positron_energy: in GeV.
        crossing_angle: between the electron and the reversed positron in radians; 0 is head on.
        electron_share: part of the crossing angle by which the electron is off the z axis of the laboratory, towards
            +x; 0 puts it on the axis (as if the magnet followed it), 1 puts the positron on the axis.

    Example:
        >>> beams = CrossingBeams(7.004, 4.002, 0.083)
        >>> beams.energy  # sqrt(s) in GeV
        np.float64(10.579)
    """

    electron_energy: float
    positron_energy: float
    crossing_angle: float = 0.0
    electron_share: float = 0.5

    def __post_init__(self) -> None:
        for name, energy in (("electron", self.electron_energy), ("positron", self.positron_energy)):
            if not 0 < energy < np.inf:
                raise InputError(f"energy of the {name} beam", energy, "a number above 0 in GeV", "correct it")
        if not 0 <= self.crossing_angle < np.pi:
            allowed = "0 to less than pi, in radians"
            raise InputError("crossing angle", self.crossing_angle, allowed, "give mrad / 1000")

    @property
    def electron(self) -> FloatArray:
        """Four-momentum of the electron in the laboratory, shape (4,), in GeV."""
        angle = self.crossing_angle * self.electron_share
        return self.electron_energy * np.array([1.0, np.sin(angle), 0.0, np.cos(angle)])

    @property
    def positron(self) -> FloatArray:
        """Four-momentum of the positron in the laboratory, shape (4,), in GeV."""
        angle = self.crossing_angle * (1 - self.electron_share)
        return self.positron_energy * np.array([1.0, np.sin(angle), 0.0, -np.cos(angle)])

    @property
    def total(self) -> FloatArray:
        """The sum of both, shape (4,), in GeV."""
        return self.electron + self.positron

    @property
    def energy(self) -> FloatArray:
        """The energy sqrt(s) in the centre of mass, in GeV."""
        return mass(self.total)[()]

    def to_laboratory(self, p: FloatArray) -> FloatArray:
        """Four-vectors of the centre of mass in the laboratory, shape (..., 4)."""
        return boost_from_rest_frame(_turned(p, self._tilt()), self.total)

    def to_centre_of_mass(self, p: FloatArray) -> FloatArray:
        """Four-vectors of the laboratory in the centre of mass, shape (..., 4).

        Example:
            >>> beams = CrossingBeams(7.004, 4.002, 0.083)
            >>> beams.to_centre_of_mass(beams.electron)[3] / beams.energy
            np.float64(0.5)
        """
        return _turned(boost_to_rest_frame(p, self.total), -self._tilt())

    def _tilt(self) -> float:
        """The angle from z to the electron after the boost, towards +x."""
        electron = boost_to_rest_frame(self.electron, self.total)
        return float(np.arctan2(electron[1], electron[3]))


def _turned(p: FloatArray, angle: float) -> FloatArray:
    """The vectors turned about the y axis, from z towards x."""
    sine, cosine = np.sin(angle), np.cos(angle)
    energy, x, y, z = np.moveaxis(p, -1, 0)
    return np.stack([energy, cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)
