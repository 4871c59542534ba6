"""What spin-0 bosons coupled to leptons have in common: radiation off pairs, decays to pairs and through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np

from gloam.constants import ELECTRON_MASS, MUON_MASS, TAU_MASS
from gloam.theory.gminus2 import pseudoscalar_loop, scalar_loop
from gloam.theory.lepton_decays import pseudoscalar_width, scalar_width
from gloam.theory.lepton_loops import two_photon_width
from gloam.theory.prediction import Prediction, branching_fractions
from gloam.theory.radiators import radiative_factor
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.three_body_production import doubts, produced

__all__ = ["LEPTONS", "partial_widths", "predict_yukawa"]

Kind: TypeAlias = Literal["scalar", "pseudoscalar"]

LEPTONS = {"ee": ELECTRON_MASS, "mumu": MUON_MASS, "tautau": TAU_MASS}


def partial_widths(mass: float, yukawa: Mapping[str, float], kind: Kind) -> dict[str, float]:
    """The widths in GeV into pairs of leptons, for Yukawa couplings y_l, and through their loops into two photons."""
    width = scalar_width if kind == "scalar" else pseudoscalar_width
    pairs = {name: yukawa[name] ** 2 * float(width(mass, lepton)) for name, lepton in LEPTONS.items()}
    return pairs | {"gammagamma": float(two_photon_width(kind, mass, yukawa, LEPTONS))}


def predict_yukawa(
    model: str,
    mass: float,
    yukawa: Mapping[str, float],
    kind: Kind,
    sqrt_s: float,
    photon_cut: float,
    reference: str,
    notes: tuple[str, ...],
) -> Prediction:
    """The prediction for a boson of Yukawa couplings y_l to the pairs "ee", "mumu" and "tautau"."""
    partial = partial_widths(mass, yukawa, kind)
    loop = scalar_loop if kind == "scalar" else pseudoscalar_loop
    short = "alp" if kind == "pseudoscalar" else "scalar"
    total = sum(partial.values())
    wrong = doubts(mass, total)
    if (largest := max(yukawa.values())) > np.sqrt(4 * np.pi):
        wrong += (f"the largest Yukawa coupling is {largest:.3g}, above sqrt(4 pi): not perturbative",)
    return Prediction(
        model,
        mass,
        f"mumu-{short}",
        {
            f"mumu-{short}": produced(mass, kind, MUON_MASS, yukawa["mumu"], sqrt_s, not wrong),
            f"tautau-{short}": produced(mass, kind, TAU_MASS, yukawa["tautau"], sqrt_s, not wrong),
        },
        reference,
        partial,
        branching_fractions(partial),
        yukawa["mumu"] ** 2 * float(loop(mass)),
        total,
        radiative_factor(
            lambda energy: lepton_pair_cross_section(mass, kind, MUON_MASS, energy),
            mass + 2 * MUON_MASS, sqrt_s, photon_cut,
        ),
        valid=not wrong,
        notes=notes + wrong,
    )  # fmt: skip
