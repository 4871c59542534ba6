"""Published exclusions of the axion-like particle with a coupling to photons."""

from __future__ import annotations

from gloam.interpretation.exclusions.content import Content
from gloam.interpretation.exclusions.conversions import PB
from gloam.interpretation.exclusions.declaration import ALPACA, AXIONLIMITS, Exclusion, Kind, Plane, table

__all__ = ["CROSS_SECTION", "PLANES"]

COUPLING = "g_agammagamma [GeV^-1]"
CROSS_SECTION = "cross section [fb]"


def _axionlimits(
    name: str, source: str, level: float | None, date: str | None, file: str, final_state: str, kind: Kind = "curve",
    note: str = "",
) -> Exclusion:  # fmt: skip
    content = table("axionlimits", file, "axionlimits", region=kind == "region")
    numbers = f"github.com/cajohare/AxionLimits, limit_data/AxionPhoton/{file}"
    return Exclusion(name, kind, COUPLING, source, level, date, AXIONLIMITS, content, numbers, final_state, note)


def _belle2_cross_section() -> Content:
    return table("alpaca", "Belle2_gamma_binned.txt", "alpaca", scale=PB)


PHOTONS, INVISIBLE = "a -> gamma gamma", "a leaves the detector"

PLANES = {
    "alp-photon": Plane(
        model="alp-photon",
        title="Axion-like particle with a coupling to photons",
        quantity=COUPLING,
        label=r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]",
        mass=(1e-3, 100.0),
        value=(1e-7, 1e-1),
        exclusions=(
            _axionlimits(
                "Belle II 2020, a -> gamma gamma", "Belle II, PRL 125, 161806, arXiv:2007.13071", 0.95, "2020-07",
                "BelleII.txt", PHOTONS, note="digitised from Fig. 5",
            ),
            Exclusion(
                "Belle II 2020, cross section", "curve", CROSS_SECTION, "Belle II, PRL 125, 161806, arXiv:2007.13071",
                0.95, "2020-07", ALPACA, _belle2_cross_section(),
                "github.com/alp-aca/alp-aca, alpaca/experimental_data/visible/Belle2_gamma_binned.txt", PHOTONS,
                "digitised from Fig. 4; of e+ e- -> gamma a",
            ),
            _axionlimits(
                "LEP, recast 2015", "Jaeckel and Spannowsky, PLB 753 (2016) 482, arXiv:1509.00476", None, "2015-09",
                "LEP.txt", PHOTONS,
            ),
            _axionlimits(
                "OPAL, recast 2016", "Knapen, Lin, Lou, Melia, arXiv:1607.06083", None, "2016-07", "OPAL.txt", PHOTONS
            ),
            _axionlimits("PrimEx, recast 2019", "PRL 123, 071801", None, "2019", "PrimEx.txt", PHOTONS),
            _axionlimits(
                "ATLAS 2020, Pb Pb", "ATLAS, JHEP 03 (2021) 243, arXiv:2008.05355", 0.95, "2020-08", "ATLAS_PbPb.txt",
                PHOTONS,
            ),
            _axionlimits(
                "CMS 2018, Pb Pb", "CMS, arXiv:1810.04602", None, "2018-10", "CMS_PbPb.txt", PHOTONS
            ),
            _axionlimits(
                "Beam dumps", "compilation of AxionLimits", None, None, "BeamDump.txt", PHOTONS, "region"
            ),
            _axionlimits(
                "NA64", "compilation of AxionLimits", None, None, "NA64.txt", f"{PHOTONS}, or {INVISIBLE}", "region"
            ),
            _axionlimits(
                "BaBar, recast 2021, one photon", "JHEP 03 (2021) 190", None, "2021-03", "BaBar.txt", INVISIBLE,
                "region",
            ),
            _axionlimits(
                "Upsilon -> gamma + invisible", "compilation of AxionLimits", None, None, "Collider_Y_invgamma.txt",
                INVISIBLE, "region",
            ),
        ),
        missing=("Limits from supernovae and cosmology are not collected here.",),
    )
}  # fmt: skip
