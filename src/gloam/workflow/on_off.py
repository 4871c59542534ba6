"""A run of a search that counts decays of B mesons at declared masses, over a background from simulated events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import DecayCounts
from gloam.errors import InputError
from gloam.events import read_columns
from gloam.execution import random_stream
from gloam.interpretation import Coupling, YieldFactors
from gloam.interpretation.exclusions import coupling_plane
from gloam.models import Parameter, YieldNuisance
from gloam.report import CountingChannel
from gloam.scans.counting import CountingScan, SimulatedBackground, count_windows, interval_windows
from gloam.spectra import Axis, Origin, Spectrum, fill, read_spectrum, split_source, with_flow
from gloam.spectra.blinded import hide_blinded
from gloam.spectra.source import file_origin
from gloam.statistics import UpperLimits, counting_scan_limits, counting_significances
from gloam.statistics.counting import CombinedCounts, combined_expected, combined_upper
from gloam.store import content_hash
from gloam.theory.b_dark_photons import final_states
from gloam.theory.b_decays import produced_decays
from gloam.workflow.declared import of_search, search_hash
from gloam.workflow.prepared import decay_counts
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.results import CombinedLimits, Run

if TYPE_CHECKING:
    from gloam.searches.on_off import OnOffChannel, OnOffSearch
    from gloam.workflow.data import Stage

__all__ = [
    "combined_limits", "counting_scan", "on_off_channel", "on_off_nuisances", "pseudo_decays", "run_on_off",
    "simulated_background", "user_decays",
]  # fmt: skip


def run_on_off(
    search: OnOffSearch, data: str | Path | None = None, *, stage: Stage = "selected", seed: int = 0,
    injected: Injection | None = None,
) -> Run:  # fmt: skip
    """The results of the search; arguments as for `gloam.run`.

    Raises:
        InputError: for data that cannot be used, or a signal outside what was simulated.
    """
    start = time.perf_counter()
    found = decay_counts(search)
    results = []
    for channel in search.channels:
        prepared = found[channel.name]
        if data is None:
            spectrum = pseudo_decays(search, channel, prepared, seed, injected)
        else:
            spectrum = user_decays(channel, prepared, data, stage)
        result = count_windows(counting_scan(search, channel, prepared, spectrum))
        results.append(
            on_off_channel(search, channel, counting_scan_limits(result, search.level, search.method), spectrum)
        )
    origin = results[0].result.spectrum.origin or Origin("user", "unknown")
    return Run(
        name=search.name,
        title=search.title,
        origin=origin,
        channels=tuple(results),
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": search_hash(search),
            "data": content_hash([each.result.spectrum.contents for each in results]),
            "file": origin.sha256,
        },
        published=_beside_published(search, results),
        notes=(*search.notes, *search.preparation.left_out, *_on_products(search)),
        systematics=on_off_nuisances(search),
        declaration=of_search(search, data, stage),
        seed=seed if data is None else None,
        model=search.model,
        combined=combined_limits(search, results),
    )


def combined_limits(search: OnOffSearch, channels: Sequence[CountingChannel]) -> CombinedLimits | None:
    """The limits on the branching fraction from all channels at once; None with one channel.

    At masses with a single channel they are its own.
    """
    if len(channels) == 1:
        return None
    known = {each.name: each.coupling_limits for each in channels}
    masses = np.unique(np.concatenate([each.result.mass[each.result.usable] for each in channels]))
    observed, expected, best = [], [], []
    for mass in masses.tolist():
        rows = _rows_with_a_signal(channels, mass)
        alone = [found.expected[row, 2] for each, row in rows if (found := known[each.name]) is not None]
        counts = _combined_counts(rows, mass)
        numbers = np.array([each.result.observed[row] for each, row in rows]).astype(int)
        stream = random_stream(search.preparation.seed, f"combination {search.name} {mass:g}")
        observed.append(combined_upper(counts, numbers, search.level))
        expected.append(combined_expected(counts, search.level, stream))
        best.append(min(alone))
    return CombinedLimits(masses, np.array(observed), np.array(expected), np.array(best))


def _rows_with_a_signal(channels: Sequence[CountingChannel], mass: float) -> list[tuple[CountingChannel, int]]:
    """The channels that count at a mass and whose decay the model has, with the row of that mass in each."""
    open_ = [each for each in channels if _at_one(each, mass) > 0]
    return [(each, row) for each in open_ for row in each.result.usable.tolist() if each.result.mass[row] == mass]


def _combined_counts(rows: list[tuple[CountingChannel, int]], mass: float) -> CombinedCounts:
    """The counts of channels at a mass, their signals for a branching fraction of 1."""
    signal = [each.factors.events_per_fb(np.array([mass]))[0] * _at_one(each, mass) for each, _ in rows]
    off, tau, background = (
        np.array([values[row] for each, row in rows for values in (getattr(each.result, name),)])
        for name in ("off", "tau", "relative_error")
    )
    error = max(float(each.result.efficiency_error[row]) for each, row in rows)
    return CombinedCounts(np.array(signal), off, tau, background, error)


def _at_one(channel: CountingChannel, mass: float) -> float:
    """The cross section that a branching fraction of 1 makes in a channel; 0 where its A' do not decay so."""
    assert channel.coupling is not None  # noqa: S101 - a combination needs a model
    return float(channel.coupling.at_one(np.array([mass]))[0])


