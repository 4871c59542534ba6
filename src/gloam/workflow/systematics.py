"""Systematic uncertainties of a scan: as the command line writes them, and with the error of an efficiency table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import Nuisance, Parameter, SignalShape, YieldNuisance, resolution_nuisance
from gloam.models.nuisance import SIGNAL
from gloam.sourced import assumed
from gloam.systematic import Constraint, Systematic, Target, in_quadrature

__all__ = ["acting", "check_sizes", "declared_nuisances", "in_summary", "systematic_named", "without_repeats"]

LARGEST = 10.0
"""A relative uncertainty above 1000 % is a percentage that was meant as a fraction."""


def systematic_named(text: str, constraint: Constraint = "lognormal") -> Systematic:
    """The systematic written as NAME=RELATIVE:TARGET.

    Raises:
        InputError: if it is not written so, or its size is no fraction from 0 to 10.

    Example:
        >>> tracking = systematic_named("tracking=0.014:signal")
        >>> tracking.name, tracking.relative.value, tracking.target
        ('tracking', 0.014, 'signal')

    A target "resolution" is the width of the signal.
    """
    name, _, rest = text.partition("=")
    size, _, target = rest.rpartition(":")
    allowed = "NAME=RELATIVE:signal, :background or :resolution"
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
    return Systematic(name.strip(), declared, cast(Target, target), constraint)


def without_repeats(systematics: Iterable[Systematic]) -> tuple[Systematic, ...]:
    """The systematics, one that is given twice only once.

    Raises:
        InputError: if one name has two sizes.
    """
    given = tuple(systematics)
    in_quadrature(given)  # refuses two sizes of one name
    return tuple({(each.name, each.target): each for each in given}.values())


def declared_nuisances(
    systematics: Iterable[Systematic], efficiency_error: Parameter | None, constraint: Constraint
) -> tuple[YieldNuisance, ...]:
    """All systematics with their sizes at every mass, "efficiency" from the errors of its table among them.

    Raises:
        InputError: if one name has two sizes, or the efficiency has an error in its table and one by name.
    """
    found = [
        YieldNuisance(
            each.name, each.relative.value, each.target, "gaussian" if each.target == "resolution" else each.constraint
        )
        for each in without_repeats(systematics)
    ]
    if efficiency_error is not None:
        if any(each.name == "efficiency" for each in found):
            raise InputError(
                "--syst efficiency", "an uncertainty of the efficiency, whose table has errors too", "one of the two",
                "leave out the column error of the table, or name the other source differently",
            )  # fmt: skip
        found.append(YieldNuisance("efficiency", efficiency_error, SIGNAL, constraint))
    return tuple(found)


def check_sizes(nuisances: Iterable[YieldNuisance], mass: FloatArray) -> None:
    """Refuse a systematic that is not a fraction from 0 to 10 at every mass."""
    for nuisance in nuisances:
        size = nuisance.size(mass)
        if size.max() > LARGEST:
            row = int(np.argmax(size))
            raise InputError(
                f"{nuisance.name} at a mass of {mass[row]:g} GeV", f"a relative error of {size[row]:g}",
                f"at most {LARGEST:g}", "correct the table: its errors are absolute",
            )  # fmt: skip


def acting(declared: Iterable[YieldNuisance], shape: SignalShape) -> tuple[Nuisance, ...]:
    """The nuisance parameters of the fits: of the signal's yield and resolution.

    A polynomial floats and with it the yield of the background: an uncertainty of that changes nothing.

    Args:
        declared: the systematics; a target "resolution" means the width of the signal.
        shape: of the signal.
    """
    found: list[Nuisance] = []
    for each in declared:
        if each.target == "resolution":
            found.append(resolution_nuisance(each.name, shape, float(each.size(np.zeros(1))[0])))
        elif each.target == SIGNAL:
            found.append(each)
    return tuple(found)


def in_summary(nuisance: YieldNuisance, mass: FloatArray) -> dict[str, Any]:
    """What `summary.json` says of a systematic: its relative size, or the smallest and the largest on the grid."""
    low, high = float(nuisance.size(mass).min()), float(nuisance.size(mass).max())
    relative = low if low == high else [low, high]
    return {
        "name": nuisance.name, "target": nuisance.target, "relative": relative, "constraint": nuisance.constraint
    }  # fmt: skip
