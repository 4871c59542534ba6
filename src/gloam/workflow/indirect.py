"""What is known of a coupling without making the particle: (g-2) of the muon and neutrino tridents, as calculated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gloam.arrays import FloatArray
from gloam.constants import ALPHA
from gloam.interpretation.exclusions import CALCULATED, Curve, Exclusion, Plane, preferred_band
from gloam.theory.gminus2 import BANDS, coupling_band
from gloam.theory.trident import CCFR, CHARM_II, Trident, coupling_limit

__all__ = ["VECTORS", "with_indirect"]

VECTORS = {"zprime": 1.0, "dark-photon": math.sqrt(4 * math.pi * ALPHA)}
"""Models of a vector, and its coupling to muons at coupling 1."""

POINTS = 120


def with_indirect(plane: Plane, year: str | None = "2021") -> Plane:
    """The plane with what (g-2) of the muon and, for the Z' of Lmu-Ltau, neutrino tridents say of its coupling.

    Args:
        plane: of a model; those that are no vectors are left as they are.
        year: of the measurement of (g-2) and of the prediction, see `BANDS`; None: without.

    Example:
        >>> from gloam.interpretation.exclusions import coupling_plane
        >>> [each.name for each in with_indirect(coupling_plane("zprime")).exclusions][-3:]
        ['(g-2) of the muon, 2021', 'CCFR tridents', 'CHARM-II tridents']
    """
    return replace(plane, exclusions=(*plane.exclusions, *_indirect(plane, year)))


def _indirect(plane: Plane, year: str | None) -> Iterator[Exclusion]:
    if plane.model not in VECTORS:
        return
    if year is not None:
        yield _muon(plane, year, VECTORS[plane.model])
    if plane.model == "zprime":
        yield from (_trident(plane, experiment) for experiment in (CCFR, CHARM_II))


def _muon(plane: Plane, year: str, unit: float) -> Exclusion:
    """The band of 2 standard deviations; a limit where no effect is inside."""
    band, mass = BANDS[year], np.geomspace(*plane.mass, POINTS)
    name, source = f"(g-2) of the muon, {year}", f"{band.measurement} minus {band.prediction}, one loop"
    low, high = coupling_band(mass, year)
    if low is not None:
        return preferred_band(name, lambda m: _ends(m, year, unit), plane, source, year)
    return Exclusion(
        name, "curve", plane.quantity, source, None, year, CALCULATED, Curve(mass, high / unit, POINTS),
        note="the upper end of the interval of 2 standard deviations, which holds no effect at all",
    )  # fmt: skip


def _ends(mass: FloatArray, year: str, unit: float) -> tuple[FloatArray, FloatArray]:
    low, high = coupling_band(mass, year)
    return np.asarray(low) / unit, np.asarray(high) / unit


def _trident(plane: Plane, experiment: Trident) -> Exclusion:
    mass = np.geomspace(*plane.mass, POINTS)
    return Exclusion(
        f"{experiment.name} tridents", "curve", plane.quantity, experiment.ratio.reference, 0.95, None, CALCULATED,
        Curve(mass, coupling_limit(mass, experiment), POINTS),
        "calculated from the published ratio to the Standard Model with the propagator of the Z'",
        note="where the ratio is the measured one plus 1.96 standard deviations",
    )  # fmt: skip