def decay_coupling(model: str, share: str | None = None) -> Coupling:
    """The branching fraction of a B0 as the coupling of a model: 1 makes every B0 and anti-B0 of the data decay so.

    Args:
        model: as on the command line.
        share: the final state of two A' that a channel counts; None where it counts all decays.
    """
    fraction: Parameter = 1.0 if share is None else _share(share)
    return Coupling(coupling_plane(model).quantity, produced_decays(1.0)[0], fraction, 0.0, 1.0, "", 1.0)


def on_off_channel(
    search: OnOffSearch, channel: OnOffChannel, limits: UpperLimits, spectrum: Spectrum
) -> CountingChannel:
    """One channel of a run, its limits at hand: counted again, which takes no time."""
    prepared = decay_counts(search)[channel.name]
    result = count_windows(counting_scan(search, channel, prepared, spectrum))
    label = f"{channel.observable.label} [{channel.observable.unit}]"
    coupling = None if search.model is None else decay_coupling(search.model, channel.share)
    return CountingChannel(
        channel.name, channel.title, result, counting_significances(result), limits, (label,),
        _factors(search, channel, prepared), coupling,
    )  # fmt: skip


def counting_scan(
    search: OnOffSearch, channel: OnOffChannel, prepared: DecayCounts, spectrum: Spectrum
) -> CountingScan:
    """The windows of a channel on a spectrum, over the simulated background."""
    mass = np.array(channel.masses)
    windows = interval_windows(spectrum.axis, mass, prepared.at("half_width", mass))
    background = simulated_background(search, channel, prepared)
    return CountingScan(
        spectrum, windows, background, _together(channel, "background"), _together(channel, "signal"),
        "lognormal", "lognormal", channel.vetoes,
    )  # fmt: skip


def simulated_background(search: OnOffSearch, channel: OnOffChannel, prepared: DecayCounts) -> SimulatedBackground:
    """The simulated events that measure the background, as the experiment has them: a fixed pseudo-sample.

    The rare part is drawn with its own, larger factor, and its events weigh less: what counts is their effective
    number.
    """
    axis = decay_axis(channel, prepared)
    tau, rare = float(channel.tau), float(channel.rare_share or 0.0)
    random = random_stream(search.preparation.seed, f"simulated background {search.name} {channel.name}")
    usual = random.poisson(tau * (1 - rare) * prepared.expected).astype(float)
    weight = 1.0 if channel.rare_tau is None else tau / float(channel.rare_tau)
    few = random.poisson(tau * rare / weight * prepared.expected).astype(float)
    if rare == 0:
        return SimulatedBackground(Spectrum((axis,), with_flow(usual, (axis,))), tau)
    contents, variances = usual + weight * few, usual + weight**2 * few
    return SimulatedBackground(Spectrum((axis,), with_flow(contents, (axis,)), with_flow(variances, (axis,))), tau)


def decay_axis(channel: OnOffChannel, prepared: DecayCounts) -> Axis:
    """The axis of a channel."""
    return Axis(prepared.edges, channel.observable.column, channel.observable.unit)


def on_off_nuisances(search: OnOffSearch) -> tuple[YieldNuisance, ...]:
    """The uncertainties of all channels, for tables; one that channels share comes once."""
    found = {
        (each.name, each.target): YieldNuisance(each.name, each.relative.value, each.target, each.constraint)
        for each in search.all_systematics
    }
    return tuple(found.values())


def _together(channel: OnOffChannel, target: str) -> float:
    """Independent relative uncertainties as one: the product of log-normals is log-normal, ln k in quadrature."""
    logs = [np.log1p(each.relative.value) for each in channel.systematics if each.target == target]
    return float(np.expm1(np.sqrt(np.sum(np.square(logs)))))


def _factors(search: OnOffSearch, channel: OnOffChannel, prepared: DecayCounts) -> YieldFactors:
    luminosity = None if search.luminosity is None else float(search.luminosity)
    fraction = None if channel.branching_fraction is None else float(channel.branching_fraction)
    return YieldFactors(luminosity, lambda mass: prepared.at("efficiency", mass), fraction)


