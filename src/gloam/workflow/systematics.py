"""Systematic uncertainties of a scan: as the command line writes them, and with the error of an efficiency table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import Parameter, evaluate
from gloam.sourced import assumed
from gloam.systematic import Constraint, Systematic, Target, in_quadrature

__all__ = ["YieldSystematic", "systematic_named", "without_repeats", "yield_systematics"]

LARGEST = 10.0
"""A relative uncertainty above 1000 % is a percentage that was meant as a fraction."""


@dataclass(frozen=True, slots=True, eq=False)
class YieldSystematic:
    """A relative uncertainty on a yield that may depend on the mass.

    Attributes:
        name: of its source; one name is fully correlated across masses.
        relative: one standard deviation over the nominal value.
        target: the yield that it scales.
        constraint: the shape of its auxiliary measurement.
    """

    name: str
    relative: Parameter
    target: Target
    constraint: Constraint

    def at(self, mass: FloatArray) -> FloatArray:
        """Its relative size at each mass, in the shape of `mass`."""
        return evaluate(self.relative, mass, f"systematic {self.name!r}")

    def summary(self, mass: FloatArray) -> dict[str, Any]:
        """What `summary.json` says about it: its size, or the smallest and the largest on the grid."""
        low, high = float(self.at(mass).min()), float(self.at(mass).max())
        relative = low if low == high else [low, high]
        return {"name": self.name, "target": self.target, "relative": relative, "constraint": self.constraint}


def systematic_named(text: str, constraint: Constraint = "lognormal") -> Systematic:
    """The systematic written as NAME=RELATIVE:TARGET.

    Raises:
        InputError: if it is not written so, or its size is no fraction from 0 to 10.

    Example:
        >>> tracking = systematic_named("tracking=0.014:signal")
        >>> tracking.name, tracking.relative.value, tracking.target
        ('tracking', 0.014, 'signal')
    """
    name, _, rest = text.partition("=")
    size, _, target = rest.rpartition(":")
    allowed = "NAME=RELATIVE:signal or NAME=RELATIVE:background"
    if not name.strip() or target not in get_args(Target):
        raise InputError("--syst", repr(text), allowed, "write for example tracking=0.014:signal")
    try:
        relative = float(size)
    except ValueError:
        raise InputError("--syst", repr(text), allowed, "write the size as a fraction, 0.05 for 5 %") from None
    if not 0 <= relative <= LARGEST:
        allowed = f"a fraction from 0 to {LARGEST:g}"
        raise InputError(f"--syst {name.strip()}", f"{relative:g}", allowed, "write 0.05 for 5 %")
    declared = assumed(relative, 0, "", "given by the user")
    return Systematic(name.strip(), declared, "signal" if target == "signal" else "background", constraint)


def without_repeats(systematics: Iterable[Systematic]) -> tuple[Systematic, ...]:
    """The systematics, one that is given twice only once.

    Raises:
        InputError: if one name has two sizes.
    """
    given = tuple(systematics)
    in_quadrature(given)  # refuses two sizes of one name
    return tuple({(each.name, each.target): each for each in given}.values())


def yield_systematics(
    systematics: Iterable[Systematic], efficiency_error: Parameter | None, constraint: Constraint
) -> tuple[YieldSystematic, ...]:
    """All systematics of a scan on yields: those given by name, and "efficiency" from the errors of its table.

    Raises:
        InputError: if one name has two sizes, or the efficiency has an error in its table and one by name.
    """
    found = [
        YieldSystematic(each.name, each.relative.value, each.target, each.constraint)
        for each in without_repeats(systematics)
    ]
    if efficiency_error is not None:
        if any(each.name == "efficiency" for each in found):
            raise InputError(
                "--syst efficiency", "an uncertainty of the efficiency, whose table has errors too", "one of the two",
                "leave out the column error of the table, or name the other source differently",
            )  # fmt: skip
        found.append(YieldSystematic("efficiency", efficiency_error, "signal", constraint))
    return tuple(found)


def check_sizes(systematics: Iterable[YieldSystematic], mass: FloatArray) -> None:
    """Refuse a systematic that is not a fraction from 0 to 10 at every mass."""
    for systematic in systematics:
        size = systematic.at(mass)
        if size.max() > LARGEST:
            row = int(np.argmax(size))
            raise InputError(
                f"{systematic.name} at a mass of {mass[row]:g} GeV", f"a relative error of {size[row]:g}",
                f"at most {LARGEST:g}", "correct the table: its errors are absolute",
            )  # fmt: skip
