"""Limits on a coupling along lines in the plane of two masses, all channels together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.report.figures.style import heading, new_figure, style
from gloam.report.words import level_in_words
from gloam.spectra import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["LimitLines", "lines_figure"]

LEAST = 8
"""Points on a line; those of other lines that cross it are fewer."""


@dataclass(frozen=True, slots=True, eq=False)
class LimitLines:
    """Limits at points of a plane, most of them on lines at a given mass.

    Attributes:
        title: in words.
        name: of the coupling; may contain $mathematics$.
        level: a fraction.
        labels: of the two masses, without units; may contain $mathematics$.
        mass, mass2: in GeV, shape (k,).
        observed: shape (k,).
        expected: medians, shape (k,).
        data: whose origin is stated.
    """

    title: str
    name: str
    level: float
    labels: tuple[str, str]
    mass: FloatArray
    mass2: FloatArray
    observed: FloatArray
    expected: FloatArray
    data: Spectrum


def lines_figure(found: LimitLines) -> Figure:
    """The figure of the limits against each mass, a curve for each given value of the other."""
    with style():
        figure = new_figure(10.4, 4.4)
        panels = figure.subplots(1, 2, sharey=True)
        _draw(panels[0], found, found.mass, found.mass2, found.labels)
        _draw(panels[1], found, found.mass2, found.mass, found.labels[::-1])
        panels[0].set_ylabel(f"Upper limit on {found.name}")
        heading(panels[0], f"{found.title}: {level_in_words(found.level)}", found.data, 4.6)
    return figure


def _draw(axes: Axes, found: LimitLines, along: FloatArray, given: FloatArray, labels: tuple[str, str]) -> None:
    from matplotlib import colormaps

    values, counts = np.unique(given, return_counts=True)
    lines = values[counts >= LEAST]
    for place, value in enumerate(lines.tolist()):
        rows = np.flatnonzero(given == value)
        rows = rows[np.argsort(along[rows])]
        colour = colormaps["viridis"](0.9 * place / max(lines.size - 1, 1))
        axes.plot(along[rows], found.observed[rows], color=colour, lw=1.1, label=f"{labels[1]} = {value:g} GeV")
        axes.plot(along[rows], found.expected[rows], color=colour, lw=1.1, ls=":")
    axes.set_yscale("log")
    axes.set_xlabel(f"{labels[0]} [GeV]")
    if lines.size:
        axes.legend(title="solid: observed, dotted: expected", fontsize=8, title_fontsize=8)
