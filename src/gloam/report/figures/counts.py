"""The counts of a scan of windows: over their background in one observable, as the plane of the data in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.report.channel import CountingChannel
from gloam.report.figures.plane import draw_windows
from gloam.report.figures.significance import MASS_LABEL, mass_limits
from gloam.report.figures.style import BACKGROUND, FIT, heading, new_figure, style
from gloam.report.views import largest_excess, poisson_errors
from gloam.report.words import data_name
from gloam.spectra import Axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["counts_figure", "draw_counts"]

MOST_PIXELS = 100
"""Bins of a plane in either direction that a figure can still show."""

MOST_WINDOWS = 150
"""Windows in one observable up to which each is drawn with its width."""


def counts_figure(channel: CountingChannel) -> Figure:
    """The figure of what was counted."""
    with style():
        figure = new_figure(6.4, 4.6 if channel.is_plane else 3.9)
        axes = figure.subplots()
        draw_counts(axes, channel)
        heading(axes, channel.title, channel.result.spectrum, 5.8)
    return figure


def draw_counts(axes: Axes, channel: CountingChannel, *, legend: bool = True) -> None:
    """Draws the counts, the background that was expected, and what stands for them in a legend."""
    if channel.is_plane:
        _draw_plane(axes, channel, legend)
    else:
        _draw_line(axes, channel, legend)


def _draw_line(axes: Axes, channel: CountingChannel, legend: bool) -> None:
    """Draws the observed count of each window with its Poisson interval, and background +- its uncertainty."""
    counts, result = channel.result, channel.result
    mass, half = result.mass, _half_widths(channel)
    many = mass.size > MOST_WINDOWS
    low, high = counts.background - counts.background_err, counts.background + counts.background_err
    if many:
        order = np.argsort(mass)
        axes.fill_between(mass[order], low[order], high[order], color=BACKGROUND, alpha=0.35, lw=0)
        axes.plot(mass[order], counts.background[order], color=BACKGROUND)
    else:
        axes.bar(mass, high - low, 2 * half, low, color=BACKGROUND, alpha=0.3, lw=0)
        axes.hlines(counts.background, mass - half, mass + half, color=BACKGROUND)
    errors = poisson_errors(counts.observed)
    width = None if many else half
    axes.errorbar(mass, counts.observed, errors, width, fmt="o", ms=2.6, lw=0.8, color="black", zorder=3)
    top = float(np.nanmax([np.nanmax(counts.observed + errors[1], initial=0), np.nanmax(high, initial=0), 1.0]))
    axes.set_ylim(0, top / 0.78)
    axes.set_xlim(*mass_limits(mass))
    axes.set_xlabel(MASS_LABEL)
    axes.set_ylabel("Events in the window")
    if legend:
        axes.errorbar([], [], [], fmt="o", ms=2.6, lw=0.8, color="black", label=data_name(result.spectrum))
        axes.plot([], [], color=BACKGROUND, label="Background ± its uncertainty")
        axes.legend(loc="upper left", ncols=2)


def _half_widths(channel: CountingChannel) -> FloatArray:
    """Half of the width of each window in units of the mass, which the observable need not be, shape (h,)."""
    mass, position = channel.result.mass, channel.result.position
    half = 0.5 * (channel.result.window_high - channel.result.window_low)
    order = np.argsort(position, kind="stable")
    apart = np.diff(position[order], prepend=-np.inf) > 0
    if np.count_nonzero(apart) < 2:
        return half
    rows = order[apart]
    slope = np.gradient(mass[rows], position[rows])
    return np.asarray(half * np.interp(position, position[rows], slope))


def _draw_plane(axes: Axes, channel: CountingChannel, legend: bool) -> None:
    """Draws the data in the plane of the two observables, and the window of the largest excess."""
    from matplotlib.colors import LogNorm

    spectrum = channel.result.spectrum
    first, second = spectrum.axes
    edges, values = _merged(first, second, spectrum.values())
    values = np.where(values > 0, values, np.nan)
    most = float(np.nanmax(values, initial=1.0))
    norm = LogNorm(1, most) if most >= 30 else None
    image = axes.pcolormesh(*edges, values.T, cmap="viridis_r", norm=norm, rasterized=True, vmin=None if norm else 0)
    axes.figure.colorbar(image, ax=axes, label="Events", pad=0.02)
    axes.set_xlim(first.low, first.high)
    axes.set_ylim(second.low, second.high)
    axes.set_xlabel(channel.observable_labels[0])
    axes.set_ylabel(channel.observable_labels[1])
    row = largest_excess(channel.z_local)
    if row is not None:
        outline = draw_windows(axes, channel, np.array([row]), edgecolor=FIT, lw=1.6)
        if legend:
            axes.legend(outline, ["Window of the largest excess"], loc="upper right")


def _merged(first: Axis, second: Axis, values: FloatArray) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    """The edges and contents of the plane with neighbouring bins merged until they can be seen."""
    starts = [np.arange(0, len(axis), -(-len(axis) // MOST_PIXELS)) for axis in (first, second)]
    merged = np.add.reduceat(np.add.reduceat(values, starts[0], axis=0), starts[1], axis=1)
    edges = [np.append(axis.edges[start], axis.high) for axis, start in zip((first, second), starts, strict=True)]
    return (edges[0], edges[1]), merged
