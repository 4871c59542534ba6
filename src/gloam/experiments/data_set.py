"""A data set: an energy and a luminosity."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.sourced import Sourced

__all__ = ["DataSet"]


@dataclass(frozen=True, slots=True)
class DataSet:
    """What was recorded at one energy.

    Attributes:
        name: of the energy or the sample.
        sqrt_s: centre-of-mass energy.
        luminosity: integrated.
    """

    name: str
    sqrt_s: Sourced
    luminosity: Sourced
