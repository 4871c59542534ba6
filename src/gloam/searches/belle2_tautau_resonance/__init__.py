"""belle2_tautau_resonance: e+e- -> mu+ mu- X, X -> tau+ tau- at Belle II (arXiv:2306.12294), on pseudo-data.

Selection, networks, resolution and background are simulated; what is not public is an assumption of ours and labelled
so. None of it was adjusted to the published limits.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files
from itertools import pairwise
from typing import Final

import numpy as np

from gloam.detector import BELLE2, TurnOn
from gloam.experiments import BELLE2_DATA_SETS
from gloam.searches.declaration import PREPARED, Channel, Observable, Search
from gloam.searches.preparation import CutOn, Preparation, PreparedSpectrum, Simulated
from gloam.selection import TAU_PAIR_INPUTS, muons_and_two_tracks
from gloam.selection.network_files import read_network_selection
from gloam.sourced import assumed, published, simulated
from gloam.systematic import Systematic

__all__ = ["INPUTS", "SEARCH"]

PAPER = "arXiv:2306.12294"
_OURS = "the value is not public; ours, set before any limit was seen"
_POINT = "best figure of merit of Punzi, found on validation events of the training"
_DATA = BELLE2_DATA_SETS["tautau_resonance"]

INPUTS: Final = TAU_PAIR_INPUTS
EDGES: Final = (3.6, 4.6, 5.5, 6.3, 7.1, 7.9, 8.7, 9.4, 10.0)
"""GeV; assumed: the paper has eight ranges and does not say in the abstract where they end."""

RECOIL = Observable(column="M_recoil", label=r"$M_\mathrm{recoil}(\mu\mu)$", scale="mass")

with as_file(files(__name__).joinpath("networks.json")) as _path:
    NETWORKS: Final = read_network_selection(_path)

_NEVER = assumed(0, 0, "GeV", "the same at all momenta")
_PIONS = TurnOn(_NEVER, _NEVER, assumed(0.97, 0, "", "the others are taken for muons; a guess, not public"))
_MUONS = TurnOn(
    assumed(0.15, 0, "GeV", "below the reach of the muon system: energy loss and calorimeter; not public"),
    assumed(1.0, 0, "GeV", "as in Belle, arXiv:2109.08596"),
    assumed(0.95, 0, "", "as in Belle, arXiv:2109.08596"),
)
_TRACKS = replace(BELLE2.tracks, identification={**BELLE2.tracks.identification, "mu": _MUONS, "pi": _PIONS})
_MARGINS: Final = (0.55, 0.5, 0.45, 0.4, 0.3, 0.25, 0.2, 0.12)
"""GeV by which spectra go beyond their masses on both sides, so that windows find room."""


def _signal(events: int) -> Simulated:
    return Simulated(process="mumu-zprime", settings={"decay": "tautau"}, events=events, tau_decays="one-prong")


_MORE: Final = {7: _signal(40_000), 8: _signal(200_000)}
"""Near the end of phase space, where muons are slow and few pass."""


def _spectrum(number: int, low: float, high: float) -> PreparedSpectrum:
    margin = _MARGINS[number - 1]
    cut = simulated(
        float(NETWORKS.cut_logit[number - 1]),
        0,
        "",
        _POINT,
    )
    masses = np.linspace(low, high, 4)
    masses[0], masses[-1] = low - 0.02, high + 0.02
    return PreparedSpectrum(
        name=f"range_{number}", observable=RECOIL, cuts=(CutOn(column=f"network_{number}", above=cut),),
        range=(round(low - margin, 3), round(high + margin, 3)), bin_width=0.5, masses=tuple(masses.round(3).tolist()),
        tail=-1, pieces=4, signal=_MORE.get(number),
    )  # fmt: skip


def _three_prongs(decay: str, events: int) -> Simulated:
    return Simulated(process="tautau-1x3", settings={"decay": decay}, events=events, weighted=True, scale=_TAU_SCALE)


_TAU_SCALE = simulated(1.0, 0.1, "", "lowest order; data and simulation differ, and the background floats")

PREPARATION = Preparation(
    detector=replace(BELLE2, tracks=_TRACKS),
    sqrt_s=_DATA.sqrt_s,
    signal=_signal(12_000),
    backgrounds=(
        Simulated(process="mumutautau", events=400_000, weighted=True, tau_decays="one-prong"),
        Simulated(process="4mu", settings={"isr": 4.0}, events=600_000, weighted=True),
        _three_prongs("mu", 4_000_000), _three_prongs("e", 1_500_000), _three_prongs("pi", 1_500_000),
        _three_prongs("rho", 3_000_000),
    ),
    reconstruction=muons_and_two_tracks, networks=NETWORKS, choice="pair", right_choice=0,
    cuts=(
        CutOn(column="M_4tracks", below=published(9.5, 0, "GeV", PAPER)),
        CutOn(column="E_photons", below=assumed(3.0, 0, "GeV", f"neutral pions of taus pass; {_OURS}")),
    ),
    spectra=tuple(_spectrum(number, *ends) for number, ends in enumerate(pairwise(EDGES), 1)),
    seed=1,
    left_out=(
        (
            "Background: mu mu tau tau and four muons in lowest order, and tau pairs with three tracks on one side, "
            "whose pions are taken for muons; no hadrons, e e mu mu, mu mu pi pi, e+ e- -> e+ e- hadrons."
        ),
        "Radiation of the beams in the four muons alone.",
        "Tau decays: e, mu, pi and rho, 51 % of all pairs; others are not counted as signal.",
        "Three tracks: all such decays are taken as a1 -> rho pi without spins.",
        "Slow muons are identified, and pions taken for muons, as we assume; nothing on it is public.",
        "No trigger, and no tracks of photon conversions.",
    ),
)  # fmt: skip


def _channel(number: int, low: float, high: float) -> Channel:
    return Channel(
        name=f"range_{number}", title=f"Recoil of a muon pair, {low:g} to {high:g} GeV", spectrum=f"range_{number}",
        masses=(low, high), step="0.5sigma", window=15.0, signal=PREPARED, background="polynomial:3",
        background_reason="ours: the background floats in each window; what the order does to the template is printed",
    )  # fmt: skip


SEARCH = Search(
    name="belle2_tautau_resonance",
    title="Resonance in tau pairs beside a muon pair",
    process="e+ e- -> mu+ mu- X, X -> tau+ tau-",
    experiment="Belle II at SuperKEKB, 2019-2020",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_DATA.luminosity,
    observable=RECOIL,
    reference="Belle II, Phys. Rev. Lett. 131, 121802 (2023), arXiv:2306.12294",
    status="the published method on pseudo-data; nothing is calibrated to the published limits",
    channels=tuple(_channel(number, *ends) for number, ends in enumerate(pairwise(EDGES), 1)),
    method="cls",
    level=0.90,
    systematics=(
        Systematic("luminosity", assumed(0.01, 0, "", "about what this data set reaches"), "signal"),
        Systematic("efficiency", assumed(0.10, 0, "", "tracks, muons, networks; not the published size"), "signal"),
        Systematic("mass resolution", assumed(0.10, 0, "", "as in other searches here"), "resolution"),
    ),
    model="zprime",
    decay="tautau",
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
        "Limits on the cross section are those on sigma x B(X -> tau tau).",
        "Scalars and axion-like particles: `gloam recast`, with the efficiency of the Z'.",
        "Neighbouring ranges have networks of their own and pseudo-data drawn independently of each other.",
    ),
)  # fmt: skip
