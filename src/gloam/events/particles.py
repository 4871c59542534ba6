"""The particles of events: names, PDG numbers, charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CHARGES", "NUMBERS", "Particle", "antiparticle_name"]

NUMBERS: Mapping[str, int] = {
    "e-": 11, "e+": -11, "mu-": 13, "mu+": -13, "tau-": 15, "tau+": -15, "gamma": 22, "Z'": 32,
    "nu_e": 12, "anti-nu_e": -12, "nu_mu": 14, "anti-nu_mu": -14, "nu_tau": 16, "anti-nu_tau": -16,
    "B0": 511, "anti-B0": -511, "Lambda": 3122, "p": 2212, "pi-": -211, "pi+": 211, "pi0": 111,
    # the range that the PDG scheme sets aside for dark matter and its mediators
    "a": 54, "S": 54, "h'": 51, "psi": 52, "A'": 55,
}  # fmt: skip

CHARGES: Mapping[str, int] = {name: 1 if name.endswith("+") or name == "p" else -1 for name in NUMBERS
                              if name[-1] in "+-" or name == "p"}  # fmt: skip
"""In units of e, of the particles that have one."""


def antiparticle_name(name: str) -> str:
    """The name of the antiparticle; its own where there is none in `NUMBERS`.

    Example:
        >>> [antiparticle_name(name) for name in ("mu-", "anti-nu_mu", "nu_tau", "pi0")]
        ['mu+', 'nu_mu', 'anti-nu_tau', 'pi0']
    """
    number = NUMBERS[name]
    return next((other for other, found in NUMBERS.items() if found == -number), name)


@dataclass(frozen=True, slots=True)
class Particle:
    """A particle of an event; it is the same one in all events of a process.

    Attributes:
        name: as in `NUMBERS`.
        mass: in GeV.
        final: False where it decays within the event.
        parent: its place among the particles of the event; None where it comes from the collision.

    Example:
        >>> Particle("mu-", 0.10566).number
        13
    """

    name: str
    mass: float
    final: bool = True
    parent: int | None = None

    @property
    def number(self) -> int:
        """The PDG number; those above 50 are of the range for dark sectors."""
        return NUMBERS[self.name]

    @property
    def charge(self) -> int:
        """The electric charge in units of e."""
        return CHARGES.get(self.name, 0)
