"""What a run found, in sentences and rows: plain text, escaped where it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gloam.interpretation import FACTORS
from gloam.report.channel import Channel, CountingChannel
from gloam.report.words import (
    cross_section_in_words,
    division_in_words,
    level_in_words,
    limit_in_words,
    signed,
    span,
)

__all__ = [
    "cross_section_statement",
    "data_statement",
    "excess_statements",
    "fits_statement",
    "global_statement",
    "limit_statement",
    "nuisance_rows",
    "published_statement",
    "systematic_rows",
    "systematics_statement",
    "variants_statement",
]

TARGETS = ("signal", "background", "resolution")

KINDS = {"real": "Real collision data", "pseudo": "Pseudo-data, made by simulation", "user": "Data given by the user"}


def data_statement(summary: Mapping[str, Any]) -> str:
    """Which data were scanned, and whether they are real."""
    data = summary.get("data") or {}
    parts = [f"{KINDS.get(str(data.get('kind')), 'Data of unknown kind')}: {data.get('source') or 'source not stated'}"]
    luminosity, entries = data.get("luminosity_fb"), data.get("entries")
    parts.append("luminosity not known" if luminosity is None else f"{luminosity:g} fb^-1")
    if entries is not None:
        parts.append(f"{entries:,.6g} entries" if entries < 1e6 else f"{entries:,.0f} entries")
    return "; ".join(parts) + "."


def fits_statement(summary: Mapping[str, Any], channels: Sequence[Channel]) -> str:
    """How many hypotheses, how many fits, and how many of them failed."""
    hypotheses = summary.get("n_hypotheses", sum(channel.result.mass.size for channel in channels))
    fits = summary.get("n_fits", sum(channel.result.n_fits for channel in channels))
    failed = summary.get("n_failed", sum(channel.result.n_failed for channel in channels))
    where = f" in {len(channels)} channels" if len(channels) > 1 else ""
    if not fits and any(isinstance(channel, CountingChannel) for channel in channels):
        return f"{hypotheses:,} windows{where}, in which events were counted: no fits."
    text = f"{hypotheses:,} mass hypotheses{where}, {fits:,} fits, with a signal and without. "
    if not failed:
        return text + "No fit failed: each is certified to be at its minimum."
    what = "1 fit failed: it" if failed == 1 else f"{failed:,} fits failed: they"
    return f"{text}{what} could not be certified, left out of figures and tables, and marked in scan.csv."


def excess_statements(summary: Mapping[str, Any]) -> list[str]:
    """The largest excess and the largest deficit."""
    statements = []
    for key, name in (("max_excess", "excess"), ("max_deficit", "deficit")):
        found = summary.get(key)
        if not found or found.get("z_local") is None:
            statements.append(f"Largest {name}: none was found.")
            continue
        channel = f" ({found['channel']})" if found.get("channel") else ""
        z = float(found["z_local"])
        sense = "" if (z > 0) == (name == "excess") and z != 0 else f"; this is no {name}, but the nearest to one"
        statements.append(f"Largest {name}: local significance {signed(z)} at {_masses(found)}{channel}{sense}.")
    return statements


def _masses(found: Mapping[str, Any]) -> str:
    """The mass, or the masses, of an extreme."""
    if found.get("mass2") is None:
        return f"a mass of {found['mass']:.6g} GeV"
    return f"masses of {found['mass']:.6g} and {found['mass2']:.6g} GeV"


def global_statement(summary: Mapping[str, Any]) -> str:
    """The global p-value, or why there is none."""
    p = summary.get("p_global")
    if p is not None:
        error, toys, z = summary.get("p_global_err"), summary.get("toys"), summary.get("z_global")
        if toys and p == 0:
            bound = "" if z is None else f", a significance above {z:.2f}"
            return f"Global p-value: below {error:.2g}{bound}; none of {toys:,} toys has as large a significance."
        text = f"Global p-value: {f'{p:.3g}' if p > 0 else 'below 1e-300'}" + (
            "" if error is None else f" +- {error:.2g} (Monte Carlo error)"
        )
        text += "" if z is None else f", a significance of {z:.2f}"
        return text + (", asymptotic, without toys." if not toys else f", from {toys:,} toys.")
    notes = summary.get("notes") or []
    notes = [f"{k}: {v}" for k, v in notes.items()] if isinstance(notes, Mapping) else notes
    notes = [notes] if isinstance(notes, str) else notes
    reasons = [str(note) for note in notes if "global" in str(note).lower() or "elsewhere" in str(note).lower()]
    reason = f" Reason: {reasons[0].rstrip('.')}." if reasons else ""
    return (
        f"Global p-value: not computed.{reason} Significances are local: among many masses, the largest one is "
        "expected to be well above zero without any signal."
    )


def limit_statement(summary: Mapping[str, Any], channels: Sequence[Channel]) -> str:
    """The convention of the limits: level, method, sidedness, test statistic, quantiles of the bands."""
    if not channels:
        return ""
    limits = channels[0].limits
    asked = summary.get("limit") or {}
    level, statistic = asked.get("level", limits.level), asked.get("test_statistic", limits.test_statistic)
    text = (
        f"Upper limits on the signal yield at {level_in_words(float(level))}: {limit_in_words(limits)}, test statistic "
        f"{statistic}."
    )
    if any(np.isfinite(channel.limits.expected).any() for channel in channels):
        text += " Expected limits are those without a signal: " + (
            "the median, and bands that hold 68% (quantiles Phi(-1) to Phi(1)) and 95% (Phi(-2) to Phi(2)) of them."
            if any(np.isfinite(channel.limits.expected[:, 0]).any() for channel in channels)
            else "the limit of the background itself, in the place of the median."
        )
    else:
        text += " Expected limits were not computed."
    missing = sum(channel.limits.n_failed for channel in channels)
    return text if not missing else f"{text} No limit was found for {missing:,} hypotheses with a certified fit."


def cross_section_statement(channels: Sequence[Channel]) -> str:
    """Which cross section the limits are on and what they were made with; empty if it is not known."""
    alike: dict[str, list[Channel]] = {}
    for channel in channels:
        if channel.factors.complete:
            kind = f"{cross_section_in_words(channel.factors)}: {division_in_words(channel.factors)}"
            alike.setdefault(kind, []).append(channel)
    return " ".join(f"Limits on the {kind}, with {_factors(each)}." for kind, each in alike.items())


def _factors(channels: Sequence[Channel]) -> str:
    """The values that yields are divided by, over all masses of the channels."""
    values = []
    for name in FACTORS:
        over = np.concatenate([channel.factors.at(name, channel.result.mass) for channel in channels])
        unit = " fb^-1" if name == "luminosity" else ""
        if np.isfinite(over).any():
            values.append(f"{name.replace('_', ' ')} {span(over)}{unit}")
    return ", ".join(values)


def systematics_statement(summary: Mapping[str, Any]) -> str:
    """How many sources of systematic uncertainty there are and how large they are; empty if there are none."""
    rows = systematic_rows(summary)
    if not rows:
        return ""
    sizes = [size for each in summary["systematics"] for size in _ends(each["relative"])]
    number = f"{len(rows)} sources" if len(rows) > 1 else "1 source"
    size = f"{100 * min(sizes):.2g}%" + (f" to {100 * max(sizes):.2g}%" if min(sizes) < max(sizes) else "")
    return f"Systematic uncertainties: {number}, {size} each, see the table below."


def systematic_rows(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Source, size for the signal, for the background and for the resolution, and constraint of each uncertainty.

    What is declared for each channel apart, as "source, channel", is one row, with the channels where sizes differ.
    """
    channels = [str(each.get("channel")) for each in summary.get("channels") or []]
    found: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for each in summary.get("systematics") or []:
        source, _, channel = str(each["name"]).rpartition(", ")
        if channel not in channels or not source:
            source, channel = str(each["name"]), ""
        constraint = str(each["constraint"]).replace("lognormal", "log-normal")
        sizes = found.setdefault((source, constraint), {}).setdefault(str(each["target"]), {})
        low, high = _ends(each["relative"])
        sizes[channel] = f"{100 * low:.3g}%" if low == high else f"{100 * low:.3g}% to {100 * high:.3g}%"
    return [
        (source, *(_of_channels(sizes.get(target, {}), channels) for target in TARGETS), constraint)
        for (source, constraint), sizes in found.items()
    ]


