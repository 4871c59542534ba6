"""The response of Belle and Belle II to generated events: declared numbers, and a fast vectorised simulation."""

from collections.abc import Mapping

from gloam.detector.belle import BELLE, BELLE_REFITTED
from gloam.detector.belle2 import ANGLE_FALLING_WITH_ENERGY, BELLE2
from gloam.detector.corrections import (
    BELLE2_2018_EMU,
    BELLE2_2018_MUMU,
    BELLE_FOUR_MUONS,
    Correction,
    corrected,
    correction_factor,
    correction_systematics,
)
from gloam.detector.declaration import (
    Detector,
    LowTail,
    Photons,
    PolarRange,
    QuadratureSum,
    Resolution,
    ResolutionPoints,
    Tracks,
    TurnOn,
)
from gloam.detector.extra_energy import extra_energy
from gloam.detector.fakes import BELLE_PIONS_AS_MUONS, Fake, taken_for
from gloam.detector.jagged import JaggedResponse, simulate_jagged
from gloam.detector.reading import read_reconstructed
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.detector.simulation import simulate
from gloam.detector.track_errors import momentum_covariance, total_covariance
from gloam.detector.variations import perfect, varied

DETECTORS: Mapping[str, Detector] = {detector.name: detector for detector in (BELLE, BELLE2)}
"""By the name on the command line."""

__all__ = [
    "ANGLE_FALLING_WITH_ENERGY",
    "BELLE",
    "BELLE2",
    "BELLE2_2018_EMU",
    "BELLE2_2018_MUMU",
    "BELLE_FOUR_MUONS",
    "BELLE_PIONS_AS_MUONS",
    "BELLE_REFITTED",
    "DETECTORS",
    "Correction",
    "Detector",
    "Fake",
    "JaggedResponse",
    "LowTail",
    "Photons",
    "PolarRange",
    "QuadratureSum",
    "ReconstructedBatch",
    "Resolution",
    "ResolutionPoints",
    "Tracks",
    "TurnOn",
    "corrected",
    "correction_factor",
    "correction_systematics",
    "extra_energy",
    "momentum_covariance",
    "perfect",
    "read_reconstructed",
    "simulate",
    "simulate_jagged",
    "taken_for",
    "total_covariance",
    "varied",
]
