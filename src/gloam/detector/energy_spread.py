"""Beams whose energies are spread: events made at the nominal energy, moved to that of each collision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gloam.arrays import FloatArray
from gloam.events import Particle
from gloam.kinematics import boost, boost_from_rest_frame, boost_to_rest_frame, mass_squared

__all__ = ["relative_spread_of_a_beam", "spread_energies"]

ITERATIONS = 5
"""Of Newton's method on a function that is nearly a line; the spread is some 1e-3."""


def relative_spread_of_a_beam(energy_spread: float, sqrt_s: float) -> float:
    """The relative energy spread of each beam, taken to be equal, that spreads sqrt(s) by `energy_spread`.

    sqrt(s) is proportional to sqrt(E- E+), so that the beams' relative spreads, in quadrature, are twice its own.

    Example:
        >>> relative_spread_of_a_beam(0.005, 10.58)
        0.000668
    """
    return float(np.sqrt(2) * energy_spread / sqrt_s)


def spread_energies(momenta: FloatArray, particles: Sequence[Particle], shifts: FloatArray) -> FloatArray:
    """The momenta, in the nominal centre of mass, of events whose beams have other energies; shape (n, k, 4).

    A massless beam whose energy is multiplied by 1 + d has its four-momentum multiplied by it in every frame. So
    sqrt(s) is multiplied by sqrt((1 + d-)(1 + d+)), and the centre of mass moves along z with rapidity
    ln((1 + d-)/(1 + d+)) / 2, whatever the angle at which the beams cross. The momenta of the particles that come from
    the collision are scaled by a common factor that gives them the new energy at their old masses; what they decay to
    moves with them. The dependence of the matrix element on s within the spread is left out. An energy below threshold
    is set to it.

    Args:
        momenta: in the centre of mass, shape (n, k, 4), parents before what they decay to.
        particles: k of them.
        shifts: d- of the electron and d+ of the positron, shape (2, n).
    """
    electron, positron = 1 + shifts
    moved = momenta.copy()
    first = [place for place, particle in enumerate(particles) if particle.parent is None]
    moved[:, first] = _scaled(momenta[:, first], np.sqrt(electron * positron))
    for place, particle in enumerate(particles):
        if particle.parent is not None:
            at_rest = boost_to_rest_frame(momenta[:, place], momenta[:, particle.parent])
            moved[:, place] = boost_from_rest_frame(at_rest, moved[:, particle.parent])
    velocity = np.zeros((len(momenta), 1, 3))
    velocity[:, 0, 2] = (electron - positron) / (electron + positron)  # tanh of the rapidity
    return boost(moved, velocity)


def _scaled(momenta: FloatArray, stretch: FloatArray) -> FloatArray:
    """Momenta times the common factor that multiplies the sum of the energies by `stretch`, masses kept."""
    masses = np.maximum(mass_squared(momenta), 0.0)
    squares = np.square(momenta[..., 1:]).sum(-1)
    target = np.maximum(momenta[..., 0].sum(-1) * stretch, np.sqrt(masses).sum(-1) * (1 + 1e-12))
    factor = np.ones_like(target)  # of the squared momenta: in it the energy is concave, near a threshold a line
    for _ in range(ITERATIONS):
        energies = np.sqrt(masses + factor[:, None] * squares)
        slope = (squares / np.maximum(energies, 1e-300)).sum(-1) / 2
        factor = np.maximum(factor + (target - energies.sum(-1)) / np.maximum(slope, 1e-300), 0.0)
    energies = np.sqrt(masses + factor[:, None] * squares)
    return np.concatenate([energies[..., None], np.sqrt(factor)[:, None, None] * momenta[..., 1:]], axis=-1)
