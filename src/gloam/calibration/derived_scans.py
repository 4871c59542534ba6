"""Ingredients of scans that follow from prepared ones: spectra behind each other, particles of a natural width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration.prepared import PreparedScan
from gloam.calibration.templates import BackgroundTemplate
from gloam.models import Broad, SignalShape, Table, Unrolled, line_below

__all__ = ["DerivedScan", "broad_scan", "unrolled_scan"]

STEPS = 4000
"""Of squared masses over which the efficiency of a broad particle is averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class DerivedScan:
    """What a scan takes from prepared spectra; attributes as in `PreparedScan`, and the shape of the signal."""

    mass: FloatArray
    position: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    edges: FloatArray
    expected: FloatArray
    variance: FloatArray
    expected_of: FloatArray
    shape: SignalShape

    def signal(self) -> SignalShape:
        """The shape of the signal."""
        return self.shape

    def efficiencies(self) -> Table:
        """The efficiency against the mass."""
        return Table(self.mass, self.efficiency, "efficiency")

    def template(self, luminosity: float) -> BackgroundTemplate:
        """The background expected for a luminosity in fb^-1."""
        return BackgroundTemplate(self.edges, self.expected * luminosity, self.variance * luminosity**2)


def unrolled_scan(slices: Sequence[PreparedScan]) -> DerivedScan:
    """The scan of spectra that lie one behind the other: slices of one selection with one axis and the same masses."""
    first = slices[0]
    low, high = float(first.edges[0]), float(first.edges[-1])
    efficiency = np.sum([each.efficiency for each in slices], axis=0)
    shares = tuple(Table(first.position, each.efficiency / efficiency, "share of a slice") for each in slices)
    edges = [each.edges[1:] + number * (high - low) for number, each in enumerate(slices)]
    templates = {
        name: np.concatenate([getattr(each, name) for each in slices], axis=-1)
        for name in ("expected", "variance", "expected_of")
    }
    return DerivedScan(
        first.mass, first.position, efficiency,
        np.sqrt(np.sum([each.efficiency_error**2 for each in slices], axis=0)),
        np.concatenate([first.edges[:1], *edges]), **templates,
        shape=Unrolled(tuple(each.signal() for each in slices), shares, low, high),
    )  # fmt: skip


def broad_scan(
    scan: PreparedScan, ratio: float, cross_section: Callable[[FloatArray], FloatArray], heaviest: float
) -> DerivedScan:
    """The scan of a particle whose width is a part of its mass, in the squared mass.

    Its efficiency is the mean of those of narrow ones, weighted with line and cross section; above the heaviest mass
    that was simulated nothing is seen.

    Args:
        scan: of narrow particles.
        ratio: total width over mass.
        cross_section: of narrow ones against the mass in GeV.
        heaviest: mass in GeV up to which they are produced.
    """
    efficiencies = scan.efficiencies()

    def seen(squared: FloatArray) -> FloatArray:
        mass = np.sqrt(squared)
        return cross_section(mass) * np.where(
            mass <= scan.mass[-1], efficiencies(np.clip(mass, scan.mass[0], scan.mass[-1])), 0.0
        )

    shape = Broad(scan.signal(), ratio, seen, float(scan.position[0]), float(scan.position[-1]))
    ends = np.linspace(scan.position[0], heaviest**2, STEPS + 1)
    middle = 0.5 * (ends[1:] + ends[:-1])
    parts = np.diff(line_below(ends, scan.position[:, None], ratio), axis=1)
    efficiency = parts @ seen(middle) / (parts @ cross_section(np.sqrt(middle)))
    return DerivedScan(
        scan.mass, scan.position, efficiency, efficiency * (scan.efficiency_error / scan.efficiency).max(),
        scan.edges, scan.expected, scan.variance, scan.expected_of, shape,
    )  # fmt: skip
