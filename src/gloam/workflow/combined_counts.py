"""Limits on the coupling from all channels of a counting search at once, along lines in the plane of two masses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.execution import random_stream
from gloam.interpretation.exclusions import coupling_plane
from gloam.report import CountingChannel, LimitLines
from gloam.scans.counting import count_windows
from gloam.spectra import Spectrum
from gloam.statistics import counting_scan_limits
from gloam.statistics.counting import CombinedCounts, combined_expected_of_rare, combined_upper_of_rare
from gloam.workflow.coupling import plane_coupling
from gloam.workflow.declaring_counts import counted_factors, declare_counts, windows_at
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.results import CombinedLimits, Run

if TYPE_CHECKING:
    from gloam.searches import CountedChannel, CountingSearch

__all__ = ["Contribution", "combined_in_plane", "combined_lines", "contributions"]

MASSES = {"dark-higgsstrahlung": (r"$m_{A'}$", r"$m_{h'}$")}
"""How figures write the masses of a model."""

TOYS = 300
OFF = 1e6
"""Counts that stand for a background that is known but for its relative error."""

NONE = 1e-12
"""Events that stand for no background."""


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What one channel says at each point of some lines, all of shape (k,); `signal` is 0 where it says nothing.

    Attributes:
        signal: events expected for a coupling of 1.
        observed: counts.
        background: expected counts.
        background_error, efficiency_error: relative.
        alone: the median limit on the coupling that the channel expects by itself; infinite where it says nothing.
    """

    signal: FloatArray
    observed: FloatArray
    background: FloatArray
    background_error: FloatArray
    efficiency_error: FloatArray
    alone: FloatArray


def combined_in_plane(search: CountingSearch, channels: Sequence[CountingChannel]) -> CombinedLimits | None:
    """The limits on the coupling from all channels that were counted, where the search declares it; else None.

    The likelihood is the product of the counts of all channels, in windows around each point. Each background has its
    own factor, and the efficiencies share one, with the largest error of a channel.
    """
    if search.combination is None or len(channels) < 2:
        return None
    spectra = {each.name: each.result.spectrum for each in channels}
    points = np.array(search.combination.points)
    found = [
        contributions(search, each, spectra[each.name], points) for each in search.channels if each.name in spectra
    ]
    rows = np.flatnonzero(np.any([each.signal > 0 for each in found], axis=0))
    limits = [_at(search, found, row, points[row]) for row in rows.tolist()]
    return CombinedLimits(
        points[rows, 0], np.array([each[0] for each in limits]), np.array([each[1] for each in limits]),
        np.min([each.alone for each in found], axis=0)[rows], points[rows, 1],
    )  # fmt: skip


def combined_lines(run: Run) -> LimitLines | None:
    """The combined limits of a run in the plane of two masses, as figures take them; None without any."""
    found, channel = run.combined, run.channels[0]
    if found is None or found.mass2 is None or not isinstance(channel, CountingChannel):
        return None
    name = "the coupling" if run.model is None else coupling_plane(run.model).label
    labels = MASSES.get(str(run.model), ("first mass", "second mass"))
    return LimitLines(
        "All channels", name, channel.limits.level, labels, found.mass, found.mass2, found.observed,
        found.expected[:, 2], channel.result.spectrum,
    )  # fmt: skip


def contributions(
    search: CountingSearch, channel: CountedChannel, spectrum: Spectrum, points: FloatArray
) -> Contribution:
    """What a channel says at points of the plane, given its data.

    Args:
        search: with a model.
        channel: of it.
        spectrum: its data.
        points: masses in GeV, shape (k, 2).
    """
    rows = np.flatnonzero(prepared_counts(search)[channel.spectrum].covers(points))
    if not rows.size:
        none = np.zeros(len(points))
        return Contribution(none, none, none, none, none, np.full(len(points), np.inf))
    windows = windows_at(search, channel, points[rows])
    counted = count_windows(declare_counts(search, channel, spectrum, windows))
    coupling = plane_coupling(search, counted.mass, counted.mass2, channel.share)
    assert coupling is not None  # noqa: S101 - a search that combines has a model
    factors = counted_factors(search, channel, windows)
    signal = factors.events_per_fb(counted.mass) * coupling.at_one(counted.mass)
    signal = np.where((coupling.missing(counted.mass) == 0) & np.isfinite(counted.observed), signal, 0.0)
    median = counting_scan_limits(counted, search.level, search.method).expected[:, 2]
    alone = np.divide(median, signal, out=np.full_like(signal, np.inf), where=signal > 0)
    fields = {
        "signal": signal, "observed": counted.observed, "background": counted.background,
        "background_error": counted.relative_error, "efficiency_error": counted.efficiency_error,
    }  # fmt: skip
    return Contribution(
        **{name: _placed(values, rows, len(points), 0.0) for name, values in fields.items()},
        alone=_placed(alone, rows, len(points), np.inf),
    )


def _placed(values: FloatArray, rows: IntArray, number: int, elsewhere: float) -> FloatArray:
    whole = np.full(number, elsewhere)
    whole[rows] = values
    return whole


def _at(search: CountingSearch, found: Sequence[Contribution], row: int, point: FloatArray) -> tuple[float, FloatArray]:
    """The observed and the expected limits at one point."""
    those = [each for each in found if each.signal[row] > 0]
    signal, background, error, observed = (
        np.array([getattr(each, name)[row] for each in those])
        for name in ("signal", "background", "background_error", "observed")
    )
    counts = CombinedCounts(
        signal, np.where(background > NONE, OFF, 0.0), OFF / np.maximum(background, NONE), error,
        max(float(each.efficiency_error[row]) for each in those),
    )  # fmt: skip
    stream = random_stream(search.preparation.seed, f"combination {search.name} {point[0]:g} {point[1]:g}")
    return (
        combined_upper_of_rare(counts, observed.astype(int), search.level),
        combined_expected_of_rare(counts, search.level, stream, TOYS),
    )
