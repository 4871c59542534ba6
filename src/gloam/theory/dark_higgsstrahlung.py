"""Dark Higgsstrahlung, e+e- -> A' h'."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import ALPHA, FB_PER_INVERSE_GEV2, SQRT_S
from gloam.errors import InputError
from gloam.theory.dark_photon import decay_notes, widths
from gloam.theory.gminus2 import vector_loop
from gloam.theory.prediction import Prediction, Production, branching_fractions, check_parameter
from gloam.theory.radiators import PHOTON_CUT, radiative_factor

__all__ = ["angular_density", "cross_section", "final_states", "predict", "shares_of_three", "topology"]

REFERENCE = "Batell, Pospelov and Ritz, PRD 79 (2009) 115008 (arXiv:0903.0363)"


def cross_section(mass: ArrayLike, higgs_mass: ArrayLike, sqrt_s: ArrayLike = SQRT_S) -> FloatArray:
    """The cross section over eps^2 alpha_D in fb; 0 above the threshold.

    pi alpha/(3s) (1 - mA^2/s)^-2 sqrt(lam) [lam + 12 mA^2/s], lam = lambda(1, mA^2/s, mh^2/s); alpha_D = g_D^2/4 pi,
    dark Higgs of charge 1. Exact at tree level.

    Example:
        >>> float(cross_section(0.5, 1.0)) * 1e-6 * ALPHA
        0.193537
    """
    energy = np.asarray(sqrt_s, float)
    a, h = np.asarray(mass, float) / energy, np.asarray(higgs_mass, float) / energy
    kallen = np.where(a + h < 1, (1 - (a + h) ** 2) * (1 - (a - h) ** 2), 0.0)
    off_shell = np.where(a < 1, 1 - a**2, 1.0)
    factor = np.pi * ALPHA / (3 * energy**2) * FB_PER_INVERSE_GEV2
    return factor * np.sqrt(kallen) * (kallen + 12 * a**2) / off_shell**2  # type: ignore[no-any-return]


def angular_density(cosine: ArrayLike, mass: float, higgs_mass: float, sqrt_s: float = SQRT_S) -> FloatArray:
    """The density of cos theta of the A', normalised: proportional to 8 mA^2/s + lam sin^2.

    Example:
        >>> float(angular_density(0.0, 1e-3, 1e-3))
        0.75
    """
    c, a, h = np.asarray(cosine, float), mass / sqrt_s, higgs_mass / sqrt_s
    kallen = (1 - (a + h) ** 2) * (1 - (a - h) ** 2)
    return (8 * a**2 + kallen * (1 - c**2)) / (16 * a**2 + 4 / 3 * kallen)


def topology(mass: float, higgs_mass: float) -> str:
    """What the h' does: "three dark photons", "one virtual dark photon" or "long-lived".

    Example:
        >>> topology(1.0, 3.0)
        'three dark photons'
    """
    if higgs_mass > 2 * mass:
        return "three dark photons"
    return "one virtual dark photon" if higgs_mass > mass else "long-lived"


def final_states(mass: float, higgs_mass: float) -> dict[str, float]:
    """The shares of A'h' in what a search looks for, pairs of e, mu and pi; the rest is others.

    Three dark photons: the ten final states of arXiv:1502.00084, B1^i B2^j B3^k times the number of orders. An h'
    lighter than the A': one pair and missing energy. None with one virtual dark photon, whose share is not calculated.

    Example:
        >>> states = final_states(0.5, 2.0)
        >>> len(states), states["ee mumu pipi"] > states["ee ee ee"]
        (10, True)
    """
    shares = branching_fractions(widths(mass), inside=("pipi",))
    kind = topology(mass, higgs_mass)
    if kind == "long-lived":
        return {f"{pair} missing": shares[pair] for pair in _PAIRS}
    if kind == "one virtual dark photon":
        return {}
    three = shares_of_three(mass)
    return {" ".join(state): three[" ".join(state)] for state in _THREE}


def shares_of_three(mass: float) -> dict[str, float]:
    """The shares of three dark photons in the ten final states of `final_states` and in three with X.

    Of "ee ee X", "ee mumu X" and "mumu mumu X" the X is a decay to none of the three pairs: 3 B^2 B_X, and 6 B1 B2 B_X
    for different leptons. No decay is in two of the thirteen.

    Example:
        >>> shares = shares_of_three(1.5)
        >>> len(shares), round(shares["ee mumu X"] / shares["ee ee X"], 2)
        (13, 2.0)
    """
    shares = branching_fractions(widths(mass), inside=("pipi",))
    shares["X"] = max(0.0, 1.0 - sum(shares[pair] for pair in _PAIRS))
    with_x = [(*leptons, "X") for leptons in combinations_with_replacement(("ee", "mumu"), 2)]
    return {" ".join(state): _orders(state) * prod(shares[p] for p in state) for state in (*_THREE, *with_x)}


def _orders(state: tuple[str, ...]) -> int:
    return factorial(len(state)) // prod(factorial(state.count(pair)) for pair in set(state))


_PAIRS = ("ee", "mumu", "pipi")
_THREE = tuple(combinations_with_replacement(_PAIRS, 3))

_TOPOLOGIES = {
    "three dark photons": "h' -> A'A': three dark photons in the final state",
    "one virtual dark photon": "h' -> A'A'*: one dark photon is virtual",
    "long-lived": "m_h' < m_A': the h' decays by loops or mixing, at a rate of order eps^4; counted as invisible",
}


def predict(
    mass: float, higgs_mass: float | None, coupling: float = 1.0, dark_coupling: float = 1.0, sqrt_s: float = SQRT_S,
    photon_cut: float = PHOTON_CUT,
) -> Prediction:  # fmt: skip
    """What dark Higgsstrahlung predicts for masses of A' and h' in GeV, eps and alpha_D.

    Widths and (g-2) of the muon are those of the A'; while A' -> h' and other dark states are closed.

    Example:
        >>> round(predict(4.0, 2.0, 1e-3, ALPHA).cross_section, 4)
        0.5061
    """
    if higgs_mass is None:
        raise InputError("mass of the h'", "nothing", "a mass in GeV", "give it as --mass2 (higgs_mass)")
    check_parameter("mass of the A'", mass)
    check_parameter("mass of the h'", higgs_mass)
    check_parameter("kinetic mixing eps", coupling)
    check_parameter("alpha_D", dark_coupling)
    partial = widths(mass, coupling)
    holds, notes = decay_notes(mass)
    perturbative = dark_coupling <= 4 * np.pi
    if not perturbative:
        notes += ("alpha_D is above 4 pi: not perturbative",)
    produced = coupling**2 * dark_coupling * float(cross_section(mass, higgs_mass, sqrt_s))
    return Prediction(
        "dark-higgsstrahlung",
        mass,
        "dark-higgsstrahlung",
        {
            "dark-higgsstrahlung": Production(produced, 0.0, perturbative),
            **{
                f"dark-higgsstrahlung, {name}": Production(produced * share, 0.0, perturbative and holds)
                for name, share in final_states(mass, higgs_mass).items()
            },
        },
        REFERENCE,
        partial,
        branching_fractions(partial, inside=("pipi",)),
        coupling**2 * 4 * np.pi * ALPHA * float(vector_loop(mass)),
        sum(value for name, value in partial.items() if name != "pipi"),
        radiative_factor(lambda energy: cross_section(mass, higgs_mass, energy), mass + higgs_mass, sqrt_s, photon_cut),
        valid=holds and perturbative,
        notes=(*notes, _TOPOLOGIES[topology(mass, higgs_mass)]),
    )
