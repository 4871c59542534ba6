"""Belle II at SuperKEKB, as far as public numbers go."""

from __future__ import annotations

from gloam.detector.declaration import Detector, Photons, PolarRange, QuadratureSum, ResolutionPoints, Tracks, TurnOn
from gloam.experiments import SUPERKEKB
from gloam.sourced import assumed, published, recalled

__all__ = ["ANGLE_FALLING_WITH_ENERGY", "BELLE2"]

_PHOTON_SEARCH = "arXiv:2007.13071"
_CHAMBER = "drift chamber of Belle II"
_CALORIMETER = "crystal calorimeter of Belle and Belle II"
_MUON_SYSTEM = "muon system of Belle II"
_NOT_PUBLIC = "no public number for these selections"

_CLUSTERS = PolarRange(
    recalled(12.4, 0, "degree", _CALORIMETER),
    recalled(155.1, 0, "degree", _CALORIMETER),
    (
        (recalled(31.4, 0, "degree", _CALORIMETER), recalled(32.2, 0, "degree", _CALORIMETER)),
        (recalled(128.7, 0, "degree", _CALORIMETER), recalled(130.7, 0, "degree", _CALORIMETER)),
    ),
)

_TRACKS = Tracks(
    covers=PolarRange(recalled(17, 0, "degree", _CHAMBER), recalled(150, 0, "degree", _CHAMBER)),
    momentum=QuadratureSum(((recalled(0.0011, 0, "1/GeV", _CHAMBER), 1, 0), (recalled(0.0030, 0, "", _CHAMBER), 0, 1))),
    angle=assumed(0.001, 0, "rad", "about the multiple scattering of 1 GeV in beam pipe and vertex detector"),
    efficiency=TurnOn(
        assumed(0.05, 0, "GeV", "a track of less does not reach the drift chamber"),
        assumed(0.15, 0, "GeV", "full tracking efficiency"),
        assumed(0.98, 0, "", _NOT_PUBLIC),
    ),
    identification={
        "mu": TurnOn(
            assumed(0.6, 0, "GeV", "as in Belle, arXiv:2109.08596"),
            assumed(1.0, 0, "GeV", "as in Belle, arXiv:2109.08596"),
            assumed(0.95, 0, "", "as in Belle, arXiv:2109.08596"),
        ),
        "e": TurnOn(
            assumed(0.3, 0, "GeV", _NOT_PUBLIC), assumed(0.5, 0, "GeV", _NOT_PUBLIC), assumed(0.9, 0, "", _NOT_PUBLIC)
        ),
    },
    outer={
        "mu": PolarRange(recalled(20, 0, "degree", _MUON_SYSTEM), recalled(155, 0, "degree", _MUON_SYSTEM)),
        "e": _CLUSTERS,
    },
)

_PHOTONS = Photons(
    covers=_CLUSTERS,
    energy=ResolutionPoints(
        (
            (published(0.65, 0, "GeV", _PHOTON_SEARCH), published(0.03, 0, "", f"{_PHOTON_SEARCH}, at 0.65 GeV")),
            (published(1.0, 0, "GeV", _PHOTON_SEARCH), published(0.02, 0, "", f"{_PHOTON_SEARCH}, above 1 GeV")),
        )
    ),
    angle=QuadratureSum(((published(0.005, 0, "rad", f"{_PHOTON_SEARCH}, about 5 mrad"), 0, 0),)),
    efficiency=TurnOn(
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(0.03, 0, "GeV", "as in Belle, arXiv:2109.08596"),
        assumed(0.98, 0, "", "a few per cent convert before the calorimeter"),
    ),
)

BELLE2 = Detector(
    name="belle2",
    collider=SUPERKEKB,
    electron_share=recalled(0.5, 0, "", "the axis of the magnet halves the crossing angle"),
    tracks=_TRACKS,
    photons=_PHOTONS,
)
"""Simulation as in the early searches; data differ, see `gloam.detector.corrections`."""

ANGLE_FALLING_WITH_ENERGY = QuadratureSum(
    ((assumed(0.005, 0, "rad", f"5 mrad / sqrt(E), nearer to the number of steps of {_PHOTON_SEARCH}"), -0.5, 0),)
)
"""Another photon direction: `replace(BELLE2.photons, angle=ANGLE_FALLING_WITH_ENERGY)`."""