def _share(final_state: str) -> Callable[[FloatArray], FloatArray]:
    """The branching fraction of two A' to a final state, as a function of the mass."""

    def fraction(mass: FloatArray) -> FloatArray:
        return np.array([final_states(float(each))[final_state] for each in np.ravel(mass)]).reshape(np.shape(mass))

    return fraction


def pseudo_decays(
    search: OnOffSearch, channel: OnOffChannel, prepared: DecayCounts, seed: int, injected: Injection | None
) -> Spectrum:
    """Poisson draws from the background; a signal comes from a stream of its own."""
    axis, stream = decay_axis(channel, prepared), f"pseudo-data {search.name} {channel.name}"
    counts = random_stream(seed, stream).poisson(prepared.expected).astype(float)
    source = f"{search.data_source}; seed {seed}"
    if injected is not None:
        expected = _signal_in_bins(search, channel, prepared, injected)
        counts += random_stream(seed, f"{stream} signal").poisson(expected)
        source += f"; {injected.in_words}"
    luminosity = None if search.luminosity is None else float(search.luminosity)
    origin = Origin(search.data_kind, source, None, luminosity)
    return Spectrum((axis,), with_flow(counts, (axis,)), origin=origin)


def _signal_in_bins(
    search: OnOffSearch, channel: OnOffChannel, prepared: DecayCounts, injected: Injection
) -> FloatArray:
    """The counts that a signal is expected to add to each bin: a normal distribution, as many as expected inside."""
    from scipy.special import ndtr

    low, high = channel.masses[0], channel.masses[-1]
    if search.model is None or not low <= injected.mass <= high:
        raise InputError("--inject", f"a mass of {injected.mass:g} GeV", f"{low:g} to {high:g}", "name another mass")
    mass = np.array([injected.mass])
    coupling = decay_coupling(search.model, channel.share)
    rate = coupling.at_one(mass) * injected.coupling**coupling.power
    number = rate * _factors(search, channel, prepared).events_per_fb(mass)
    sigma, half = prepared.at("resolution", mass), prepared.at("half_width", mass)
    below = ndtr((prepared.edges - injected.mass) / sigma)
    return np.asarray(number * np.diff(below) / (2 * ndtr(half / sigma) - 1))


def user_decays(channel: OnOffChannel, prepared: DecayCounts, data: str | Path, stage: Stage) -> Spectrum:
    """Selected events, or their spectrum in the bins of the channel."""
    axis = decay_axis(channel, prepared)
    if stage == "events":
        raise InputError(f"--stage of {channel.name}", stage, "selected or spectrum", "apply the selection first")
    if stage == "spectrum":
        spectrum = read_spectrum(data)
        if not np.array_equal(spectrum.axis.edges, axis.edges):
            found = f"{len(spectrum.axis)} bins from {spectrum.axis.low:g} to {spectrum.axis.high:g}"
            allowed = f"{len(axis)} bins from {axis.low:g} to {axis.high:g}"
            raise InputError(f"spectrum of {data}", found, allowed, "give selected events, or fill these bins")
        return spectrum
    path, inside = split_source(data)
    filled = fill(read_columns(path, [axis.name], inside)[axis.name], axis, origin=file_origin(path))
    return hide_blinded(path, inside, [axis.name], filled)


def _on_products(search: OnOffSearch) -> tuple[str, ...]:
    """How limits on products of branching fractions are read off."""
    if all(channel.share is None for channel in search.channels):
        return ()
    unit = produced_decays(1.0)[0]
    return (f"xsec_ul_fb over {unit:.5g} fb is the limit on B(B0 -> A'A') times that of the final state.",)


def _beside_published(search: OnOffSearch, channels: list[CountingChannel]) -> dict[str, object] | None:
    """Expected limits beside the range of the published ones, of which the masses are not known."""
    if search.published_range is None or (found := channels[0].coupling_limits) is None:
        return None
    low, high = (float(each) for each in search.published_range)
    expected = found.expected[:, 2]
    ratio = np.log(expected / np.sqrt(low * high))
    return {
        "quantity": found.name,
        "points": int(ratio.size),
        "median_ratio": float(np.exp(np.median(ratio))),
        "rms_log_ratio": float(np.sqrt(np.mean(ratio**2))),
        "what is compared": f"expected limits (median) over the middle, in the logarithm, of the published observed "
        f"ones, {low:g} to {high:g}; which belongs to which mass is not known here",
        "expected": [float(expected.min()), float(expected.max())],
        "published": [low, high],
        "within_1.5_of_the_range": int(((expected > low / 1.5) & (expected < 1.5 * high)).sum()),
    }  # fmt: skip
