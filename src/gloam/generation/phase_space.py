"""Points of phase space: flat n-body, and the pieces from which steep ones are built.

Here, as in the matrix elements, events are the last axis: a four-vector has shape (4, n), a final state (k, 4, n).
Arithmetic on one component then runs through contiguous memory. dPS_n is the invariant phase space with its factors of
2 pi, prod d^3p/((2 pi)^3 2E) (2 pi)^4 delta^4.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from gloam.arrays import FloatArray
from gloam.kinematics import two_body_momentum

__all__ = ["at_rest", "decay", "massless_bodies", "massless_volume", "three_bodies", "two_body_volume", "unit_vector"]


def unit_vector(cosine: FloatArray, azimuth: FloatArray) -> FloatArray:
    """The unit vector with a cosine to the beam and an azimuth in radians, shape (3, n)."""
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine])


def at_rest(mass: FloatArray) -> FloatArray:
    """The four-vectors of particles at rest, shape (4, n)."""
    return np.concatenate([mass[None], np.zeros((3, mass.size))])


def two_body_volume(parent: FloatArray, first: FloatArray | float, second: FloatArray | float) -> FloatArray:
    """The integral of dPS_2, which is beta/(8 pi) with beta = 2p/M; 0 below threshold.

    Args:
        parent: mass in GeV, shape (n,).
        first: mass of one daughter in GeV.
        second: mass of the other in GeV.

    Example:
        >>> two_body_volume(np.array([10.0]), 0.0, 0.0) * 8 * np.pi
        array([1.])
    """
    momentum = np.nan_to_num(two_body_momentum(parent, first, second))
    return np.asarray(momentum / (4 * np.pi * parent))


def decay(
    parent: FloatArray, masses: tuple[FloatArray | float, FloatArray | float, FloatArray | float],
    cosine: FloatArray, azimuth: FloatArray,
) -> FloatArray:  # fmt: skip
    """The two daughters of a decay in the frame of the parent's momentum, shape (2, 4, n).

    Args:
        parent: four-momentum, shape (4, n).
        masses: of the parent and of the two daughters in GeV.
        cosine: of the first daughter to the z axis, in the rest frame of the parent.
        azimuth: of the first daughter there, in radians.
    """
    mass, first, second = masses
    momentum = two_body_momentum(mass, first, second) * unit_vector(cosine, azimuth)
    energy = np.sqrt(np.square(first) + np.square(momentum).sum(0))
    boosted = (parent[0] * energy + (parent[1:] * momentum).sum(0)) / mass
    along = (energy + boosted) / (parent[0] + mass)
    daughters = np.empty((2, 4, cosine.size))
    daughters[0, 0] = boosted
    daughters[0, 1:] = momentum + along * parent[1:]
    np.subtract(parent, daughters[0], out=daughters[1])  # momentum is conserved to the last digit
    return daughters


def three_bodies(
    energy: FloatArray, energies: tuple[FloatArray, FloatArray], masses: tuple[float, float], cosine: FloatArray,
    angles: FloatArray,
) -> FloatArray:  # fmt: skip
    """Three momenta that add up to rest, from two energies and an orientation, shape (3, 4, n).

    dPS_3 = dE_1 dE_2 dcos dphi dpsi / (8 (2 pi)^5) (PDG review, kinematics).

    Args:
        energy: the total in GeV, shape (n,).
        energies: of the first and the second particle in GeV.
        masses: of these two in GeV.
        cosine: between both their momenta; it fixes the mass of the third particle.
        angles: cosine of the first particle to the beam, its azimuth, and the turn of the plane about it; (3, n).
    """
    first, second = (np.sqrt((e - m) * (e + m)) for e, m in zip(energies, masses, strict=True))
    to_beam, phi, turn = angles
    axis = unit_vector(to_beam, phi)
    in_plane = np.stack([to_beam * np.cos(phi), to_beam * np.sin(phi), -np.sqrt((1 - to_beam) * (1 + to_beam))])
    across = np.stack([-np.sin(phi), np.cos(phi), np.zeros_like(phi)])
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    momenta = np.empty((3, 4, energy.size))
    momenta[0, 0], momenta[1, 0] = energies
    momenta[0, 1:] = first * axis
    momenta[1, 1:] = second * (cosine * axis + sine * (np.cos(turn) * in_plane + np.sin(turn) * across))
    momenta[2] = -momenta[0] - momenta[1]
    momenta[2, 0] += energy
    return momenta


def massless_volume(bodies: int, energy: FloatArray | float) -> FloatArray:
    """The integral of dPS_n for massless particles, in GeV^(2n - 4).

    Args:
        bodies: n, at least 2.
        energy: sqrt(s) in GeV.

    Example:
        >>> massless_volume(2, 10.58) * 8 * np.pi
        np.float64(1.0)
    """
    n = bodies
    constant = (np.pi / 2) ** (n - 1) * (2 * np.pi) ** (4 - 3 * n) / (factorial(n - 1) * factorial(n - 2))
    return np.asarray(constant * np.power(energy, 2.0 * n - 4))[()]


def massless_bodies(random: np.random.Generator, bodies: int, energy: FloatArray) -> FloatArray:
    """Momenta of n massless particles, uniform in phase space, shape (n, 4, events): RAMBO.

    Every event has the same weight, `massless_volume` (Kleiss, Stirling, Ellis, Comput. Phys. Commun. 40 (1986) 359).

    Args:
        random: source of random numbers.
        bodies: n, at least 2.
        energy: sqrt(s) in GeV, shape (events,).
    """
    u = random.random((4, bodies, energy.size))
    size = -np.log((1 - u[0]) * (1 - u[1]))  # density E exp(-E)
    raw = np.stack([size, *(size * unit_vector(2 * u[2] - 1, 2 * np.pi * u[3]))], axis=1)
    total = raw.sum(0)
    mass = np.sqrt(np.square(total[0]) - np.square(total[1:]).sum(0))
    velocity = -total[1:] / mass
    gamma = total[0] / mass
    along = (velocity * raw[:, 1:]).sum(1)
    scale = energy / mass
    momenta = np.empty_like(raw)
    momenta[:, 0] = scale * (gamma * raw[:, 0] + along)
    momenta[:, 1:] = scale * (raw[:, 1:] + (raw[:, 0] + along / (1 + gamma))[:, None] * velocity)
    return momenta
