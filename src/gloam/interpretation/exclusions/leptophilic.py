"""Published exclusions of scalars and axion-like particles with couplings to leptons."""

from __future__ import annotations

from gloam.interpretation.exclusions.content import Statement
from gloam.interpretation.exclusions.declaration import FACTS, Exclusion, Plane

__all__ = ["PLANES"]

TAUS = Exclusion(
    "Belle II 2023, X -> tautau", "annotation", "cross section x branching fraction [fb]",
    "Belle II, PRL 131, 121802, arXiv:2306.12294", 0.90, "2023-06", FACTS,
    Statement("limits from 0.7 to 24 fb on cross section times branching fraction", (3.6, 10.0), (0.7, 24.0)),
    final_state="X -> tau tau", note="a range, not a curve; limits on the couplings could not be obtained",
)  # fmt: skip

MUONPHILIC = Exclusion(
    "Belle II 2024, S -> mumu", "annotation", "coupling to muons", "Belle II, PRD 109, 112015, arXiv:2403.02841", 0.90,
    "2024-03", FACTS,
    Statement("muonphilic scalar: limits from 0.0018 to 0.040 below 6 GeV", (0.212, 6.0), (1.8e-3, 0.04)),
    final_state="S -> mu mu",
    note="a scalar that couples to muons alone, another model than the leptophilic one; the range in the abstract",
)  # fmt: skip

PLANES = {
    "leptophilic-scalar": Plane(
        model="leptophilic-scalar", title="Leptophilic scalar", quantity="xi", label=r"$\xi$", mass=(0.1, 11.0),
        value=(1e-1, 1e3), exclusions=(TAUS, MUONPHILIC), missing=("No curve could be obtained.",),
    ),
    "alp-lepton": Plane(
        model="alp-lepton", title="Axion-like particle with couplings to leptons", quantity="C/Lambda [GeV^-1]",
        label=r"$C_{\ell\ell} / \Lambda$ [GeV$^{-1}$]", mass=(0.1, 11.0), value=(1e-3, 1e1), exclusions=(TAUS,),
        missing=("No curve could be obtained.",),
    ),
}  # fmt: skip
