"""Shapes and backgrounds by the names that the command line and declarations use."""

from __future__ import annotations

from pathlib import Path

from gloam.errors import InputError, one_of
from gloam.models.crystal_ball import CrystalBall
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.gaussian import Gaussian
from gloam.models.parameter import Parameter, Table, read_table
from gloam.models.polynomial import Polynomial
from gloam.models.signal import SignalShape

__all__ = ["background_named", "shape_named", "width_named"]

SHAPES = ("gaussian", "crystal-ball:ALPHA,N", "double-crystal-ball:A1,N1,A2,N2")


def shape_named(text: str, width: Parameter) -> SignalShape:
    """The signal shape written as NAME or NAME:PARAMETERS, with its core's standard deviation.

    Raises:
        InputError: for an unknown name, or parameters that are not as many numbers as the shape has.

    Example:
        >>> shape_named("crystal-ball:1.5,3", 0.01)
        CrystalBall(width=0.01, alpha=1.5, n=3.0)
    """
    name, _, rest = text.partition(":")
    allowed = one_of(SHAPES)
    if name == "gaussian" and not rest:
        return Gaussian(width)
    if name == "crystal-ball":
        numbers = _numbers(text, rest)
        if len(numbers) == 2:
            return CrystalBall(width, *numbers)
    if name == "double-crystal-ball":
        numbers = _numbers(text, rest)
        if len(numbers) == 4:
            return DoubleCrystalBall(width, *numbers)
    raise InputError("shape of the signal", repr(text), allowed, "write for example crystal-ball:1.5,3")


def background_named(text: str) -> Polynomial:
    """The background written as polynomial:ORDER.

    Raises:
        InputError: for an unknown name or an order that is not a whole number.

    Example:
        >>> background_named("polynomial:3")
        Polynomial(order=3)
    """
    name, _, order = text.partition(":")
    if name != "polynomial" or not order.isdecimal():
        raise InputError(
            "background", repr(text), "polynomial:N with N = 0, 1, 2, ...", "write for example polynomial:3"
        )
    return Polynomial(int(order))


def width_named(text: str) -> Parameter:
    """The standard deviation written as a number in the unit of the observable, or as a CSV file `mass,sigma`.

    Raises:
        InputError: if it is neither a positive number nor a table that can be read.
    """
    try:
        width = float(text)
    except ValueError:
        table: Table = read_table(Path(text), "sigma")
        if table.value.min() <= 0:
            raise InputError(f"sigma in {text}", f"{table.value.min():g}", "numbers > 0", "correct the table") from None
        return table
    if not 0 < width < float("inf"):
        raise InputError("width of the signal", text, "sigma > 0 in GeV", "give the resolution of the peak")
    return width


def _numbers(text: str, rest: str) -> list[float]:
    try:
        return [float(item) for item in rest.split(",")]
    except ValueError:
        raise InputError(
            "shape of the signal", repr(text), "numbers after the colon", "separate them by commas"
        ) from None
