"""Named systematic uncertainties: the same name is the same source, wherever it acts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from gloam.errors import InputError, one_of, refuse
from gloam.sourced import Sourced

__all__ = ["Constraint", "Systematic", "Target", "in_quadrature"]

Target = Literal["signal", "background", "resolution"]
Constraint = Literal["lognormal", "gaussian"]


@dataclass(frozen=True, slots=True)
class Systematic:
    """A relative uncertainty on the yield of the signal or of the background, or on the resolution.

    Attributes:
        name: what it is; systematics of one name are fully correlated across masses and channels.
        relative: one standard deviation over the nominal value, as a `Sourced` pure number.
        target: what it scales: the yield of a component, or the width of the signal.
        constraint: the shape of its auxiliary measurement.

    Example:
        >>> from gloam.sourced import published
        >>> luminosity = Systematic("luminosity", published(0.014, 0, "", "arXiv:2109.08596"), "signal")
        >>> in_quadrature([luminosity, luminosity])  # one source, counted once
        0.014
    """

    name: str
    relative: Sourced
    target: Target
    constraint: Constraint = "lognormal"

    def __post_init__(self) -> None:
        asked = f"systematic {self.name!r}"
        if not self.name.strip():
            refuse(self, InputError("name of a systematic", "nothing", "a name", "name the source of the uncertainty"))
        if self.relative.value < 0:
            refuse(self, InputError(asked, self.relative.value, "a size >= 0", "give its absolute value"))
        if self.target not in get_args(Target):
            refuse(self, InputError(f"target of {asked}", self.target, one_of(get_args(Target)), "say what it scales"))
        if self.constraint not in get_args(Constraint):
            allowed = one_of(get_args(Constraint))
            refuse(self, InputError(f"constraint of {asked}", self.constraint, allowed, "choose one"))


def in_quadrature(systematics: Iterable[Systematic]) -> float:
    """The relative size of independent systematics together, each name counted once."""
    by_name: dict[str, float] = {}
    for systematic in systematics:
        size = systematic.relative.value
        if by_name.setdefault(systematic.name, size) != size:
            raise InputError(
                f"systematic {systematic.name!r}",
                f"sizes {by_name[systematic.name]:g} and {size:g}",
                "one size for each name",
                "give different sources different names",
            )
    return math.sqrt(sum(size * size for size in by_name.values()))
