"""B0 -> A'A', through a dark Higgs."""

from __future__ import annotations

from itertools import combinations_with_replacement

from gloam.constants import B0_MASS, SQRT_S
from gloam.theory.b_decays import produced_decays, two_body_momentum
from gloam.theory.dark_photon import decay_notes, widths
from gloam.theory.prediction import Prediction, Production, branching_fractions, check_parameter

__all__ = ["final_states", "predict"]

REFERENCE = "Batell, Pospelov and Ritz, PRD 83 (2011) 054005 (arXiv:0911.4938); arXiv:2012.02538"
NOTES = (
    "the coupling is the branching fraction B(B0 -> A'A'), which portal coupling and mass of the dark Higgs fix",
    "no formula for it in terms of the portal coupling could be verified, so that none is used here",
    "branching fractions are those of the A'; its mixing only sets the lifetime, which is not predicted here",
    "isotropic in the B frame; the papers do not specify the helicities of the A' (a virtual h' gives S and D wave)",
)


def final_states(mass: float) -> dict[str, float]:
    """The shares of A'A' in pairs of e, mu and pi: B1^2, and 2 B1 B2 for different ones (arXiv:2012.02538).

    Example:
        >>> states = final_states(0.25)
        >>> states["ee mumu"], sum(states.values())
        (0.4873, 1.0000)
    """
    shares = branching_fractions(widths(mass), inside=("pipi",))
    return {
        f"{one} {two}": (1 if one == two else 2) * shares[one] * shares[two]
        for one, two in combinations_with_replacement(("ee", "mumu", "pipi"), 2)
    }


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S) -> Prediction:
    """What B0 -> A'A' gives for a mass of the A' in GeV and a branching fraction of the B0.

    Example:
        >>> round(predict(2.0, 1e-6).momentum, 5)
        1.72304
    """
    check_parameter("mass of the A'", mass)
    check_parameter("branching fraction of the B0", coupling)
    closed = 2 * mass >= B0_MASS
    value, error = (0.0, 0.0) if closed else produced_decays(coupling)
    resonant = abs(sqrt_s - SQRT_S) < 0.02 and coupling <= 1
    partial = widths(mass, 1.0)
    holds, notes = decay_notes(mass)
    if abs(sqrt_s - SQRT_S) >= 0.02:
        notes += ("B mesons are counted at the Upsilon(4S) only: the cross section does not hold at this energy",)
    return Prediction(
        "b-dark-photons",
        mass,
        "b-dark-photons",
        {
            "b-dark-photons": Production(value, error, resonant),
            **{
                f"b-dark-photons, {name}": Production(value * share, error * share, resonant and holds)
                for name, share in final_states(mass).items()
            },
        },
        REFERENCE,
        {},
        branching_fractions(partial, inside=("pipi",)),
        momentum=float(two_body_momentum(mass, mass)),
        valid=holds and resonant,
        notes=NOTES + notes,
    )