def _ends(relative: Any) -> tuple[float, float]:
    """The smallest and the largest size over the masses."""
    low, high = relative if isinstance(relative, Sequence) else (relative, relative)
    return float(low), float(high)


def _of_channels(sizes: Mapping[str, str], channels: Sequence[str]) -> str:
    """One size where it is that of all channels, else each with the name of its channel."""
    if set(sizes) in ({""}, set(channels)) and len(set(sizes.values())) == 1:
        return next(iter(sizes.values()))
    return ", ".join(f"{channel} {size}".strip() for channel, size in sizes.items())


def published_statement(summary: Mapping[str, Any]) -> str:
    """How the results compare with published ones; empty if nothing is published."""
    published = summary.get("published")
    if not published:
        return ""
    parts = [
        f"{key.replace('_', ' ')}{f' {value:.4g}' if isinstance(value, float) else f': {value}'}"
        for key, value in published.items()
        if value is not None and not isinstance(value, Mapping | list)
    ]
    each = [
        f"{name} {point['found']:.6g} ({point['known']:.7g}, {point['reference']})"
        for name, point in published.get("channels", {}).items()
    ]
    found = f" Found (published): {'; '.join(each)}." if each else ""
    ratios = [
        f"{point['masses'][0]:.3g} to {point['masses'][1]:.3g} GeV {point['median_ratio']:.2f}"
        for point in published.get("ranges", ())
        if point["median_ratio"] is not None
    ]
    in_ranges = f" Median ratio in ranges of the mass: {'; '.join(ratios)}." if ratios else ""
    return f"Compared with what is published: {'; '.join(parts)}.{found}{in_ranges}"


