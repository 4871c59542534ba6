"""Two pairs of leptons that go along the beams, as conversions of two virtual photons make them."""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.generation.mappings import cosine_between_poles
from gloam.generation.phase_space import at_rest, decay
from gloam.kinematics import two_body_momentum

__all__ = ["pole", "softness", "two_pairs"]


def two_pairs(
    u: FloatArray, energy: FloatArray, one: FloatArray, square: FloatArray, leptons: tuple[float, float]
) -> tuple[FloatArray, BoolArray]:
    """The momenta of both pairs, shape (4, 4, m), and whether their masses fit, shape (m,).

    Args:
        u: random numbers, of which the third to the eighth are the angles.
        energy: of the collision in GeV, shape (m,).
        one: mass of the first pair in GeV, shape (m,).
        square: squared mass of the other, raised to its threshold, shape (m,).
        leptons: masses of the leptons of the first and of the other pair, in GeV.
    """
    first, second = leptons
    two = np.sqrt(np.maximum(square, 4 * second**2))
    inside = one + two < energy
    one, two = np.where(inside, one, 2 * first), np.where(inside, two, 2 * second)
    cosine, _ = cosine_between_poles(u[2], pole(energy, one, two))
    pairs = decay(at_rest(energy), (energy, one, two), cosine, 2 * np.pi * u[3])
    of_one = decay(pairs[0], (one, first, first), 2 * u[4] - 1, 2 * np.pi * u[5])
    of_two = decay(pairs[1], (two, second, second), 2 * u[6] - 1, 2 * np.pi * u[7])
    return np.concatenate([of_one, of_two]), inside


def softness(energy: FloatArray, pair: FloatArray, other: float) -> tuple[FloatArray, FloatArray]:
    """The range of 2 sqrt(s) E = s + w - w' of a pair of mass sqrt(w); the other one has the mass sqrt(w').

    Args:
        energy: of the collision in GeV, shape (m,).
        pair: sqrt(w) in GeV, shape (m,).
        other: mass of a lepton of the other pair in GeV.
    """
    return 2 * energy * pair, energy**2 + pair**2 - 4 * other**2


def pole(energy: FloatArray, one: FloatArray, two: FloatArray) -> FloatArray:
    """The cosine beyond 1 at which the exchanged electron would be on its mass shell."""
    return np.asarray((energy**2 - one**2 - two**2) / (2 * energy * two_body_momentum(energy, one, two)))
