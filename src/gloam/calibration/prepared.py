"""What a search takes from simulation, as the artefact that it carries: shapes, efficiencies and templates."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration.templates import BackgroundTemplate
from gloam.models import CrystalBall, Displaced, DoubleCrystalBall, SignalShape, Table, Tabulated, WithCombinatorial

__all__ = ["PreparedScan"]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedScan:
    """The simulated ingredients of the scan of one spectrum; k masses, m bins.

    Attributes:
        mass: that were simulated, in GeV, shape (k,).
        position: where they peak in the observable, shape (k,).
        mean: of the Crystal Ball minus the position, in the unit of the observable, like `sigma`; shape (k,).
        sigma: of its core, shape (k,).
        alpha: start of its tail, negative above the peak, shape (k,).
        n: power of the tail, shape (k,).
        alpha_high: start of a second tail, above the peak, shape (k,); 0 without one.
        n_high: its power, shape (k,); 0 without one.
        errors: of these six, or of the first four, shape (k, 6) or (k, 4).
        quality: chi-square of each fit over its degrees of freedom, shape (k,).
        efficiency: of the selection, shape (k,).
        efficiency_error: shape (k,).
        edges: of the axis, in the unit of the observable, shape (m + 1,).
        wrong_per_right: wrong candidates for each right one, 0 where there is no choice; shape (1,).
        wrong_below: the fraction of wrong candidates below each edge, shape (k, m + 1); (0, m + 1) without any.
        expected: background in each bin for 1 fb^-1, shape (m,).
        variance: of it, shape (m,).
        expected_of: each background in each bin, shape (b, m); (0, 0) where they are not kept apart.
    """

    mass: FloatArray
    position: FloatArray
    mean: FloatArray
    sigma: FloatArray
    alpha: FloatArray
    n: FloatArray
    alpha_high: FloatArray
    n_high: FloatArray
    errors: FloatArray
    quality: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    edges: FloatArray
    wrong_per_right: FloatArray
    wrong_below: FloatArray
    expected: FloatArray
    variance: FloatArray
    expected_of: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> PreparedScan:
        """The ingredients of a spectrum among the arrays of an artefact."""
        names = (each.name for each in dataclasses.fields(cls))
        known = {each: arrays.get(f"{name}.{each}") for each in names}
        return cls(**{each: np.asarray(array, float) for each, array in known.items() if array is not None})

    def arrays(self, name: str) -> dict[str, FloatArray]:
        """The arrays of an artefact, their names beginning with that of the spectrum."""
        kept = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        if not self.expected_of.size:
            del kept["expected_of"]
        return {f"{name}.{field}": array for field, array in kept.items()}

    def peak(self) -> SignalShape:
        """The right candidates: a Crystal Ball in the observable, linear between simulated masses."""
        mean, sigma, alpha, n, alpha_high, n_high = (
            Table(self.position, getattr(self, name), f"{name} of the peak")
            for name in ("mean", "sigma", "alpha", "n", "alpha_high", "n_high")
        )
        if self.alpha_high.any():
            return Displaced(DoubleCrystalBall(sigma, alpha, n, alpha_high, n_high), mean)
        return Displaced(CrystalBall(sigma, alpha, n), mean)

    def signal(self) -> SignalShape:
        """The peak, and below it the wrong candidates of the nearest simulated mass; the yield counts the peak."""
        number = float(self.wrong_per_right[0])
        if number == 0:
            return self.peak()
        wrong = Tabulated(self.position, self.edges, self.wrong_below)
        return WithCombinatorial(self.peak(), wrong, number)

    def efficiencies(self) -> Table:
        """The efficiency against the mass."""
        return Table(self.mass, self.efficiency, "efficiency")

    def template(self, luminosity: float) -> BackgroundTemplate:
        """The background expected for a luminosity in fb^-1."""
        return BackgroundTemplate(self.edges, self.expected * luminosity, self.variance * luminosity**2)
