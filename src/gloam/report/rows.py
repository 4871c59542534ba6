"""The table of channels: what was scanned and what was found, a row for each property and a cell for each channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gloam.arrays import FloatArray
from gloam.report.channel import Channel, ChannelResult, CountingChannel
from gloam.report.views import largest_deficit, largest_excess
from gloam.report.words import (
    background_in_words,
    counting_background_in_words,
    cross_section_in_words,
    level_in_words,
    mass_in_words,
    measured,
    shape_in_words,
    signed,
    span,
    width_in_words,
)
from gloam.spectra import Axis

__all__ = ["channel_rows"]


def channel_rows(channels: Sequence[Channel]) -> dict[str, list[str]]:
    """The rows of the table of channels: name of the row, and a cell for each channel."""
    rows: dict[str, Callable[[Channel], str]] = {
        "Spectrum": _spectrum, "Entries": _entries, "Masses": _masses, "Window": _window, "Vetoes": _vetoes,
        "Signal": _signal, "Background": _background, "Fits": _fits, "Largest excess": _excess,
        "Largest deficit": _deficit, "Median limit": _median_limit,
    }  # fmt: skip
    if any(channel.factors.efficiency is not None for channel in channels):
        rows["Efficiency"] = _efficiency
    if any(channel.factors.complete for channel in channels):
        rows["Median limit in fb"] = _median_cross_section
    return {name: [cell(channel) for channel in channels] for name, cell in rows.items()}


def _spectrum(channel: Channel) -> str:
    return " times ".join(map(_axis, channel.result.spectrum.axes))


def _axis(axis: Axis) -> str:
    bins = f"{len(axis):,} bins of {width_in_words(float(np.median(axis.widths)), axis.unit)}"
    return f"{axis.low:.6g} to {axis.high:.6g} {axis.unit}, {bins}" + ("" if axis.is_uniform else " (median)")


def _entries(channel: Channel) -> str:
    spectrum = channel.result.spectrum
    entries = f"{spectrum.entries:,.0f}"
    return f"{entries} (sum of weights)" if spectrum.is_weighted else entries


def _masses(channel: Channel) -> str:
    mass = np.unique(channel.result.mass)
    if isinstance(channel, CountingChannel) and channel.is_plane:
        second = channel.result.mass2
        return f"{second.size:,} pairs: {span(mass)} GeV and {span(second)} GeV"
    if mass.size == 1:
        return f"1: {mass[0]:.6g} GeV"
    steps = span(1e3 * np.diff(mass).round(12), "{:.3g}")
    return f"{mass.size:,}: {mass[0]:.6g} to {mass[-1]:.6g} GeV in steps of {steps} MeV"


def _window(channel: Channel) -> str:
    result, unit = channel.result, channel.result.spectrum.axes[0].unit
    if isinstance(channel, ChannelResult):
        bins = channel.result.scan.windows.bins.astype(float)
        return f"{span(result.window_high - result.window_low)} {unit} wide, {span(bins, '{:.0f}')} bins"
    counts = channel.result
    size = f"{span(counts.window_high - counts.window_low)} {unit}"
    if not channel.is_plane:
        return f"counts in intervals, {size} wide"
    second = f"{span(counts.window_high2 - counts.window_low2)} {counts.spectrum.axes[1].unit}"
    return f"counts in {counts.windows.kind}s, {size} by {second}"


def _vetoes(channel: Channel) -> str:
    setup = channel.result.scan if isinstance(channel, ChannelResult) else channel.result.setup
    second = () if isinstance(channel, ChannelResult) else channel.result.setup.vetoes2
    units = [axis.unit for axis in channel.result.spectrum.axes]
    vetoes = [f"{low:g} to {high:g} {units[0]}" for low, high in setup.vetoes]
    vetoes += [f"{low:g} to {high:g} {units[-1]}" for low, high in second]
    if channel.result.spectrum.visible is not None:
        vetoes.append("hidden bins (blinded)")
    return ", ".join(vetoes) or "none"


def _signal(channel: Channel) -> str:
    if isinstance(channel, CountingChannel):
        error = channel.result.efficiency_error
        return "events in the window" + (f", efficiency uncertain by {span(100 * error)} %" if error.any() else "")
    setup = channel.result.scan
    return shape_in_words(setup.signal, setup.grid.position, setup.spectrum.axis.unit)


def _background(channel: Channel) -> str:
    if isinstance(channel, CountingChannel):
        return counting_background_in_words(channel.result)
    setup = channel.result.scan
    return background_in_words(setup.background, setup.grid.position)


def _fits(channel: Channel) -> str:
    result = channel.result
    if isinstance(channel, CountingChannel):
        return "none: events are counted"
    return f"{result.n_fits:,}, {result.n_failed or 'none'} failed"


def _excess(channel: Channel) -> str:
    return _extreme(channel, largest_excess(channel.z_local))


def _deficit(channel: Channel) -> str:
    return _extreme(channel, largest_deficit(channel.z_local))


def _extreme(channel: Channel, row: int | None) -> str:
    if row is None:
        return "none is known"
    result = channel.result
    value, error = measured(float(result.n_sig[row]), float(result.n_sig_err[row]))
    yield_ = value if error is None else f"{value} ± {error}"
    return f"{signed(float(channel.z_local[row]))} at {mass_in_words(result, row)}, yield {yield_}"


def _median_limit(channel: Channel) -> str:
    return _medians(channel, channel.limits.observed, channel.limits.expected, "events")


def _efficiency(channel: Channel) -> str:
    return span(channel.factors.at("efficiency", channel.result.mass), "{:.3g}")


def _median_cross_section(channel: Channel) -> str:
    limits = channel.cross_section
    return f"{cross_section_in_words(channel.factors)}: {_medians(channel, limits.observed, limits.expected, 'fb')}"


def _medians(channel: Channel, observed: FloatArray, expected: FloatArray, unit: str) -> str:
    observed, expected = observed[np.isfinite(observed)], expected[:, 2][np.isfinite(expected[:, 2])]
    if observed.size == 0:
        return "none"
    text = f"{np.median(observed):.4g} {unit} observed"
    if expected.size:
        text += f", {np.median(expected):.4g} expected"
    return f"{text} (median over masses, {level_in_words(channel.limits.level)})"
