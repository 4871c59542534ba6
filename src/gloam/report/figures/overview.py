"""One picture of a whole run: for each channel the fit at its largest excess, and the local significance below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gloam.report.channel import Channel, ChannelResult, CountingChannel
from gloam.report.figures.counts import draw_counts
from gloam.report.figures.fit import draw_fit
from gloam.report.figures.significance import MASS_LABEL, draw_significance
from gloam.report.figures.style import data_label, heading, new_figure, style
from gloam.report.views import FitView, fit_view, largest_excess

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["overview_figure"]

MOST_PANELS = 6
WIDTH, HEIGHT = 5.0, 4.9


def overview_figure(channels: Sequence[Channel]) -> Figure | None:
    """The overview, of the channels with the largest excesses where there are more than six; None without any fit.

    Scans of planes are not in it.
    """
    lines_only = [channel for channel in channels if not (isinstance(channel, CountingChannel) and channel.is_plane)]
    fitted = [(channel, row) for channel in lines_only if (row := largest_excess(channel.z_local)) is not None]
    if not fitted:
        return None
    largest = sorted(range(len(fitted)), key=lambda i: -fitted[i][0].z_local[fitted[i][1]])[:MOST_PANELS]
    chosen = [fitted[i] for i in sorted(largest)]
    columns = min(len(chosen), 3 if len(chosen) > 4 else 2)
    lines = math.ceil(len(chosen) / columns)
    width = max(WIDTH * columns, 6.4)
    with style():
        labels = {data_label(channel.result.spectrum, 0.75 * width, 11) for channel, _ in chosen}
        figure = new_figure(width, HEIGHT * lines + 0.3)
        panels = figure.subfigures(lines, columns, squeeze=False, hspace=0.02, wspace=0.02).ravel()
        for number, (panel, (channel, row)) in enumerate(zip(panels, chosen, strict=False)):
            upper, lower = panel.subplots(2, 1, height_ratios=[1.75, 1])
            _draw(upper, lower, channel, row, legend=number == 0)
            heading(upper, channel.title, channel.result.spectrum if len(labels) > 1 else None, 0.85 * WIDTH)
            panel.align_ylabels([upper, lower])
        omitted = len(fitted) - len(chosen)
        shown = "" if omitted == 0 else f" ({len(chosen)} channels with the largest excesses of {len(fitted)})"
        title = (labels.pop() if len(labels) == 1 else "") + shown
        figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    return figure


def _draw(upper: Axes, lower: Axes, channel: Channel, row: int, *, legend: bool) -> None:
    """Draws the fit, or the counts, at the largest excess, and the significance of all hypotheses below."""
    if isinstance(channel, CountingChannel):
        draw_counts(upper, channel, legend=legend)
        upper.set_xlabel("")
        upper.tick_params(labelbottom=False)
    else:
        view = fit_view(channel.result, row)
        draw_fit(upper, view, channel, legend=legend)
        _label(upper, lower, view, channel)
    draw_significance(lower, channel, short=True)
    if isinstance(channel, CountingChannel):
        lower.set_xlabel(MASS_LABEL)


def _label(upper: Axes, lower: Axes, view: FitView, channel: ChannelResult) -> None:
    """Labels the horizontal axes, one for both where they show nearly the same range of one quantity."""
    result = channel.result
    low, high = view.window
    grid = float(result.mass.min()), float(result.mass.max())
    alike = (result.position == result.mass).all() and grid[1] - grid[0] > 0.75 * (high - low)
    alike = alike and high - low > 0.75 * (grid[1] - grid[0])
    if not alike:
        upper.set_xlabel(channel.observable_label)
        lower.set_xlabel(MASS_LABEL)
    else:
        lower.set_xlabel(channel.observable_label)
        upper.tick_params(labelbottom=False)
        ends = min(low, grid[0]), max(high, grid[1])
        upper.set_xlim(*ends)
        lower.set_xlim(*ends)
