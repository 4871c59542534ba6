"""What a detector is to the simulation: declared numbers, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.experiments import Collider
from gloam.kinematics import CrossingBeams
from gloam.sourced import Sourced, assumed

__all__ = [
    "Detector", "LowTail", "Photons", "PolarRange", "QuadratureSum", "Resolution", "ResolutionPoints", "Tracks",
    "TurnOn",
]  # fmt: skip

_NO_BIAS = assumed(0.0, 0.0, "", "energies are right in the mean")


@dataclass(frozen=True, slots=True)
class PolarRange:
    """The polar angles that a part of the detector covers, in degrees in the laboratory.

    Attributes:
        low: smallest angle.
        high: largest angle.
        gaps: pairs (low, high) inside that are not covered.

    Example:
        >>> angles = PolarRange(*(assumed(a, 0, "degree", "an example") for a in (17, 150)))
        >>> angles.covers(np.cos(np.radians([16.9, 17.1, 149.9, 150.1])))
        array([False,  True,  True, False])
    """

    low: Sourced
    high: Sourced
    gaps: tuple[tuple[Sourced, Sourced], ...] = ()

    def __post_init__(self) -> None:
        edges = [self.low, *(edge for gap in self.gaps for edge in gap), self.high]
        values = [edge.value for edge in edges]
        if values != sorted(values) or not 0 <= values[0] < values[-1] <= 180:
            allowed = "rising angles from 0 to 180 degrees, the gaps inside"
            raise InputError("polar range of a detector", values, allowed, "order them")

    def covers(self, cosine: FloatArray) -> BoolArray:
        """Where particles hit it, given the cosine of their polar angle; edges of gaps are covered."""
        inside = np.asarray((cosine >= _cosine(self.high)) & (cosine <= _cosine(self.low)))
        for low, high in self.gaps:
            inside &= (cosine <= _cosine(high)) | (cosine >= _cosine(low))
        return inside


@dataclass(frozen=True, slots=True)
class QuadratureSum:
    """A resolution whose terms c x^p / beta^q add in quadrature.

    Attributes:
        terms: (c, p, q); x is the energy in GeV, or the transverse momentum in GeV, beta the velocity.

    Example:
        >>> stochastic, constant = (assumed(c, 0, "", "an example") for c in (0.03, 0.04))
        >>> QuadratureSum(((stochastic, -0.5, 0), (constant, 0, 0))).at(np.array([1.0, 4.0]))
        array([0.05    , 0.042720])
    """

    terms: tuple[tuple[Sourced, float, float], ...]

    def at(self, x: FloatArray, beta: FloatArray | float = 1.0) -> FloatArray:
        """The resolution at energies or momenta x and velocities beta, shape of x."""
        total = np.zeros_like(x)
        for coefficient, power, slow in self.terms:
            total += np.square(coefficient.value) * _power(x, 2 * power) * _power(beta, -2 * slow)
        return np.sqrt(total)


@dataclass(frozen=True, slots=True)
class ResolutionPoints:
    """A relative energy resolution between measured points: linear in ln E, constant above, as E^(-1/2) below.

    Attributes:
        points: (E in GeV, resolution) with rising E.

    Example:
        >>> pairs = [[assumed(v, 0, "", "an example") for v in pair] for pair in ((0.65, 0.03), (1.0, 0.02))]
        >>> ResolutionPoints(tuple(map(tuple, pairs))).at(np.array([0.1625, 0.65, 1.0, 5.0]))
        array([0.06, 0.03, 0.02, 0.02])
    """

    points: tuple[tuple[Sourced, Sourced], ...]

    def __post_init__(self) -> None:
        energies = [energy.value for energy, _ in self.points]
        if not energies or energies[0] <= 0 or energies != sorted(set(energies)):
            raise InputError("energies of resolution points", energies, "rising, above 0", "order them")

    def at(self, x: FloatArray) -> FloatArray:
        """The relative resolution at energies x, shape of x."""
        energies = np.array([energy.value for energy, _ in self.points])
        values = np.array([value.value for _, value in self.points])
        safe = np.maximum(x, 1e-6)
        below = np.sqrt(np.maximum(energies[0] / safe, 1.0))
        return np.asarray(np.interp(np.log(safe), np.log(energies), values) * below)


Resolution = QuadratureSum | ResolutionPoints


@dataclass(frozen=True, slots=True)
class TurnOn:
    """An efficiency that is 0 below a threshold, rises linearly and stays at its plateau.

    Attributes:
        threshold: momentum in GeV below which nothing is found.
        full: momentum in GeV from which the plateau holds.
        plateau: efficiency there.

    Example:
        >>> muons = TurnOn(*(assumed(v, 0, "", "an example") for v in (0.6, 1.0, 0.95)))
        >>> muons.at(np.array([0.5, 0.8, 3.0]))
        array([0.   , 0.475, 0.95 ])
    """

    threshold: Sourced
    full: Sourced
    plateau: Sourced

    def __post_init__(self) -> None:
        low, full, plateau = self.threshold.value, self.full.value, self.plateau.value
        if not (0 <= low <= full and 0 <= plateau <= 1):
            allowed = "0 <= threshold <= full in GeV, and a plateau from 0 to 1"
            raise InputError("efficiency curve", (low, full, plateau), allowed, "correct it")

    def at(self, momentum: FloatArray) -> FloatArray:
        """The efficiency at momenta in GeV, shape of `momentum`."""
        low, full, plateau = self.threshold.value, self.full.value, self.plateau.value
        if low == full:
            return np.where(momentum >= low, plateau, 0.0)
        return plateau * np.clip((momentum - low) / (full - low), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Tracks:
    """How charged particles are measured.

    Attributes:
        covers: of the drift chamber.
        momentum: resolution of the curvature, relative, with x the transverse momentum in GeV.
        angle: resolution of the direction in each of two perpendicular directions, in rad.
        efficiency: to find a track, against the transverse momentum.
        identification: efficiency to identify a found track, by species ("e", "mu", "pi", "p"), against the momentum;
            a species without one is always identified.
        outer: further parts that a track must hit to be identified, by species.
    """

    covers: PolarRange
    momentum: QuadratureSum
    angle: Sourced
    efficiency: TurnOn
    identification: Mapping[str, TurnOn] = field(default_factory=lambda: MappingProxyType({}))
    outer: Mapping[str, PolarRange] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class LowTail:
    """A power law below the Gaussian of the measured energy: showers that leak out of a calorimeter.

    The measured minus the true energy over the resolution is a Crystal Ball (J. Gaiser, SLAC-R-255).

    Attributes:
        start: of the tail, in standard deviations below the peak.
        power: of the tail, above 1.
    """

    start: Sourced
    power: Sourced

    def __post_init__(self) -> None:
        if not (self.start.value > 0 and self.power.value > 1):
            found = f"start {self.start.value:g}, power {self.power.value:g}"
            raise InputError("tail of photon energies", found, "a start above 0, a power above 1", "correct it")


@dataclass(frozen=True, slots=True)
class Photons:
    """How photons are measured.

    Attributes:
        covers: of the calorimeter.
        energy: relative resolution, with x the energy in GeV.
        angle: resolution of the direction in each of two perpendicular directions, in rad, with x the energy in GeV.
        efficiency: against the measured energy; below its threshold there is no cluster, hence no veto either.
        energy_bias: relative shift of all energies.
        tail: of measured energies; None: they are Gaussian.
    """

    covers: PolarRange
    energy: Resolution
    angle: Resolution
    efficiency: TurnOn
    energy_bias: Sourced = _NO_BIAS
    tail: LowTail | None = None


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector at a collider, as declared numbers.

    Attributes:
        name: as on the command line.
        collider: its beams.
        electron_share: part of the crossing angle between electrons and the axis of the magnet, see `CrossingBeams`.
        tracks: charged particles.
        photons: photons.
        spread: whether the energies of the beams are spread.

    Example:
        >>> from gloam.detector import BELLE2
        >>> print(BELLE2.tracks.covers.low)
        17 degree [recalled: drift chamber of Belle II]
    """

    name: str
    collider: Collider
    electron_share: Sourced
    tracks: Tracks
    photons: Photons
    spread: bool = True

    @property
    def beams(self) -> CrossingBeams:
        """The beams in the frame whose z axis is that of the magnet."""
        collider = self.collider
        return CrossingBeams(
            float(collider.electron_energy), float(collider.positron_energy), float(collider.crossing_angle),
            float(self.electron_share),
        )  # fmt: skip


def _cosine(angle: Sourced) -> float:
    return float(np.cos(np.radians(angle.value)))


def _power(x: FloatArray | float, power: float) -> FloatArray | float:
    """x^power; the powers that occur are cheap ones, and `np.power` is not."""
    if power == 0:
        return 1.0
    if power < 0:
        return 1 / np.asarray(_power(x, -power))
    if power == 2:
        return np.square(x)
    if power in (0.5, 1):
        return x if power == 1 else np.asarray(np.sqrt(x))
    return np.asarray(np.power(x, power))
