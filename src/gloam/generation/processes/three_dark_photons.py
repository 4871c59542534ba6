"""e+e- -> A' h' with h' -> A' A': three dark photons of one mass, each of which decays to a pair."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.generation.particles import MASS_ELECTRON, MASS_MUON, MASS_PION, Particle
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.process import Draw, Process
from gloam.generation.processes.associated import dark_higgsstrahlung

__all__ = ["TRIPLETS", "three_dark_photons"]

_PAIRS = {"ee": ("e", MASS_ELECTRON), "mumu": ("mu", MASS_MUON), "pipi": ("pi", MASS_PION)}

TRIPLETS = tuple("-".join(pairs) for pairs in combinations_with_replacement(_PAIRS, 3))
"""The ten decays of three dark photons to pairs of electrons, muons and pions: "ee-ee-ee", "ee-ee-mumu" ..."""


def three_dark_photons(
    mass: float, mass2: float, coupling: float = 1.0, coupling2: float = 1.0, decay: str | None = None
) -> Process:
    """e+e- -> A' h', h' -> A' A', for an h' of more than twice the mass of the A'.

    The A' and the h' have the cross section and the angles of dark Higgsstrahlung (arXiv:0903.0363); everything after
    is phase space: pairs without spin correlations, dark photons of the h' without preferred direction or helicity.
    Which of the three decays to which pair is drawn for each event, so that the record says nothing of the h'.

    Args:
        mass: of the A' in GeV.
        mass2: of the h' in GeV, above twice that.
        coupling: the kinetic mixing epsilon.
        coupling2: alpha_D.
        decay: one of `TRIPLETS`, which every event has: no branching fraction; None leaves the A' undecayed.

    Raises:
        InputError: a lighter h', an unknown decay, or one that is too heavy.
    """
    if not mass2 > 2 * mass:
        allowed = f"more than {2 * mass:g} GeV, twice the mass of the A'"
        raise InputError("--mass2 of three-dark-photons", f"{mass2:g} GeV", allowed, "lighter ones do not decay so")
    pairs = _pairs(decay, mass)
    photons = tuple(Particle("A'", mass, final=not pairs) for _ in range(3))
    products = tuple(
        Particle(f"{name}{sign}", heavy, parent=place)
        for place, (name, heavy) in enumerate(pairs)
        for sign in _signs(name)
    )
    above = dark_higgsstrahlung(mass, mass2, coupling, coupling2, undecayed=True)

    def sample(random: np.random.Generator, energy: FloatArray) -> Draw:
        drawn = above.sample(random, energy)
        u = random.random((2, energy.size))
        split = two_bodies(drawn.momenta[1], (mass2, mass, mass), 2 * u[0] - 1, 2 * np.pi * u[1])
        three = np.concatenate([drawn.momenta[:1], split])
        order = random.random((3, energy.size)).argsort(axis=0)
        three = np.take_along_axis(three, order[:, None, :], axis=0)
        decayed = [three]
        for place, (_, heavy) in enumerate(pairs):
            u = random.random((2, energy.size))
            decayed.append(two_bodies(three[place], (mass, heavy, heavy), 2 * u[0] - 1, 2 * np.pi * u[1]))
        return Draw(np.concatenate(decayed), drawn.weights)

    settings = {"mass": mass, "mass2": mass2, "coupling": coupling, "coupling2": coupling2}
    notes = (
        "the h' decays to two A' in every event, and the A' as chosen: the cross section is that of A' h' production",
        "phase space behind the A' and the h': no spin correlations",
    )
    return Process("three-dark-photons", (*photons, *products), mass + mass2, sample, settings=settings, notes=notes)


def _pairs(decay: str | None, mass: float) -> tuple[tuple[str, float], ...]:
    """The name and the mass of the particles of each pair."""
    if decay is None:
        return ()
    asked = "--decay of three-dark-photons"
    if decay not in TRIPLETS:
        raise InputError(asked, decay, one_of(TRIPLETS), "choose one of these, or leave it out")
    pairs = tuple((_PAIRS[pair][0], float(_PAIRS[pair][1])) for pair in decay.split("-"))
    heaviest = max(heavy for _, heavy in pairs)
    if not mass > 2 * heaviest:
        allowed = f"a mass above {2 * heaviest:g} GeV"
        raise InputError(asked, f"{decay} of particles of {mass:g} GeV", allowed, "choose lighter particles")
    return pairs


def _signs(name: str) -> str:
    """The particle in front of its antiparticle: leptons are negative, pions positive."""
    return "+-" if name == "pi" else "-+"
