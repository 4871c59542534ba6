"""belle2_zprime_invisible_2020: e+e- -> mu+ mu- Z', Z' -> invisible at Belle II (arXiv:2212.03066), on pseudo-data.

The selection is that of 2018 up to its tau suppression, for which a network stands that was trained on our simulation
as arXiv:2110.00810 has it. Details of the fit are not public: ours are ours. None of it was adjusted to limits.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files
from typing import Any, Final

from gloam.detector import BELLE2, PolarRange
from gloam.experiments import BELLE2_DATA_SETS
from gloam.searches.belle2_zprime_invisible_2018 import CUTS, RECOIL, VETO, two_muons
from gloam.searches.declaration import PREPARED, Channel, Search
from gloam.searches.preparation import CutOn, Preparation, PreparedSpectrum, Simulated
from gloam.selection.network_files import read_network_selection
from gloam.sourced import assumed, published, simulated
from gloam.systematic import Systematic

__all__ = ["SEARCH"]

PAPER = "arXiv:2212.03066"
_OURS = "not public; ours, set before any limit was seen"
_DATA = BELLE2_DATA_SETS["zprime_invisible_2020"]

with as_file(files(__name__).joinpath("networks.json")) as _path:
    NETWORKS: Final = read_network_selection(_path)

_POINT = "best figure of merit of Punzi over all masses, found on validation events of the training"
_CUT = simulated(float(NETWORKS.about["single_cut"]), 0, "", _POINT)

_LOST = assumed(0.95, 0, "", "in place of 0.999, so that few events are needed; the cross section is scaled back")
_PHOTON_LOST = replace(
    VETO,
    covers=PolarRange(VETO.covers.low, VETO.covers.high),
    efficiency=replace(VETO.efficiency, plateau=_LOST),
)  # fmt: skip
_IN_GAPS = replace(VETO, efficiency=replace(VETO.efficiency, plateau=assumed(1, 0, "", "losses elsewhere are apart")))
_MUMUGAMMA = {"min_energy": 0.5, "min_angle": 10.0}

_MASSES = (
    0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.25, 7.5, 7.75, 8.0, 8.1,
)  # fmt: skip
_PIECES = {"tautau mumu": 40, "eemumu": 20}


def _spectrum(name: str, *polar: float, part_of: str | None = None) -> PreparedSpectrum:
    ends = [assumed(end, 0, "degree", _OURS) for end in polar]
    cuts = (CutOn(column="rec_polar", above=ends[0], below=ends[1]),) if ends else ()
    return PreparedSpectrum(
        name=name, observable=RECOIL, cuts=cuts, range=(-2.5, 75.0), bin_width=0.5, masses=_MASSES, tail=-1,
        pieces_of=_PIECES, part_of=part_of,
    )  # fmt: skip


PREPARATION = Preparation(
    detector=replace(BELLE2, photons=VETO),
    sqrt_s=_DATA.sqrt_s,
    signal=Simulated(process="mumu-zprime", settings={"isr": 4.0}, events=80_000), relative_to="zprime",
    backgrounds=(
        Simulated(
            process="mumugamma", settings=_MUMUGAMMA, events=700_000, title="mumugamma lost",
            detector=replace(BELLE2, photons=_PHOTON_LOST),
            scale=assumed(0.001 / 0.05, 0, "", "0.1 % of photons leave no trace, as in the search of 2018 here"),
        ),
        Simulated(
            process="mumugamma", settings=_MUMUGAMMA, events=500_000, title="mumugamma in gaps",
            detector=replace(BELLE2, photons=_IN_GAPS),
        ),
        Simulated(process="tautau", settings={"tau_decay": "mumu", "isr": 4.0}, events=6_000_000),
        Simulated(
            process="eemumu", settings={"min_energy": 0.42, "min_angle": 43.0, "min_mass": 0.5}, events=1_500_000,
            weighted=True,
        ),
    ),
    reconstruction=two_muons, networks=NETWORKS,
    cuts=(
        *CUTS,
        CutOn(column="pT_pair", above=assumed(1.0, 0, "GeV", f"as the least in 2018 here; {_OURS}")),
        CutOn(column="network_1", above=_CUT),
    ),
    correction=assumed(0.79, 0, "", "trigger on two tracks as in 2018, arXiv:1912.11276; that of 2020 is not public"),
    spectra=(
        _spectrum("recoil"),
        _spectrum("forward", 33.0, 50.0, part_of="recoil"),
        _spectrum("middle", 50.0, 75.0, part_of="recoil"),
        _spectrum("backward", 75.0, 128.0, part_of="recoil"),
    ),
    seed=1,
    left_out=(
        "mu mu gamma: lowest order, one photon; events with two lost photons are not in it.",
        "e e mu mu: lowest order; no initial-state radiation.",
        "Pions are never taken for muons; tau pairs are those with two muons.",
        "The trigger is a factor, the same everywhere.",
    ),
)  # fmt: skip

_SLICES = tuple(each.name for each in PREPARATION.spectra[1:])
_TENTH = published(0.1, 0, "", f"{PAPER}: one of two widths, the other is negligible")
_YIELDS = {
    "mumugamma lost": assumed(0.1, 0, "", f"photons that are lost; {_OURS}"),
    "mumugamma in gaps": assumed(0.1, 0, "", f"photons that are lost; {_OURS}"),
    "tautau mumu": assumed(0.2, 0, "", f"about the 22 % of 2018; {_OURS}"),
    "eemumu": assumed(0.2, 0, "", f"lowest order; {_OURS}"),
}


def _channel(name: str, title: str, **reading: Any) -> Channel:
    return Channel(
        name=name, title=title, spectrum="recoil", masses=(0.1, 8.0), step="0.5sigma", window="whole",
        signal=PREPARED, background=PREPARED, background_errors=_YIELDS,
        background_reason=f"simulated templates with yields that are constrained; {_OURS}", **reading,
    )  # fmt: skip


SEARCH = Search(
    name="belle2_zprime_invisible_2020",
    title="Z' to invisible beside two muons, selected by a network",
    process="e+ e- -> mu+ mu- Z', Z' -> invisible",
    experiment="Belle II at SuperKEKB, 2019-2020",
    data_kind="pseudo",
    data_source="Poisson draw from simulation",
    luminosity=_DATA.luminosity,
    observable=RECOIL,
    reference="Belle II, Phys. Rev. Lett. 130, 231801 (2023), arXiv:2212.03066",
    status="the published method on pseudo-data; selection and fit are ours where they are not public",
    channels=(
        _channel("fully_invisible", "Z' that decays to invisible particles alone"),
        _channel("vanilla", "Z' that decays to particles of the Standard Model alone", decay="invisible"),
        _channel("broad", "Z' with a width of a tenth of its mass, fully invisible", natural_width=_TENTH),
        _channel("in_slices", "Fit in slices of the polar angle of the recoil, fully invisible", slices=_SLICES),
    ),
    method="cls",
    level=0.90,
    systematics=(
        Systematic("luminosity", assumed(0.01, 0, "", "about what this data set reaches"), "signal"),
        Systematic("efficiency", assumed(0.08, 0, "", "as in 2018: trigger 6, tracking 4, identification 4 %"),
                   "signal"),
    ),
    model="zprime",
    preparation=PREPARATION,
    notes=(
        "Pseudo-data, since those of Belle II are not public: an excess in them is a fluctuation of random numbers.",
    ),
)  # fmt: skip
