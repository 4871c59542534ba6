"""B0 -> Lambda psi, psi a dark baryon (B-Mesogenesis)."""

from __future__ import annotations

from gloam.constants import B0_MASS, LAMBDA_MASS, SQRT_S
from gloam.sourced import published
from gloam.theory.b_decays import produced_decays, two_body_momentum
from gloam.theory.prediction import Prediction, Production, check_parameter

__all__ = ["HEAVIEST", "INCLUSIVE", "INCLUSIVE_LIMIT", "LAMBDA_TO_P_PI", "predict"]

REFERENCE = "Elor, Escudero and Nelson, PRD 99 (2019) 035031 (arXiv:1810.00880); arXiv:2101.02706; arXiv:2110.14086"

LAMBDA_TO_P_PI = published(0.639, 0.005, "", "B(Lambda -> p pi-) as in arXiv:2110.14086 (PDG 2024 has 0.641)")
INCLUSIVE = published(
    1e-4, 0, "", "arXiv:2101.02706: smallest inclusive B(B -> psi + baryon + mesons) that makes the matter"
)
INCLUSIVE_LIMIT = published(2e-4, 0, "", "arXiv:2101.02706: recast of ALEPH, as drawn in arXiv:2110.14086")
HEAVIEST = published(3.5, 0, "GeV", "arXiv:2101.02706: bound on the mass from the LHC, as drawn in arXiv:2110.14086")

NOTES = (
    "the coupling is the branching fraction B(B0 -> Lambda psi); nothing predicts it from the inclusive one",
    (
        "not established: the exclusive fraction for the three operator types and mass schemes. A phase-space reading "
        "of arXiv:2101.02706 contradicts the order of the schemes in the published figure and is not used"
    ),
    "the cross section counts B0 and B0bar, without B(Lambda -> p pi-) = 0.639(5)",
)


def predict(mass: float, coupling: float = 1.0, sqrt_s: float = SQRT_S) -> Prediction:
    """What B0 -> Lambda psi gives for a mass of psi in GeV and a branching fraction of the B0.

    Example:
        >>> round(predict(2.0, 1e-5).momentum, 5)
        2.10109
    """
    check_parameter("mass of the dark baryon", mass)
    check_parameter("branching fraction of the B0", coupling)
    closed = mass + LAMBDA_MASS >= B0_MASS
    value, error = (0.0, 0.0) if closed else produced_decays(coupling)
    resonant = abs(sqrt_s - SQRT_S) < 0.02 and coupling <= 1
    notes: tuple[str, ...] = NOTES
    if mass > HEAVIEST.value:
        notes += (f"above the bound of the LHC on the mass, {HEAVIEST}",)
    if abs(sqrt_s - SQRT_S) >= 0.02:
        notes += ("B mesons are counted at the Upsilon(4S) only: the cross section does not hold at this energy",)
    return Prediction(
        "b-dark-baryon",
        mass,
        "b-dark-baryon",
        {"b-dark-baryon": Production(value, error, resonant)},
        REFERENCE,
        branching_fractions={"invisible": 1.0},
        momentum=float(two_body_momentum(mass, LAMBDA_MASS)),
        valid=resonant,
        notes=notes,
    )
