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
    Cuts of the process hold in the centre of mass of the beams, after the boost; they are not asked of this photon.

    Args:
        process: in which the beams annihilate; no decay.
        largest_energy: of the photon, in the centre of mass of the beams, in GeV.

    Raises:
        InputError: a decay; beams that may scatter; an energy that is not above 0.
    """
    _require_annihilation(process)
    if not largest_energy > 0:
        asked = f"radiation of the beams before {process.name}"
        raise InputError(
            asked, f"{largest_energy:g} GeV", "a largest photon energy above 0", "leave out --isr for none"
        )

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        source, highest = _in_reduced_frame(process, energy, largest_energy)
        u = random.random((2, energy.size))
        x, weights = radiated_fraction(1 - u[0], energy, highest)
        draw = source.sample(random, energy * np.sqrt(1 - x))
        momenta = _recoiling(draw.momenta, x, energy, np.where(u[1] < 0.5, 1.0, -1.0))
        if process.cuts is not None:
            weights = weights * process.cuts.accept(momenta[:-1])
        return Draw(momenta, draw.weights * weights)

    particles = (*process.particles, Particle("gamma", 0.0))
    settings = {**process.settings, "isr": largest_energy}
    return dataclasses.replace(process, particles=particles, sample=sample, settings=settings, cuts=None)


def _require_annihilation(process: Process) -> None:
    asked, remedy = f"radiation of the beams before {process.name}", "leave out --isr"
    if process.is_decay:
        raise InputError(asked, "the decay of a B from the Y(4S)", "a process that the beams make", remedy)
    if process.survives:
        remedy = "radiation at the scale s does not hold where electrons scatter by small angles: leave out --isr"
        raise InputError(asked, "beams that may scatter", "a process in which the beams annihilate", remedy)


def _in_reduced_frame(process: Process, energy: FloatArray, largest_energy: float) -> tuple[Process, FloatArray]:
    """The process as it is drawn in the reduced frame, and the largest x for each energy."""
    asked, source = 2 * largest_energy / energy, process
    if process.cuts is not None:
        source = process.cuts.loosened(min(float(asked.max()), 1 - 1e-12))
    # a little below the threshold, where rounding could not carry the process under it
    highest = (1 - 1e-9) * np.minimum(asked, 1 - (source.threshold / energy) ** 2)
    if process.cuts is not None:
        source = process.cuts.loosened(float(highest.max()))
    return source, highest


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
