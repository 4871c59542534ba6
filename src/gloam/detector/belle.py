"""Belle at KEKB, as far as public numbers go."""

from __future__ import annotations

from dataclasses import replace

from gloam.detector.declaration import Detector, Photons, PolarRange, QuadratureSum, Tracks, TurnOn
from gloam.experiments import KEKB
from gloam.sourced import assumed, published, recalled

__all__ = ["BELLE", "BELLE_REFITTED"]

_NIM = "Abashian et al., NIM A479 (2002) 117, table of the detector's performance"
_SEARCH = "arXiv:2109.08596"
_CALORIMETER = "crystal calorimeter of Belle and Belle II"
_REFIT = "performance with the later vertex detector, as Belle's papers quote it"

_MUON_SYSTEM = PolarRange(
    recalled(20, 0, "degree", "muon system of Belle"), recalled(155, 0, "degree", "muon system of Belle")
)
_CLUSTERS = PolarRange(
    recalled(12.4, 0, "degree", _CALORIMETER),
    recalled(155.1, 0, "degree", _CALORIMETER),
    (
        (recalled(31.4, 0, "degree", _CALORIMETER), recalled(32.2, 0, "degree", _CALORIMETER)),
        (recalled(128.7, 0, "degree", _CALORIMETER), recalled(130.7, 0, "degree", _CALORIMETER)),
    ),
)
_MOMENTUM = published(0.003, 0, "", f"{_NIM}: sigma(pt)/pt = 0.3 % sqrt(pt^2 + 1)")

_TRACKS = Tracks(
    covers=PolarRange(published(17, 0, "degree", _NIM), published(150, 0, "degree", _NIM)),
    momentum=QuadratureSum(((_MOMENTUM, 1, 0), (_MOMENTUM, 0, 0))),
    angle=assumed(0.001, 0, "rad", "about the multiple scattering of 1 GeV in beam pipe and vertex detector"),
    efficiency=TurnOn(
        assumed(0.05, 0, "GeV", "a track of less does not reach the drift chamber"),
        assumed(0.15, 0, "GeV", "full tracking efficiency"),
        assumed(0.98, 0, "", "no public number for these selections"),
    ),
    identification={
        "mu": TurnOn(
            published(0.6, 0, "GeV", f"{_SEARCH}, threshold of the muon system"),
            published(1.0, 0, "GeV", f"{_SEARCH}, start of the plateau"),
            published(0.95, 0, "", f"{_SEARCH}, about 95 % from 1 to 3 GeV"),
        ),
        "e": TurnOn(
            assumed(0.3, 0, "GeV", "no public number for these selections"),
            assumed(0.5, 0, "GeV", "no public number for these selections"),
            assumed(0.9, 0, "", "no public number for these selections"),
        ),
    },
    outer={"mu": _MUON_SYSTEM, "e": _CLUSTERS},
)

_PHOTONS = Photons(
    covers=_CLUSTERS,
    energy=QuadratureSum(((published(0.013, 0, "", f"{_NIM}: 1.3 % / sqrt(E)"), -0.5, 0),)),
    angle=QuadratureSum(((recalled(0.004, 0, "rad", f"0.5 cm / sqrt(E) at 1.25 m; the 0.5 cm from {_NIM}"), -0.5, 0),)),
    efficiency=TurnOn(
        published(0.03, 0, "GeV", f"{_SEARCH}, clusters that are counted"),
        published(0.03, 0, "GeV", f"{_SEARCH}, clusters that are counted"),
        assumed(0.98, 0, "", "a few per cent convert before the calorimeter"),
    ),
)

BELLE = Detector(
    name="belle",
    collider=KEKB,
    electron_share=recalled(1.0, 0, "", "the positron beam is along the axis of Belle's magnet"),
    tracks=_TRACKS,
    photons=_PHOTONS,
)
"""With resolutions as published in 2002."""

BELLE_REFITTED = replace(
    BELLE,
    tracks=replace(
        _TRACKS,
        momentum=QuadratureSum(((recalled(0.0019, 0, "1/GeV", _REFIT), 1, 0), (recalled(0.0030, 0, "", _REFIT), 0, 1))),
    ),
    photons=replace(
        _PHOTONS,
        energy=QuadratureSum(
            (
                (recalled(0.00066, 0, "GeV", _REFIT), -1, 0),
                (recalled(0.0081, 0, "GeV^(1/4)", _REFIT), -0.25, 0),
                (recalled(0.0134, 0, "", _REFIT), 0, 0),
            )
        ),
    ),
)
"""With the resolutions of later papers: better tracks, and worse photons above 1 GeV; recalled numbers."""
