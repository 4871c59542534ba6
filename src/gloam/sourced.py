"""Numbers that know where they come from: published, simulated, assumed or recalled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from gloam.errors import InputError, one_of, refuse

__all__ = ["Sourced", "Standing", "assumed", "published", "recalled", "simulated"]

Standing = Literal["published", "simulated", "assumed", "recalled"]


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number with its error, unit, standing and reference.

    Attributes:
        value: the number.
        error: its absolute standard uncertainty; 0 where none is given.
        unit: "GeV", "fb", "fb^-1", "%" or "" for a pure number.
        standing: what the number is worth. `published` numbers can be looked up in `reference`;
            `simulated` ones come from an artefact of ours; `assumed` ones are a choice of ours;
            `recalled` ones were not checked against a text and must not carry a conclusion.
        reference: paper, table, file or the reason for an assumption; never empty.

    Example:
        >>> mass = published(9.4604, 0.0001, "GeV", "PDG 2024, Upsilon(1S)")
        >>> print(mass)
        9.4604 +- 0.0001 GeV [published: PDG 2024, Upsilon(1S)]
    """

    value: float
    error: float
    unit: str
    standing: Standing
    reference: str

    def __post_init__(self) -> None:
        asked = f"sourced number {self.value} {self.unit}".rstrip()
        if not math.isfinite(self.value):
            refuse(self, InputError(asked, self.value, "a finite value", "declare an unknown number as None"))
        if not (math.isfinite(self.error) and self.error >= 0):
            allowed, remedy = "a finite error >= 0", "use 0 where none is known"
            refuse(self, InputError(f"error of {asked}", self.error, allowed, remedy))
        if self.standing not in get_args(Standing):
            allowed, remedy = one_of(get_args(Standing)), "say what the number is worth"
            refuse(self, InputError(f"standing of {asked}", self.standing, allowed, remedy))
        if not self.reference.strip():
            allowed, remedy = "a source or a reason", "name the paper or the choice"
            refuse(self, InputError(f"reference of {asked}", "nothing", allowed, remedy))

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        error = f" +- {self.error:g}" if self.error else ""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.value:.10g}{error}{unit} [{self.standing}: {self.reference}]"


def published(value: float, error: float, unit: str, reference: str) -> Sourced:
    """A number that can be looked up in `reference`."""
    return Sourced(value, error, unit, "published", reference)


def simulated(value: float, error: float, unit: str, reference: str) -> Sourced:
    """A number taken from the simulation or fit named in `reference`."""
    return Sourced(value, error, unit, "simulated", reference)


def assumed(value: float, error: float, unit: str, reference: str) -> Sourced:
    """A number that is a choice of ours, for the reason given in `reference`."""
    return Sourced(value, error, unit, "assumed", reference)


def recalled(value: float, error: float, unit: str, reference: str) -> Sourced:
    """A number remembered but not checked against a text."""
    return Sourced(value, error, unit, "recalled", reference)
