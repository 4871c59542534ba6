"""belle_b0_dark_photons: B0 -> A'A', A' -> e+e-, mu+mu-, pi+pi-, at Belle (arXiv:2012.02538), on pseudo-data.

Windows and cuts are the published ones; efficiencies and backgrounds are simulated by `gloam prepare`, with chances to
mistake tracks that are assumed and say so. Nothing was adjusted to the published limits.
"""

from __future__ import annotations

from typing import Literal

from gloam.detector import BELLE
from gloam.experiments.belle import B_PAIRS, BELLE_UPSILON_4S
from gloam.searches.on_off import DarkPhotonPairs, OnOffChannel, OnOffSearch, PairMode
from gloam.searches.preparation import Observable, Simulated
from gloam.sourced import Sourced, assumed, published
from gloam.systematic import Systematic
from gloam.theory.b_decays import NEUTRAL_FRACTION

__all__ = ["SEARCH"]

PAPER = "arXiv:2012.02538"
FINAL = {"4e": "ee ee", "2e2mu": "ee mumu", "4mu": "mumu mumu", "2e2pi": "ee pipi", "2mu2pi": "mumu pipi"}
FIRST = {"4e": 0.02, "2e2mu": 0.22, "4mu": 0.22, "2e2pi": 0.28, "2mu2pi": 0.28}
"""Lightest mass of the scan at which both decays are open, in GeV."""
_GUESS = "usual size at Belle; no public number for this selection"


def _mode(
    name: str, one: Literal["ee", "mumu"], two: Literal["ee", "mumu", "pipi"], low: float, high: float, slope: float,
    offset: float,
) -> PairMode:  # fmt: skip
    return PairMode(
        name=name, pairs=(one, two),
        delta_e=(published(low, 0, "GeV", PAPER), published(high, 0, "GeV", PAPER)),
        slope=published(slope, 0, "", PAPER), offset=published(offset, 0, "GeV", PAPER),
    )  # fmt: skip


def _chances(**chances: float) -> dict[str, Sourced]:
    return {name: assumed(value, 0, "", _GUESS) for name, value in chances.items()}


PREPARATION = DarkPhotonPairs(
    detector=BELLE,
    sqrt_s=published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it"),
    simulated_masses=(0.02, 0.1, 0.12, 0.22, 0.28, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 1.9, 2.2, 2.4, 2.54, 2.62),
    modes=(
        _mode("4e", "ee", "ee", -0.2, 0.05, 0.06, 0.03),
        _mode("2e2mu", "ee", "mumu", -0.1, 0.04, 0.03, 0.01),
        _mode("4mu", "mumu", "mumu", -0.03, 0.03, 0.01, 0.01),
        _mode("2e2pi", "ee", "pipi", -0.1, 0.04, 0.03, 0.01),
        _mode("2mu2pi", "mumu", "pipi", -0.03, 0.03, 0.01, 0.01),
    ),
    window=published(1, 0, "", f"{PAPER}: windows are those of the differences of masses, not resolutions"),
    range=(0.0, 2.7),
    bin_width=0.001,
    signal=Simulated(process="bbbar", events=8_000),
    continuum=Simulated(process="qqbar", events=40_000),
    background=Simulated(process="bbbar", events=20_000),
    m_bc=published(5.27, 0, "GeV", PAPER),
    missing=published(3.5, 0, "GeV", PAPER),
    light=published(0.1, 0, "GeV", PAPER),
    light_window=published(0.02, 0, "GeV", PAPER),
    fisher=assumed(0.85, 0, "", f"{PAPER}: 75 to 90 % of the signal are kept, depending on the mass"),
    fakes={
        "ee": _chances(electron=0.9, muon=0.0, pion=0.002, kaon=0.003, proton=0.002),
        "mumu": _chances(electron=0.0, muon=0.9, pion=0.015, kaon=0.02, proton=0.003),
        "pipi": _chances(electron=0.02, muon=0.9, pion=0.95, kaon=0.1, proton=0.05),
    },
    loosest=(
        assumed(5.20, 0, "GeV", "as wide as M_bc is smooth"), assumed(0.5, 0, "GeV", "as wide as Delta E is smooth"),
        assumed(0.5, 0, "GeV", "wide against the windows"),
    ),
    smoothing=assumed(0.05, 0, "GeV", "resonances in the background are washed out"),
    seed=20201204,
    left_out=(
        "bremsstrahlung of electrons and conversions of photons, the latter a background at the lightest masses",
        "J/psi, K_S, phi and D mesons: their vetoes are not public, and the background is smooth over them",
        "two-photon and QED events with four leptons",
        "wrong pairs of tracks of the signal",
    ),
)  # fmt: skip

MEAN = Observable(column="M_mean", label=r"$(m_1 + m_2)/2$")

SYSTEMATICS = (
    Systematic("tracking", assumed(0.014, 0, "", "0.35 % for each track, as in arXiv:2109.08596"), "signal"),
    Systematic("identification", assumed(0.05, 0, "", "1.2 % for each track, and that of the discriminant"), "signal"),
    Systematic("number of B pairs", published(B_PAIRS.error / B_PAIRS.value, 0, "", B_PAIRS.reference), "signal"),
    Systematic("neutral B pairs", published(NEUTRAL_FRACTION.error / NEUTRAL_FRACTION.value, 0, "",
                                            NEUTRAL_FRACTION.reference), "signal"),
    Systematic("background", assumed(0.3, 0, "", "mistaken tracks and hadrons of the generator"), "background"),
)  # fmt: skip

SEARCH = OnOffSearch(
    name="belle_b0_dark_photons",
    title="B0 -> A'A', A' -> ee, mumu, pipi, Belle, 711 fb^-1",
    process="e+e- -> Y(4S) -> B0 B0bar, one of them to A'A', prompt A' -> e+e-, mu+mu-, pi+pi-",
    experiment="Belle at KEKB",
    data_kind="pseudo",
    data_source="pseudo-data: Poisson draws from the simulated background of gloam prepare; no collision data",
    luminosity=BELLE_UPSILON_4S.luminosity,
    reference=f"Park et al. (Belle), JHEP 04 (2021) 191, {PAPER}",
    status="the published windows on pseudo-data: efficiencies and backgrounds are simulated, mistaken tracks assumed; "
    "limits are expectations, not results of Belle",
    level=0.90,
    model="b-dark-photons",
    method="bayes",
    preparation=PREPARATION,
    channels=tuple(
        OnOffChannel(
            name=name.lower(), title=f"B0 -> A'A' -> {name}", observable=MEAN,
            masses=tuple(round(0.02 * k, 2) for k in range(1, 132) if 0.02 * k > FIRST[name] - 1e-9),
            tau=assumed(5, 0, "", "simulation of the background over data; not public"), share=FINAL[name],
            systematics=SYSTEMATICS,
        )
        for name in FINAL
    ),
    notes=(
        "Only prompt decays: a limit on the mixing would need the lifetime, and is a region.",
        "Limits on B(B0 -> A'A') take branching fractions of the A' from gloam's R ratio, from 1.2 to 1.6 GeV a guess.",
        "Limits on products with these branching fractions do not depend on them.",
        "The coupling is B(B0 -> A'A').",
        "No limit on a Higgs-portal coupling: no formula for B(B0 -> A'A') in terms of it could be verified.",
    ),
)  # fmt: skip
