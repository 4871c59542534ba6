"""The signed local significance against mass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.report.channel import Channel
from gloam.report.figures.curves import draw_curve, gaps, line_width
from gloam.report.figures.style import BACKGROUND, FIT, GREY, heading, new_figure, style
from gloam.report.views import largest_deficit, largest_excess
from gloam.report.words import mass_in_words, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gloam.arrays import FloatArray

__all__ = ["MASS_LABEL", "draw_significance", "mass_limits", "significance_figure"]

MASS_LABEL = "Mass hypothesis [GeV]"


def significance_figure(channel: Channel) -> Figure:
    """The figure of the local significance of all hypotheses; masses without a certified fit are gaps."""
    with style():
        figure = new_figure(6.4, 3.7)
        axes = figure.subplots()
        draw_significance(axes, channel)
        axes.set_xlabel(MASS_LABEL)
        heading(axes, channel.title, channel.result.spectrum, 5.8)
    return figure


def draw_significance(axes: Axes, channel: Channel, *, short: bool = False) -> None:
    """Draws the significance, levels to read it by and its extremes; their names, short or long, above them."""
    result, z = channel.result, channel.z_local
    z = np.where(np.isfinite(z), z, np.nan)
    highest, lowest = np.nanmax(z, initial=3.8), np.nanmin(z, initial=-3.8)
    axes.set_xlim(*mass_limits(result.mass))
    axes.set_ylim(1.1 * lowest, lowest + 1.04 * (highest - lowest) / 0.8)
    axes.axhline(0, color="black", lw=0.8)
    levels = (3, 5) if max(highest, -lowest) >= 5 else (3,)
    for level in levels:
        for sign in (1, -1):
            if lowest <= sign * level <= highest:
                axes.axhline(sign * level, color=GREY, lw=0.9, ls="--" if level == 3 else ":")
    for low, high in gaps(result.mass, z):
        axes.axvspan(low, high, color="0.9", lw=0, zorder=0)
    draw_curve(axes, result.mass, z, color="black", lw=line_width(z.size))
    _draw_extremes(axes, channel, short)
    axes.plot([], [], color=GREY, lw=0.9, ls="--", label=", ".join(f"±{level}" for level in levels))
    if np.isnan(z).any():
        axes.fill_between([], [], color="0.9", lw=0, label="No fit")
    axes.set_ylabel(r"Local significance $z_\mathrm{local}$")
    tight = {"columnspacing": 0.8, "handlelength": 1.2, "handletextpad": 0.4, "fontsize": 9} if short else {}
    axes.legend(loc="upper left", ncols=4 if short else 2, **tight).set_in_layout(False)


def mass_limits(mass: FloatArray) -> tuple[float, float]:
    """The ends of a mass axis: those of the grid, or some room around a single mass."""
    low, high = float(mass.min()), float(mass.max())
    margin = 0.0 if high > low else max(0.05 * abs(low), 1e-3)
    return low - margin, high + margin


def _draw_extremes(axes: Axes, channel: Channel, short: bool) -> None:
    """Marks the largest excess and the largest deficit, where there are any."""
    result = channel.result
    excess, deficit = largest_excess(channel.z_local), largest_deficit(channel.z_local)
    if excess is None or deficit is None:
        axes.text(0.5, 0.3, "No certified fit", transform=axes.transAxes, ha="center")
        return
    for row, sign, name, marker, color in ((excess, 1, "excess", "^", FIT), (deficit, -1, "deficit", "v", BACKGROUND)):
        z = float(channel.z_local[row])
        if sign * round(z, 1) > 0:
            label = f"{signed(z)} at {mass_in_words(result, row)}"
            label = label if short else f"Largest {name}: {label}"
            axes.plot([result.mass[row]], [z], marker, color=color, ms=6, ls="", clip_on=False, label=label, zorder=5)
