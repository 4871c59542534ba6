"""All figures of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from gloam.interpretation.exclusions import Exclusion, Plane
from gloam.report.channel import Channel, CountingChannel
from gloam.report.figures import (
    LimitLines,
    counts_figure,
    exclusion_figure,
    fit_figure,
    limit_figure,
    lines_figure,
    overview_figure,
    plane_coupling_figure,
    plane_limit_figure,
    plane_significance_figure,
    save_figure,
    significance_figure,
    variants_figure,
)
from gloam.report.views import fit_view, largest_excess

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CouplingPlane", "figure_stem", "write_figures"]

CouplingPlane: TypeAlias = tuple[Plane, tuple[Exclusion, ...]]
"""A plane with its published exclusions, and our own."""


def write_figures(
    channels: Sequence[Channel], directory: Path, palette: str = "hep", plane: CouplingPlane | None = None,
    lines: LimitLines | None = None,
) -> list[Path]:  # fmt: skip
    """The files of all figures, PNG and PDF: fit or counts, significance, limit, variants of each channel, `overview`.

    A channel without a certified fit has no figure of one.

    Args:
        channels: what to draw.
        directory: made if it is not there.
        palette: "hep" or "colour-blind".
        plane: published exclusions and our own limits on the coupling of a model, drawn as `coupling`.
        lines: limits from all channels at once in the plane of two masses, drawn as `combined` in place of the maps
            of the coupling of each channel.
    """
    written: list[Path] = []
    for channel in channels:
        for kind, figure in _figures(channel, palette, lines is not None):
            written += save_figure(figure, directory, figure_stem(channel, kind))
    overview = overview_figure(channels)
    if overview is not None:
        written += save_figure(overview, directory, "overview")
    if lines is not None:
        written += save_figure(lines_figure(lines), directory, "combined")
    return written if plane is None else written + save_figure(exclusion_figure(*plane), directory, "coupling")


def _figures(channel: Channel, palette: str, combined: bool) -> Iterator[tuple[str, Figure]]:
    """The figures of a channel by their kinds; limits on a coupling are drawn where channels are not combined."""
    if isinstance(channel, CountingChannel):
        yield "counts", counts_figure(channel)
        yield "significance", (plane_significance_figure if channel.is_plane else significance_figure)(channel)
        yield "limit", plane_limit_figure(channel) if channel.is_plane else limit_figure(channel, palette)
        if channel.is_plane and not combined and (coupling := plane_coupling_figure(channel)) is not None:
            yield "coupling", coupling
        return
    row = largest_excess(channel.z_local)
    if row is not None:
        yield "fit", fit_figure(fit_view(channel.result, row), channel)
    yield "significance", significance_figure(channel)
    yield "limit", limit_figure(channel, palette)
    if channel.variants is not None and row is not None:
        yield "variants", variants_figure(channel)


def figure_stem(channel: Channel, kind: str) -> str:
    """The name of a figure of a channel, without its ending."""
    return re.sub(r"[^\w.+-]+", "-", f"{channel.name}_{kind}")
