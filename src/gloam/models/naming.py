"""Shapes and backgrounds by the names that the command line and declarations use."""

from __future__ import annotations

import math
import operator
from pathlib import Path

import numpy as np

from gloam.errors import InputError, one_of
from gloam.models.breit_wigner import BreitWigner
from gloam.models.crystal_ball import CrystalBall
from gloam.models.double_crystal_ball import DoubleCrystalBall
from gloam.models.gaussian import Gaussian
from gloam.models.kernel_density import SimulatedSample, kernel_density
from gloam.models.parameter import Parameter, Table, combined, read_table
from gloam.models.polynomial import Polynomial
from gloam.models.signal import SignalShape
from gloam.models.template import TemplateHistogram, template
from gloam.spectra import read_spectrum, read_values

__all__ = ["background_named", "shape_named", "width_named"]

SHAPES = (
    "gaussian",
    "crystal-ball:ALPHA,N",
    "double-crystal-ball:A1,N1,A2,N2",
    "breit-wigner:GAMMA",
    "template:FILE,POSITION",
    "kernel-density:FILE,COLUMN,POSITION",
)


def shape_named(text: str, width: Parameter) -> SignalShape:
    """The signal shape written as NAME or NAME:PARAMETERS, with its core's standard deviation.

    - `breit-wigner:GAMMA` is a Breit-Wigner of full width GAMMA, a number in the unit of the observable or, as in
      `0.1m`, a multiple of the position, folded with a Gaussian of the width.
    - `template:FILE,POSITION` is a histogram, in any form that `read_spectrum` reads (CSV with low, high and counts,
      npz with edges and counts, UHI JSON, ROOT), of the signal at POSITION. From there it moves with the position
      and scales with the width.
    - `kernel-density:FILE,COLUMN,POSITION` is the same of simulated events.

    Raises:
        InputError: for an unknown name, parameters that do not suit it, or a file that cannot be used.

    Example:
        >>> shape_named("crystal-ball:1.5,3", 0.01)
        CrystalBall(width=0.01, alpha=1.5, n=3.0)
    """
    name, _, rest = text.partition(":")
    match name:
        case "gaussian" if not rest:
            return Gaussian(width)
        case "crystal-ball" | "double-crystal-ball":
            numbers = _numbers(text, rest)
            kind, size = (CrystalBall, 2) if name == "crystal-ball" else (DoubleCrystalBall, 4)
            if len(numbers) == size:
                return kind(width, *numbers)
        case "breit-wigner" if rest:
            return BreitWigner(Gaussian(width), _natural_width(text, rest))
        case "template" if rest.count(",") >= 1:
            source, position = rest.rsplit(",", 1)
            return _template(source, _number(text, position), width)
        case "kernel-density" if rest.count(",") >= 2:
            source, column, position = rest.rsplit(",", 2)
            sample = SimulatedSample(_number(text, position), read_values(source, column.strip()))
            return kernel_density([sample], width)
    raise InputError("shape of the signal", repr(text), one_of(SHAPES), "write for example crystal-ball:1.5,3")


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
    return [_number(text, item) for item in rest.split(",")]


def _number(text: str, item: str) -> float:
    try:
        return float(item)
    except ValueError:
        raise InputError(
            "shape of the signal", repr(text), "numbers after the colon", "separate them by commas"
        ) from None


def _natural_width(text: str, rest: str) -> Parameter:
    """A width of the particle, written as a number or, with the suffix m, as a multiple of the position."""
    multiple = rest.strip().removesuffix("m")
    gamma = _number(text, multiple)
    if not (math.isfinite(gamma) and gamma >= 0):
        raise InputError("width of a Breit-Wigner", rest, "a number >= 0, such as 0.05 or 0.1m", "give the full width")
    return gamma if multiple == rest.strip() else combined(operator.mul, gamma, np.asarray)


def _template(source: str, position: float, width: Parameter) -> SignalShape:
    spectrum = read_spectrum(source)
    if len(spectrum.axes) != 1:
        raise InputError(f"signal template in {source}", "a histogram with two axes", "one axis", "project one out")
    return template([TemplateHistogram(position, spectrum.axis.edges, spectrum.values())], width)