def variants_statement(channel: Channel) -> str:
    """What the background variants of a channel come down to; empty where there are none."""
    if channel.variants is None:
        return ""
    summary, mass = channel.variants.summary, channel.result.mass
    known = np.flatnonzero(np.isfinite(summary.z_local))
    text = f"{channel.title}: {len(summary.names)} background variants, named in variants.csv."
    if known.size:
        row = int(known[summary.z_local[known].argmax()])
        text += (
            f" The largest of the smallest significances over them is {signed(float(summary.z_local[row]))} at "
            f"{mass[row]:.6g} GeV (variant {summary.names[summary.active_z[row]]})."
        )
    if np.isfinite(summary.observed).any():
        text += " The limits are the least stringent over the variants; the other significances are the nominal ones."
    failed = [f"{name} {count:,}" for name, count in zip(summary.names, summary.n_failed, strict=True) if count]
    return f"{text} Hypotheses without an answer, not taken into account: {', '.join(failed) or 'none'}."


def nuisance_rows(channel: Channel) -> list[tuple[str, ...]]:
    """Name, pull, effect on the yield and on the limit of each nuisance parameter at the largest excess."""
    effects = channel.nuisances
    if effects is None or effects.rows.size == 0:
        return []
    rows: list[tuple[str, ...]] = []
    for i, name in enumerate(effects.names):
        raised = effects.limit_effect[0, i]
        rows.append((
            name,
            f"{signed(effects.pull[0, i])} ± {effects.pull_error[0, i]:.2f}",
            f"{abs(effects.n_sig_effect[0, i]):.3g} events",
            "not computed" if np.isnan(raised) else f"{100 * raised:.2g} %",
        ))  # fmt: skip
    return rows
