"""Published exclusions of the dark photon made together with a dark Higgs boson."""

from __future__ import annotations

from gloam.interpretation.exclusions.content import Statement
from gloam.interpretation.exclusions.declaration import FACTS, Exclusion, Plane

__all__ = ["PLANES"]

COUPLING = "epsilon^2 alpha_D"

PLANES = {
    "dark-higgsstrahlung": Plane(
        model="dark-higgsstrahlung",
        title="Dark Higgsstrahlung",
        quantity=COUPLING,
        label=r"$\varepsilon^2 \alpha_D$",
        mass=(0.1, 11.0),
        value=(1e-9, 1e-4),
        exclusions=(
            Exclusion(
                "Belle II 2022, A' -> mumu, h' invisible", "annotation", COUPLING,
                "Belle II, PRL 130, 071804, arXiv:2207.00509", 0.90, "2022-07", FACTS,
                Statement("limits from 1.7e-8 to 2e-6, for h' lighter than A'", (4.0, 9.7), (1.7e-8, 2.0e-6)),
                final_state="A' -> mu mu, h' -> invisible", note="the range in the abstract, not a curve",
            ),
            Exclusion(
                "Belle 2015, h' -> A' A'", "annotation", "epsilon", "Belle, PRL 114, 211801, arXiv:1502.00084", None,
                "2015-02", FACTS, Statement("epsilon > 8e-4 excluded for alpha_D = 1/137, h' below 8 GeV", (0.1, 1.0)),
                final_state="h' -> A' A'", note="a statement of the paper, not a curve",
            ),
        ),
        missing=("No curve could be obtained.",),
    )
}  # fmt: skip
