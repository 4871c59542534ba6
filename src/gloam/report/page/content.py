"""What the interactive part of the page shows: texts and numbers for the scripts, arrays packed beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit import FitStatus
from gloam.report.channel import Channel, ChannelResult, CountingChannel
from gloam.report.figures.plane import window_map
from gloam.report.page.fits import fit_curves, quantised
from gloam.report.page.labels import without_mathematics
from gloam.report.page.packing import pack
from gloam.report.views import MOST_BINS, largest_deficit, largest_excess
from gloam.report.words import cross_section_in_words, data_name, level_in_words, limit_in_words
from gloam.scans.counting import CountingResult
from gloam.spectra import Spectrum
from gloam.statistics import p_local

__all__ = ["PageContent", "page_content"]

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]

MOST_POINTS = 1_200_000
"""Bins of all fits together: more are merged further, so that the page stays below 15 MB."""
LEAST_BINS = 40
QUANTILES = ("m2", "m1", "0", "p1", "p2")


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """What the scripts of the page read.

    Attributes:
        header: a JSON document: texts, settings, and where each array is.
        scan: the block of the arrays that the curves against mass need.
        fits: the block of the fits, which is read after the curves are drawn.
    """

    header: dict[str, Any]
    scan: str
    fits: str


def page_content(channels: Sequence[Channel]) -> PageContent:
    """The interactive content of all channels of a run."""
    scan: Arrays = {}
    fits: Arrays = {}
    total = sum(channel.result.mass.size for channel in channels)
    most_bins = int(np.clip(MOST_POINTS // max(total, 1), LEAST_BINS, MOST_BINS))
    described = []
    for number, channel in enumerate(channels):
        described.append(_described(channel))
        scan |= _prefixed(number, _of_channel(channel))
        more = _counted(channel) if isinstance(channel, CountingChannel) else _fitted(channel, most_bins)
        fits |= _prefixed(number, more)
    (scan_directory, scan_block), (fits_directory, fits_block) = pack(scan), pack(fits)
    statuses = {str(status.value): [status.name.lower(), status.meaning] for status in FitStatus}
    header = {"channels": described, "statuses": statuses, "scan": scan_directory, "fits": fits_directory}
    return PageContent(header, scan_block, fits_block)


def _prefixed(number: int, arrays: Arrays) -> Arrays:
    return {f"{number}.{name}": array for name, array in arrays.items()}


def _described(channel: Channel) -> dict[str, Any]:
    """The texts of a channel."""
    labels = channel.observable_labels if isinstance(channel, CountingChannel) else (channel.observable_label,)
    kind = ("plane" if channel.is_plane else "counts") if isinstance(channel, CountingChannel) else "fits"
    return {
        "name": channel.name,
        "title": channel.title,
        "kind": kind,
        "labels": [without_mathematics(label) for label in labels],
        "units": [without_mathematics(f"${axis.unit}$") for axis in channel.result.spectrum.axes],
        "data": data_name(channel.result.spectrum),
        "weighted": channel.result.spectrum.is_weighted,
        "excess": largest_excess(channel.z_local),
        "deficit": largest_deficit(channel.z_local),
        "limits": [{"key": key, "name": name, "unit": unit} for key, name, unit, _, _ in _limited(channel)],
        "convention": _convention(channel),
        "variants": list(channel.variants.summary.names) if channel.variants is not None else [],
        "nuisances": _nuisances(channel),
        "window": channel.result.windows.kind if isinstance(channel, CountingChannel) else "interval",
    }


def _convention(channel: Channel) -> str:
    """How the limits were set, and what they are of where there are background variants."""
    text = f"{level_in_words(channel.limits.level)}, {limit_in_words(channel.limits)}"
    if channel.variants is None:
        return text
    return f"{text}; the least stringent limit over the background variants, the fit and its yield of the nominal one"


def _nuisances(channel: Channel) -> dict[str, Any] | None:
    """Pulls and effects at the hypotheses for which they were computed."""
    effects = channel.nuisances
    if effects is None or effects.rows.size == 0:
        return None
    columns = {
        "pull": effects.pull,
        "pull_error": effects.pull_error,
        "n_sig_effect": effects.n_sig_effect,
        "limit_effect": effects.limit_effect,
    }
    table = {name: [[_known(value) for value in row] for row in values.tolist()] for name, values in columns.items()}
    return {"names": list(effects.names), "rows": effects.rows.tolist()} | table


def _known(value: float) -> float | None:
    return float(f"{value:.5g}") if np.isfinite(value) else None


def _limited(channel: Channel) -> list[tuple[str, str, str, FloatArray, FloatArray]]:
    """The quantities that limits are on, the most telling first: key, name, unit, observed and expected limits."""
    limits, in_fb = channel.limits, channel.cross_section
    named = [("n_sig", "signal yield", "", limits.observed, limits.expected)]
    effective = "efficiency times cross section times branching fraction"
    named.insert(0, ("eff_xsec", effective, "fb", in_fb.effective, in_fb.effective_expected))
    named.insert(0, ("xsec", cross_section_in_words(channel.factors), "fb", in_fb.observed, in_fb.expected))
    couplings = channel.coupling_limits
    if couplings is not None:
        name = f"coupling {couplings.name}"
        named.insert(2, ("coupling", name, couplings.unit, couplings.observed, couplings.expected))
    return [each for each in named if np.isfinite(each[3]).any() or each[0] == "n_sig"]


def _of_channel(channel: Channel) -> Arrays:
    """The numbers of each hypothesis."""
    result = channel.result
    arrays: Arrays = {
        "mass": result.mass, "n_sig": result.n_sig, "n_sig_err": result.n_sig_err, "z": channel.z_local,
        "p": channel.significances.p_excess if isinstance(channel, CountingChannel) else p_local(channel.z_local),
        "position": result.position, "low": result.window_low, "high": result.window_high,
        "edm": result.edm.astype(np.float32), "status": result.status.astype(np.uint8),
    }  # fmt: skip
    if isinstance(channel, CountingChannel):
        arrays |= _of_windows(channel.result)
    for key, _, _, observed, expected in _limited(channel):
        arrays[f"{key}_ul"] = observed.astype(np.float32)
        bands = zip(QUANTILES, np.moveaxis(expected, -1, 0), strict=True)
        known = {quantile: values for quantile, values in bands if np.isfinite(values).any()}
        arrays |= {f"{key}_ul_{quantile}": values.astype(np.float32) for quantile, values in known.items()}
    return arrays


def _of_windows(result: CountingResult) -> Arrays:
    """Further numbers of windows."""
    return {
        "observed": result.observed, "background": result.background, "background_err": result.background_err,
        "mass2": result.mass2, "position2": result.position2, "low2": result.window_low2, "high2": result.window_high2,
    }  # fmt: skip


def _fitted(channel: ChannelResult, most_bins: int) -> Arrays:
    """The data and the fit of each hypothesis, and its background variants."""
    curves = fit_curves(channel.result, most_bins)
    spectrum = channel.result.spectrum
    arrays: Arrays = {
        "edges": spectrum.axis.edges, "values": spectrum.values(), "first": curves.first.astype(np.int32),
        "bins": curves.number.astype(np.uint16), "widths": curves.widths.astype(np.uint16),
    }  # fmt: skip
    named = {"background": curves.background, "signal": curves.signal}
    if spectrum.is_weighted:
        arrays["variances"] = spectrum.variances()
        named["variance"] = curves.variance
    for name, values in named.items():
        unit, codes = quantised(values, curves.number)
        arrays |= {f"{name}_unit": unit, f"{name}_codes": codes}
    if channel.variants is not None:
        pairs = zip(channel.variants.results.results, channel.variants.limits, strict=True)
        for number, (fits, limits) in enumerate(pairs):
            columns: Mapping[str, FloatArray] = {
                "n_sig": fits.n_sig, "n_sig_err": fits.n_sig_err, "z": fits.z_local, "ul": limits.observed
            }  # fmt: skip
            arrays |= {f"variant{number}.{name}": each.astype(np.float32) for name, each in columns.items()}
            arrays[f"variant{number}.status"] = fits.status.astype(np.uint8)
    return arrays


def _counted(channel: CountingChannel) -> Arrays:
    """The data behind the windows: in a plane also which window each pixel of a map takes its value from."""
    spectrum: Spectrum = channel.result.spectrum
    if not channel.is_plane:
        return {"edges": spectrum.axes[0].edges, "values": spectrum.values().ravel()}
    edges, nearest = window_map(channel)
    return {"edges": edges[0], "edges2": edges[1], "nearest": nearest.ravel().astype(np.int32)}
