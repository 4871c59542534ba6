"""The upper limits against mass, with the bands expected without a signal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation import YieldFactors
from gloam.report.channel import Channel
from gloam.report.figures.curves import CROWDED, draw_curve, line_width, lone, thinned
from gloam.report.figures.significance import MASS_LABEL, mass_limits
from gloam.report.figures.style import Palette, heading, new_figure, palette_of, style
from gloam.report.words import level_in_words, limit_in_words

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["limit_figure"]

DECADES = 1.5
"""Limits that span more than this are drawn on a logarithmic axis."""
LONG = (-2, 5)
"""Powers of ten outside which numbers on a linear axis would be long."""


def limit_figure(channel: Channel, palette: str = "hep") -> Figure:
    """The figure of the observed and expected upper limits: on the cross section if it is known, else on the yield.

    Args:
        channel: what to draw.
        palette: "hep" (green and yellow bands) or "colour-blind" (blue and orange).

    Raises:
        InputError: for a palette that does not exist.
    """
    colours, mass = palette_of(palette), channel.result.mass
    limits = channel.cross_section if channel.factors.complete else channel.limits
    with style():
        figure = new_figure(6.4, 3.9)
        axes = figure.subplots()
        observed = draw_curve(axes, mass, limits.observed, "o", color="black", lw=line_width(mass.size), zorder=3)
        handles: list[Artist] = [observed]
        names = ["Observed"]
        if np.isfinite(limits.expected).any():
            handles += _draw_expected(axes, mass, limits.expected, colours)
            names += ["Expected median", r"Expected ±1$\sigma$ (68%)", r"Expected ±2$\sigma$ (95%)"][: len(handles) - 1]
        power = _set_range(axes, np.column_stack([limits.observed, limits.expected]))
        axes.set_xlim(*mass_limits(mass))
        axes.set_xlabel(MASS_LABEL)
        axes.set_ylabel(f"Upper limit on {_symbol(channel.factors, power)}")
        title = f"{level_in_words(channel.limits.level)}, {limit_in_words(channel.limits)}".replace(
            "CLs", r"$\mathrm{CL_s}$"
        )
        axes.legend(handles, names, loc="upper left", ncols=2, title=title, alignment="left", title_fontsize=9.5)
        heading(axes, channel.title, channel.result.spectrum, 5.8)
    return figure


def _symbol(factors: YieldFactors, power: int) -> str:
    """What is limited, with its unit and the power of ten that the numbers on the axis are multiplied by."""
    scale = rf"$10^{{{power}}}$" if power else ""
    if not factors.complete:
        return r"$n_\mathrm{sig}$" + (f" [{scale}]" if scale else "")
    times = r" \times \mathcal{B}" if factors.branching_fraction_included else ""
    unit = f"{scale} fb".strip()
    return rf"$\sigma_\mathrm{{{factors.kind}}}{times}$ [{unit}]"


def _draw_expected(axes: Axes, mass: FloatArray, expected: FloatArray, colours: Palette) -> list[Artist]:
    """Draws the median and, where there are some, its bands; what stands for median, inner and outer in a legend."""
    from matplotlib.patheffects import withStroke

    banded = bool(np.isfinite(expected[:, [0, 4]]).any())
    bands = [_draw_band(axes, mass, expected[:, 1], expected[:, 3], colours.inner)] if banded else []
    bands += [_draw_band(axes, mass, expected[:, 0], expected[:, 4], colours.outer, zorder=0)] if banded else []
    # a rim keeps the dashes apart from the observed limits of thousands of masses
    rim = [withStroke(linewidth=3, foreground="white")] if mass.size > CROWDED else []
    median = draw_curve(axes, mass, expected[:, 2], "_", color="black", lw=1.1, ls="--", path_effects=rim, zorder=4)
    return [median, *bands]


def _draw_band(
    axes: Axes, mass: FloatArray, low: FloatArray, high: FloatArray, colour: str, zorder: float = 1
) -> Artist:
    shown = thinned(mass, low, high)
    alone = lone(low + high)
    axes.vlines(mass[alone], low[alone], high[alone], color=colour, lw=9, zorder=zorder)
    return axes.fill_between(mass[shown], low[shown], high[shown], color=colour, lw=0, zorder=zorder)


def _set_range(axes: Axes, values: FloatArray) -> int:
    """Sets the vertical axis, with room for the legend above the curves; the power of ten its numbers leave out."""
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        axes.text(0.5, 0.4, "No limit was found", transform=axes.transAxes, ha="center")
        axes.set_ylim(0, 1)
        return 0
    low, high = float(known.min()), float(known.max())
    if high > 10**DECADES * low:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.3, high * (1.3 * high / low) ** (0.3 / 0.7))
        return 0
    axes.set_ylim(0, high / 0.7)
    power = math.floor(math.log10(high))
    if LONG[0] <= power < LONG[1]:
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
        return 0
    axes.yaxis.set_major_formatter(lambda value, _: f"{value / 10**power:g}")
    return power
