"""A Z' that changes the flavour of leptons, e+e- -> e+- mu-+ Z': searched for without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ELECTRON_MASS, MUON_MASS, SQRT_S
from gloam.theory.prediction import Prediction, Production, branching_fractions, check_parameter

__all__ = ["highest_mass", "pair_width", "predict"]

REFERENCE = "two-body kinematics; searched for in PRL 124, 141801 (2020) (arXiv:1912.11276)"
NOTES = (
    "no model fixes how a flavour-changing Z' is made: limits are on efficiency times cross section",
    "the width is that of a vector coupling to e mu alone, both charges together",
)


def highest_mass(sqrt_s: float = SQRT_S) -> float:
    """The mass of the Z' in GeV from which on e mu Z' cannot be made.

    Example:
        >>> round(highest_mass(), 4)
        10.4738
    """
    return sqrt_s - ELECTRON_MASS - MUON_MASS


def pair_width(mass: ArrayLike, first: float = ELECTRON_MASS, second: float = MUON_MASS) -> FloatArray:
    """The width over the coupling squared of Z' -> l1- l2+ and l1+ l2-, g Z'_m (l1bar gamma^m l2) + h.c., in GeV.

    2 m/(12 pi) sqrt(lambda) [1 - (r1 + r2)/2 - (r1 - r2)^2/2 + 3 sqrt(r1 r2)], r = ml^2/m^2, lambda(1, r1, r2); tree
    level. For equal masses it is twice that of a vector.

    Args:
        mass: of the Z' in GeV, any shape; below the threshold the width is 0.
        first: mass of one lepton in GeV.
        second: that of the other.

    Example:
        >>> float(pair_width(1.0, 0.0, 0.0)) * 6 * np.pi
        1.0
    """
    m = np.asarray(mass, float)
    r1, r2 = (first / m) ** 2, (second / m) ** 2
    root = np.sqrt(np.clip((1 - r1 - r2) ** 2 - 4 * r1 * r2, 0, None))
    shape = 1 - (r1 + r2) / 2 - (r1 - r2) ** 2 / 2 + 3 * np.sqrt(r1 * r2)
    return np.where(m > first + second, m / (6 * np.pi) * root * shape, 0.0)


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S) -> Prediction:
    """What can be said of a flavour-changing Z' for a mass in GeV and a coupling g: no cross section.

    Example:
        >>> predict(1.0).cross_section is None
        True
    """
    check_parameter("mass of the Z'", mass)
    check_parameter("coupling g", coupling)
    width = coupling**2 * float(pair_width(mass))
    made = Production(None, None, valid=False) if mass < highest_mass(sqrt_s) else Production(0.0)
    return Prediction(
        "lepton-flavour",
        mass,
        "emu-zprime",
        {"emu-zprime": made},
        REFERENCE,
        {"emu": width},
        branching_fractions({"emu": width}),
        width=width,
        notes=NOTES,
    )
