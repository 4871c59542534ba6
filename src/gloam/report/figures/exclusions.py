"""The plane of mass and coupling: what others have excluded, and what we exclude."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gloam.errors import InputError
from gloam.interpretation.exclusions import OURS, Band, Curve, Exclusion, Plane, Regions, Statement
from gloam.report.figures.style import FIT, GREY, heading, new_figure, style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["exclusion_figure"]

COLOURS = ("#5790fc", "#f89c20", "#964a8b", "#9c9ca1", "#7a21dd", "#86c8dd", "#caa64f", "#3f7d20", "#a96b59", "#1845fb")
"""Of M. Petroff (arXiv:2107.02270), without the red that is ours; two more for long lists."""

OWN = (FIT, "#000000", "#8a4b00", "#005f56", "#6a1b6a")
"""Of our own runs; no other curve has them."""

LEAST_PLAIN = 1e-2
"""GeV; axes that begin below have powers of ten."""

LINES = ("-", "--", "-.", ":")
HATCHES = ("", "///", "\\\\\\", "...")

FIRST_STATEMENT, STATEMENT_STEP = 0.955, 0.062
"""Where statements stand in the axes, as fractions of their height, from the top down; curves stay below them."""


def exclusion_figure(plane: Plane, ours: Sequence[Exclusion] = ()) -> Figure:
    """The figure of all that is excluded in a plane of mass and coupling, each curve with its own confidence level.

    Curves are upper limits, regions are shaded, bands hatched; what was published in words is written above a bar over
    its masses. Exclusions of another quantity than that of the plane are left out.

    Args:
        plane: of a model, with the published exclusions.
        ours: more to draw, such as our own limits or a band; those with the licence "ours" are drawn in front.

    Raises:
        InputError: if there is nothing to draw.
    """
    shown = [each for each in (*plane.exclusions, *ours) if each.quantity == plane.quantity]
    if not shown:
        raise InputError(
            f"figure of {plane.model}", "no exclusion of its coupling", "at least one", "list them instead"
        )
    with style():
        figure = new_figure(6.8, 5.6)
        axes = figure.subplots()
        statements = [each for each in shown if isinstance(each.content, Statement)]
        low, high = np.log(plane.value)
        top = low + (high - low) / (1 - STATEMENT_STEP * len(statements))
        axes.set(xscale="log", yscale="log", xlim=plane.mass, ylim=np.exp([low, top]))
        _plain_masses(axes)
        axes.set_xlabel("Mass [GeV]")
        axes.set_ylabel(plane.label)
        handles, names = _draw_all(axes, shown)
        for row, each in enumerate(statements):
            _draw_statement(axes, each, FIRST_STATEMENT - STATEMENT_STEP * row)
        if handles:
            figure.legend(handles, names, loc="outside lower left", ncols=2, fontsize=8.5)
        heading(axes, plane.title, None, 6.0)
    return figure


def _draw_all(axes: Axes, shown: Sequence[Exclusion]) -> tuple[list[Artist], list[str]]:
    """Draws everything but statements; what stands for each in a legend, and its name."""
    handles: list[Artist] = []
    names: list[str] = []
    runs: dict[str, int] = {}
    for number, each in enumerate(shown):
        mine = each.licence == OURS
        colour, line = COLOURS[number % len(COLOURS)], LINES[number // len(COLOURS) % len(LINES)]
        if mine:  # a colour for each run, a line for each of its curves
            runs[each.numbers] = runs.get(each.numbers, -1) + 1
            colour, line = OWN[list(runs).index(each.numbers) % len(OWN)], LINES[runs[each.numbers] % len(LINES)]
        match each.content:
            case Curve() as curve:
                handle = _draw_curve(axes, curve, colour, line, mine)
            case Regions() as regions:
                handle = _draw_regions(axes, regions, colour, HATCHES[number // len(COLOURS) % len(HATCHES)])
            case Band() as band:
                handle = axes.fill_between(
                    band.mass, band.low, band.high, facecolor="none", edgecolor=colour, hatch="////", lw=0, zorder=0.5
                )
            case _:
                continue
        handles.append(handle)
        names.append(_typeset(each.label))
    return handles, names


def _plain_masses(axes: Axes) -> None:
    """Writes masses as 0.1, 1, 10, and between them where there is less than a decade."""
    from matplotlib.ticker import NullFormatter

    low, high = axes.get_xlim()
    if low < LEAST_PLAIN:
        return
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if high < 10 * low:
        axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}")
    else:
        axes.xaxis.set_minor_formatter(NullFormatter())


def _draw_curve(axes: Axes, curve: Curve, colour: str, line: str, mine: bool) -> Artist:
    """Draws a limit; a mass of 0, the lower edge of a first range, is drawn from the end of the axis on."""
    low, high = axes.get_xlim()
    mass = np.maximum(curve.mass, 0.5 * low)
    crowded = curve.points > 100 * np.log10(high / low)
    width = (1.0 if mine else 0.8) if crowded else (1.8 if mine else 1.2)
    (drawn,) = axes.plot(mass, curve.limit, ls=line, color=colour, lw=width, zorder=4 if mine else 3)
    return drawn


def _draw_regions(axes: Axes, regions: Regions, colour: str, hatch: str) -> Artist:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Polygon as Patch

    drawn = []
    for polygon in regions.polygons:
        corners = np.column_stack([polygon.mass, polygon.coupling])
        look = {"facecolor": to_rgba(colour, 0.22), "edgecolor": colour, "hatch": hatch, "lw": 0.9, "zorder": 1}
        drawn.append(axes.add_patch(Patch(corners, closed=True, **look)))
    return drawn[0]


def _draw_statement(axes: Axes, said: Exclusion, height: float) -> None:
    """Draws a bar over the masses that a statement holds for, and its words below it."""
    content = said.content
    assert isinstance(content, Statement)  # noqa: S101 - chosen by the caller
    shown = axes.get_xlim()
    low, high = (float(np.clip(end, *shown)) for end in content.mass)
    place = axes.get_xaxis_transform()
    axes.plot([low, high], [height, height], "|-", color=GREY, lw=1.0, ms=5, transform=place, zorder=5)
    text = _typeset(f"{said.label}: {content.text}")
    left = np.log(low / shown[0]) / np.log(shown[1] / shown[0])
    right = np.log(high / shown[0]) / np.log(shown[1] / shown[0])
    # words start where the bar starts, unless there is more room to its left
    leftwards = 1 - left < right
    axes.text(
        right if leftwards else left, height - 0.012, text, transform=axes.transAxes, fontsize=7.5, va="top",
        ha="right" if leftwards else "left", color=GREY,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.7}, zorder=5,
    )  # fmt: skip


def _typeset(text: str) -> str:
    """Reactions as they are printed: arrows, and Greek letters as letters."""
    for plain, printed in _PRINTED:
        # not inside the name of a search, whose underscores are part of a word
        text = re.sub(rf"(?<!\w){re.escape(plain)}(?!\w)", printed.replace("\\", r"\\"), text)
    return text


_PRINTED = (
    ("->", "\N{RIGHTWARDS ARROW}"), ("ab^-1", "ab$^{-1}$"), ("fb^-1", "fb$^{-1}$"),
    ("mumu", r"$\mu\mu$"), ("mu mu", r"$\mu\mu$"), ("tautau", r"$\tau\tau$"),
    ("gamma gamma", r"$\gamma\gamma$"), ("Upsilon", r"$\Upsilon$"), (" gamma ", r" $\gamma$ "), ("pipi", r"$\pi\pi$"),
)  # fmt: skip
