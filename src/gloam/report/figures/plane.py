"""A value of each window in the plane of two masses, as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.report.channel import CountingChannel
from gloam.report.figures.style import BACKGROUND, FIT, heading, new_figure, style
from gloam.report.views import largest_deficit, largest_excess
from gloam.report.words import level_in_words, mass_in_words, signed

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_windows", "plane_coupling_figure", "plane_limit_figure", "plane_significance_figure", "window_map"]

PIXELS = 300
"""Of a map in either direction."""


def plane_significance_figure(channel: CountingChannel) -> Figure:
    """The map of the signed local significance."""
    z = channel.z_local
    most = float(np.nanmax(np.abs(z[np.isfinite(z)]), initial=3.0))
    with style():
        figure = new_figure(6.4, 4.6)
        axes = figure.subplots()
        _draw_map(axes, channel, z, r"Local significance $z_\mathrm{local}$", cmap="RdBu_r", vmin=-most, vmax=most)
        for row, marker, colour, name in (
            (largest_excess(channel.z_local), "^", FIT, "excess"),
            (largest_deficit(channel.z_local), "v", BACKGROUND, "deficit"),
        ):
            if row is not None:
                label = f"Largest {name}: {signed(float(z[row]))} at {mass_in_words(channel.result, row)}"
                at = channel.result.position[row], channel.result.position2[row]
                axes.plot(*at, marker, color=colour, mec="black", mew=0.6, ms=6, ls="", label=label, clip_on=False)
        figure.legend(loc="outside lower center", ncols=1)
        heading(axes, channel.title, channel.result.spectrum, 5.8)
    return figure


def plane_limit_figure(channel: CountingChannel) -> Figure:
    """The maps of the observed and of the median expected upper limit."""
    from matplotlib.colors import LogNorm, Normalize

    limits = channel.cross_section if channel.factors.complete else channel.limits
    maps = {"Observed": limits.observed, "Expected median": limits.expected[:, 2]}
    shown = {name: values for name, values in maps.items() if np.isfinite(values).any()}
    known = np.concatenate([values[np.isfinite(values) & (values > 0)] for values in maps.values()])
    low, high = (float(known.min()), float(known.max())) if known.size else (0.5, 1.0)
    norm = LogNorm(low, high) if high > 10 * low else Normalize(0, high)
    unit = " [fb]" if channel.factors.complete else " on the yield"
    with style():
        figure = new_figure(5.2 * max(len(shown), 1), 4.4)
        panels = np.atleast_1d(figure.subplots(1, max(len(shown), 1)))
        for axes, (name, values) in zip(panels, shown.items(), strict=False):
            _draw_map(axes, channel, values, f"{name} upper limit{unit}", cmap="viridis", norm=norm)
        if not shown:
            panels[0].text(0.5, 0.4, "No limit was found", transform=panels[0].transAxes, ha="center")
        title = f"{channel.title}: {level_in_words(channel.limits.level)}"
        heading(panels[0], title, channel.result.spectrum, 3.6)
    return figure


def plane_coupling_figure(channel: CountingChannel) -> Figure | None:
    """The maps of the observed and of the median expected upper limit on the coupling; None without any."""
    limits = channel.coupling_limits
    if limits is None or not np.isfinite(limits.observed).any():
        return None
    from matplotlib.colors import LogNorm

    maps = {"Observed": limits.observed, "Expected median": limits.expected[:, 2]}
    shown = {name: values for name, values in maps.items() if np.isfinite(values).any()}
    known = np.concatenate([values[np.isfinite(values)] for values in shown.values()])
    norm = LogNorm(float(known.min()), float(known.max()))
    unit = f" [{limits.unit}]" if limits.unit else ""
    with style():
        figure = new_figure(5.2 * len(shown), 4.4)
        panels = np.atleast_1d(figure.subplots(1, len(shown)))
        for axes, (name, values) in zip(panels, shown.items(), strict=True):
            _draw_map(axes, channel, values, f"{name}: {limits.name}{unit}", cmap="viridis", norm=norm)
        title = f"{channel.title}: {level_in_words(channel.limits.level)}"
        heading(panels[0], title, channel.result.spectrum, 3.6)
    return figure


def draw_windows(axes: Axes, channel: CountingChannel, rows: IntArray, **how: Any) -> list[Artist]:
    """Draws the outlines of some windows."""
    from matplotlib.patches import Ellipse, Rectangle

    counts = channel.result
    drawn: list[Artist] = []
    for row in rows:
        low, low2 = counts.window_low[row], counts.window_low2[row]
        width, height = counts.window_high[row] - low, counts.window_high2[row] - low2
        outline: Rectangle | Ellipse
        if counts.setup.windows.kind == "ellipse":
            outline = Ellipse((low + 0.5 * width, low2 + 0.5 * height), width, height, fill=False, **how)
        else:
            outline = Rectangle((low, low2), width, height, fill=False, **how)
        drawn.append(axes.add_patch(outline))
    return drawn


def window_map(channel: CountingChannel) -> tuple[tuple[FloatArray, FloatArray], IntArray]:
    """Which window each pixel of the plane belongs to: the nearest one in units of its size, -1 where it is in none.

    Returns:
        Edges of the pixels in both observables, shapes (p + 1,), and the windows, shape (p, p), the second observable
        along the rows.
    """
    from scipy.spatial import cKDTree

    result = channel.result
    centres = np.column_stack([result.position, result.position2])
    reach = 0.5 * np.column_stack([result.window_high - result.window_low, result.window_high2 - result.window_low2])
    edges = [np.linspace(axis.low, axis.high, PIXELS + 1) for axis in result.spectrum.axes]
    pixels = np.stack(np.meshgrid(*(0.5 * (each[1:] + each[:-1]) for each in edges)), axis=-1).reshape(-1, 2)
    scale = np.median(reach, axis=0)
    nearest = cKDTree(centres / scale).query(pixels / scale)[1]
    inside = (np.abs(pixels - centres[nearest]) <= reach[nearest]).all(axis=1)
    return (edges[0], edges[1]), np.where(inside, nearest, -1).reshape(PIXELS, PIXELS)


def _draw_map(axes: Axes, channel: CountingChannel, values: FloatArray, label: str, **how: Any) -> None:
    """Draws each pixel with the value of its window; white where it is in no window."""
    edges, nearest = window_map(channel)
    shown = np.where(nearest >= 0, values[nearest], np.nan)
    image = axes.pcolormesh(*edges, shown, rasterized=True, **how)
    axes.figure.colorbar(image, ax=axes, label=label, pad=0.02)
    axes.set_xlabel(channel.observable_labels[0])
    axes.set_ylabel(channel.observable_labels[1])
