"""All figures of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gloam.report.channel import ChannelResult
from gloam.report.figures import (
    fit_figure,
    limit_figure,
    overview_figure,
    save_figure,
    significance_figure,
    variants_figure,
)
from gloam.report.views import fit_view, largest_excess

__all__ = ["figure_stem", "write_figures"]


def write_figures(channels: Sequence[ChannelResult], directory: Path, palette: str = "hep") -> list[Path]:
    """The files of all figures, PNG and PDF: fit, significance and limit of each channel, its variants, `overview`.

    A channel without a certified fit has no figure of one.

    Args:
        channels: what to draw.
        directory: made if it is not there.
        palette: "hep" or "colour-blind".
    """
    written: list[Path] = []
    for channel in channels:
        row = largest_excess(channel.result)
        if row is not None:
            figure = fit_figure(fit_view(channel.result, row), channel)
            written += save_figure(figure, directory, figure_stem(channel, "fit"))
        written += save_figure(significance_figure(channel), directory, figure_stem(channel, "significance"))
        written += save_figure(limit_figure(channel, palette), directory, figure_stem(channel, "limit"))
        if channel.variants is not None and row is not None:
            written += save_figure(variants_figure(channel), directory, figure_stem(channel, "variants"))
    overview = overview_figure(channels)
    return written if overview is None else written + save_figure(overview, directory, "overview")


def figure_stem(channel: ChannelResult, kind: str) -> str:
    """The name of a figure of a channel, without its ending."""
    return re.sub(r"[^\w.+-]+", "-", f"{channel.name}_{kind}")
