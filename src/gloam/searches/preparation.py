"""What `gloam prepare` needs to be told: how events are simulated and selected, and which spectra they fill."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gloam.sourced import Sourced

__all__ = ["Declaration", "PreparedSpectrum", "Range", "ThreePhotons"]


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < ends[1]:
        raise ValueError(f"({ends[0]:g}, {ends[1]:g}) is not a range: write the lower end first")
    return ends


def _increasing(masses: tuple[float, ...]) -> tuple[float, ...]:
    if list(masses) != sorted(set(masses)):
        raise ValueError("masses must increase")
    return masses


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]


class Declaration(BaseModel):
    """What declarations have in common: frozen, and an unknown field is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class PreparedSpectrum(Declaration):
    """One spectrum of candidates, filled by one selection.

    Attributes:
        name: as channels refer to it.
        column: the observable, "M2_gammagamma" of two photons or "M2_recoil" against the third one.
        least_energy: of every photon.
        range: of the axis, in GeV^2.
        bin_width: of the axis, in standard deviations of the peak there.
        masses: of the signals that are simulated, in GeV.
        tail: on which side the peak has its tail: 1 below it, -1 above it.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    column: Literal["M2_gammagamma", "M2_recoil"]
    least_energy: Sourced
    range: Range
    bin_width: float = Field(gt=0)
    masses: Annotated[tuple[float, ...], AfterValidator(_increasing), Field(min_length=2)]
    tail: Literal[1, -1]


class ThreePhotons(Declaration):
    """How e+e- -> three photons is simulated and selected, signal and background alike.

    Photons are smeared in the laboratory; energies and angles without a name are those of the laboratory.

    Attributes:
        signal: process as `gloam generate` names it.
        background: the same.
        sqrt_s: energy of the collision.
        electron_energy, positron_energy, crossing_angle: of the beams.
        resolution_low: relative energy resolution at 0.65 GeV and below.
        resolution_high: the same from 1 GeV on; linear in between.
        tail_start: where the low-side power-law tail of the measured energy starts, in standard deviations.
        tail_power: its power.
        angular_resolution: of each of two directions, at 1 GeV; it falls as 1 / sqrt(E).
        polar_low, polar_high: of all photons.
        mass_low, mass_high: of the three photons, over sqrt(s).
        separation_polar, separation_azimuth: two photons closer than both are taken for one.
        generated_energy: least of photons of the background in the centre of mass, in GeV.
        generated_angle: least of them to the beams in the centre of mass, in degrees.
        spectra: that are filled.
        signal_events: for each mass.
        background_events: weighted points.
        seed: of the shipped artefact.
        left_out: what the simulation does not know, for readers.
    """

    signal: str
    background: str
    sqrt_s: Sourced
    electron_energy: Sourced
    positron_energy: Sourced
    crossing_angle: Sourced
    resolution_low: Sourced
    resolution_high: Sourced
    tail_start: Sourced
    tail_power: Sourced
    angular_resolution: Sourced
    polar_low: Sourced
    polar_high: Sourced
    mass_low: Sourced
    mass_high: Sourced
    separation_polar: Sourced
    separation_azimuth: Sourced
    generated_energy: float
    generated_angle: float
    spectra: tuple[PreparedSpectrum, ...]
    signal_events: int = Field(gt=0)
    background_events: int = Field(gt=0)
    seed: int = 0
    left_out: tuple[str, ...] = ()
