"""The particles of generated events: names, PDG numbers, masses."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.sourced import assumed, published, recalled

__all__ = [
    "ALPHA", "CONVERSION", "HIGGS_VEV", "MASS_B0", "MASS_ELECTRON", "MASS_LAMBDA", "MASS_MUON", "MASS_PION",
    "MASS_PROTON", "MASS_TAU", "Particle",
]  # fmt: skip

_PDG = "PDG Review of Particle Physics"

ALPHA = assumed(1 / 137.036, 0.0, "", "fine-structure constant at q^2 = 0; it does not run here")
CONVERSION = published(0.3893794e12, 0.0, "fb GeV^2", f"{_PDG}, (hbar c)^2")
HIGGS_VEV = recalled(246.22, 0.0, "GeV", "vacuum expectation value, (sqrt(2) G_F)^(-1/2)")
MASS_ELECTRON = recalled(0.51099895e-3, 0.0, "GeV", f"{_PDG} 2024")
MASS_MUON = recalled(0.1056583755, 2.3e-9, "GeV", f"{_PDG} 2024")
MASS_TAU = recalled(1.77686, 0.00012, "GeV", f"{_PDG} 2022")
MASS_B0 = recalled(5.27972, 0.00008, "GeV", f"{_PDG} 2024")
MASS_LAMBDA = recalled(1.115683, 6e-6, "GeV", f"{_PDG} 2022")
MASS_PROTON = recalled(0.93827209, 0.0, "GeV", f"{_PDG} 2022")
MASS_PION = recalled(0.13957039, 1.8e-7, "GeV", f"{_PDG} 2022")

_NUMBERS: dict[str, int] = {
    "e-": 11, "e+": -11, "mu-": 13, "mu+": -13, "tau-": 15, "tau+": -15, "gamma": 22, "Z'": 32,
    "B0": 511, "anti-B0": -511, "Lambda": 3122, "p": 2212, "pi-": -211,
    # the range that the PDG scheme sets aside for dark matter and its mediators
    "a": 54, "S": 54, "h'": 51, "psi": 52, "A'": 55,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Particle:
    """A particle of an event; it is the same one in all events of a process.

    Attributes:
        name: as in the list of the module.
        mass: in GeV.
        final: False where it decays within the event.
        parent: its place among the particles of the event; None where it comes from the collision.

    Example:
        >>> Particle("mu-", float(MASS_MUON)).number
        13
    """

    name: str
    mass: float
    final: bool = True
    parent: int | None = None

    @property
    def number(self) -> int:
        """The PDG number; those above 50 are of the range for dark sectors."""
        return _NUMBERS[self.name]
