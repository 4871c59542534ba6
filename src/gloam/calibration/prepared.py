"""What a search takes from simulation, as the artefact that it carries: shapes, efficiencies and templates."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.calibration.templates import BackgroundTemplate
from gloam.errors import InputError
from gloam.models import (
    CrystalBall,
    Displaced,
    DoubleCrystalBall,
    Gaussian,
    Mixture,
    SignalShape,
    Table,
    Tabulated,
    WithCombinatorial,
)
from gloam.models.parameter import combined
from gloam.spectra import EventRanks

__all__ = ["PreparedScan"]

LEVELS = "levels"

OPTIONAL = ("gaussians", LEVELS, "expected_of")
"""Arrays that only some spectra have."""

GAUSSIANS = ("mean", "core", "second width", "third width", "second fraction", "third fraction")


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
        gaussians: mean minus position, width, second and third width over the one before, fractions in the second and
            third of three Gaussians with a common mean, shape (k, 6); no rows where they were not fitted.
        levels: ranks of the entries of whole events, see `EventRanks`; shape (events, entries), no rows without.
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
    gaussians: FloatArray = field(default_factory=lambda: np.zeros((0, 6)))
    levels: npt.NDArray[np.uint16] = field(default_factory=lambda: np.zeros((0, 1), np.uint16))
    expected_of: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> PreparedScan:
        """The ingredients of a spectrum among the arrays of an artefact."""
        found: dict[str, Any] = {}
        for each in dataclasses.fields(cls):
            if each.name not in OPTIONAL or f"{name}.{each.name}" in arrays:
                kind = np.uint16 if each.name == LEVELS else float
                found[each.name] = np.asarray(arrays[f"{name}.{each.name}"], kind)
        return cls(**found)

    def arrays(self, name: str) -> dict[str, Any]:
        """The arrays of an artefact that have rows, their names beginning with that of the spectrum."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        return {f"{name}.{key}": value for key, value in values.items() if key not in OPTIONAL or len(value)}

    @property
    def ranks(self) -> EventRanks | None:
        """How the entries of one event go together; None where that is not known."""
        return EventRanks(self.levels) if len(self.levels) else None

    def three_gaussians(self) -> SignalShape:
        """The right candidates as three Gaussians with a common mean, linear between simulated masses.

        Raises:
            InputError: if they were not fitted.
        """
        if not len(self.gaussians):
            raise InputError(
                "three Gaussians", "a spectrum for which they were not fitted", "one with three_gaussians",
                "declare it and prepare the search again",
            )  # fmt: skip
        mean, core, second, third, in_second, in_third = (
            Table(self.position, column, f"{name} of three Gaussians")
            for name, column in zip(GAUSSIANS, self.gaussians.T, strict=True)
        )
        wide = combined(operator.mul, core, second)
        widths = (Gaussian(core), Gaussian(wide), Gaussian(combined(operator.mul, wide, third)))
        inside = combined(operator.sub, 1.0, combined(operator.add, in_second, in_third))
        return Displaced(Mixture(widths, (inside, in_second, in_third)), mean)

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
