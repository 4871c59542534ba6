"""The numbers that a run comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.interpretation import FACTORS, YieldFactors
from gloam.report import Channel, ChannelResult, CountingChannel
from gloam.report.words import cross_section_in_words, distribution_in_words, division_in_words
from gloam.scans import CountingResult, ScanResult, VariantResults
from gloam.spectra import Spectrum
from gloam.statistics import GlobalSignificance, global_significance
from gloam.statistics.elsewhere import scans_of_same_events
from gloam.workflow.results import CombinedLimits, Run, RunToys
from gloam.workflow.systematics import in_summary
from gloam.workflow.toys import from_toys
from gloam.workflow.variants import variant_notes, variant_numbers

__all__ = ["summary"]


NOTHING = 1e-3
"""Significance below which an excess is rounding: empty spectra have some of 1e-7."""


RARE = 0.02
"""Global p-value above which far correlations matter, and are simulated where that is fast."""

SMALL_SCAN = 500_000
"""Hypotheses times bins up to which it takes a tenth of a second."""

FIELDS = 10_000

FEW = 0.5
"""Skewness of the scores above which asymptotic global p-values are said not to be reliable."""

GLOBAL = ("p_global", "p_global_err", "z_global", "trials_factor", "toys")


def summary(run: Run) -> dict[str, Any]:
    """The content of `summary.json`: what was scanned, how it went, and what stands out.

    Unknown numbers are None, with the reason in `notes`.
    """
    results = [channel.result for channel in run.channels]
    limits = run.channels[0].limits
    asymptotic = _look_elsewhere(run.channels)
    elsewhere = asymptotic if run.toys is None else _in_toys(run, run.toys)
    return {
        "search": run.name,
        "title": run.title,
        "data": {
            "kind": run.origin.kind,
            "source": run.origin.source,
            "luminosity_fb": run.origin.luminosity_fb,
            "entries": _entries([result.spectrum for result in results]),
            **({"blinding": run.blinding} if run.blinding else {}),
        },
        "n_hypotheses": sum(result.mass.size for result in results),
        "n_fits": sum(_fits(channel).n_fits for channel in run.channels),
        "n_failed": sum(_fits(channel).n_failed for channel in run.channels),
        "seconds": run.seconds,
        "max_excess": _extreme(run.channels, np.nanargmax, sign=1),
        "max_deficit": _extreme(run.channels, np.nanargmin, sign=-1),
        **(_global_numbers(elsewhere) if isinstance(elsewhere, GlobalSignificance) else dict.fromkeys(GLOBAL)),
        **({} if run.toys is None else {"toys": run.toys.largest.size, "n_toys_failed": run.toys.n_failed}),
        "limit": {
            "method": limits.method,
            "level": limits.level,
            "sidedness": limits.sidedness,
            "test_statistic": limits.test_statistic,
            "distribution": distribution_in_words(limits),
            "band_quantiles": "Phi(-2), Phi(-1), Phi(0), Phi(1), Phi(2)",
            "n_failed": sum(channel.limits.n_failed for channel in run.channels),
            "prior": limits.prior or None,
            "toys": sum(channel.limits.toys for channel in run.channels) or None,
            "n_toys_failed": sum(channel.limits.n_toys_failed for channel in run.channels),
            "largest_relative_error": _largest(limits.error / limits.observed),
            "cross_section": _cross_section(run.channels[0]),
            **_coupling(run),
        },
        "systematics": [in_summary(nuisance, run.channels[0].result.mass) for nuisance in run.systematics],
        **({} if run.width is None else {"width_calibration": run.width}),
        "published": run.published,
        **_combined(run.combined),
        "channels": [_channel(channel) for channel in run.channels],
        "notes": [*run.notes, _global_note(elsewhere, run.channels), *_toy_notes(run, asymptotic), *_notes(run)],
    }


def _entries(spectra: Sequence[Spectrum]) -> float:
    """The entries of all spectra; one that several channels share counts once."""
    different: list[Spectrum] = []
    for each in spectra:
        if not any(each.has_data_of(other) for other in different):
            different.append(each)
    return sum(each.entries for each in different)


def _fits(channel: Channel) -> ScanResult | VariantResults | CountingResult:
    """All fits of a channel, of every variant where there are several."""
    return channel.result if channel.variants is None else channel.variants.results


def _extreme(channels: tuple[Channel, ...], where: Any, sign: int) -> dict[str, Any] | None:
    """The hypothesis with the most significant excess (sign 1) or deficit (sign -1) of all channels."""
    best: dict[str, Any] | None = None
    for channel in channels:
        z = channel.z_local
        if np.isnan(z).all():
            continue
        row = int(where(z))
        if sign * z[row] > NOTHING and (best is None or sign * z[row] > sign * best["z_local"]):
            mass2 = float(channel.result.mass2[row])
            best = {"channel": channel.name, "mass": float(channel.result.mass[row])}
            best |= {"z_local": float(z[row])} if np.isnan(mass2) else {"mass2": mass2, "z_local": float(z[row])}
    return best


def _look_elsewhere(channels: tuple[Channel, ...]) -> GlobalSignificance | str:
    """The global significance of the largest excess over all channels, or why there is none."""
    channels = tuple(channel for channel in channels if np.isfinite(channel.z_local).any())
    results = [channel.result for channel in channels if isinstance(channel, ChannelResult)]
    if not channels:
        return "not computed, there is no certified fit"
    if len(results) < len(channels):
        return "not computed, counts need toys (--toys N)"
    try:
        found = global_significance(results)
        size = sum(result.scan.windows.bins.sum() for result in results)
        if found.p_global > RARE and size < SMALL_SCAN:
            fields = global_significance(results, "fields", toys=FIELDS)
            found = replace(fields, skewness=found.skewness)
    except InputError as fault:
        return f"not computed ({fault.value}); the significance is local"
    return found if found.z_local > NOTHING else "not computed, there is no excess"


def _in_toys(run: Run, toys: RunToys) -> GlobalSignificance | str:
    """The global significance from toys, or why there is none."""
    try:
        found = from_toys(toys, run.channels)
    except InputError as fault:
        return f"not computed ({fault.value})"
    return found if found.z_local > NOTHING else "not computed, there is no excess"


def _toy_notes(run: Run, asymptotic: GlobalSignificance | str) -> list[str]:
    """What toys were made, and what is known without them."""
    if run.toys is None:
        return []
    toys = run.toys
    seeds = ", ".join(str(seed) for seed in np.unique(toys.seed))
    which = "all masses" if np.isinf(toys.margin) else f"the masses within {toys.margin:.2f} of the filter's best"
    notes = [f"toys: seed {seeds}; in each toy {which} were fitted, {toys.fits} in all, with and without a signal."]
    if isinstance(run.channels[0], CountingChannel):
        notes = [f"toys: seed {seeds}; every window counted, {toys.fits} of their significances found exactly."]
    if toys.n_failed:
        notes.append(f"toys with a fit that is not certified: {toys.n_failed} of {toys.largest.size}, left out.")
    if isinstance(asymptotic, GlobalSignificance):
        notes.append(
            f"p_global without toys, asymptotic: {asymptotic.p_global:.4g} (z_global {asymptotic.z_global:.3f})."
        )
    return notes


def _global_numbers(found: GlobalSignificance) -> dict[str, float | int | None]:
    """The entries `GLOBAL` of the summary."""
    numbers = {name: getattr(found, name) for name in GLOBAL}
    return {name: value if value is None or np.isfinite(value) else None for name, value in numbers.items()}


def _global_note(found: GlobalSignificance | str, channels: tuple[Channel, ...]) -> str:
    """How the global p-value was found and what it leaves out, or why there is none."""
    names = "p_global, z_global, trials_factor"
    if isinstance(found, str):
        return f"{names}: {found}."
    if found.method == "toys":
        limited = ""
        if found.p_global == 0:
            limited = "; none is as significant, so that p_global is below its error and z_global a lower bound"
        return f"{names}: from {found.toys} toys of the whole scan without a signal{limited}{_scope(channels)}."
    which = "of neighbouring" if found.method == "crossings" else "(simulated as Gaussian fields) of all"
    text = f"asymptotic, from the correlations {which} hypotheses without a signal, no toys"
    sparse = found.skewness is not None and found.skewness > FEW
    few = f"; few counts (skewness {found.skewness:.2g}): off by a fifth or more, take toys" if sparse else ""
    return f"{names}: {text}{_scope(channels)}{few}."


def _scope(channels: tuple[Channel, ...]) -> str:
    """What a global p-value is over, and what it is for."""
    first = scans_of_same_events([channel.result for channel in channels])
    if len(set(first)) == len(first):
        scope = "" if len(channels) == 1 else "; over all channels, taken as independent"
    else:
        scope = "; over all channels, those that are fits to the same events as one search"
        scope += "" if len(set(first)) == 1 else ", the others taken as independent"
    nominal = "" if all(channel.variants is None for channel in channels) else "; for the nominal background"
    return scope + nominal


def _channel(channel: Channel) -> dict[str, Any]:
    result, axes = channel.result, channel.result.spectrum.axes
    status = result.status
    return {
        "channel": channel.name,
        "title": channel.title,
        "range": [axes[0].low, axes[0].high],
        **({"range2": [axes[1].low, axes[1].high]} if len(axes) > 1 else {}),
        "bins": prod(map(len, axes)),
        "entries": result.spectrum.entries,
        "n_hypotheses": result.mass.size,
        "status": {s.name.lower(): n for s in FitStatus if (n := int(np.count_nonzero(status == s.value)))},
        "max_excess": _extreme((channel,), np.nanargmax, sign=1),
        "max_deficit": _extreme((channel,), np.nanargmin, sign=-1),
        "median_n_sig_ul": _median(channel.limits.observed),
        "median_xsec_ul_fb": _median(channel.cross_section.observed),
        **({} if (found := channel.coupling_limits) is None else {"median_coupling_ul": _median(found.observed)}),
        "largest_edm": _largest(result.edm),
        "variants": variant_numbers(channel),
    }


def _cross_section(channel: Channel) -> dict[str, Any] | None:
    """Which cross section the limits are on, and what they were made with; None without a luminosity."""
    factors = channel.factors
    if factors.luminosity is None:
        return None
    return {
        "kind": factors.kind,
        "branching_fraction_included": factors.branching_fraction_included,
        "eff_xsec_ul_fb": "yield / luminosity = efficiency x branching fraction x visible cross section",
        "xsec_ul_fb": f"{division_in_words(factors)} = {cross_section_in_words(factors)}" if factors.complete else None,
        "luminosity_fb": factors.luminosity,
        **{name: _over_masses(factors.at(name, channel.result.mass)) for name in FACTORS if name != "luminosity"},
    }


def _combined(found: CombinedLimits | None) -> dict[str, Any]:
    """The combination of all channels; nothing where they are not combined."""
    if found is None:
        return {}
    expected = found.expected[:, 2]
    return {
        "combined": {
            "masses": int(found.mass.size),
            "coupling_ul": _over_masses(found.observed),
            "coupling_ul_exp_0": _over_masses(expected),
            "median_over_best_channel": float(np.median(expected / found.best)),
            "largest_over_best_channel": float((expected / found.best).max()),
        }
    }


def _coupling(run: Run) -> dict[str, Any]:
    """Which coupling the limits are on, and the energy at which it was looked for; nothing without a model."""
    found = run.channels[0].coupling_limits
    if found is None:
        return {}
    return {"coupling": f"{found.name} [{found.unit}]" if found.unit else found.name, "sqrt_s": run.sqrt_s}


def _over_masses(values: FloatArray) -> float | list[float] | None:
    """One value, or the smallest and the largest; None if it is not known."""
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        return None
    return low if low == high else [low, high]


def _median(values: Any) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmedian(values))


def _largest(values: Any) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmax(values))


def _asymptotic_parts(run: Run) -> str:
    limits = run.channels[0].limits
    if isinstance(run.channels[0], CountingChannel):
        return "toys: none for local significances, which are exact in the counts, backgrounds averaged over."
    if run.toys is not None:
        limited = " and limits" if distribution_in_words(limits) == "asymptotic" else ""
        return f"toys: none for local significances{limited}, which are asymptotic (arXiv:1007.1727)."
    if distribution_in_words(limits) == "asymptotic":
        return "toys: none; significances and limits are asymptotic (arXiv:1007.1727)."
    return "toys: none for the significances, which are asymptotic (arXiv:1007.1727)."


def _undeclared(channel: Channel) -> list[str]:
    """Why columns of `limits.csv` are empty."""
    factors: YieldFactors = channel.factors
    if (found := channel.coupling_limits) is not None:
        return [f"coupling_ul: {note}" for note in found.notes]
    coupling = "coupling_ul: no model is declared."
    if factors.luminosity is None and factors.efficiency is None:
        what = "efficiency, cross-section and coupling limits"
        return [f"{what}: no efficiency or luminosity is declared; limits are on yields."]
    if factors.luminosity is None:
        return ["eff_xsec_ul_fb, xsec_ul_fb: no luminosity is declared; limits are on yields.", coupling]
    if factors.efficiency is None:
        return ["xsec_ul_fb: no efficiency is declared; eff_xsec_ul_fb is the yield over the luminosity.", coupling]
    return [coupling]


def _notes(run: Run) -> list[str]:
    notes = [
        _asymptotic_parts(run),
        *_undeclared(run.channels[0]),
    ]
    if all(isinstance(channel, ChannelResult) and channel.variants is None for channel in run.channels):
        notes.append("variants.csv: no background variants are declared.")
    for channel in run.channels:
        result, counted = channel.result, isinstance(channel, CountingChannel)
        notes += variant_notes(channel)
        if result.spectrum.is_weighted:
            notes.append(f"{channel.name}: weighted data, fitted with a scaled Poisson likelihood (arXiv:1309.1287).")
        statuses = [(status, int(np.count_nonzero(result.status == status.value))) for status in FitStatus]
        notes += [
            f"{channel.name}: {number} hypotheses {status.name.lower()}: {status.meaning}."
            for status, number in statuses
            if number and status != FitStatus.OK
        ]
        if channel.limits.n_failed:
            notes.append(
                f"{channel.name}: no limit found for {channel.limits.n_failed} hypotheses; they are left empty."
            )
        if np.isposinf(channel.z_local).any():
            number = int(np.count_nonzero(np.isposinf(channel.z_local)))
            notes.append(f"{channel.name}: z_local infinite (null): events in {number} windows where none can be.")
        if result.spectrum.entries < 10 and not counted:
            notes.append(f"{channel.name}: fewer than 10 entries: asymptotic formulas are not reliable.")
    return notes
