"""Expected limits of a search beside a published curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation.exclusions import Curve, coupling_plane
from gloam.report import ChannelResult

if TYPE_CHECKING:
    from gloam.searches import Search

__all__ = ["compare_with_published"]

NEIGHBOURS = 24
"""Hypotheses that are averaged over: a published observed curve scatters as its data do."""


def compare_with_published(search: Search, results: Sequence[ChannelResult]) -> dict[str, Any] | None:
    """How the expected limits on the cross section compare with the published curve; None where none is declared.

    Ratios are ours over theirs, averages are over their logarithms. The published curve is an observed one, which
    scatters about what was expected; neighbouring hypotheses share events.
    """
    if search.compare_with is None or search.model is None:
        return None
    published = next(each for each in coupling_plane(search.model).exclusions if each.name == search.compare_with)
    assert isinstance(published.content, Curve)  # noqa: S101 - declared as one
    mass = np.concatenate([each.result.mass for each in results])
    ours = np.concatenate([each.cross_section.expected[:, 2] for each in results])
    with np.errstate(invalid="ignore"):
        ratio = np.log(ours / published.content.at(mass))
    rows = np.flatnonzero(np.isfinite(ratio))
    if rows.size == 0:
        return None
    return {
        "quantity": published.quantity,
        "points": int(rows.size),
        "median_ratio": float(np.exp(np.median(ratio[rows]))),
        "rms_log_ratio": float(np.sqrt(np.mean(ratio[rows] ** 2))),
        "what is compared": f"expected limit on the cross section (median, nothing calibrated) over {published.name} "
        f"(observed; {published.numbers})",
        "channels": {each.name: _in_channel(each, ratio[np.isin(mass, each.result.mass)]) for each in results},
        "neighbours": _averages(ratio[rows]),
    }  # fmt: skip


def _in_channel(channel: ChannelResult, ratio: FloatArray) -> dict[str, Any]:
    known = ratio[np.isfinite(ratio)]
    mass = channel.result.mass
    return {
        "masses": [float(mass.min()), float(mass.max())],
        "points": int(known.size),
        "median_ratio": float(np.exp(np.median(known))) if known.size else None,
    }


def _averages(ratio: FloatArray) -> dict[str, Any]:
    """Averages over runs of neighbouring hypotheses, relative to the median of all."""
    groups = [ratio[start : start + NEIGHBOURS] for start in range(0, ratio.size, NEIGHBOURS)]
    relative = np.array([group.mean() for group in groups]) - np.median(ratio)
    return {
        "hypotheses": NEIGHBOURS,
        "smallest_over_median": float(np.exp(relative.min())),
        "largest_over_median": float(np.exp(relative.max())),
    }
