"""Where simulation and data differ: factors on weights, and the systematic uncertainties that come with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.detector.reconstructed import ReconstructedBatch
from gloam.errors import InputError, one_of
from gloam.sourced import Sourced, published
from gloam.systematic import Systematic, Target

__all__ = [
    "BELLE2_2018_EMU", "BELLE2_2018_MUMU", "BELLE_FOUR_MUONS", "Correction", "Counted", "corrected",
    "correction_factor", "correction_systematics",
]  # fmt: skip

Counted = Literal["event", "track", "photon"]


@dataclass(frozen=True, slots=True)
class Correction:
    """A ratio of data to simulation.

    Attributes:
        name: of its systematic uncertainty; one name is one source wherever it acts.
        factor: data over simulation, with its absolute error.
        per: what it holds for; of two tracks it is the square, and their errors are one source and add linearly.
        uncertain: the yields on which its error acts; the factor acts on all.

    Example:
        >>> tracking = Correction("tracking", published(1.0, 0.0035, "", "arXiv:2109.08596"), "track")
        >>> correction_systematics([tracking], tracks=4)[0].relative.value
        0.014
    """

    name: str
    factor: Sourced
    per: Counted = "event"
    uncertain: tuple[Target, ...] = ("signal", "background")

    def __post_init__(self) -> None:
        if self.per not in get_args(Counted):
            allowed = one_of(get_args(Counted))
            raise InputError(f"what correction {self.name!r} is per", self.per, allowed, "choose one")
        if not self.factor.value > 0:
            allowed = "a ratio of data to simulation above 0"
            raise InputError(f"factor of correction {self.name!r}", self.factor.value, allowed, "correct it")


def correction_factor(batch: ReconstructedBatch, corrections: Iterable[Correction]) -> FloatArray:
    """The product of the factors for each event, shape (n,); tracks and photons are counted where they were found."""
    photons = batch.places("gamma")
    tracks = [place for place in range(len(batch.particles)) if place not in photons]
    counts = {
        "event": np.ones(len(batch)),
        "track": batch.found[:, tracks].sum(1),
        "photon": batch.found[:, photons].sum(1),
    }
    factor = np.ones(len(batch))
    for correction in corrections:
        factor *= correction.factor.value ** counts[correction.per]
    return factor


def corrected(batch: ReconstructedBatch, corrections: Iterable[Correction]) -> ReconstructedBatch:
    """The batch with its weights multiplied by the corrections."""
    return replace(batch, weights=batch.weights * correction_factor(batch, corrections))


def correction_systematics(
    corrections: Iterable[Correction], *, tracks: int = 0, photons: int = 0
) -> tuple[Systematic, ...]:
    """The systematic uncertainties of the corrections, for events with these numbers of tracks and photons."""
    numbers = {"event": 1, "track": tracks, "photon": photons}
    return tuple(
        Systematic(correction.name, _relative(correction, numbers[correction.per]), target)
        for correction in corrections
        for target in correction.uncertain
        if correction.factor.error > 0 and numbers[correction.per] > 0
    )


def _relative(correction: Correction, number: int) -> Sourced:
    factor = correction.factor
    return Sourced(number * factor.error / factor.value, 0.0, "", factor.standing, factor.reference)


_SEARCH = "arXiv:1912.11276"
_TRACKING = Correction("tracking", published(0.90, 0.036, "", f"{_SEARCH}, tracking in data over simulation, 4 %"))
_PARTICLE_ID = Correction("particle identification", published(1.0, 0.04, "", f"{_SEARCH}, 4 %"))

BELLE2_2018_MUMU = (
    Correction("trigger", published(0.79, 0.05, "", f"{_SEARCH}, two-track trigger within the acceptance")),
    _TRACKING,
    _PARTICLE_ID,
    Correction(
        "mumu yield", published(0.75, 0.09375, "", f"{_SEARCH}, yield in control samples, 12.5 %"), "event", ("signal",)
    ),
)
"""The two-muon events of 2018, search for an invisible Z'."""

BELLE2_2018_EMU = (
    Correction("trigger", published(0.96, 0.01, "", f"{_SEARCH}, calorimeter trigger, barrel above 1 GeV")),
    _TRACKING,
    _PARTICLE_ID,
)
"""The events with an electron and a muon of 2018."""

_MUONS = "arXiv:2109.08596"
BELLE_FOUR_MUONS = (
    Correction("tracking", published(1.0, 0.0035, "", f"{_MUONS}, 0.35 % per track"), "track"),
    Correction("muon identification", published(1.0, 0.0115, "", f"{_MUONS}, 1.15 %")),
    Correction("muon simulation", published(1.0, 0.01, "", f"{_MUONS}, 1 %")),
    Correction("hadron veto", published(1.0, 0.01, "", f"{_MUONS}, 1 %")),
)
"""Four muons at Belle; the factors are 1, the errors published."""
