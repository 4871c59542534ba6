"""What a process is to the sampler: its particles, and a function that draws weighted points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.generation.particles import CONVERSION, Particle
from gloam.generation.spin_correlations import SpinCorrelations

__all__ = ["BoostedCuts", "Draw", "Process", "Sampler", "cross_section_weight"]


@dataclass(frozen=True, slots=True)
class Draw:
    """Weighted points of one process in the frame where the beams meet at rest; events are the last axis.

    Attributes:
        momenta: shape (k, 4, n), in GeV, in the order of the particles of the process.
        weights: shape (n,): in fb, their mean is the cross section; for a decay the mean is 1.
    """

    momenta: FloatArray
    weights: FloatArray


Sampler: TypeAlias = Callable[[np.random.Generator, FloatArray], Draw]
"""Draws one point for each of the energies sqrt(s) given, shape (n,), all above threshold."""


@dataclass(frozen=True, slots=True)
class BoostedCuts:
    """The cuts of a process that happens in a frame which moves along the beams.

    Attributes:
        accept: where momenta (k, 4, n) in the centre of mass of the beams pass, shape (n,).
        loosened: the process with looser cuts in its own frame, for a largest part x of a beam that a photon took:
            nothing that passes after the boost is lost.
    """

    accept: Callable[[FloatArray], BoolArray]
    loosened: Callable[[float], Process]


@dataclass(frozen=True, slots=True)
class Process:
    """A reaction that can be generated.

    Attributes:
        name: as on the command line.
        particles: of an event, in the order of the momenta.
        threshold: least sqrt(s) in GeV.
        sample: draws weighted points.
        is_decay: True where the weights are those of a decay, so that there is no cross section.
        cuts: of the process, in the form that a boost along the beams needs; None without cuts.
        survives: True where the beams may scatter at low momentum transfer instead of annihilating.
        settings: what was chosen, by name: masses, couplings, cuts.
        notes: what the user should know about the model.
        spin_correlations: of its tau pair; None where they are not known, or where there is none.
        again: makes it once more, but for its name; None for one that was made by hand, which cannot be pickled.
    """

    name: str
    particles: tuple[Particle, ...]
    threshold: float
    sample: Sampler
    is_decay: bool = False
    cuts: BoostedCuts | None = None
    survives: bool = False
    settings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    spin_correlations: SpinCorrelations | None = None
    again: Callable[[], Process] | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Callable[..., Process], tuple[Callable[[], Process], str]]:
        """To another process it goes as what it was asked for: functions made on the way cannot travel."""
        if self.again is None:
            message = f"the process {self.name} was made by hand: only this one can generate it"
            raise TypeError(message)
        return _named, (self.again, self.name)


def _named(again: Callable[[], Process], name: str) -> Process:
    return replace(again(), name=name)


def cross_section_weight(
    spin_sum: FloatArray, volume: FloatArray, energy: FloatArray, identical: int = 1
) -> FloatArray:
    """The weights in fb of points whose |M|^2, summed over all spins, is known; shape (n,).

    1/(2s) for the flux of massless beams, 1/4 for the average over their spins.

    Args:
        spin_sum: sum of |M|^2.
        volume: dPS_n of each point: 1 over the density with which it was drawn in phase space.
        energy: sqrt(s) in GeV.
        identical: number of permutations of identical particles in the final state.
    """
    return np.asarray(float(CONVERSION) / (8 * identical) * spin_sum * volume / np.square(energy))
