"""Efficiencies, branching fractions and radiative factors as the command line writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events import column_names
from gloam.models import Parameter, Table, read_table

__all__ = ["RelativeError", "efficiency_named", "factor_named"]

SUFFIXES = (".csv", ".txt", ".npz", ".root", ".parquet")


@dataclass(frozen=True, slots=True, eq=False)
class RelativeError:
    """An absolute error over its value, both linear in the mass between the rows of one table.

    Example:
        >>> mass = np.array([1.0, 3.0])
        >>> RelativeError(Table(mass, np.array([0.01, 0.03])), Table(mass, np.array([0.1, 0.1])))(np.array([2.0]))
        array([0.2])
    """

    error: Table
    value: Table

    def __call__(self, mass: FloatArray) -> FloatArray:
        """The relative error at each mass, in the shape of `mass`."""
        return self.error(mass) / self.value(mass)


def factor_named(text: str, name: str) -> Parameter:
    """A factor written as a number, or as a CSV file with the columns `mass` and NAME.

    Raises:
        InputError: if it is neither a number nor a table that can be read.

    Example:
        >>> factor_named("0.12", "branching_fraction")
        0.12
    """
    try:
        return float(text)
    except ValueError:
        if Path(text).suffix.lower() not in SUFFIXES:
            option, allowed = f"--{name.replace('_', '-')}", f"a number, or a table with columns mass,{name}"
            raise InputError(option, repr(text), allowed, "write a number, or the name of a CSV file") from None
        return read_table(Path(text), name)


def efficiency_named(text: str) -> tuple[Parameter, RelativeError | None]:
    """The efficiency, and its relative error if it is a table with a third column `error` (absolute errors).

    Raises:
        InputError: if it is neither a number nor a table that can be read, or an error is negative.
    """
    efficiency = factor_named(text, "efficiency")
    if not isinstance(efficiency, Table) or "error" not in column_names(Path(text)):
        return efficiency, None
    error = read_table(Path(text), "error")
    if error.value.min() < 0:
        row = int(np.argmin(error.value))
        raise InputError(
            f"error of the efficiency at a mass of {error.mass[row]:g} GeV", f"{error.value[row]:g}",
            "an absolute error >= 0", "correct the table",
        )  # fmt: skip
    return efficiency, RelativeError(error, efficiency)
