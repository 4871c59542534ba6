"""The masses and constants of generated events: those of the predictions, with their standing."""

from __future__ import annotations

from gloam import constants
from gloam.events.particles import Particle
from gloam.sourced import assumed, published, recalled

__all__ = [
    "ALPHA", "CONVERSION", "HIGGS_VEV", "MASS_B0", "MASS_ELECTRON", "MASS_LAMBDA", "MASS_MUON", "MASS_NEUTRAL_PION",
    "MASS_PION", "MASS_PROTON", "MASS_TAU", "Particle",
]  # fmt: skip

_PDG = "PDG Review of Particle Physics"

ALPHA = assumed(constants.ALPHA, 0.0, "", "fine-structure constant at q^2 = 0; it does not run here")
CONVERSION = published(constants.FB_PER_INVERSE_GEV2, 0.0, "fb GeV^2", f"{_PDG}, (hbar c)^2")
HIGGS_VEV = recalled(constants.HIGGS_VALUE, 0.0, "GeV", "vacuum expectation value, (sqrt(2) G_F)^(-1/2)")
MASS_ELECTRON = recalled(constants.ELECTRON_MASS, 0.0, "GeV", f"{_PDG} 2024")
MASS_MUON = recalled(constants.MUON_MASS, 2.3e-9, "GeV", f"{_PDG} 2024")
MASS_TAU = recalled(constants.TAU_MASS, 0.00012, "GeV", f"{_PDG} 2022")
MASS_B0 = recalled(constants.B0_MASS, 0.00008, "GeV", f"{_PDG} 2024")
MASS_LAMBDA = recalled(constants.LAMBDA_MASS, 6e-6, "GeV", f"{_PDG} 2022")
MASS_PROTON = recalled(0.93827209, 0.0, "GeV", f"{_PDG} 2022")
MASS_PION = recalled(constants.PION_MASS, 1.8e-7, "GeV", f"{_PDG} 2022")
MASS_NEUTRAL_PION = recalled(0.1349768, 5e-7, "GeV", f"{_PDG} 2022")
