"""Mass hypotheses with their windows, and which events lie in which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.training.table import TrainingTable

__all__ = ["Hypotheses", "hypotheses", "hypotheses_of_signal"]

NEAR = 1e-6
"""Relative difference up to which a generated mass is that of a hypothesis."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Masses in rising order, each with a window in the squared recoil mass; windows may overlap in any way.

    Attributes:
        mass: in GeV, shape (h,).
        low: lower edges in GeV^2, shape (h,); belongs to the window.
        high: upper edges, shape (h,); belongs to the window no more.
    """

    mass: FloatArray
    low: FloatArray
    high: FloatArray

    def __len__(self) -> int:
        return self.mass.size

    def rows(self, chosen: IntArray | BoolArray) -> Hypotheses:
        """These hypotheses alone."""
        return Hypotheses(self.mass[chosen], self.low[chosen], self.high[chosen])

    @property
    def edges(self) -> FloatArray:
        """All different edges of windows, rising; between two of them every event lies in the same windows."""
        return np.unique(np.concatenate([self.low, self.high]))

    def covered(self) -> BoolArray:
        """Whether each window holds what is between each pair of neighbouring edges, shape (h, edges - 1)."""
        edges = self.edges
        return (self.low[:, None] <= edges[:-1]) & (edges[1:] <= self.high[:, None])

    def interval(self, recoil_mass2: FloatArray) -> IntArray:
        """Between which edges a value lies, -1 outside all of them, shape as given."""
        edges = self.edges
        place = np.searchsorted(edges, recoil_mass2, side="right") - 1
        return np.where(place < edges.size - 1, place, -1)

    def inside_any(self, recoil_mass2: FloatArray) -> BoolArray:
        """Whether a value lies in any window, shape as given."""
        place = self.interval(recoil_mass2)
        return (place >= 0) & np.asarray(self.covered().any(axis=0))[place]

    def own(self, mass_generated: FloatArray) -> IntArray:
        """The hypothesis that a generated mass is that of, -1 for none, shape as given."""
        above = np.clip(np.searchsorted(self.mass, mass_generated), 0, len(self) - 1)
        below = np.maximum(above - 1, 0)
        closer = np.abs(self.mass[below] - mass_generated) < np.abs(self.mass[above] - mass_generated)
        nearest = np.where(closer, below, above)
        return np.where(np.isclose(self.mass[nearest], mass_generated, rtol=NEAR, atol=0), nearest, -1)


def hypotheses(mass: npt.ArrayLike, sigma: npt.ArrayLike, half_width: float = 2.0) -> Hypotheses:
    """Hypotheses with the windows m^2 +- half_width sigma, in rising order of their mass whatever the order given.

    Args:
        mass: in GeV, different ones.
        sigma: resolution of the squared recoil mass in GeV^2, for each mass or for all.
        half_width: of the window, in sigma.

    Raises:
        InputError: no mass, equal masses, a mass or width that is not above 0.

    Example:
        >>> hypotheses([3.0, 1.0], [0.1, 0.25]).low
        array([0.5, 8.8])
    """
    masses = np.atleast_1d(np.asarray(mass, float))
    widths = np.broadcast_to(np.asarray(sigma, float), masses.shape) * half_width
    order = np.argsort(masses)
    masses, widths = masses[order], widths[order]
    if masses.size == 0 or not (np.isfinite(masses) & (masses > 0)).all():
        raise InputError("masses of the hypotheses", masses.tolist(), "masses above 0 in GeV", "give at least one")
    if (np.diff(masses) <= NEAR * masses[1:]).any():
        raise InputError("masses of the hypotheses", "equal ones", "different masses", "give each mass once")
    if not (np.isfinite(widths) & (widths > 0)).all():
        raise InputError("width of a window", widths.min(), "a number above 0 in GeV^2", "check the resolutions")
    return Hypotheses(masses, masses**2 - widths, masses**2 + widths)


def hypotheses_of_signal(table: TrainingTable, half_width: float = 2.0) -> Hypotheses:
    """One hypothesis for each generated mass, with the resolution found in the table itself.

    The resolution is half the width of the range that holds the inner 68 % of the signal.

    Raises:
        InputError: fewer than ten signal events of a mass.
    """
    mass = table.mass_generated[table.is_signal]
    deviation = table.recoil_mass2[table.is_signal] - mass**2
    masses, places = np.unique(mass, return_inverse=True)
    count = np.bincount(places)
    if count.min() < 10:
        found = f"{count.min()} signal events at {masses[count.argmin()]:g} GeV"
        raise InputError("resolution from the training table", found, "10 or more for each mass", "give --width FILE")
    parts = np.split(deviation[np.argsort(places, kind="stable")], np.cumsum(count)[:-1])
    ends = np.array([np.quantile(part, (0.15866, 0.84134)) for part in parts])
    return hypotheses(masses, (ends[:, 1] - ends[:, 0]) / 2, half_width)
