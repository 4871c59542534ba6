"""What a search that counts at declared masses takes from simulation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.models import Table

__all__ = ["DecayCounts"]


@dataclass(frozen=True, slots=True, eq=False)
class DecayCounts:
    """The simulated ingredients of one channel of counts; k masses, m bins.

    Attributes:
        mass: that were simulated, in GeV, shape (k,).
        resolution: of the observable there, in GeV, shape (k,).
        half_width: of the windows, shape (k,).
        efficiency: of the selection and the window, shape (k,).
        efficiency_error: of the simulated statistics, shape (k,).
        edges: of the axis, in GeV, shape (m + 1,).
        expected: background in each bin for the data, shape (m,).
        effective: events of independent simulation that the background in each window stands on, shape (k,).
    """

    mass: FloatArray
    resolution: FloatArray
    half_width: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    edges: FloatArray
    expected: FloatArray
    effective: FloatArray

    @classmethod
    def of(cls, arrays: Mapping[str, Any], name: str) -> DecayCounts:
        """The ingredients of a channel among the arrays of an artefact."""
        return cls(
            **{field.name: np.asarray(arrays[f"{name}.{field.name}"], float) for field in dataclasses.fields(cls)}
        )

    def arrays(self, name: str) -> dict[str, FloatArray]:
        """The arrays of an artefact, their names beginning with that of the channel."""
        return {f"{name}.{field.name}": getattr(self, field.name) for field in dataclasses.fields(self)}

    def at(self, column: str, mass: FloatArray) -> FloatArray:
        """A column at masses, linear between the simulated ones.

        Raises:
            InputError: for a mass outside of them.
        """
        return Table(self.mass, getattr(self, column), column)(mass)
