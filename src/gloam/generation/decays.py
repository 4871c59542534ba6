"""Decays of a new particle to two leptons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.generation.fermion_lines import vector_current
from gloam.generation.particles import MASS_ELECTRON, MASS_MUON, MASS_TAU, Particle
from gloam.generation.phase_space import decay
from gloam.generation.spinors import ComplexArray

__all__ = ["LEPTON_PAIRS", "LeptonDecay", "lepton_decay"]

LEPTON_PAIRS = {"ee": ("e", MASS_ELECTRON), "mumu": ("mu", MASS_MUON), "tautau": ("tau", MASS_TAU)}
"""The decays by name: lepton, and its mass."""


@dataclass(frozen=True, slots=True)
class LeptonDecay:
    """A particle that decays to l- l+ in every event.

    Attributes:
        lepton: "e", "mu" or "tau".
        mass: of the lepton in GeV.
        parent: mass of the particle in GeV.
    """

    lepton: str
    mass: float
    parent: float

    @property
    def note(self) -> str:
        """What the user should know of the cross section."""
        return f"the new particle decays to {self.lepton}- {self.lepton}+ in every event: no branching fraction"

    def particles(self, parent: int) -> tuple[Particle, Particle]:
        """The leptons as particles, from the place of their parent."""
        minus, plus = (Particle(f"{self.lepton}{sign}", self.mass, parent=parent) for sign in "-+")
        return minus, plus

    def leptons(self, random: np.random.Generator, parent: FloatArray) -> FloatArray:
        """Momenta of the leptons without direction in the rest frame of the parent (4, n); shape (2, 4, n)."""
        u = random.random((2, parent.shape[1]))
        return decay(parent, (self.parent, self.mass, self.mass), 2 * u[0] - 1, 2 * np.pi * u[1])

    def current(self, leptons: FloatArray) -> ComplexArray:
        """The current of the leptons in place of the polarisation vector of their parent, shape (4, 4, n).

        It is normalised to the average over directions: sum |M.J|^2 has the mean of the sum over polarisations.
        """
        average = 4 / 3 * (self.parent**2 + 2 * self.mass**2)
        current = vector_current(leptons[0], leptons[1], self.mass) / np.sqrt(average)
        return np.asarray(current.reshape(4, 4, -1))


def lepton_decay(name: str | None, parent: float, process: str, possible: tuple[str, ...]) -> LeptonDecay | None:
    """The decay of that name; None for no decay.

    Args:
        name: "ee", "mumu" or "tautau".
        parent: mass of what decays in GeV.
        process: for messages.
        possible: the decays that the particle of this process has.

    Raises:
        InputError: a decay that it does not have, or that its mass does not allow.
    """
    if name is None:
        return None
    asked = f"--decay of {process}"
    if name not in possible:
        raise InputError(asked, name, one_of(possible), "choose one of these, or leave it out")
    lepton, mass = LEPTON_PAIRS[name]
    if not parent > 2 * float(mass):
        allowed = f"a mass above {2 * float(mass):g} GeV"
        raise InputError(asked, f"{name} of a particle of {parent:g} GeV", allowed, "choose lighter leptons")
    return LeptonDecay(lepton, float(mass), parent)
