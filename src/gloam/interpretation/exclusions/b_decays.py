"""Published exclusions of dark particles in decays of B mesons."""

from __future__ import annotations

from gloam.interpretation.exclusions.content import Statement
from gloam.interpretation.exclusions.declaration import FACTS, Exclusion, Plane
from gloam.theory.b_dark_baryon import HEAVIEST, INCLUSIVE_LIMIT
from gloam.theory.b_dark_baryon import INCLUSIVE as SMALLEST

__all__ = ["PLANES"]

TO_PHOTONS, TO_BARYON = "B(B0 -> A' A')", "B(B0 -> Lambda psi)"

PLANES = {
    "b-dark-photons": Plane(
        model="b-dark-photons", title=r"$B^0 \to A' A'$", quantity=TO_PHOTONS,
        label=r"$\mathcal{B}(B^0 \to A' A')$", mass=(0.01, 3.0), value=(1e-10, 1e-4),
        exclusions=(
            Exclusion(
                "Belle 2020, A' -> ee, mumu, pipi", "annotation", TO_PHOTONS,
                "Belle, JHEP 04 (2021) 191, arXiv:2012.02538", 0.90, "2020-12", FACTS,
                Statement("limits from 1e-8 to 1e-5", (0.01, 2.62), (1e-8, 1e-5)),
                final_state="prompt A' -> ee, mumu, pipi", note="the range in the abstract, not a curve",
            ),
            Exclusion(
                "LHCb, B0 -> 4 mu", "annotation", "B(B0 -> mu mu mu mu)", "LHCb, as quoted in arXiv:2012.02538", 0.95,
                "2020-12", FACTS, Statement("B(B0 -> 4 mu) below 6.9e-10", (0.212, 2.64), (6.9e-10, 6.9e-10)),
                final_state="B0 -> 4 mu", note="on the decay without resonances; masses are those open to A' -> mu mu",
            ),
        ),
        missing=("No curve could be obtained.",),
    ),
    "b-dark-baryon": Plane(
        model="b-dark-baryon", title=r"$B^0 \to \Lambda \psi_\mathrm{DS}$", quantity=TO_BARYON,
        label=r"$\mathcal{B}(B^0 \to \Lambda \psi_\mathrm{DS})$", mass=(0.9, 4.5), value=(1e-6, 1e-3),
        exclusions=(
            Exclusion(
                "Belle 2021", "annotation", TO_BARYON, "Belle, PRD 105, L051101, arXiv:2110.14086", 0.90, "2021-10",
                FACTS, Statement("limits from 2.1e-5 to 3.8e-5", (1.0, 3.9), (2.1e-5, 3.8e-5)),
                final_state="psi invisible", note="the range at eight masses, not a curve",
            ),
            Exclusion(
                "BaBar 2023", "annotation", TO_BARYON, "BaBar, arXiv:2302.00208", 0.90, "2023-02", FACTS,
                Statement("limits from 1.3e-6 to 5.2e-5", (1.0, 4.2), (1.3e-6, 5.2e-5)),
                final_state="psi invisible", note="the range in the abstract, not a curve",
            ),
            Exclusion(
                "ALEPH, recast", "annotation", TO_BARYON, INCLUSIVE_LIMIT.reference, None, "2021-01", FACTS,
                Statement(f"inclusive B below {INCLUSIVE_LIMIT.value:g}", (1.0, 4.2), (2e-4, 2e-4)),
                final_state="psi + baryon + mesons, inclusive",
                note="one number for all masses; a part of the inclusive decays is below it as well",
            ),
            Exclusion(
                "B-Mesogenesis", "annotation", TO_BARYON, SMALLEST.reference, None, "2021-01", FACTS,
                Statement(f"needs an inclusive B of {SMALLEST.value:g} or more", (1.0, 4.2), (1e-4, 1e-4)),
                final_state="psi + baryon + mesons, inclusive",
                note="a prediction, nothing is excluded; which part of it is exclusive is not established",
            ),
            Exclusion(
                "LHC, coloured mediators", "annotation", TO_BARYON, HEAVIEST.reference, None, "2021-01", FACTS,
                Statement(f"mass below {HEAVIEST.value:g} GeV", (HEAVIEST.value, 4.5)),
                final_state="squark-like searches", note="within B-Mesogenesis; no branching fraction is excluded",
            ),
        ),
        missing=(
            "No curve could be obtained.",
            "Exclusive predictions for the operator types: a phase-space reading contradicts the published figure.",
            "For operator types 2 and 3 arXiv:2110.14086 states that masses above about 3.0 GeV are excluded.",
        ),
    ),
}  # fmt: skip
