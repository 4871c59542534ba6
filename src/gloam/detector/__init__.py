"""The response of Belle and Belle II to generated events: declared numbers, and a fast vectorised simulation."""

from gloam.detector.belle import BELLE, BELLE_REFITTED
from gloam.detector.belle2 import ANGLE_FALLING_WITH_ENERGY, BELLE2
from gloam.detector.declaration import (
    Detector,
    Photons,
    PolarRange,
    QuadratureSum,
    Resolution,
    ResolutionPoints,
    Tracks,
    TurnOn,
)
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.detector.simulation import simulate
from gloam.detector.variations import perfect, varied

__all__ = [
    "ANGLE_FALLING_WITH_ENERGY",
    "BELLE",
    "BELLE2",
    "BELLE_REFITTED",
    "Detector",
    "Photons",
    "PolarRange",
    "QuadratureSum",
    "ReconstructedBatch",
    "Resolution",
    "ResolutionPoints",
    "Tracks",
    "TurnOn",
    "perfect",
    "simulate",
    "varied",
]
