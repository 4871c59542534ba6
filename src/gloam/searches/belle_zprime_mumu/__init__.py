"""belle_zprime_mumu: e+e- -> mu+ mu- Z', Z' -> mu+ mu- at Belle (arXiv:2109.08596), on pseudo-data.

Selection, resolution, efficiency and background are simulated by `gloam prepare`; what is not public is an assumption
of ours and labelled so. None of it was adjusted to published limits.
"""

from __future__ import annotations

from dataclasses import replace

from gloam.detector import BELLE
from gloam.experiments import BELLE_UPSILON
from gloam.interpretation import LuminosityKind
from gloam.kinematics import mass_at
from gloam.searches.declaration import PREPARED, Channel, KnownPeak, Search
from gloam.searches.preparation import CutOn, Observable, Preparation, PreparedSpectrum, Simulated
from gloam.selection import four_muons
from gloam.sourced import assumed, published
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

PAPER = "arXiv:2109.08596"
_LUMINOSITY = published(643.0, 0, "fb^-1", f"{PAPER}, at Upsilon(1S) to Upsilon(5S)")
_RECALLED = sum(float(each.luminosity) for each in BELLE_UPSILON)
_SHARE = "its share of the 643 fb^-1 is that of the on-resonance samples of Belle as we recall them"
_DATA_SETS = tuple(
    replace(each, luminosity=assumed(float(each.luminosity) * 643.0 / _RECALLED, 0, "fb^-1", _SHARE))
    for each in BELLE_UPSILON
)
_PHOTON = assumed(3.0, 0, "GeV", "largest energy of radiated photons; that of the paper is not public")
_POLARISATION = assumed(1.08, 0, "", "1/|1 - Pi|^2 beside the resonances; the paper's values on them are not public")

_THRESHOLD, _HEAVIEST = float(mass_at(0.0, "reduced mass")), float(mass_at(9.787, "reduced mass"))
_MASSES = (
    _THRESHOLD, 0.2134, 0.217, 0.225, 0.24, 0.27, 0.32, 0.4, 0.55, 0.75, 1.0, 1.4, 1.8, 2.2, 2.7, 3.2, 3.8, 4.4, 5.0,
    5.6, 6.2, 6.8, 7.4, 7.9, 8.3, 8.7, 9.0, 9.25, 9.5, 9.65, 9.8,
)  # fmt: skip

PAIR = Observable(column="m_R", label=r"$m_R$", scale="reduced mass")


def _spectrum(name: str, signal: Simulated | None = None, same_events_as: str | None = None) -> PreparedSpectrum:
    return PreparedSpectrum(
        name=name, observable=PAIR, range=(0.0, 9.95), bin_width=0.5, masses=_MASSES, tail=0, signal=signal,
        same_events_as=same_events_as, wrong=False, pieces=60, three_gaussians=20_000,
        whole_events=20_000 if same_events_as is None else 0,
    )  # fmt: skip


PREPARATION = Preparation(
    detector=BELLE,
    sqrt_s=published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it"),
    signal=Simulated(process="mumu-zprime", settings={"decay": "mumu", "isr": float(_PHOTON)}, events=200_000),
    backgrounds=(
        Simulated(
            process="4mu", settings={"isr": float(_PHOTON)}, events=6_000_000, weighted=True, scale=_POLARISATION
        ),
    ),
    reconstruction=four_muons(BELLE), choice="pair", right_choice=3,
    cuts=(
        CutOn(column="muons", above=assumed(2.5, 0, "", "at least three of four; not public")),
        CutOn(column="E_extra", below=published(0.2, 0, "GeV", f"{PAPER}, clusters above 30 MeV")),
        CutOn(
            column="E_balance", above=published(-0.5, 0, "GeV", f"{PAPER}, |E_CMS - E_vis|"),
            below=published(0.5, 0, "GeV", f"{PAPER}, |E_CMS - E_vis|"),
        ),
        CutOn(column="chi2", below=assumed(30.0, 0, "", "quality of the kinematic fit; the paper's cut is not public")),
    ),
    spectra=(
        _spectrum("with_radiation"),
        _spectrum(
            "without_radiation", Simulated(process="mumu-zprime", settings={"decay": "mumu"}, events=100_000),
            "with_radiation",
        ),
    ),
    seed=1,
    left_out=(
        "Background: e+e- -> 4 mu in lowest order and a photon along the beams; of J/psi the peak alone, no psi(2S).",
        "Background: no pions taken for muons.",
        "Signal: radiation along the beams alone, none of the muons.",
        "Efficiencies and backgrounds at all energies are those at 10.58 GeV. No trigger.",
    ),
)  # fmt: skip


J_PSI = KnownPeak(
    name="J/psi", mass=published(3.0969, 6e-6, "GeV", "PDG 2024"), spectrum="with_radiation",
    cross_section=assumed(
        1.4, 0, "fb", "the yield in the paper is not public; a narrow resonance is worth 9 pi Gamma_ee B / (2 alpha^2) "
        "0.088 GeV of the spectrum of virtual photons, taken as half of all pairs",
    ),
    width_ratio=assumed(1.0, 0, "", "pseudo-data have the resolution of the simulation"),
)  # fmt: skip


def _channel(name: str, title: str, cross_section: LuminosityKind) -> Channel:
    return Channel(
        name=name, title=title, spectrum=name, masses=(_THRESHOLD, _HEAVIEST), step=0.001, window=25.0,
        signal=PREPARED, background="polynomial:3", background_reason=f"published in {PAPER}: third order, floating",
        vetoes=((3.05, 3.13),), cross_section=cross_section,
    )  # fmt: skip


SEARCH = Search(
    name="belle_zprime_mumu",
    title="Z' in four muons",
    process="e+ e- -> mu+ mu- Z', Z' -> mu+ mu-",
    experiment="Belle at KEKB",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_LUMINOSITY,
    data_sets=_DATA_SETS,
    largest_photon=_PHOTON,
    vacuum_polarisation=_POLARISATION,
    observable=PAIR,
    reference="Belle, Phys. Rev. D 106, 012003 (2022), arXiv:2109.08596",
    status="the published method on pseudo-data; nothing is calibrated to published limits",
    channels=(
        _channel("with_radiation", "Signals with radiation of the beams", "Born"),
        _channel("without_radiation", "Signals without radiation", "visible"),
    ),
    method="bayes",
    level=0.90,
    systematics=(
        Systematic("luminosity", published(0.014, 0, "", PAPER), "signal", "gaussian"),
        Systematic("tracking", published(4 * 0.0035, 0, "", f"{PAPER}: 0.35 % of each track"), "signal", "gaussian"),
        Systematic("muon identification", published(0.0115, 0, "", PAPER), "signal", "gaussian"),
        Systematic("muon correction", published(0.01, 0, "", PAPER), "signal", "gaussian"),
        Systematic("hadron veto", published(0.01, 0, "", PAPER), "signal", "gaussian"),
    ),
    model="zprime",
    decay="mumu",
    compare_with="BaBar 2016, Z' -> mu mu",
    preparation=PREPARATION,
    calibration=J_PSI,
    notes=(
        "Pseudo-data, since those of Belle are not public: an excess in them is a fluctuation of random numbers.",
        "Pseudo-data: events are drawn whole, their four pairs going together as in 20,000 simulated events.",
        "Both channels are fits to the same events: limits on the Born cross section, and on the visible one.",
        "Published of the data: significances from -3.5 at about 3.1 GeV to +3.7 at about 3.3 GeV, global 2.23.",
    ),
)  # fmt: skip
