"""belle2_zprime_invisible_2018: e+e- -> mu+mu- Z', Z' -> invisible at Belle II (arXiv:1912.11276), on pseudo-data.

Events are counted in windows of the squared recoil mass of two muons, and of an electron and a muon. Selection,
resolution and backgrounds are simulated by `gloam prepare`; what is not public is an assumption of ours and labelled
so. All of it was fixed before it was compared with the published limits, and none of it was adjusted to them.
"""

from __future__ import annotations

from dataclasses import replace

from gloam.detector import BELLE2, BELLE2_2018_EMU, BELLE2_2018_MUMU, ReconstructedBatch, TurnOn
from gloam.experiments import BELLE2_DATA_SETS
from gloam.searches.counting import (
    CountedChannel,
    CountedSpectrum,
    CountingPreparation,
    CountingSearch,
    CrossCheck,
    EfficiencyRange,
    TunedLine,
    YieldUncertainty,
)
from gloam.searches.preparation import CutOn, Observable, Simulated
from gloam.selection import Entries, lepton_pair_recoil
from gloam.sourced import Sourced, assumed, published, recalled
from gloam.statistics.prior import Prior

__all__ = ["CUTS", "SEARCH", "VETO", "electron_muon", "two_muons"]

PAPER = "arXiv:1912.11276"
_NOT_PUBLIC = f"{PAPER}; remembered, not checked against the text"
_DATA = BELLE2_DATA_SETS["zprime_invisible_2018"]
TAU_SUPPRESSION = "tau suppression"

RECOIL = Observable(column="M2_recoil", unit="GeV^2", label=r"$M^2_\mathrm{recoil}$", scale="mass squared")

VETO = replace(
    BELLE2.photons,
    efficiency=TurnOn(
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(0.999, 0, "", "cracks between crystals; a photon that converts before them is still seen"),
    ),
)  # fmt: skip
"""As a veto: what matters is whether anything is seen of a photon."""


