"""How a published exclusion is declared: whose it is, what it holds, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.interpretation.exclusions.content import Band, Content, Statement
from gloam.interpretation.exclusions.formats import Form, parse

__all__ = [
    "ALPACA",
    "AXIONLIMITS",
    "CALCULATED",
    "FACTS",
    "OURS",
    "Exclusion",
    "Kind",
    "Plane",
    "preferred_band",
    "read_off",
    "table",
]

Kind = Literal["curve", "region", "band", "annotation"]

AXIONLIMITS = "MIT (AxionLimits)"
ALPACA = "MIT (ALPaca)"
FACTS = "published facts"
OURS = "ours"
CALCULATED = "calculated"
"""From published measurements that are no curves themselves."""

BAND_POINTS = 200


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One published exclusion, or one of ours, in the plane of mass and coupling.

    Attributes:
        name: short, with the experiment and the year.
        kind: a curve (excluded above), a region (excluded inside), a band (preferred, not excluded) or an annotation
            (published in words).
        quantity: what is limited, as in `Plane.quantity`; others are listed and not drawn.
        source: the paper.
        level: confidence level or credibility, a fraction; None where our source does not state it. Nothing is
            converted to another level.
        date: year and month of the paper, or the year alone; None where it is not known.
        licence: under which its numbers are carried.
        content: what it holds.
        numbers: where the numbers were taken from, if not from the paper.
        final_state: of the particle, on which the limit depends.
        note: what a reader must know.
    """

    name: str
    kind: Kind
    quantity: str
    source: str
    level: float | None
    date: str | None
    licence: str
    content: Content = field(repr=False)
    numbers: str = ""
    final_state: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.level is not None and not 0 < self.level < 1:
            raise InputError(f"level of {self.name}", self.level, "a fraction between 0 and 1", "write 0.90 for 90 %")

    @property
    def label(self) -> str:
        """The name with its level, as figures write it.

        Example:
            >>> from gloam.interpretation.exclusions.content import Statement
            >>> said = Statement("none", (1.0, 2.0))
            >>> Exclusion("X 2020", "annotation", "g'", "paper", 0.9, "2020-01", FACTS, said).label
            'X 2020, 90% CL'
        """
        if self.kind == "band" and self.level is None:
            return self.name
        return f"{self.name}, {'CL not stated' if self.level is None else f'{100 * self.level:.6g}% CL'}"

    @property
    def content_in_words(self) -> str:
        """The number of points, or what a statement says."""
        if isinstance(self.content, Statement):
            low, high = self.content.mass
            return f"{self.content.text}, {low:g} to {high:g} GeV"
        return f"{self.content.points} points"

    def row(self) -> dict[str, Any]:
        """What `gloam exclusions` lists."""
        return {
            "name": self.name,
            "source": self.source,
            "level": self.level,
            "quantity": self.quantity,
            "points": self.content.points,
            "date": self.date,
            "licence": self.licence,
            "kind": self.kind,
            "final_state": self.final_state,
            "numbers": self.numbers or self.source,
            "statement": self.content_in_words if isinstance(self.content, Statement) else None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane of mass and coupling of one model.

    Attributes:
        model: as on the command line.
        title: in words.
        quantity: the coupling, as in `Exclusion.quantity`.
        label: the same for an axis, TeX between dollar signs.
        mass: range of a figure in GeV.
        value: range of a figure.
        exclusions: all that is known.
        missing: what is published and not here, in sentences.
    """

    model: str
    title: str
    quantity: str
    label: str
    mass: tuple[float, float]
    value: tuple[float, float]
    exclusions: tuple[Exclusion, ...]
    missing: tuple[str, ...] = ()


def preferred_band(
    name: str,
    ends: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    plane: Plane,
    source: str,
    date: str,
    level: float | None = None,
) -> Exclusion:
    """A band of couplings that a measurement prefers, from a function of the mass; it excludes nothing.

    Args:
        name: with its date, such as "(g-2) of the muon, 2021", where the answer changed in time.
        ends: lower and upper coupling at each mass, NaN where there is no band.
        plane: that it is drawn in.
        source: of the measurement and of the prediction.
        date: of both.
        level: that the band holds, a fraction, where it is known.

    Example:
        >>> from gloam.interpretation.exclusions import coupling_plane
        >>> band = preferred_band("x", lambda m: (1e-3 * m, 2e-3 * m), coupling_plane("zprime"), "paper", "2021-04")
        >>> band.kind, band.quantity, band.content.points
        ('band', "g'", 200)
    """
    mass = np.geomspace(*plane.mass, BAND_POINTS)
    return Exclusion(name, "band", plane.quantity, source, level, date, FACTS, Band(mass, *ends(mass)))


def table(folder: str, name: str, form: Form, *, region: bool = False, scale: float = 1.0) -> Content:
    """The content of a file that the package carries."""
    text = files(__package__).joinpath("data", folder, name).read_text(encoding="utf-8")
    return parse(text, form, region=region, scale=scale, name=name)


def read_off(name: str, *, region: bool = False) -> Content:
    """The content of a table of at most 40 points read off a published curve (tools/read_off_curve.py)."""
    return table("read_off", f"{name}.csv", "csv", region=region)
