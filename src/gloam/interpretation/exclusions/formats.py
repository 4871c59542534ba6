"""Files of limits as AxionLimits, ALPaca, DARKCAST, FORESEE and our own tables write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.interpretation.exclusions.content import Curve, Regions
from gloam.interpretation.exclusions.conversions import EV
from gloam.interpretation.regions import Polygon

__all__ = ["Form", "parse"]

Form = Literal["axionlimits", "alpaca", "darkcast", "foresee", "csv"]

CLOSING = 1.0
"""Couplings from here on only close the polygon of a plot."""

NO_LIMIT = 1e5
"""What DARKCAST writes where there is no limit."""

SMALLEST_MASS = 1e-15
"""GeV; masses of 0 are drawn from here."""


def parse(text: str, form: Form, *, region: bool = False, scale: float = 1.0, name: str = "a curve") -> Curve | Regions:
    r"""The limit that a file holds, with masses in GeV.

    - "axionlimits": two columns, mass in eV and coupling; rows with a coupling of 1 or more only close a polygon.
    - "alpaca": lower edge, upper edge in GeV and limit; equal edges are a point.
    - "darkcast": mass in GeV, lower and (of a region) upper end of the excluded couplings; 1e5 is no limit.
    - "foresee": two columns, mass in GeV and coupling, closed like the first.
    - "csv": a header, and mass,limit or mass_low,mass_high,limit or mass,low,high; an empty cell is a gap.

    Args:
        text: content of the file.
        form: one of these.
        region: whether its rows are the corners of an excluded region rather than a limit.
        scale: that limits are multiplied by, such as 1000 from pb to fb.
        name: of the file, for messages.

    Raises:
        InputError: for an unknown form, or a line that is not what the form says.

    Example:
        >>> curve = parse("# eV GeV^-1\n1e8 1\n1e8 2e-3\n2e8 1e-3\n", "axionlimits")
        >>> curve.at(0.2), curve.points
        (array(0.001), 2)
    """
    readers: dict[str, Callable[[str, bool, float, str], Curve | Regions]] = {
        "axionlimits": _axionlimits, "alpaca": _alpaca, "darkcast": _darkcast, "foresee": _foresee, "csv": _csv,
    }  # fmt: skip
    if form not in readers:
        raise InputError(f"form of {name}", form, one_of(get_args(Form)), "choose one of these")
    return readers[form](text, region, scale, name)


def _axionlimits(text: str, region: bool, scale: float, name: str) -> Curve | Regions:
    mass, limit = _numbers(text, (2,), name).T
    return _path(EV * mass, limit, region, scale)


def _foresee(text: str, region: bool, scale: float, name: str) -> Curve | Regions:
    mass, limit = _numbers(text, (2,), name).T
    return _path(mass, limit, region, scale)


def _alpaca(text: str, region: bool, scale: float, name: str) -> Curve | Regions:
    _no_region(region, name)
    low, high, limit = _numbers(text, (3,), name).T
    if (low == high).all():
        return Curve(low, scale * limit, limit.size)
    return Curve.in_ranges(low, high, scale * limit)


def _darkcast(text: str, region: bool, scale: float, name: str) -> Curve | Regions:
    table = _numbers(text, (2, 3), name)
    limits = np.where(table[:, 1:] >= NO_LIMIT, np.nan, scale * table[:, 1:])
    if region:
        return _between(table[:, 0], limits, name)
    return Curve(table[:, 0], limits[:, 0], int(np.isfinite(limits[:, 0]).sum()))


def _csv(text: str, region: bool, scale: float, name: str) -> Curve | Regions:
    header, _, rows = text.partition("\n")
    match header.strip():
        case "mass,limit":
            _no_region(region, name)
            mass, limit = _numbers(rows, (2,), name).T
            return Curve(mass, scale * limit, int(np.isfinite(limit).sum()))
        case "mass_low,mass_high,limit":
            _no_region(region, name)
            low, high, limit = _numbers(rows, (3,), name).T
            return Curve.in_ranges(low, high, scale * limit)
        case "mass,low,high":
            table = _numbers(rows, (3,), name)
            return _between(table[:, 0], scale * table[:, 1:], name)
    allowed = "mass,limit or mass_low,mass_high,limit or mass,low,high"
    raise InputError(f"columns of {name}", repr(header.strip()), allowed, "write one of these headers")


def _path(mass: FloatArray, limit: FloatArray, region: bool, scale: float) -> Curve | Regions:
    """A curve with gaps where rows close its polygon, or the polygon with all its corners."""
    if region:
        return Regions((Polygon(np.maximum(mass, SMALLEST_MASS), scale * limit),), mass.size)
    limit = np.where(limit >= CLOSING, np.nan, limit)
    return Curve(mass, scale * limit, int(np.isfinite(limit).sum()))


def _between(mass: FloatArray, ends: FloatArray, name: str) -> Regions:
    """The region between lower and upper ends at increasing masses."""
    known = np.isfinite(ends).all(axis=1) if ends.shape[1] == 2 else np.zeros(mass.size, bool)
    if known.sum() < 2:
        raise InputError(f"region in {name}", "fewer than two masses with both ends", "mass, low, high", "see the form")
    x, (low, high) = mass[known], ends[known].T
    return Regions((Polygon(np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])),), 2 * x.size)


def _no_region(region: bool, name: str) -> None:
    if region:
        raise InputError(f"region in {name}", "limits at masses", "both ends at each mass", "declare it as a curve")


def _numbers(text: str, widths: tuple[int, ...], name: str) -> FloatArray:
    """The numbers in the lines of a text, comments ('#') left out; commas or spaces between them."""
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        cells = content.split(",") if "," in content else content.split()
        try:
            row = [float(cell) if cell.strip() else np.nan for cell in cells]
        except ValueError:
            row = []
        if len(row) not in widths or (rows and len(row) != len(rows[0])):
            allowed = f"{one_of(map(str, widths))} numbers"
            raise InputError(f"line {number} of {name}", repr(content[:60]), allowed, "check its form")
        rows.append(row)
    if not rows:
        raise InputError(f"read {name}", "no numbers", "at least one line of them", "check the file")
    return np.array(rows)
