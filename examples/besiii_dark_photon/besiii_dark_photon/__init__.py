"""besiii_dark_photon: e+e- -> gamma A', A' -> mu+ mu- at BESIII, a search written as an example.

The detector is a sketch from the design of BESIII, the selection is ours, and the data are pseudo-data.
"""

from __future__ import annotations

from gloam.detector import Detector, Photons, PolarRange, QuadratureSum, Tracks, TurnOn
from gloam.experiments import Collider
from gloam.searches import Channel, Search
from gloam.searches.preparation import CutOn, Observable, Preparation, PreparedSpectrum, Simulated
from gloam.selection import muon_pair_photon
from gloam.sourced import Sourced, assumed, recalled
from gloam.systematic import Systematic


def design(value: float, unit: str) -> Sourced:
    """A number of BESIII as we recall its design."""
    return recalled(value, 0, unit, "design of BESIII (NIM A614 (2010) 345)")


def ours(value: float, unit: str) -> Sourced:
    """A number that we chose for this example."""
    return assumed(value, 0, unit, "chosen for this example")


BESIII = Detector(
    name="besiii",
    collider=Collider(
        "BEPCII", design(1.8865, "GeV"), design(1.8865, "GeV"), design(0.022, "rad"), design(0.0014, "GeV")
    ),
    electron_share=ours(0.5, ""),
    tracks=Tracks(
        covers=PolarRange(design(21.6, "degree"), design(158.4, "degree")),
        momentum=QuadratureSum(((design(0.003, "1/GeV"), 1, 0), (design(0.004, ""), 0, 1))),
        angle=ours(0.002, "rad"),
        efficiency=TurnOn(ours(0.05, "GeV"), ours(0.15, "GeV"), ours(0.98, "")),
        identification={"mu": TurnOn(ours(0.4, "GeV"), ours(0.7, "GeV"), ours(0.9, ""))},
    ),
    photons=Photons(
        covers=PolarRange(design(21.6, "degree"), design(158.4, "degree")),
        energy=QuadratureSum(((design(0.025, ""), -0.5, 0),)),
        angle=QuadratureSum(((design(0.006, "rad"), -0.5, 0),)),
        efficiency=TurnOn(design(0.025, "GeV"), design(0.025, "GeV"), ours(0.98, "")),
    ),
)

PAIR = Observable(column="m_R", label=r"$m_R$", scale="reduced mass")

PREPARATION = Preparation(
    detector=BESIII,
    sqrt_s=ours(3.773, "GeV"),
    signal=Simulated(process="gamma-dark-photon", settings={"decay": "mumu", "min_angle": 20.0}, events=20_000),
    relative_to="dark-photon",
    backgrounds=(
        Simulated(
            process="mumugamma", settings={"min_energy": 0.1, "min_angle": 20.0}, events=1_000_000, weighted=True
        ),
    ),
    reconstruction=muon_pair_photon,
    cuts=(
        CutOn(column="E_gamma", above=ours(0.15, "GeV")),
        CutOn(column="E_balance", above=ours(-0.2, "GeV"), below=ours(0.2, "GeV")),
    ),
    spectra=(
        PreparedSpectrum(
            name="muon_pairs", observable=PAIR, range=(1.0, 3.6), bin_width=0.5,
            masses=(1.1, 1.4, 1.8, 2.2, 2.6, 3.0, 3.3, 3.5), tail=1, pieces=20,
        ),
    ),
    seed=1,
    left_out=("No pions taken for muons, no further photons, no trigger; the J/psi is vetoed, not simulated.",),
)  # fmt: skip

SEARCH = Search(
    name="besiii_dark_photon",
    title="Dark photon in two muons, an example",
    process="e+ e- -> gamma A', A' -> mu+ mu-",
    experiment="a sketch of BESIII",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=recalled(2.93, 0, "fb^-1", "BESIII, psi(3770) data of 2010 and 2011"),
    observable=PAIR,
    reference="none: an example of gloam",
    status="an example: a sketch of a detector and a selection of ours",
    channels=(
        Channel(
            name="muon_pairs", title="Muon pairs and a photon", spectrum="muon_pairs", masses=(1.15, 3.45),
            step="0.5sigma", window=15.0, signal="prepared", background="polynomial:4",
            background_reason="describes the simulated background in windows of 15 sigma", vetoes=((3.04, 3.12),),
        ),
    ),
    systematics=(Systematic("luminosity", ours(0.01, ""), "signal"), Systematic("muons", ours(0.02, ""), "signal")),
    model="dark-photon",
    decay="mumu",
    preparation=PREPARATION,
)  # fmt: skip
