"""A new particle radiated off a lepton pair: e+e- -> l+l- X, with X a vector or a scalar."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gloam.arrays import FloatArray
from gloam.generation.fermion_lines import emission_amplitude, emission_current
from gloam.generation.mappings import logarithmic
from gloam.generation.particles import ALPHA, HIGGS_VEV, MASS_MUON, MASS_TAU, Particle
from gloam.generation.phase_space import three_bodies
from gloam.generation.process import Draw, Process, Sampler, cross_section_weight
from gloam.generation.spinors import spin_sum, squared
from gloam.kinematics import two_body_energy

__all__ = ["mumu_scalar", "mumu_zprime", "tautau_scalar"]


def mumu_zprime(mass: float, coupling: float = 1.0) -> Process:
    """e+e- -> mu+ mu- Z' with a Z' of L_mu - L_tau, which is not let decay.

    Args:
        mass: of the Z' in GeV, above 0.
        coupling: g'.
    """
    mu = float(MASS_MUON)
    particles = (Particle("mu-", mu), Particle("mu+", mu), Particle("Z'", mass))
    notes = ("the Z' is left undecayed: the cross section is that of its production",)
    settings = {"mass": mass, "coupling": coupling}
    sample = _sampler(mu, mass, coupling, "vector")
    return Process("mumu-zprime", particles, 2 * mu + mass, sample, settings=settings, notes=notes)


def mumu_scalar(mass: float, coupling: float = 1.0) -> Process:
    """e+e- -> mu+ mu- S with a scalar that couples to leptons as xi m/v.

    Args:
        mass: of the S in GeV, above 0.
        coupling: xi.
    """
    return _scalar("mumu-scalar", "mu", float(MASS_MUON), mass, coupling)


def tautau_scalar(mass: float, coupling: float = 1.0) -> Process:
    """e+e- -> tau+ tau- S; arguments as for `mumu_scalar`. The taus are left undecayed."""
    return _scalar("tautau-scalar", "tau", float(MASS_TAU), mass, coupling)


def _scalar(name: str, lepton: str, lepton_mass: float, mass: float, coupling: float) -> Process:
    yukawa = coupling * lepton_mass / float(HIGGS_VEV)
    particles = (Particle(f"{lepton}-", lepton_mass), Particle(f"{lepton}+", lepton_mass), Particle("S", mass))
    notes = ("the coupling is xi, with a Yukawa coupling xi m/v; the S is left undecayed",)
    sample = _sampler(lepton_mass, mass, yukawa, "scalar")
    settings = {"mass": mass, "coupling": coupling}
    return Process(name, particles, 2 * lepton_mass + mass, sample, settings=settings, notes=notes)


def _sampler(lepton: float, mass: float, coupling: float, kind: Literal["vector", "scalar"]) -> Sampler:
    strength = 2 * (4 * np.pi * float(ALPHA)) ** 2 * coupling**2  # 2: both chiralities of the beams

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        momenta, volume = radiated(random, energy, lepton, mass)
        minus, plus, emitted = momenta
        if kind == "vector":
            total = spin_sum(emission_current(minus, plus, emitted, lepton))
        else:
            total = squared(emission_amplitude(minus, plus, emitted, lepton))
        return Draw(momenta, cross_section_weight(strength * total / energy**4, volume, energy))

    return sample


def radiated(
    random: np.random.Generator, energy: FloatArray, lepton: float, mass: float
) -> tuple[FloatArray, FloatArray]:
    """Points of l- l+ X, dense where a lepton is nearly on its mass shell before it radiates: momenta and dPS_3.

    With d = (p_l + p_X)^2 - m_l^2 for both leptons, dPS_3 = dd_1 dd_2 / (128 pi^3 s) times the average over
    orientations, and |M|^2 is about 1/(d_1 d_2): both are drawn with density 1/d.

    Args:
        random: source of random numbers.
        energy: sqrt(s) in GeV, shape (n,), above threshold.
        lepton: mass of each lepton in GeV.
        mass: of X in GeV, above 0.
    """
    u = random.random((5, energy.size))
    first, jacobian = logarithmic(u[0], mass * (2 * lepton + mass), (energy - lepton) ** 2 - lepton**2)
    second, inner = logarithmic(u[1], *_ends(energy, np.sqrt(first + lepton**2), lepton, mass))
    e1, e2 = (energy - second / energy) / 2, (energy - first / energy) / 2
    cosine = _angle(energy, e1, e2, lepton, first + second - mass**2)
    angles = np.stack([2 * u[2] - 1, 2 * np.pi * u[3], 2 * np.pi * u[4]])
    momenta = three_bodies(energy, (e1, e2), (lepton, lepton), cosine, angles)
    return momenta, jacobian * inner / (128 * np.pi**3 * energy**2)


def _ends(energy: FloatArray, pair: FloatArray, lepton: float, mass: float) -> tuple[FloatArray, FloatArray]:
    """The range of d_2 where l_1 and X have the mass `pair`."""
    ex = two_body_energy(pair, mass, lepton)
    px = np.sqrt(np.maximum((ex - mass) * (ex + mass), 0))
    el = (energy**2 - pair**2 - lepton**2) / (2 * pair)
    pl = np.sqrt(np.maximum((el - lepton) * (el + lepton), 0))
    highest = mass**2 + 2 * (el * ex + pl * px)
    # E E' - p p' as a ratio of positive numbers: nothing cancels
    lowest = mass**2 + 2 * (np.square(el * mass) + np.square(lepton * px)) / (el * ex + pl * px)
    return lowest, highest


def _angle(energy: FloatArray, e1: FloatArray, e2: FloatArray, lepton: float, taken: FloatArray) -> FloatArray:
    """The cosine between the leptons, whose mass squared is s - `taken`."""
    momenta = np.sqrt((e1 - lepton) * (e1 + lepton) * (e2 - lepton) * (e2 + lepton))
    return np.asarray(np.clip((2 * e1 * e2 + 2 * lepton**2 - (energy**2 - taken)) / (2 * momenta), -1, 1))
