"""e+e- -> tau+ tau- with three charged pions on one side: four tracks, a background of searches in four leptons."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.generation.particles import MASS_PION, MASS_TAU, Particle
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.process import Draw, Process
from gloam.generation.processes.tau_pairs import tau_pairs
from gloam.generation.tau_decays import decay_tau, tau_products
from gloam.generation.tau_modes import MODES
from gloam.sourced import recalled

__all__ = ["tau_three_prongs", "three_pions"]

TAU, PION = float(MASS_TAU), float(MASS_PION)

FRACTION = recalled(0.152, 0.0006, "", "PDG Review of Particle Physics 2022, tau decays with three charged particles")
"""All of them are taken as three pions and a neutrino."""

A1 = (recalled(1.23, 0.04, "GeV", "PDG, mass of the a1(1260)"), recalled(0.42, 0.04, "GeV", "within its range"))
RHO = (recalled(0.775, 0, "GeV", "PDG, mass of the rho(770)"), recalled(0.149, 0, "GeV", "PDG, its width"))


def tau_three_prongs(decay: str = "mu") -> Process:
    """e+e- -> tau- tau+ with three pions from one of them and a decay with one track of the other.

    The tau- has the three pions, with twice the cross section: both charges are alike but for their names. Decays are
    unpolarised. The pions come from an a1 that decays to a rho and a pion, without directions.

    Args:
        decay: of the other tau, "e", "mu", "pi" or "rho".

    Raises:
        InputError: no such decay.
    """
    if decay not in MODES:
        raise InputError("--decay of tautau-1x3", decay, one_of(MODES), "choose one of these")
    mode, pairs = MODES[decay], tau_pairs()
    pions = [Particle(name, mass, parent=0) for name, mass in
             (("pi-", PION), ("pi+", PION), ("pi-", PION), ("nu_tau", 0.0))]  # fmt: skip
    taus = Particle("tau-", TAU, final=False), Particle("tau+", TAU, final=False)
    particles = (*taus, *pions, *tau_products(mode, 1, 6, positive=True))
    fraction = 2 * float(FRACTION) * float(mode.branching_fraction)

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        draw = pairs.sample(random, energy)
        minus, plus = draw.momenta
        products = three_pions(random, minus), decay_tau(plus, mode, TAU, random)
        return Draw(np.concatenate([draw.momenta, *products]), fraction * draw.weights)

    notes = ("unpolarised taus; three pions from a1 -> rho pi stand for all decays with three tracks",)
    return Process("tautau-1x3" + ("" if decay == "mu" else f"({decay})"), particles, 2 * TAU, sample, notes=notes)


def three_pions(random: np.random.Generator, tau: FloatArray) -> FloatArray:
    """Two pions of a rho, the third one and the neutrino of each tau- (4, n); pi- pi+ pi- nu, shape (4, 4, n).

    The squared mass q^2 of the pions has the density (1 - q^2/m^2)^2 (1 + 2 q^2/m^2) of a spin-1 current times a
    Breit-Wigner of the a1.
    """
    n = tau.shape[1]
    u = random.random((8, n))
    mass = np.sqrt(np.interp(u[0], *_hadronic_masses()))
    rho = _resonance(u[1], (float(RHO[0]), float(RHO[1])), 2 * PION, mass - PION)
    hadrons, neutrino = two_bodies(tau, (TAU, mass, 0.0), 2 * u[2] - 1, 2 * np.pi * u[3])
    pair, third = two_bodies(hadrons, (mass, rho, PION), 2 * u[4] - 1, 2 * np.pi * u[5])
    first, second = two_bodies(pair, (rho, PION, PION), 2 * u[6] - 1, 2 * np.pi * u[7])
    return np.stack([first, second, third, neutrino])


def _hadronic_masses() -> tuple[FloatArray, FloatArray]:
    """The distribution of the squared mass of the three pions, and its values."""
    square = np.linspace((3 * PION) ** 2 * 1.001, TAU**2, 2001)
    mass, width = (float(each) for each in A1)
    ratio = square / TAU**2
    room = np.sqrt(np.maximum(1 - (3 * PION) ** 2 / square, 0)) ** 3
    density = (1 - ratio) ** 2 * (1 + 2 * ratio) * room / ((square - mass**2) ** 2 + (mass * width) ** 2)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return below / below[-1], square


def _resonance(u: FloatArray, peak: tuple[float, float], low: float, high: FloatArray) -> FloatArray:
    """Masses of a Breit-Wigner of a mass and a width between two ends."""
    mass, width = peak
    ends = [np.arctan((end**2 - mass**2) / (mass * width)) for end in (np.full_like(high, low), high)]
    turned = ends[0] + u * (ends[1] - ends[0])
    return np.asarray(np.sqrt(np.clip(mass**2 + mass * width * np.tan(turned), low**2, high**2)))
