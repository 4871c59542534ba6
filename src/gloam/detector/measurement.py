"""How a measured momentum differs from the true one; arrays are (particles, events), momenta in GeV."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.declaration import Photons, Tracks

__all__ = ["Measured", "Momentum", "measure_photons", "measure_tracks"]

SMALLEST = 1e-12
"""A transverse momentum in GeV that keeps directions along the axis finite; nothing detects them."""


class Momentum(NamedTuple):
    """Three components and what is computed from them once."""

    x: FloatArray
    y: FloatArray
    z: FloatArray
    transverse: FloatArray
    size: FloatArray

    @classmethod
    def of(cls, x: FloatArray, y: FloatArray, z: FloatArray) -> Momentum:
        """The momentum of three components."""
        across = x * x + y * y
        return cls(x, y, z, np.maximum(np.sqrt(across), SMALLEST), np.maximum(np.sqrt(across + z * z), SMALLEST))


class Measured(NamedTuple):
    """A measured four-momentum, its components as arrays."""

    energy: FloatArray
    x: FloatArray
    y: FloatArray
    z: FloatArray


def measure_tracks(p: Momentum, mass: FloatArray, tracks: Tracks, normal: FloatArray) -> Measured:
    """The four-momenta of charged particles of known mass.

    The curvature, hence 1/p at a given direction, is smeared as a normal number.

    Args:
        p: true momenta.
        mass: shape (particles, 1).
        tracks: resolutions.
        normal: standard normal numbers, shape (3, particles, events).
    """
    beta = p.size / np.sqrt(p.size**2 + mass**2)
    # a curvature of the other sign would be another charge: at the resolutions of trackers it does not happen
    curvature = np.maximum(1 + tracks.momentum.at(p.transverse, beta) * normal[0], 0.1)
    x, y, z = _displaced(p, 1 / curvature, float(tracks.angle) * normal[1:])
    return Measured(np.sqrt(mass**2 + x * x + y * y + z * z), x, y, z)


def measure_photons(p: Momentum, photons: Photons, normal: FloatArray) -> Measured:
    """The four-momenta of photons; arguments as for `measure_tracks`."""
    factor = (1 + float(photons.energy_bias)) * np.maximum(1 + photons.energy.at(p.size) * normal[0], 0.0)
    x, y, z = _displaced(p, factor, photons.angle.at(p.size) * normal[1:])
    return Measured(np.sqrt(x * x + y * y + z * z), x, y, z)


def _displaced(p: Momentum, factor: FloatArray, angles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The momentum times a factor, its tip moved by angles along the polar angle and across it.

    To first order in the angles these are the angles themselves; the displaced vector is cut to its length again.
    """
    polar, across = angles
    factor = factor / np.sqrt(1 + polar * polar + across * across)
    along = factor * (1 + polar * p.z / p.transverse)
    turn = factor * across * p.size / p.transverse
    return along * p.x - turn * p.y, along * p.y + turn * p.x, factor * (p.z - polar * p.transverse)
