"""belle_b0_lambda_dark_baryon: B0 -> Lambda psi, psi a dark baryon, at Belle (arXiv:2110.14086), on pseudo-data.

Efficiencies and backgrounds of the paper are not public here. They are simulated by `gloam prepare` or assumed, and
labelled so; all were fixed before limits were compared with the published ones.
"""

from __future__ import annotations

from gloam.detector import BELLE
from gloam.experiments.belle import B_PAIRS, BELLE_UPSILON_4S
from gloam.searches.on_off import OnOffChannel, OnOffSearch, TaggedDecay
from gloam.searches.preparation import Observable, Simulated
from gloam.sourced import assumed, published, recalled
from gloam.systematic import Systematic
from gloam.theory.b_dark_baryon import LAMBDA_TO_P_PI
from gloam.theory.b_decays import NEUTRAL_FRACTION

__all__ = ["SEARCH"]

PAPER = "arXiv:2110.14086"
_LARGEST = f"{PAPER}, the largest of its masses"
_MASSES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 3.7, 3.9)

PREPARATION = TaggedDecay(
    detector=BELLE,
    sqrt_s=published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it"),
    simulated_masses=_MASSES,
    window=assumed(2.5, 0, "", "half-width of windows of the recoil mass, in resolutions"),
    range=(0.5, 4.2),
    bin_width=0.001,
    signal=Simulated(process="b-dark-baryon", events=40_000),
    background=Simulated(process="bbbar", events=1_200_000),
    tag_efficiency=assumed(
        0.001,
        0,
        "",
        "working point of similar searches: 0.84e-4 for B0 -> K_S nu nu (arXiv:1303.3719, recalled) over "
        "its other factors; the full reconstruction finds the right B0 in at most 0.18 % of pairs (arXiv:1102.3876)",
    ),
    tag_calibration=published(0.860, 0.074, "", PAPER),
    tag_resolution=assumed(0.015, 0, "GeV", "about that of hadronic decays in the drift chamber"),
    no_extra_energy=assumed(0.3, 0, "", "no public number"),
    extra_energy=assumed(0.4, 0, "GeV", "no public number; 86 % of signal events are then below 0.65 GeV"),
    cluster=recalled(0.05, 0, "GeV", "threshold of clusters in the barrel in searches with missing energy"),
    energy_cut=(
        published(0.74, 0, "GeV", f"{PAPER}: 0.57 to 0.74 GeV depending on the mass; which end is which is assumed"),
        published(0.57, 0, "GeV", f"{PAPER}: 0.57 to 0.74 GeV depending on the mass; which end is which is assumed"),
    ),
    proton_identification=assumed(0.95, 0, "", "usual for protons at Belle"),
    lambda_quality=assumed(0.8, 0, "", "vertex far from the beams and cuts on it; no public number"),
    light_quarks=Simulated(process="qqbar", events=600_000),
    continuum=assumed(0.5, 0, "", "light quarks over B decays that pass; no public number"),
    m_bc=(recalled(5.27, 0, "GeV", "usual for tags at Belle"), assumed(5.2, 0, "GeV", "for more simulated events")),
    delta_e=assumed(0.5, 0, "GeV", "as loose as there are simulated events: recoil masses hardly depend on it"),
    smoothing=assumed(0.1, 0, "GeV", "the background has no structure so narrow"),
    seed=20211014,
    left_out=(
        "charged B mesons taken for neutral ones, and tags that are wrong in other ways",
        "neutrons and neutral kaons in the calorimeter: they would be vetoed, so that the background is overestimated",
        "B decays are those of Pythia's tables: exclusive baryonic decays are known to a factor at best",
    ),
)

RECOIL = Observable(column="M_recoil", label=r"$M_\mathrm{recoil}(B_\mathrm{tag} \Lambda)$")

