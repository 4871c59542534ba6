"""Other detectors made of a declared one: with worse resolution, biased energies, or none of it."""

from __future__ import annotations

from dataclasses import replace

from gloam.detector.declaration import Detector, QuadratureSum, Resolution, ResolutionPoints, TurnOn
from gloam.errors import InputError
from gloam.sourced import Sourced, assumed

__all__ = ["LARGEST_BIAS", "perfect", "varied"]

LARGEST_BIAS = 0.05
"""Of photon energies; more is a calibration that failed."""


def varied(
    detector: Detector, *, photon_energy_bias: float = 0.0, photon_energy_resolution: float = 1.0,
    photon_angle_resolution: float = 1.0, track_momentum_resolution: float = 1.0, spread: bool | None = None,
) -> Detector:  # fmt: skip
    """The detector with photon energies shifted and resolutions multiplied; random numbers stay the same.

    Args:
        detector: to start from.
        photon_energy_bias: relative shift; searches in photons saw 0 to 0.005.
        photon_energy_resolution: factor; in early Belle II data it was up to 1.3.
        photon_angle_resolution: factor.
        track_momentum_resolution: factor.
        spread: whether beam energies are spread; None leaves that as it is.

    Raises:
        InputError: a bias beyond 0.05, a factor below 0.

    Example:
        >>> from gloam.detector import BELLE2
        >>> float(varied(BELLE2, photon_energy_bias=0.005).photons.energy_bias)
        0.005
    """
    if not abs(photon_energy_bias) <= LARGEST_BIAS:
        allowed = f"a relative shift from {-LARGEST_BIAS:g} to {LARGEST_BIAS:g}"
        raise InputError("bias of photon energies", photon_energy_bias, allowed, "write 0.005 for 0.5 %")
    photons, tracks = detector.photons, detector.tracks
    return replace(
        detector,
        photons=replace(
            photons,
            energy=_multiplied(photons.energy, photon_energy_resolution),
            angle=_multiplied(photons.angle, photon_angle_resolution),
            energy_bias=assumed(float(photons.energy_bias) + photon_energy_bias, 0, "", "chosen as a variation"),
        ),
        tracks=replace(tracks, momentum=_multiplied_sum(tracks.momentum, track_momentum_resolution)),
        spread=detector.spread if spread is None else spread,
    )


def perfect(detector: Detector) -> Detector:
    """The same beams and acceptance, without spread, resolution, bias, thresholds and losses inside it."""
    ideal = varied(
        detector, photon_energy_resolution=0, photon_angle_resolution=0, track_momentum_resolution=0, spread=False
    )
    always = TurnOn(*(assumed(value, 0, "", "a perfect detector") for value in (0.0, 0.0, 1.0)))
    nothing = assumed(0.0, 0, "", "a perfect detector")
    return replace(
        ideal,
        photons=replace(ideal.photons, efficiency=always, energy_bias=nothing),
        tracks=replace(ideal.tracks, angle=nothing, efficiency=always, identification={}),
    )


def _multiplied_sum(resolution: QuadratureSum, factor: float) -> QuadratureSum:
    _require_factor(factor)
    return QuadratureSum(tuple((_times(c, factor), power, slow) for c, power, slow in resolution.terms))


def _multiplied(resolution: Resolution, factor: float) -> Resolution:
    _require_factor(factor)
    if isinstance(resolution, QuadratureSum):
        return _multiplied_sum(resolution, factor)
    return ResolutionPoints(tuple((energy, _times(value, factor)) for energy, value in resolution.points))


def _require_factor(factor: float) -> None:
    if not 0 <= factor < float("inf"):
        raise InputError("factor of a resolution", factor, "0 or more", "1 leaves it as it is")


def _times(number: Sourced, factor: float) -> Sourced:
    if factor == 1:
        return number
    return assumed(number.value * factor, 0, number.unit, f"{factor:g} times {number.reference}")
