"""The upper limits against mass, with the bands expected without a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.report.channel import ChannelResult
from gloam.report.figures.curves import draw_curve, lone, thinned
from gloam.report.figures.significance import MASS_LABEL, mass_limits
from gloam.report.figures.style import heading, new_figure, palette_of, style
from gloam.report.words import level_in_words, limit_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["limit_figure"]

DECADES = 1.5
"""Limits that span more than this are drawn on a logarithmic axis."""


def limit_figure(channel: ChannelResult, palette: str = "hep") -> Figure:
    """The figure of the observed and expected upper limits on the signal yield.

    Args:
        channel: what to draw.
        palette: "hep" (green and yellow bands) or "colour-blind" (blue and orange).

    Raises:
        InputError: for a palette that does not exist.
    """
    colours, limits, mass = palette_of(palette), channel.limits, channel.result.mass
    with style():
        figure = new_figure(6.4, 3.9)
        axes = figure.subplots()
        if np.isfinite(limits.expected).any():
            _draw_band(
                axes, mass, limits.expected[:, 0], limits.expected[:, 4], colours.outer, r"Expected $\pm2\sigma$"
            )
            _draw_band(
                axes, mass, limits.expected[:, 1], limits.expected[:, 3], colours.inner, r"Expected $\pm1\sigma$"
            )
            draw_curve(axes, mass, limits.expected[:, 2], color="black", lw=1.1, ls="--", label="Expected median")
        draw_curve(axes, mass, limits.observed, color="black", lw=1.1, label="Observed", zorder=4)
        _set_range(axes, np.column_stack([limits.observed, limits.expected]))
        axes.set_xlim(*mass_limits(mass))
        axes.set_xlabel(MASS_LABEL)
        axes.set_ylabel(r"Upper limit on $n_\mathrm{sig}$")
        title = f"{level_in_words(limits.level)}, {limit_in_words(limits)}".replace("CLs", "$CL_s$")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1], labels[::-1], loc="upper left", ncols=2, title=title, alignment="left", title_fontsize=9.5
        )
        heading(axes, channel.title, channel.result.setup.spectrum)
    return figure


def _draw_band(axes: Axes, mass: FloatArray, low: FloatArray, high: FloatArray, colour: str, label: str) -> None:
    shown = thinned(mass, low, high)
    axes.fill_between(mass[shown], low[shown], high[shown], color=colour, lw=0, label=label, zorder=1)
    alone = lone(low + high)
    axes.vlines(mass[alone], low[alone], high[alone], color=colour, lw=9, zorder=1)


def _set_range(axes: Axes, values: FloatArray) -> None:
    """Sets the vertical axis, with room for the legend above the curves."""
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        axes.text(0.5, 0.4, "No limit was found", transform=axes.transAxes, ha="center")
        axes.set_ylim(0, 1)
        return
    low, high = float(known.min()), float(known.max())
    if high > 10**DECADES * low:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.3, high * (1.3 * high / low) ** (0.3 / 0.7))
    else:
        axes.set_ylim(0, high / 0.7)
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
