"""Expected limits of a search beside a published curve."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation.exclusions import Curve, coupling_plane
from gloam.report import ChannelResult
from gloam.sourced import Sourced
from gloam.workflow.exclusions import of_different_masses

if TYPE_CHECKING:
    from gloam.searches import Search

__all__ = ["compare_with_published"]

NEIGHBOURS = 24
"""Hypotheses that are averaged over: a published observed curve scatters as its data do."""


def compare_with_published(search: Search, results: Sequence[ChannelResult]) -> dict[str, Any] | None:
    """How expected limits compare with the published curve, of a cross section or coupling; None if none is declared.

    Of channels that scan the same masses the first is compared. Ratios are ours over theirs, averages are over their
    logarithms. The published curve is an observed one, which scatters about what was expected; neighbouring hypotheses
    share events.
    """
    if search.compare_with is None or search.model is None:
        return None
    plane = coupling_plane(search.model)
    published = next(each for each in plane.exclusions if each.name == search.compare_with)
    assert isinstance(published.content, Curve)  # noqa: S101 - declared as one
    results = of_different_masses(results)
    on_coupling = published.quantity == plane.quantity
    mass = np.concatenate([each.result.mass for each in results])
    ours = np.concatenate([_median(each, on_coupling) for each in results])
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
        "what is compared": f"expected limit on the {'coupling' if on_coupling else 'cross section'} (median, nothing "
        f"calibrated) over {published.name} (observed; {published.numbers})",
        "ranges": [_in_range(low, high, mass, ratio) for each in results for low, high in _ranges(each.result.mass)],
        "neighbours": _averages(ratio[rows]),
        "with_one_constant": _with_one_constant(search.effective_normalisation, ratio[rows]),
    }  # fmt: skip


def _median(channel: ChannelResult, on_coupling: bool) -> FloatArray:
    """The median expected limits of a channel, NaN where there are none."""
    if not on_coupling:
        return channel.cross_section.expected[:, 2]
    limits = channel.coupling_limits
    return np.full(channel.result.mass.shape, np.nan) if limits is None else limits.expected[:, 2]


def _ranges(mass: FloatArray) -> list[tuple[float, float]]:
    """The masses of a channel from one power of two to the next; a sliver at either end joins its neighbour."""
    low, high = float(mass[0]), float(mass[-1])
    powers = 2.0 ** np.arange(np.ceil(np.log2(low)), np.floor(np.log2(high)) + 1)
    inside = [float(power) for power in powers if 1.4 * low < power < high / 1.4]
    return list(pairwise([low, *inside, high]))


def _in_range(low: float, high: float, mass: FloatArray, ratio: FloatArray) -> dict[str, Any]:
    known = ratio[(mass >= low) & (mass <= high) & np.isfinite(ratio)]
    return {
        "masses": [low, high],
        "points": int(known.size),
        "median_ratio": float(np.exp(np.median(known))) if known.size else None,
    }


def _averages(ratio: FloatArray) -> dict[str, Any]:
    """Averages over runs of neighbouring hypotheses, relative to the median of all."""
    relative = _group_means(ratio) - np.median(ratio)
    return {
        "hypotheses": NEIGHBOURS,
        "smallest_over_median": float(np.exp(relative.min())),
        "largest_over_median": float(np.exp(relative.max())),
    }


def _with_one_constant(constant: Sourced | None, ratio: FloatArray) -> dict[str, Any] | None:
    """The comparison after division by an effective normalisation, which stands for all that is not simulated."""
    if constant is None:
        return None
    left = ratio - np.log(float(constant))
    groups = np.abs(_group_means(left))
    return {
        "effective_normalisation": float(constant),
        "median_ratio": float(np.exp(np.median(left))),
        "rms_log_ratio": float(np.sqrt(np.mean(left**2))),
        "averages_within_1.25": float(np.mean(groups < np.log(1.25))),
        "averages_within_1.5": float(np.mean(groups < np.log(1.5))),
    }


def _group_means(ratio: FloatArray) -> FloatArray:
    """Means over groups of neighbouring hypotheses; a short group at the end joins the one before."""
    groups = np.array_split(ratio, max(1, ratio.size // NEIGHBOURS))
    return np.array([group.mean() for group in groups])
