"""Decays of a B0 from e+e- -> Y(4S) -> B0 anti-B0; the other B is left undecayed."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.generation.decays import lepton_decay
from gloam.generation.particles import MASS_B0, MASS_LAMBDA, MASS_PION, MASS_PROTON, Particle
from gloam.generation.phase_space import at_rest
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.process import Draw, Process

__all__ = ["b_dark_baryon", "b_dark_photons"]

B0 = float(MASS_B0)
_PAIR = (Particle("B0", B0, final=False), Particle("anti-B0", B0))
_COUNT = "a decay has no cross section: expect 2 N(BB) f(B0) x branching fraction events, with f(B0) = 0.486"


def b_dark_photons(mass: float, decay: str | None = None) -> Process:
    """B0 -> A' A' without direction: the papers leave the helicities open.

    Args:
        mass: of each A' in GeV, above 0 and below half the mass of the B0.
        decay: of both A', "ee" or "mumu", without direction; None leaves them undecayed.
    """
    _require_below("mass of the A'", mass, B0 / 2)
    pair = lepton_decay(decay, mass, "b-dark-photons", ("ee", "mumu"))
    photon = Particle("A'", mass, final=pair is None, parent=0)
    leptons = (*pair.particles(2), *pair.particles(3)) if pair else ()
    particles = (*_PAIR, photon, photon, *leptons)

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        u = random.random((4, energy.size))
        mesons = _mesons(u[:2], energy)
        dark = two_bodies(mesons[0], (B0, mass, mass), 2 * u[2] - 1, 2 * np.pi * u[3])
        decayed = [pair.leptons(random, parent) for parent in dark] if pair else []
        return Draw(np.concatenate([mesons, dark, *decayed]), np.ones_like(energy))

    notes = (_COUNT, "the A' come without polarisation", *((pair.note,) if pair else ()))
    return Process("b-dark-photons", particles, 2 * B0, sample, is_decay=True, settings={"mass": mass}, notes=notes)


def b_dark_baryon(mass: float) -> Process:
    """B0 -> Lambda psi, Lambda -> p pi-, each without direction.

    Args:
        mass: of the psi in GeV, 0 or more and below the mass of the B0 less that of the Lambda.
    """
    heavy, proton, pion = (float(m) for m in (MASS_LAMBDA, MASS_PROTON, MASS_PION))
    _require_below("mass of the psi", mass, B0 - heavy)
    particles = (*_PAIR, Particle("Lambda", heavy, final=False, parent=0), Particle("psi", mass, parent=0),
                 Particle("p", proton, parent=2), Particle("pi-", pion, parent=2))  # fmt: skip

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        u = random.random((6, energy.size))
        mesons = _mesons(u[:2], energy)
        pair = two_bodies(mesons[0], (B0, heavy, mass), 2 * u[2] - 1, 2 * np.pi * u[3])
        hadrons = two_bodies(pair[0], (heavy, proton, pion), 2 * u[4] - 1, 2 * np.pi * u[5])
        return Draw(np.concatenate([mesons, pair, hadrons]), np.ones_like(energy))

    notes = (_COUNT, "the Lambda decays to p pi- in every event, and without polarisation")
    return Process("b-dark-baryon", particles, 2 * B0, sample, is_decay=True, settings={"mass": mass}, notes=notes)


def _mesons(u: FloatArray, energy: FloatArray) -> FloatArray:
    """B0 and anti-B0 with the sin^2 of two scalars from a vector that massless beams made, shape (2, 4, n)."""
    cosine = 2 * np.sin(np.arcsin(2 * u[0] - 1) / 3)
    return two_bodies(at_rest(energy), (energy, B0, B0), cosine, 2 * np.pi * u[1])


def _require_below(asked: str, mass: float, limit: float) -> None:
    if not mass < limit:
        raise InputError(asked, f"{mass:g} GeV", f"less than {limit:g} GeV", "a B0 cannot decay to it: lower --mass")
