"""The masses and constants of generated events."""

from __future__ import annotations

from gloam.events.particles import Particle
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