def two_muons(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """The entries of two muons, see `gloam.selection.lepton_pair_recoil`."""
    return lepton_pair_recoil(seen, sqrt_s, BELLE2.beams, ("mu", "mu"))


def electron_muon(seen: ReconstructedBatch, sqrt_s: float) -> Entries:
    """The entries of an electron and a muon."""
    return lepton_pair_recoil(seen, sqrt_s, BELLE2.beams, ("e", "mu"))


def _degrees(value: float) -> Sourced:
    return recalled(value, 0, "degree", _NOT_PUBLIC)


CUTS = (
    CutOn(column="tracks", above=published(1.5, 0, "", f"{PAPER}: two tracks"), below=published(2.5, 0, "", PAPER),
          name="two tracks"),
    CutOn(column="charge", above=assumed(-0.5, 0, "", "charges add up to 0"), below=assumed(0.5, 0, "", "the same"),
          name="opposite charges"),
    CutOn(column="identified", above=published(1.5, 0, "", f"{PAPER}: two identified leptons"),
          name="both identified"),
    CutOn(column="least_polar", above=_degrees(37.0)),
    CutOn(column="largest_polar", below=_degrees(120.0)),
    CutOn(column="azimuth_opening", above=_degrees(90.0)),
    CutOn(column="rec_polar", above=_degrees(33.0), below=_degrees(128.0)),
    CutOn(column="extra_energy", below=recalled(0.4, 0, "GeV", _NOT_PUBLIC)),
    CutOn(column="photon_to_rec", above=_degrees(15.0)),
)  # fmt: skip
"""In front of the tau suppression. The angles are those of the trigger and of the barrel of the calorimeter."""

# assumed: pairs of less than 1 GeV of transverse momentum come with photons along the beams, which are not simulated
_LINE = TunedLine(
    name=TAU_SUPPRESSION,
    column="pT_pair",
    least=tuple(round(1.0 + 0.2 * step, 1) for step in range(9)),
    plane=("pT_rec_lmax", "pT_rec_lmin"),
    angles=13, between=(0.0, 60.0),
    offsets=(0.0, 4.0), steps=81,
    luminosity=assumed(0.276 * 0.79 * 0.90 * 0.75, 0, "fb^-1", "luminosity times the corrections of both muons"),
    significance=assumed(3.0, 0, "sigma", "usual, as in arXiv:2110.00810"),
    power=assumed(1.2816, 0, "sigma", "90 %, as in arXiv:2110.00810"),
)  # fmt: skip

_MASSES = tuple((round(0.25 * step, 2),) for step in range(1, 33))


def _taus(decay: str, events: int) -> Simulated:
    return Simulated(process="tautau", settings={"tau_decay": decay, "isr": 4.0}, events=events)


PREPARATION = CountingPreparation(
    detector=replace(BELLE2, photons=VETO),
    sqrt_s=_DATA.sqrt_s,
    spectra=(
        CountedSpectrum(
            name="mumu", observables=(RECOIL,), reconstruction=two_muons, cuts=CUTS, tuned=_LINE,
            signal=Simulated(process="mumu-zprime", settings={"isr": 4.0}, events=40_000),
            backgrounds=(
                Simulated(process="mumugamma", settings={"min_energy": 0.5, "min_angle": 10.0}, events=3_000_000),
                _taus("mumu", 10_000_000),
                Simulated(
                    process="eemumu", settings={"min_energy": 0.42, "min_angle": 43.0, "min_mass": 0.5},
                    events=3_000_000, weighted=True,
                ),
            ),
            masses=((0.1,), *_MASSES), ranges=((-2.5, 75.0),), tails=(-1,),
            half_width=published(2.0, 0, "sigma", f"width of the windows: {PAPER}, and the spacing of its limits"),
        ),
        CountedSpectrum(
            name="emu", observables=(RECOIL,), reconstruction=electron_muon, cuts=CUTS, like="mumu",
            backgrounds=(_taus("emu", 2_500_000), _taus("mue", 2_500_000)), ranges=((-2.5, 75.0),), tails=(-1,),
            half_width=published(2.0, 0, "sigma", f"as for two muons: {PAPER}"),
        ),
    ),
    seed=1,
    left_out=(
        "mu mu gamma: lowest order, one photon; events with two lost photons are not in it.",
        "e e mu mu: lowest order; no initial-state radiation. e e mu mu where a muon is lost is not in e mu.",
        "Pions are never taken for leptons; tau pairs are those with two leptons.",
        "Electrons and muons of the e mu channel: the resolution and the tau suppression are those of two muons.",
        "No trigger, but for its angles; its efficiency is a published factor.",
    ),
)  # fmt: skip


def _uncertainty(name: str, relative: float, *acts_on: str, step: str = "") -> YieldUncertainty:
    return YieldUncertainty(name=name, relative=published(relative, 0, "", PAPER), acts_on=acts_on, step=step)  # type: ignore[arg-type]


_UNCERTAINTIES = (
    _uncertainty("luminosity", 0.007, "signal", "background"),
    _uncertainty("background before tau suppression", 0.02, "background"),
    _uncertainty("tau suppression", 0.22, "background", step=TAU_SUPPRESSION),
)

SEARCH = CountingSearch(
    name="belle2_zprime_invisible_2018",
    title="Z' to invisible beside two muons, and beside an electron and a muon",
    process="e+ e- -> mu+ mu- Z', e+- mu-+ Z', Z' -> invisible",
    experiment="Belle II at SuperKEKB, 2018",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_DATA.luminosity,
    reference="Belle II, Phys. Rev. Lett. 124, 141801 (2020), arXiv:1912.11276",
    status="the published method on pseudo-data; selection assumed where it is not public, nothing fitted to limits",
    channels=(
        CountedChannel(
            name="mumu", title="Recoil of two muons", spectrum="mumu", masses=((0.1, 8.0),), step=2.0,
            corrections=BELLE2_2018_MUMU, uncertainties=_UNCERTAINTIES,
        ),
        CountedChannel(
            name="emu", title="Recoil of an electron and a muon", spectrum="emu", masses=((0.1, 8.0),), step=2.0,
            corrections=BELLE2_2018_EMU, uncertainties=_UNCERTAINTIES, has_signal_efficiency=False,
        ),
    ),
    method="bayes",
    level=0.90,
    cross_checks=(
        CrossCheck(name="log-flat", method="bayes", prior=Prior("logflat", (0.1, 1000.0))),
        CrossCheck(name="log-flat from 0.01", method="bayes", prior=Prior("logflat", (0.01, 1000.0))),
        CrossCheck(name="Feldman-Cousins", method="feldman-cousins", uncertainties=False),
    ),
    model="zprime",
    compare_with="Belle II 2018 data, Z' -> invisible",
    published_efficiency=EfficiencyRange(
        low=published(0.026, 0, "", PAPER), high=published(0.049, 0, "", PAPER), below=published(7.0, 0, "GeV", PAPER)
    ),
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
        (
            "The Z' decays to invisible particles alone; for a branching fraction B < 1 limits on g' scale as "
            "1/sqrt(B) (gloam recast --branching-fraction B, or --decay invisible for that of the model)."
        ),
        (
            "Efficiency: published 2.6 to 4.9 % below 7 GeV; ours is up to twice the larger below 1.2 GeV, where few "
            "tau pairs are left and the tuned line is loose."
        ),
        "e mu: limits are on efficiency times cross section of a process that no model of ours makes.",
    ),
)  # fmt: skip
