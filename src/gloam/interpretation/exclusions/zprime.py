"""Published exclusions of the Lmu-Ltau Z'."""

from __future__ import annotations

from gloam.interpretation.exclusions.content import Statement
from gloam.interpretation.exclusions.declaration import FACTS, Exclusion, Plane, read_off

__all__ = ["PLANES"]

COUPLING = "g'"
DARKCAST_FORK = "github.com/micha-a-schmidt/darkcast, commit db9a0f66"

PLANES = {
    "zprime": Plane(
        model="zprime",
        title=r"$L_\mu - L_\tau$ gauge boson $Z'$",
        quantity=COUPLING,
        label=r"$g'$",
        mass=(0.1, 10.5),
        value=(3e-4, 2.0),
        exclusions=(
            Exclusion(
                "BaBar 2016, Z' -> mu mu", "curve", COUPLING, "BaBar, PRD 94, 011102, arXiv:1606.03501", 0.90,
                "2016-06", FACTS, read_off("BaBar_TheBABAR2016rlg"),
                f"at most 40 points read off the curve in {DARKCAST_FORK}",
                "Z' -> mu mu", "the curve goes up and down between the points; the paper's lowest limit is 7e-4",
            ),
            Exclusion(
                "Belle II 2018 data, Z' -> invisible", "curve", COUPLING,
                "Belle II, PRL 124, 141801, arXiv:1912.11276", 0.90, "2019-12", FACTS,
                read_off("BelleII_Adachi2019otg"), f"the 35 limits listed in {DARKCAST_FORK}",
                "Z' -> invisible, branching fraction 1",
                "masses in that list are taken for the upper edges of the windows, which it does not say",
            ),
            Exclusion(
                "Belle II 2019-20 data, Z' -> invisible", "annotation", COUPLING,
                "Belle II, PRL 130, 231801, arXiv:2212.03066", 0.90, "2022-12", FACTS,
                Statement("fully invisible Z' excluded as the origin of (g-2) of the muon", (0.8, 5.0)),
                final_state="Z' -> invisible, branching fraction 1",
                note="a statement of the paper, not a curve; limits range from 3e-3 at low mass to 1 at 8 GeV",
            ),
            Exclusion(
                "Belle II 2024, Z' -> mu mu", "annotation", COUPLING, "Belle II, PRD 109, 112015, arXiv:2403.02841",
                0.90, "2024-03", FACTS,
                Statement("limits from 0.0008 to 0.039 below 6 GeV", (0.212, 6.0), (8e-4, 0.039)),
                final_state="Z' -> mu mu", note="the range in the abstract, not a curve",
            ),
            Exclusion(
                "Belle 2021, Z' -> mu mu", "annotation", COUPLING, "Belle, PRD 106, 012003, arXiv:2109.08596", 0.90,
                "2021-09", FACTS, Statement("improves on BaBar", (2.0, 8.4)),
                final_state="Z' -> mu mu", note="a statement of the paper, not a curve",
            ),
        ),
        missing=(
            "The curves of Belle (2109.08596) and of Belle II (2212.03066, 2403.02841) could not be obtained.",
            "Published curves of neutrino tridents (CHARM-II, CCFR) could not be obtained; those shown are calculated.",
        ),
    )
}  # fmt: skip
