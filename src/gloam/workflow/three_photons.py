"""e+e- -> three photons through a parametrised calorimeter: what is measured of an event, and whether it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.kinematics import (
    CrossingBeams,
    azimuth,
    direction,
    four_vector,
    invariant_mass,
    mass_squared,
    minkowski_product,
    polar_angle,
)
from gloam.models import CrystalBall

if TYPE_CHECKING:
    from gloam.searches.preparation import ThreePhotons

__all__ = ["PAIRS", "Candidates", "measure", "measured_photons"]

PAIRS = ((1, 2), (0, 2), (0, 1))
"""The two photons that belong to each third one; in a signal the first photon is that of the a's recoil."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The events that are kept, each with three ways to choose the pair.

    Attributes:
        M2_gammagamma: of the pair in GeV^2, shape (n, 3), in the order of `PAIRS`.
        M2_recoil: of what recoils against the third photon, shape (n, 3).
        least_energy: of the three photons in GeV, shape (n,).
        kept: which of the events that were measured these are, shape (all,).
    """

    M2_gammagamma: FloatArray
    M2_recoil: FloatArray
    least_energy: FloatArray
    kept: BoolArray

    def observable(self, column: str, least_energy: float) -> tuple[FloatArray, BoolArray]:
        """One observable of the events with photons above an energy, shape (k, 3), and which of the events they are."""
        energetic = self.least_energy > least_energy
        kept = self.kept.copy()
        kept[kept] = energetic
        return getattr(self, column)[energetic], kept


def measure(photons: FloatArray, declared: ThreePhotons, random: np.random.Generator) -> Candidates:
    """The candidates in events of three photons, after the cuts that all spectra share.

    Args:
        photons: four-momenta in the centre of mass, shape (n, 3, 4), in GeV.
        declared: resolution and cuts.
        random: for the resolution.
    """
    beams = CrossingBeams(*map(float, (declared.electron_energy, declared.positron_energy, declared.crossing_angle)))
    seen = measured_photons(beams.to_laboratory(photons), declared, random)
    kept = _accepted(seen, declared)
    seen = seen[kept]
    # the beams fly with the declared energy of the collision, which their rounded energies give to 0.1 % only
    sqrt_s = float(declared.sqrt_s)
    total = beams.total * (sqrt_s / beams.energy)
    pairs = np.stack([mass_squared(seen[:, i] + seen[:, j]) for i, j in PAIRS], axis=1)
    recoils = sqrt_s**2 - 2 * minkowski_product(total, seen)
    return Candidates(pairs, recoils, seen[..., 0].min(axis=1, initial=np.inf), kept)


def measured_photons(photons: FloatArray, declared: ThreePhotons, random: np.random.Generator) -> FloatArray:
    """Photons of the laboratory with the energies and directions that a calorimeter measures, same shape (n, k, 4)."""
    energy = photons[..., 0]
    low, high = float(declared.resolution_low), float(declared.resolution_high)
    relative = np.interp(energy, [0.65, 1.0], [low, high])
    pull = _response(random.random(energy.shape), float(declared.tail_start), float(declared.tail_power))
    measured = energy * np.maximum(1 + relative * pull, 0.01)
    spread = float(declared.angular_resolution) / np.sqrt(energy)
    polar = polar_angle(photons) + spread * random.standard_normal(energy.shape)
    around = azimuth(photons) + spread / np.sin(polar_angle(photons)) * random.standard_normal(energy.shape)
    return four_vector(0.0, measured[..., None] * direction(np.cos(polar), around))


def _response(uniform: FloatArray, alpha: float, n: float) -> FloatArray:
    """Measured minus true energy over the resolution: a Crystal Ball, by its inverse."""
    z = np.linspace(-25.0, 6.0, 6201)
    return np.interp(uniform, CrystalBall(1.0, alpha, n).cumulative(z, np.zeros(1)), z)


def _accepted(seen: FloatArray, declared: ThreePhotons) -> BoolArray:
    """Which events pass: all photons inside the acceptance and apart, their mass near sqrt(s)."""
    polar = np.degrees(polar_angle(seen))
    inside = ((polar > float(declared.polar_low)) & (polar < float(declared.polar_high))).all(axis=1)
    ratio = invariant_mass(seen) / float(declared.sqrt_s)
    inside &= (ratio >= float(declared.mass_low)) & (ratio <= float(declared.mass_high))
    for i, j in PAIRS:
        polar_apart = np.abs(polar_angle(seen[:, i]) - polar_angle(seen[:, j]))
        turned = np.abs(azimuth(seen[:, i]) - azimuth(seen[:, j]))
        around_apart = np.minimum(turned, 2 * np.pi - turned)
        inside &= (polar_apart > float(declared.separation_polar)) | (around_apart > float(declared.separation_azimuth))
    return np.asarray(inside)
