"""How a measured momentum differs from the true one; arrays are (particles, events), momenta in GeV."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.declaration import LowTail, Photons, Tracks

__all__ = ["Measured", "Momentum", "measure_photons", "measure_tracks"]

SMALLEST = 1e-12
"""A transverse momentum in GeV that keeps directions along the axis finite; nothing detects them."""

_REACH = 40.0
"""How far the tail of photon energies is followed, in standard deviations: with 3 % nothing is left of the energy."""


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
    pull = normal[0] if photons.tail is None else _with_tail(normal[0], photons.tail)
    factor = (1 + float(photons.energy_bias)) * np.maximum(1 + photons.energy.at(p.size) * pull, 0.0)
    x, y, z = _displaced(p, factor, photons.angle.at(p.size) * normal[1:])
    return Measured(np.sqrt(x * x + y * y + z * z), x, y, z)


def _with_tail(normal: FloatArray, tail: LowTail) -> FloatArray:
    """Standard normal numbers as numbers of a Crystal Ball with a unit core, in the same order."""
    return np.interp(normal, *_quantiles(float(tail.start), float(tail.power)))


@cache
def _quantiles(start: float, power: float) -> tuple[FloatArray, FloatArray]:
    """Normal quantiles, and those of a Crystal Ball at the same probabilities.

    Below -start its density is exp(-start^2/2) (power/start)^power (power/start - start - z)^-power.
    """
    from scipy.special import ndtr, ndtri

    z = np.linspace(-_REACH, 7.0, 4601)
    reach = power / start - start
    scale = np.exp(-(start**2) / 2) * (power / start) ** power / (power - 1)
    tail = scale * (reach - np.minimum(z, -start)) ** (1 - power)
    core = np.sqrt(2 * np.pi) * (ndtr(np.maximum(z, -start)) - ndtr(-start))
    whole = scale * (reach + start) ** (1 - power) + np.sqrt(2 * np.pi) * ndtr(start)
    below = (tail + core) / whole
    above = np.sqrt(2 * np.pi) * ndtr(-np.maximum(z, -start)) / whole
    quantiles = np.where(below < 0.5, ndtri(below), -ndtri(np.minimum(above, 1.0)))
    return quantiles, z


def _displaced(p: Momentum, factor: FloatArray, angles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The momentum times a factor, its tip moved by angles along the polar angle and across it.

    To first order in the angles these are the angles themselves; the displaced vector is cut to its length again.
    """
    polar, across = angles
    factor = factor / np.sqrt(1 + polar * polar + across * across)
    along = factor * (1 + polar * p.z / p.transverse)
    turn = factor * across * p.size / p.transverse
    return along * p.x - turn * p.y, along * p.y + turn * p.x, factor * (p.z - polar * p.transverse)