SYSTEMATICS = (
    Systematic("tag of the signal", published(0.086, 0, "", PAPER), "signal"),
    Systematic("proton identification of the signal", published(0.028, 0, "", _LARGEST), "signal"),
    Systematic("tracking of the signal", published(0.019, 0, "", _LARGEST), "signal"),
    Systematic("veto of tracks of the signal", published(0.065, 0, "", _LARGEST), "signal"),
    Systematic("Lambda of the signal", published(0.036, 0, "", _LARGEST), "signal"),
    Systematic("simulated signal", published(0.020, 0, "", _LARGEST), "signal"),
    Systematic("number of B pairs", published(B_PAIRS.error / B_PAIRS.value, 0, "", B_PAIRS.reference), "signal"),
    Systematic("neutral B pairs", published(NEUTRAL_FRACTION.error / NEUTRAL_FRACTION.value, 0, "",
                                            NEUTRAL_FRACTION.reference), "signal"),
    Systematic("Lambda -> p pi-", published(LAMBDA_TO_P_PI.error / LAMBDA_TO_P_PI.value, 0, "",
                                            LAMBDA_TO_P_PI.reference), "signal"),
    Systematic("tag of the background", published(0.086, 0, "", PAPER), "background"),
    Systematic("proton identification of the background", published(0.057, 0, "", _LARGEST), "background"),
    Systematic("tracking of the background", published(0.019, 0, "", _LARGEST), "background"),
    Systematic("veto of tracks of the background", published(0.065, 0, "", _LARGEST), "background"),
    Systematic("Lambda of the background", published(0.047, 0, "", _LARGEST), "background"),
    Systematic("rare B decays", published(0.134, 0, "", f"{_LARGEST}: 50 % of their rates"), "background"),
    Systematic("continuum", published(0.269, 0, "", _LARGEST), "background"),
)  # fmt: skip
"""Signal and background are taken as independent, as the factors of Eq. 1 and 2 are."""

SEARCH = OnOffSearch(
    name="belle_b0_lambda_dark_baryon",
    title="B0 -> Lambda psi, psi a dark baryon, Belle, 711 fb^-1",
    process="e+e- -> Y(4S) -> B0 B0bar, one of them to Lambda psi, psi not seen",
    experiment="Belle at KEKB",
    data_kind="pseudo",
    data_source="pseudo-data: Poisson draws from the simulated background of gloam prepare; no collision data",
    luminosity=BELLE_UPSILON_4S.luminosity,
    reference=f"Hadjivasiliou et al. (Belle), PRD 105, L051101 (2022), {PAPER}",
    status="the published method on pseudo-data: likelihood and uncertainties as published, efficiencies and "
    "backgrounds simulated and assumed; limits are expectations, not results of Belle",
    level=0.90,
    model="b-dark-baryon",
    method="bayes",
    preparation=PREPARATION,
    channels=(
        OnOffChannel(
            name="lambda", title=r"one $\Lambda$, nothing else", observable=RECOIL, masses=_MASSES,
            tau=published(6, 0, "", f"{PAPER}: simulation of light quarks and b -> c over data"),
            rare_tau=published(50, 0, "", f"{PAPER}: simulation of rare charmless decays over data"),
            rare_share=assumed(0.24, 0, "", f"{PAPER}: 50 % of the rare part make 10.6 to 13.4 % of the background"),
            branching_fraction=LAMBDA_TO_P_PI,
            systematics=SYSTEMATICS,
        ),
    ),
    published_range=(
        published(2.1e-5, 0, "", f"{PAPER}, smallest observed limit, 90 % CL"),
        published(3.8e-5, 0, "", f"{PAPER}, largest observed limit, 90 % CL"),
    ),
    notes=(
        "The paper simulates eight masses from 1.0 to 3.9 GeV; only these ends are known here, the others are assumed.",
        "Uncertainties that the paper quotes as ranges over its masses are taken at their upper ends.",
        "Limits average over all uncertainties; what profiling changes is in docs/b_dark_baryon.md.",
    ),
)  # fmt: skip
