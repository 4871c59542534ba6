"""Cuts without which photons off massless beams have no cross section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError

__all__ = ["PairCuts", "PhotonCuts"]


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

    def loosened(self, lost: float) -> PhotonCuts:
        """The cuts in the frame left when one beam has lost a part of its energy, at least as loose as these.

        Rapidities shift by log(1 - x)/2, which scales tan(angle/2); no photon has less energy than E sin(angle).

        Args:
            lost: the largest part x, below 1.

        Example:
            >>> PhotonCuts(0.2, 10.0).loosened(0.5).smallest_energy
            0.1425
        """
        reduced, cosine = np.sqrt(1 - lost), self.largest_cosine
        slow = (1 - lost / 2 * (1 + cosine)) / reduced
        least = slow if lost / (2 - lost) < cosine else np.sqrt((1 - cosine) * (1 + cosine))
        angle = 2 * np.degrees(np.arctan(reduced * np.tan(np.radians(self.smallest_angle) / 2)))
        rounding = 1 - 1e-12
        return PhotonCuts(float(self.smallest_energy * least) * rounding, float(angle) * rounding)

    def accept(self, photons: FloatArray) -> BoolArray:
        """Where all photons pass, shape (n,).

        Args:
            photons: four-momenta, shape (k, 4, n).
        """
        energy = photons[:, 0]
        passing = (energy >= self.smallest_energy) & (np.abs(photons[:, 3]) <= self.largest_cosine * energy)
        return np.asarray(passing.all(0))


@dataclass(frozen=True, slots=True)
class PairCuts:
    """The muons that are generated, in the centre of mass of the beams; without any by default.

    Attributes:
        smallest_energy: of each muon in GeV.
        smallest_angle: of each muon to either beam, in degrees.
        smallest_mass: of both muons together in GeV.

    Example:
        >>> PairCuts(smallest_mass=0.5).smallest_angle
        0.0
    """

    smallest_energy: float = 0.0
    smallest_angle: float = 0.0
    smallest_mass: float = 0.0

    def __post_init__(self) -> None:
        for asked, value in (("muon energy", self.smallest_energy), ("mass of the muons", self.smallest_mass)):
            if not 0 <= value < np.inf:
                raise InputError(f"smallest {asked}", value, "0 or more, in GeV", "correct it")
        if not 0 <= self.smallest_angle < 90:
            raise InputError("smallest muon angle", self.smallest_angle, "from 0 to below 90 degrees", "correct it")

    def accept(self, muons: FloatArray) -> BoolArray:
        """Where both muons pass, shape (n,); their four-momenta have the shape (2, 4, n)."""
        pair = muons.sum(0)
        passing = np.square(pair[0]) - np.square(pair[1:]).sum(0) >= self.smallest_mass**2
        for muon in muons:
            size = np.sqrt(np.square(muon[1:]).sum(0))
            passing &= muon[0] >= self.smallest_energy
            passing &= np.abs(muon[3]) <= np.cos(np.radians(self.smallest_angle)) * size
        return np.asarray(passing)
