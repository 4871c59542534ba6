"""Constants of nature, in natural units of GeV; the values behind every prediction of `gloam.theory`."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ALPHA",
    "B0_MASS",
    "ELECTRON_MASS",
    "FB_PER_INVERSE_GEV2",
    "HIGGS_VALUE",
    "LAMBDA_MASS",
    "MM_TIMES_GEV",
    "MUON_MASS",
    "PION_MASS",
    "SIN2_WEAK",
    "SQRT_S",
    "TAU_MASS",
]

ALPHA: Final = 1 / 137.036
"""Fine-structure constant at zero momentum; it does not run in the hard cross sections."""

ELECTRON_MASS: Final = 0.00051099895
MUON_MASS: Final = 0.1056583755
TAU_MASS: Final = 1.77686
"""Lepton masses in GeV (PDG 2022)."""

PION_MASS: Final = 0.13957039
B0_MASS: Final = 5.27972
LAMBDA_MASS: Final = 1.115683
"""Hadron masses in GeV (PDG 2024, package `particle`)."""

HIGGS_VALUE: Final = 246.21965
"""Vacuum expectation value of the Higgs field in GeV, (sqrt(2) G_F)^(-1/2)."""

SIN2_WEAK: Final = 0.23129
"""sin^2 of the weak mixing angle at the Z, MS-bar (PDG 2024 has 0.23129(4))."""

FB_PER_INVERSE_GEV2: Final = 0.3893794e12
"""(hbar c)^2 in fb GeV^2."""

MM_TIMES_GEV: Final = 1.973269804e-13
"""hbar c in mm GeV: a width of 1 GeV is a proper decay length of that many mm."""

SQRT_S: Final = 10.58
"""Centre-of-mass energy of the B factories at the Upsilon(4S), in GeV."""
