"""Shape parameters as functions of the mass: a number, a table or any function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events import read_columns

__all__ = ["Combined", "Parameter", "Table", "combined", "evaluate", "read_table"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A function of the mass that is linear between its rows and refused outside them.

    Attributes:
        mass: masses in GeV, strictly increasing, shape (n,).
        value: values at these masses, shape (n,).
        name: what it tabulates, for messages.

    Example:
        >>> sigma = Table(np.array([1.0, 3.0]), np.array([0.010, 0.020]), "sigma")
        >>> sigma(np.array([2.0]))
        array([0.015])
    """

    mass: FloatArray
    value: FloatArray
    name: str = "parameter"

    def __post_init__(self) -> None:
        mass, value = np.array(self.mass, float), np.array(self.value, float)
        asked = f"table of {self.name}"
        if mass.ndim != 1 or mass.shape != value.shape or mass.size == 0:
            raise InputError(asked, f"shapes {mass.shape} and {value.shape}", "two columns of one length", "check it")
        if not (np.isfinite(mass).all() and np.isfinite(value).all()):
            raise InputError(asked, "a number that is not finite", "finite numbers", "remove or correct the row")
        if (np.diff(mass) <= 0).any():
            row = int(np.argmax(np.diff(mass) <= 0)) + 2
            raise InputError(
                asked, f"mass {mass[row - 1]:g} in row {row}", "increasing masses", "sort the rows, drop repeats"
            )
        for array in (mass, value):
            array.flags.writeable = False
        object.__setattr__(self, "mass", mass)
        object.__setattr__(self, "value", value)

    def __call__(self, mass: FloatArray) -> FloatArray:
        """The value at each mass, in the shape of `mass`.

        Raises:
            InputError: if a mass lies outside the table.
        """
        mass = np.asarray(mass, float)
        if mass.size and not (self.mass[0] <= mass.min() and mass.max() <= self.mass[-1]):
            raise InputError(
                f"{self.name} for masses from {mass.min():g} to {mass.max():g}",
                f"a table from {self.mass[0]:g} to {self.mass[-1]:g}",
                "masses inside the table",
                "extend the table or scan a shorter range",
            )
        return np.interp(mass, self.mass, self.value)


Parameter = float | Table | Callable[[FloatArray], npt.ArrayLike]
"""A shape parameter: the same at all masses, a `Table`, or a function of an array of masses."""


@dataclass(frozen=True, slots=True)
class Combined:
    """Two parameters combined at each mass.

    Attributes:
        operation: such as `operator.mul`, of two arrays.
        first: its first argument.
        second: its second argument.
    """

    operation: Callable[[FloatArray, FloatArray], FloatArray]
    first: Parameter
    second: Parameter

    def __call__(self, mass: FloatArray) -> FloatArray:
        """The combination at each mass."""
        return self.operation(evaluate(self.first, mass, "parameter"), evaluate(self.second, mass, "parameter"))


def combined(operation: Callable[[Any, Any], Any], first: Parameter, second: Parameter) -> Parameter:
    """The parameter that is the combination of two at each mass; a number if both are.

    Example:
        >>> import operator
        >>> combined(operator.mul, 0.01, 1.5), combined(operator.mul, 0.01, lambda mass: 1 + mass)(np.array([2.0]))
        (0.015, array([0.03]))
    """
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return float(operation(first, second))
    return Combined(operation, first, second)


def evaluate(parameter: Parameter, mass: FloatArray, name: str) -> FloatArray:
    """The parameter at each mass, in the shape of `mass`.

    Raises:
        InputError: if a value is not finite or the function returns another shape.
    """
    value = np.asarray(parameter(mass) if callable(parameter) else parameter, float)
    try:
        value = np.broadcast_to(value, np.shape(mass))
    except ValueError:
        raise InputError(
            f"{name} as a function of the mass", f"shape {value.shape}", f"shape {np.shape(mass)}", "return an array"
        ) from None
    if not np.isfinite(value).all():
        raise InputError(f"{name}", "a value that is not finite", "finite values at all masses", "check the function")
    return value


def read_table(path: Path, column: str) -> Table:
    """One column of a CSV against its column `mass`.

    Raises:
        InputError: if the file or a column is missing or a cell is not a number.
    """
    columns = read_columns(path, ["mass", column])
    return Table(columns["mass"], columns[column], f"{column} of {path.name}")
