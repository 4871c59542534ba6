"""The numbers that a run comes down to."""

from __future__ import annotations

from typing import Any

import numpy as np

from gloam.fit import FitStatus
from gloam.report import ChannelResult
from gloam.scans import ScanResult, VariantResults
from gloam.workflow.results import Run
from gloam.workflow.variants import variant_notes, variant_numbers

__all__ = ["summary"]


NOTHING = 1e-3
"""Significance below which an excess is rounding: empty spectra have some of 1e-7."""


def summary(run: Run) -> dict[str, Any]:
    """The content of `summary.json`: what was scanned, how it went, and what stands out.

    Unknown numbers are None, with the reason in `notes`.
    """
    results = [channel.result for channel in run.channels]
    limits = run.channels[0].limits
    return {
        "search": run.name,
        "title": run.title,
        "data": {
            "kind": run.origin.kind,
            "source": run.origin.source,
            "luminosity_fb": run.origin.luminosity_fb,
            "entries": sum(result.setup.spectrum.entries for result in results),
        },
        "n_hypotheses": sum(len(result.setup.grid) for result in results),
        "n_fits": sum(_fits(channel).n_fits for channel in run.channels),
        "n_failed": sum(_fits(channel).n_failed for channel in run.channels),
        "seconds": run.seconds,
        "max_excess": _extreme(run.channels, np.nanargmax, sign=1),
        "max_deficit": _extreme(run.channels, np.nanargmin, sign=-1),
        "p_global": None,
        "p_global_err": None,
        "z_global": None,
        "trials_factor": None,
        "toys": None,
        "limit": {
            "method": limits.method,
            "level": limits.level,
            "sidedness": limits.sidedness,
            "test_statistic": limits.test_statistic,
            "distribution": "asymptotic",
            "band_quantiles": "Phi(-2), Phi(-1), Phi(0), Phi(1), Phi(2)",
            "n_failed": sum(channel.limits.n_failed for channel in run.channels),
        },
        "published": run.published,
        "channels": [_channel(channel) for channel in run.channels],
        "notes": [*run.notes, *_notes(run)],
    }


def _fits(channel: ChannelResult) -> ScanResult | VariantResults:
    """All fits of a channel, of every variant where there are several."""
    return channel.result if channel.variants is None else channel.variants.results


def _extreme(channels: tuple[ChannelResult, ...], where: Any, sign: int) -> dict[str, Any] | None:
    """The hypothesis with the most significant excess (sign 1) or deficit (sign -1) of all channels."""
    best: dict[str, Any] | None = None
    for channel in channels:
        z = channel.result.z_local
        if np.isnan(z).all():
            continue
        row = int(where(z))
        if sign * z[row] > NOTHING and (best is None or sign * z[row] > sign * best["z_local"]):
            best = {"channel": channel.name, "mass": float(channel.result.mass[row]), "z_local": float(z[row])}
    return best


def _channel(channel: ChannelResult) -> dict[str, Any]:
    result, axis = channel.result, channel.result.setup.spectrum.axis
    status = result.status
    return {
        "channel": channel.name,
        "title": channel.title,
        "range": [float(axis.edges[0]), float(axis.edges[-1])],
        "bins": len(axis),
        "entries": result.setup.spectrum.entries,
        "n_hypotheses": len(result.setup.grid),
        "status": {s.name.lower(): n for s in FitStatus if (n := int(np.count_nonzero(status == s.value)))},
        "max_excess": _extreme((channel,), np.nanargmax, sign=1),
        "max_deficit": _extreme((channel,), np.nanargmin, sign=-1),
        "median_n_sig_ul": _median(channel.limits.observed),
        "largest_edm": _largest(result.edm),
        "variants": variant_numbers(channel),
    }


def _median(values: Any) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmedian(values))


def _largest(values: Any) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmax(values))


def _notes(run: Run) -> list[str]:
    notes = [
        "p_global, z_global, trials_factor: not computed; the significance is local.",
        "toys: none; significances and limits are asymptotic (arXiv:1007.1727).",
        "efficiency, cross-section and coupling limits: no efficiency or luminosity is declared; limits are on yields.",
    ]
    if all(channel.variants is None for channel in run.channels):
        notes.append("variants.csv: no background variants are declared.")
    for channel in run.channels:
        result = channel.result
        notes += variant_notes(channel)
        if result.setup.spectrum.is_weighted:
            notes.append(f"{channel.name}: weighted data, fitted with a scaled Poisson likelihood (arXiv:1309.1287).")
        counted = [(status, int(np.count_nonzero(result.status == status.value))) for status in FitStatus]
        notes += [
            f"{channel.name}: {number} hypotheses {status.name.lower()}: {status.meaning}."
            for status, number in counted
            if number and status != FitStatus.OK
        ]
        if channel.limits.n_failed:
            notes.append(
                f"{channel.name}: no limit found for {channel.limits.n_failed} hypotheses; they are left empty."
            )
        if result.setup.spectrum.entries < 10:
            notes.append(f"{channel.name}: fewer than 10 entries: asymptotic formulas are not reliable.")
    return notes
