"""The data of Belle."""

from __future__ import annotations

from gloam.experiments.data_set import DataSet
from gloam.sourced import published, recalled

__all__ = ["BELLE_OFF_RESONANCE", "BELLE_UPSILON", "BELLE_UPSILON_4S", "B_PAIRS"]

_MASSES = "mass of the resonance, PDG 2024"
_SPLIT = "on-resonance sample of Belle; arXiv:2109.08596 used 643 fb^-1 of all, and its split is not public"

BELLE_UPSILON = (
    DataSet("Upsilon(1S)", published(9.4604, 0.0001, "GeV", _MASSES), recalled(5.7, 0, "fb^-1", _SPLIT)),
    DataSet("Upsilon(2S)", published(10.0234, 0.0005, "GeV", _MASSES), recalled(24.9, 0, "fb^-1", _SPLIT)),
    DataSet("Upsilon(3S)", published(10.3551, 0.0005, "GeV", _MASSES), recalled(2.9, 0, "fb^-1", _SPLIT)),
    DataSet("Upsilon(4S)", published(10.5794, 0.0012, "GeV", _MASSES), recalled(711, 0, "fb^-1", _SPLIT)),
    DataSet(
        "Upsilon(5S)",
        recalled(10.876, 0.011, "GeV", "mass in PDG 2012; the energies of the run are not public here"),
        recalled(121.4, 0, "fb^-1", _SPLIT),
    ),
)
"""On-resonance data sets; the luminosities are recalled."""

BELLE_UPSILON_4S = DataSet(
    "Upsilon(4S)",
    published(10.5794, 0.0012, "GeV", _MASSES),
    published(711, 0, "fb^-1", "arXiv:2012.02538"),
)

BELLE_OFF_RESONANCE = DataSet(
    "off resonance",
    published(10.52, 0, "GeV", "60 MeV below the Upsilon(4S), arXiv:2110.14086"),
    recalled(89, 0, "fb^-1", "off-resonance sample of Belle"),
)

B_PAIRS = published(772e6, 11e6, "", "arXiv:2110.14086, B meson pairs in 711 fb^-1 at the Upsilon(4S)")
