"""Cuts without which photons off massless beams have no cross section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError

__all__ = ["PhotonCuts"]


@dataclass(frozen=True, slots=True)
class PhotonCuts:
    """The photons that are generated, in the centre of mass of the beams.

    The defaults are a choice of ours: looser than the acceptance of the detectors at B factories.

    Attributes:
        smallest_energy: in GeV.
        smallest_angle: to either beam, in degrees.

    Example:
        >>> PhotonCuts(smallest_angle=30.0).largest_cosine
        0.866
    """

    smallest_energy: float = 0.2
    smallest_angle: float = 10.0

    def __post_init__(self) -> None:
        if not 0 <= self.smallest_energy < np.inf:
            raise InputError("smallest photon energy", self.smallest_energy, "0 or more, in GeV", "correct it")
        if not 0 < self.smallest_angle < 90:
            allowed = "more than 0 and less than 90 degrees"
            remedy = "along massless beams the cross section is infinite: keep the photons away from them"
            raise InputError("smallest photon angle", self.smallest_angle, allowed, remedy)

    @property
    def largest_cosine(self) -> float:
        """The cosine of the smallest angle."""
        return float(np.cos(np.radians(self.smallest_angle)))

    def accept(self, photons: FloatArray) -> BoolArray:
        """Where all photons pass, shape (n,).

        Args:
            photons: four-momenta, shape (k, 4, n).
        """
        energy = photons[:, 0]
        passing = (energy >= self.smallest_energy) & (np.abs(photons[:, 3]) <= self.largest_cosine * energy)
        return np.asarray(passing.all(0))
