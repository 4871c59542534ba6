"""belle2_single_photon: e+e- -> gamma A', A' -> invisible at Belle II, a prospect on pseudo-data.

No such search of Belle II is published: selection, efficiency and background are ours. What three photons make
of the background where two escape is simulated; radiative Bhabha events that escape are an assumption.
"""

from __future__ import annotations

from dataclasses import replace

from gloam.detector import BELLE2, TurnOn
from gloam.searches.declaration import PREPARED, Channel, Search
from gloam.searches.preparation import CutOn, Observable, Preparation, PreparedSpectrum, Simulated
from gloam.selection import single_photon
from gloam.sourced import assumed, published, recalled
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

_OURS = "a selection of ours; no such search is published"
_BARREL = "barrel of the calorimeter of Belle II"
_NO_CONVERSIONS = "a photon that converts is seen as tracks, so that no photon of the background is lost by it"

RECOIL = Observable(column="M2_recoil", unit="GeV^2", label=r"$M^2_\mathrm{recoil}$", scale="mass squared")

_PHOTONS = replace(
    BELLE2.photons,
    efficiency=TurnOn(
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(1.0, 0, "", _NO_CONVERSIONS),
    ),
)  # fmt: skip

PREPARATION = Preparation(
    detector=replace(BELLE2, photons=_PHOTONS),
    sqrt_s=published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it"),
    signal=Simulated(process="gamma-dark-photon", settings={"min_angle": 15.0}, events=100_000),
    relative_to="dark-photon",
    backgrounds=(
        Simulated(
            process="3gamma", settings={"min_energy": 0.02, "min_angle": 1.0}, events=20_000_000, weighted=True,
            scale=assumed(2.0, 0, "", "radiative Bhabha events that escape are taken to be as many and to look alike"),
        ),
    ),
    reconstruction=single_photon,
    cuts=(
        CutOn(
            column="photon_polar", above=recalled(32.2, 0, "degree", _BARREL),
            below=recalled(128.7, 0, "degree", _BARREL),
        ),
        CutOn(column="E_gamma", above=assumed(1.8, 0, "GeV", _OURS)),
        CutOn(column="tracks", below=assumed(0.5, 0, "", _OURS), name="no track"),
        CutOn(column="E_extra", below=assumed(0.1, 0, "GeV", _OURS)),
    ),
    spectra=(
        PreparedSpectrum(
            name="recoils", observable=RECOIL, range=(-6.0, 73.0), bin_width=0.5,
            masses=(0.01, 1.0, 2.0, 2.8, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.3), tail=-1, pieces=24,
        ),
    ),
    seed=1,
    left_out=(
        "Background: no e+e- -> gamma gamma of which one photon is lost, which peaks at a mass of 0.",
        "Background: no cosmic rays, no beam-induced photons.",
        "Signal: no initial-state radiation beside the photon.",
        "No muon system that sees photons in the gaps of the calorimeter; no trigger.",
    ),
)  # fmt: skip

SEARCH = Search(
    name="belle2_single_photon",
    title="Dark photon that is not seen: one photon, prospect",
    process="e+ e- -> gamma A', A' -> invisible",
    experiment="Belle II at SuperKEKB, 20 fb^-1",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=assumed(20.0, 0, "fb^-1", "a first data set; `gloam project` goes to 50 ab^-1"),
    observable=RECOIL,
    reference="none: a prospect of ours",
    status="a prospect; selection and background model are declared here, nothing is published",
    channels=(
        Channel(
            name="recoils", title="Recoil of one photon", spectrum="recoils", masses=(0.5, 8.0), step="0.5sigma",
            window="whole", signal=PREPARED, background=PREPARED,
            background_reason="the simulated template, its yield floating: no polynomial follows the gaps",
        ),
    ),
    method="cls",
    level=0.90,
    systematics=(
        Systematic("luminosity", assumed(0.01, 0, "", "about what present data sets reach"), "signal"),
        Systematic("efficiency", assumed(0.05, 0, "", "photons and vetoes"), "signal"),
    ),
    model="dark-photon",
    preparation=PREPARATION,
    notes=(
        "Pseudo-data of a simulation in lowest order and an assumption: a prospect, not a measurement.",
        "The template is smoothed: its statistical error is taken to be small beside that of the data.",
        "Coupling: every A' is taken to decay to what is not seen.",
        "a -> invisible: `gloam recast --model alp-photon`; the angles of its photons differ, which is not corrected.",
    ),
)  # fmt: skip
