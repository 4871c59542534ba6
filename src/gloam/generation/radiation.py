"""Photons that the beams radiate along themselves before they collide."""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.generation.particles import ALPHA, MASS_ELECTRON, Particle
from gloam.generation.process import Draw, Process

__all__ = ["radiated_fraction", "radiator", "with_initial_state_radiation"]


def radiated_power(energy: FloatArray | float) -> FloatArray:
    """The exponent b = 2 alpha/pi (log(s/m_e^2) - 1) at sqrt(s) in GeV.

    Example:
        >>> radiated_power(10.58)
        np.float64(0.0877)
    """
    alpha, electron = float(ALPHA), float(MASS_ELECTRON)
    return np.asarray(2 * alpha / np.pi * (2 * np.log(np.divide(energy, electron)) - 1))[()]


def radiator(x: FloatArray | float, energy: FloatArray | float) -> FloatArray:
    """The Kuraev-Fadin density of the part x of the beam energy that photons take, over b x^(b - 1).

    The whole density is (Kuraev, Fadin, Sov. J. Nucl. Phys. 41 (1985) 466, with L = log(s/m_e^2))
    b x^(b-1) [1 + 3b/4 + (alpha/pi)(pi^2/3 - 1/2) - (b^2/24)(L/3 + 2 pi^2 - 37/4)] - b (1 - x/2)
    + (b^2/8) [4 (2 - x) log(1/x) - (1 + 3 (1 - x)^2)/x log(1 - x) - 6 + x].

    Args:
        x: above 0 and below 1.
        energy: sqrt(s) in GeV.

    Example:
        >>> radiator(1e-9, 10.58)
        np.float64(1.0668)
    """
    alpha, b = float(ALPHA), radiated_power(energy)
    scale = 2 * np.log(np.divide(energy, float(MASS_ELECTRON)))
    soft = 1 + 0.75 * b + alpha / np.pi * (np.pi**2 / 3 - 0.5)
    soft -= b**2 / 24 * (scale / 3 + 2 * np.pi**2 - 37 / 4)
    left = np.subtract(1, x)
    second = 4 * (2 - x) * -np.log(x) - (1 + 3 * left**2) / x * np.log1p(np.negative(x)) - 6 + x
    return np.asarray(soft + np.power(x, 1 - b) * (b / 8 * second - (1 - np.divide(x, 2))))[()]


def radiated_fraction(u: FloatArray, energy: FloatArray, highest: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Parts x of the beam energy drawn with density ~ x^(b - 1) up to the highest, and their weights.

    Args:
        u: uniform numbers above 0, shape (n,).
        energy: sqrt(s) in GeV, shape (n,).
        highest: largest x, below 1.
    """
    b = radiated_power(energy)
    x = highest * np.power(u, 1 / b)
    return x, radiator(x, energy) * np.power(highest, b)


def with_initial_state_radiation(process: Process, largest_energy: float) -> Process:
    """The process after a photon along one of the beams; the photon is the last particle.

    The photon's angle is left out, and so are further photons: the density in x is that of all together. The process
    itself happens at s (1 - x). Every event has the photon, however soft: half of those up to 1 GeV are below 1 MeV.

    Args:
        process: without cuts and no decay.
        largest_energy: of the photon, in the centre of mass of the beams, in GeV.

    Raises:
        InputError: a process with cuts, which would then hold in another frame; a decay; beams that
            may survive; an energy that is not
            above 0.
    """
    asked = f"radiation of the beams before {process.name}"
    if process.has_cuts or process.is_decay:
        found = "a process with cuts on photons" if process.has_cuts else "the decay of a B from the Y(4S)"
        raise InputError(asked, found, "a process without either", "leave out --isr")
    if process.survives:
        allowed = "a process in which the beams annihilate"
        remedy = "radiation at the scale s does not hold where electrons scatter by small angles: leave out --isr"
        raise InputError(asked, "beams that may survive", allowed, remedy)
    if not largest_energy > 0:
        raise InputError(
            asked, f"{largest_energy:g} GeV", "a largest photon energy above 0", "leave out --isr for none"
        )

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        # a little below the threshold, where rounding could not carry the process under it
        highest = (1 - 1e-9) * np.minimum(2 * largest_energy / energy, 1 - (process.threshold / energy) ** 2)
        u = random.random((2, energy.size))
        x, weights = radiated_fraction(1 - u[0], energy, highest)
        draw = process.sample(random, energy * np.sqrt(1 - x))
        momenta = _recoiling(draw.momenta, x, energy, np.where(u[1] < 0.5, 1.0, -1.0))
        return Draw(momenta, draw.weights * weights)

    particles = (*process.particles, Particle("gamma", 0.0))
    settings = {**process.settings, "isr": largest_energy}
    return dataclasses.replace(process, particles=particles, sample=sample, settings=settings)


def _recoiling(momenta: FloatArray, x: FloatArray, energy: FloatArray, side: FloatArray) -> FloatArray:
    """The particles boosted against a photon of energy x sqrt(s)/2 along the beam, and the photon."""
    reduced = np.sqrt(1 - x)
    gamma, boost = (1 - x / 2) / reduced, -side * (x / 2) / reduced
    found = np.empty((len(momenta) + 1, *momenta.shape[1:]))
    found[:-1, 0] = gamma * momenta[:, 0] + boost * momenta[:, 3]
    found[:-1, 1:3] = momenta[:, 1:3]
    found[:-1, 3] = gamma * momenta[:, 3] + boost * momenta[:, 0]
    photon = x * energy / 2
    found[-1] = [photon, np.zeros_like(x), np.zeros_like(x), side * photon]
    return found
