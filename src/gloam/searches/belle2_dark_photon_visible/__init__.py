"""belle2_dark_photon_visible: e+e- -> gamma A', A' -> mu+ mu- at Belle II, a prospect on pseudo-data.

No such search is published: selection, efficiency and background are ours, from a simulation in lowest order.
"""

from __future__ import annotations

from gloam.detector import BELLE2
from gloam.searches.declaration import PREPARED, Channel, Search
from gloam.searches.preparation import CutOn, Observable, Preparation, PreparedSpectrum, Simulated
from gloam.selection import muon_pair_photon
from gloam.sourced import assumed, published, recalled
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

_OURS = "a selection of ours; no such search is published"
_BARREL = "barrel of the calorimeter of Belle II"
_MASSES = (
    0.22, 0.24, 0.3, 0.4, 0.55, 0.75, 1.0, 1.3, 1.7, 2.1, 2.6, 3.1, 3.7, 4.3, 4.9, 5.5, 6.1, 6.7, 7.3, 7.9, 8.4, 8.9,
    9.3, 9.65, 9.95, 10.15,
)  # fmt: skip

PAIR = Observable(column="m_R", label=r"$m_R$", scale="reduced mass")

PREPARATION = Preparation(
    detector=BELLE2,
    sqrt_s=published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it"),
    signal=Simulated(process="gamma-dark-photon", settings={"decay": "mumu", "min_angle": 15.0}, events=100_000),
    relative_to="dark-photon",
    backgrounds=(
        Simulated(
            process="mumugamma", settings={"min_energy": 0.2, "min_angle": 15.0}, events=6_000_000, weighted=True
        ),
    ),
    reconstruction=muon_pair_photon,
    cuts=(
        CutOn(
            column="photon_polar", above=recalled(32.2, 0, "degree", _BARREL),
            below=recalled(128.7, 0, "degree", _BARREL),
        ),
        CutOn(column="E_gamma", above=assumed(0.3, 0, "GeV", _OURS)),
        CutOn(column="E_balance", above=assumed(-0.5, 0, "GeV", _OURS), below=assumed(0.5, 0, "GeV", _OURS)),
    ),
    spectra=(
        PreparedSpectrum(
            name="muon_pairs", observable=PAIR, range=(0.0, 10.2), bin_width=0.5, masses=_MASSES, tail=1, pieces=30,
        ),
    ),
    seed=1,
    left_out=(
        "Background: e+e- -> mu+ mu- gamma in lowest order alone: no pions taken for muons, no further photons.",
        "J/psi, psi(2S) and Upsilon are vetoed, not simulated.",
        "Signal: no initial-state radiation beside the photon, and no radiation of the muons.",
        "No trigger.",
    ),
)  # fmt: skip

SEARCH = Search(
    name="belle2_dark_photon_visible",
    title="Dark photon in two muons, prospect",
    process="e+ e- -> gamma A', A' -> mu+ mu-",
    experiment="Belle II at SuperKEKB, 100 fb^-1",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=assumed(100.0, 0, "fb^-1", "a size that simulation can follow; `gloam project` goes to 50 ab^-1"),
    observable=PAIR,
    reference="none: a prospect of ours",
    status="a prospect; selection and background model are declared here, nothing is published",
    channels=(
        Channel(
            name="muon_pairs", title="Muon pairs and a photon", spectrum="muon_pairs", masses=(0.222, 9.3),
            step="0.5sigma", window=15.0, signal=PREPARED, background="polynomial:4",
            background_reason="describes the simulated background in windows of 15 sigma to a third of the error",
            vetoes=((3.05, 3.13), (3.65, 3.71), (9.38, 9.52)),
        ),
    ),
    method="cls",
    level=0.90,
    systematics=(
        Systematic("luminosity", assumed(0.01, 0, "", "about what present data sets reach"), "signal"),
        Systematic("efficiency", assumed(0.05, 0, "", "tracking, muon identification and photons"), "signal"),
    ),
    model="dark-photon",
    decay="mumu",
    preparation=PREPARATION,
    notes=(
        "Pseudo-data of a simulation in lowest order: a prospect, not a measurement.",
        "`gloam project` to 50 ab^-1: selection, polynomial and systematic uncertainties stay as declared.",
    ),
)  # fmt: skip
