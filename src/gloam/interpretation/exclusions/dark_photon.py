"""Published exclusions of the dark photon."""

from __future__ import annotations

from gloam.interpretation.exclusions.declaration import FACTS, Exclusion, Kind, Plane, read_off

__all__ = ["PLANES"]

COUPLING = "epsilon"
VISIBLE, INVISIBLE = "A' -> visible", "A' -> invisible"


def _read(
    name: str, source: str, level: float | None, date: str, file: str, final_state: str, kind: Kind = "curve"
) -> Exclusion:
    numbers = f"at most 40 points read off limits/{file}.lmt in github.com/micha-a-schmidt/darkcast, commit db9a0f66"
    content = read_off(file, region=kind == "region")
    return Exclusion(
        name, kind, COUPLING, source, level, date, FACTS, content, numbers, final_state,
        "narrow structures between the points are not shown",
    )  # fmt: skip


PLANES = {
    "dark-photon": Plane(
        model="dark-photon",
        title="Dark photon",
        quantity=COUPLING,
        label=r"$\varepsilon$",
        mass=(1e-3, 20.0),
        value=(1e-8, 3e-2),
        exclusions=(
            _read(
                "BaBar 2014, A' -> ee, mumu", "BaBar, PRL 113, 201801, arXiv:1406.2980", 0.90, "2014-06",
                "BaBar_Lees2014xha", VISIBLE,
            ),
            _read(
                "LHCb 2019, A' -> mumu, prompt", "LHCb, PRL 124, 041801, arXiv:1910.06926", 0.90, "2019-10",
                "LHCb_Aaij2019bvg_prompt", VISIBLE,
            ),
            _read(
                "KLOE 2018, A' -> mumu", "KLOE-2, PLB 784 (2018) 336, arXiv:1807.02691", 0.90, "2018-07",
                "KLOE_Anastasi2018azp_mumu", VISIBLE,
            ),
            _read("CMS 2019, A' -> mumu", "CMS-PAS-EXO-19-018", None, "2019", "CMS_CMS2019kiy", VISIBLE),
            _read(
                "CHARM, recast 2019", "Tsai, deNiverville, Liu, arXiv:1908.07525", None, "2019-08",
                "CHARM_Tsai2019mtm", VISIBLE, "region",
            ),
            _read(
                "E137, recast 2012", "Andreas, Niebuhr, Ringwald, arXiv:1209.6083", None, "2012-09",
                "E137_Andreas2012mt", VISIBLE, "region",
            ),
            _read(
                "BaBar 2017, A' -> invisible", "BaBar, PRL 119, 131804, arXiv:1702.03327", 0.90, "2017-02",
                "BaBar_Lees2017lec", INVISIBLE,
            ),
            _read(
                "NA64 2019, A' -> invisible", "NA64, PRL 123, 121801, arXiv:1906.00176", None, "2019-06",
                "NA64_NA642019imj", INVISIBLE,
            ),
        ),
        missing=("Limits on visible and on invisible decays hold for different models; no one model has both.",),
    )
}  # fmt: skip
