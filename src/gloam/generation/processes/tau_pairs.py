"""e+e- -> tau+ tau- in lowest order of QED."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.fermion_lines import vector_current
from gloam.generation.particles import ALPHA, CONVERSION, MASS_TAU, Particle
from gloam.generation.phase_space import at_rest
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.process import Draw, Process
from gloam.generation.spin_correlations import spin_correlations

__all__ = ["tau_pairs"]

TAU = float(MASS_TAU)


def tau_pairs() -> Process:
    """e+e- -> tau- tau+ through a photon, with equal weights.

    sigma = 4 pi alpha^2/(3 s) beta (3 - beta^2)/2 and dsigma/dc ~ 2 - beta^2 + beta^2 c^2 (PDG review, cross sections).
    """
    particles = (Particle("tau-", TAU), Particle("tau+", TAU))
    return Process("tautau", particles, 2 * TAU, _sample, spin_correlations=_correlations)


def _sample(random: np.random.Generator, energy: FloatArray) -> Draw:
    u = random.random((3, energy.size))
    square = 1 - (2 * TAU / energy) ** 2  # beta^2
    flat = 2 * u[1] - 1
    # the constant has the part (2 - beta^2) / (2 - 2 beta^2/3) of the integral, c^2 the rest
    cosine = np.where(u[0] * (2 - 2 / 3 * square) < 2 - square, flat, np.cbrt(flat))
    momenta = two_bodies(at_rest(energy), (energy, TAU, TAU), cosine, 2 * np.pi * u[2])
    point = float(CONVERSION) * 4 * np.pi * float(ALPHA) ** 2 / (3 * energy**2)
    return Draw(momenta, point * np.sqrt(square) * (3 - square) / 2)


def _correlations(momenta: FloatArray) -> FloatArray:
    # the left-handed electron along +z meets this component of the current
    return spin_correlations(vector_current(momenta[0], momenta[1], TAU)[2])
