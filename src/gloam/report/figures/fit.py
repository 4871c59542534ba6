"""The spectrum with the fit of one hypothesis, and its pulls below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.report.channel import ChannelResult
from gloam.report.figures.style import BACKGROUND, FIT, GREY, heading, new_figure, style
from gloam.report.views import FitView
from gloam.report.words import data_name, mass_in_words, measured, signed, width_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_fit", "draw_pulls", "fit_figure"]


def fit_figure(view: FitView, channel: ChannelResult) -> Figure:
    """The figure of one fit: data, background, signal and background; pulls below."""
    with style():
        figure = new_figure(5.4, 5.0, hspace=0.0, h_pad=0.03)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, 1])
        draw_fit(upper, view, channel, legend=True)
        draw_pulls(lower, view)
        lower.set_xlabel(channel.observable_label)
        heading(upper, channel.title, channel.result.spectrum, 4.7)
        figure.align_ylabels([upper, lower])
    return figure


def draw_fit(axes: Axes, view: FitView, channel: ChannelResult, *, legend: bool) -> None:
    """Draws the data and the fit, with their numbers in the room kept free above them."""
    # bins at the end of a window or beside a veto may be narrower than the others
    to_density = view.bin_width / np.diff(view.edges)
    counts, errors = view.counts * to_density, view.errors * to_density
    centres = 0.5 * (view.edges[1:] + view.edges[:-1])
    total, background = view.expected * to_density, view.background * to_density
    filled, empty = counts > 0, counts == 0
    data = axes.errorbar(
        centres[filled], counts[filled], errors[:, filled], fmt="o", ms=2.6, lw=0.8, color="black", zorder=3
    )
    # what an empty bin allows is shown, but not as loud as data
    axes.errorbar(centres[empty], counts[empty], errors[:, empty], fmt="none", lw=0.8, ecolor="0.8", zorder=1)
    both = axes.stairs(total, view.edges, baseline=None, color=FIT, zorder=4)
    alone = axes.stairs(background, view.edges, baseline=None, color=BACKGROUND, ls="--", zorder=5)
    axes.set_xlim(*view.window)
    low, high = np.nanmin(counts - errors[0]), max(np.nanmax(counts + errors[1]), np.nanmax(total), 1e-12)
    # far above zero the lower part of the axis would show nothing
    bottom = max(0.0, low - 0.15 * (high - low)) if low > 0.4 * high else min(0.0, 1.1 * np.nanmin(total))
    axes.set_ylim(bottom, bottom + (high - bottom) / 0.74)
    axes.ticklabel_format(style="plain", useOffset=False)
    unit = channel.result.spectrum.axis.unit
    what = "Sum of weights" if channel.result.spectrum.is_weighted else "Events"
    axes.set_ylabel(f"{what} / ({width_in_words(view.bin_width, unit)})".replace("^2", r"$^\mathrm{2}$"))
    axes.text(0.97, 0.965, _numbers(view, channel), transform=axes.transAxes, ha="right", va="top", linespacing=1.35)
    if legend:
        names = [data_name(channel.result.spectrum), "Signal + background fit", "Background of this fit"]
        axes.legend([data, both, alone], names, loc="upper left")


def draw_pulls(axes: Axes, view: FitView) -> None:
    """Draws the pulls of the fit."""
    pulls = view.pulls
    height = max(3.6, 1.12 * float(np.nanmax(np.abs(pulls))))
    axes.axhline(0, color="black", lw=0.8)
    for level in (-2, 2):
        axes.axhline(level, color=GREY, lw=0.7, ls=":")
    axes.stairs(np.nan_to_num(pulls), view.edges, fill=True, color=GREY, alpha=0.75, lw=0)
    axes.set_ylim(-height, height)
    if height < 5:
        axes.set_yticks([-2, 0, 2])
    axes.set_ylabel("Pull")


def _numbers(view: FitView, channel: ChannelResult) -> str:
    value, error = measured(view.n_sig, view.n_sig_err)
    spread = "" if error is None else f" ± {error}"
    lines = [
        f"$m$ = {mass_in_words(channel.result, view.row)}",
        rf"$n_\mathrm{{sig}}$ = {value}{spread}",
        rf"$z_\mathrm{{local}}$ = {signed(view.z_local)}",
    ]
    return "\n".join(lines)
