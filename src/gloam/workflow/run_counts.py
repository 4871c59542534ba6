"""A run of a search that counts events in windows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import LEAST_EFFECTIVE
from gloam.errors import InputError
from gloam.report import CountingChannel
from gloam.scans import CountingResult, CountingScan, count_windows
from gloam.spectra import Origin, Spectrum
from gloam.statistics import CountingOptions, CountingScanLimits, counting_scan_limits
from gloam.store import content_hash
from gloam.workflow.combined_counts import combined_in_plane
from gloam.workflow.comparison_counts import compare_counts
from gloam.workflow.counting_data import pseudo_counts, user_counts
from gloam.workflow.coupling import nominal_energy
from gloam.workflow.declared import of_search, search_hash
from gloam.workflow.declaring_counts import counted_channel, declare_counts, uncertainties_of
from gloam.workflow.prepared import prepared_counts, prepared_cut_flows
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.results import Run

if TYPE_CHECKING:
    from gloam.searches import CountedChannel, CountingSearch

__all__ = ["count_channel", "run_counting_search"]

INDEPENDENT = (
    "Uncertainties of signal and background are averaged over as independent, also where one source acts on both "
    "(trigger, tracking, identification, luminosity); the statistics of the simulated background is one of them."
)


def run_counting_search(
    search: CountingSearch, data: str | Path | None, stage: str, seed: int, inject: tuple[float, ...] | None,
    progress: Callable[[int], object] | None = None,
) -> Run:  # fmt: skip
    """The results of a search that counts; arguments as those of `gloam.workflow.run`."""
    start = time.perf_counter()
    if inject is not None and data is not None:
        raise InputError("--inject", "data that are no pseudo-data of ours", "no --data", "leave out one of them")
    signal = None if inject is None else Injection.of(inject)
    if data is None:
        spectra = {channel.name: pseudo_counts(search, channel, seed, signal) for channel in search.channels}
    else:
        spectra = user_counts(search, data, stage)
    missing = [f"{channel.name}: no data; not counted." for channel in search.channels if channel.name not in spectra]
    filled = [(channel, spectra[channel.name]) for channel in search.channels if channel.name in spectra]
    results = tuple(count_channel(search, channel, spectrum, progress) for channel, spectrum in filled)
    origin = filled[0][1].origin or Origin("user", "unknown")
    return Run(
        name=search.name,
        title=search.title,
        origin=origin,
        channels=results,
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": search_hash(search),
            "data": content_hash([s.contents for _, s in filled]),
            "file": origin.sha256,
        },
        published=compare_counts(search, results),
        systematics=uncertainties_of(search),
        notes=(*(search.notes if data is None else ()), *missing, INDEPENDENT, *_simulation_notes(search, results)),
        declaration=of_search(search, data, stage),
        model=search.model,
        sqrt_s=nominal_energy(search),
        seed=seed if data is None else None,
        cut_flows=prepared_cut_flows(search),
        combined=combined_in_plane(search, results),
    )


def count_channel(
    search: CountingSearch, channel: CountedChannel, spectrum: Spectrum,
    progress: Callable[[int], object] | None = None,
) -> CountingChannel:  # fmt: skip
    """The counts, significances and limits of one channel on a spectrum."""
    scan = declare_counts(search, channel, spectrum)
    result = count_windows(scan)
    limits = counting_scan_limits(result, search.level, search.method)
    checks = {}
    for check in search.cross_checks:
        counted = result if check.uncertainties else _without_uncertainties(scan)
        options = CountingOptions(prior=check.prior)
        checks[check.name] = counting_scan_limits(counted, search.level, check.method, options, bands=False)
    if progress is not None:
        progress(2 * result.mass.size)
    return counted_channel(search, channel, result, limits, checks)


def _without_uncertainties(scan: CountingScan) -> CountingResult:
    return count_windows(CountingScan(scan.spectrum, scan.windows, scan.background))


def _simulation_notes(search: CountingSearch, results: tuple[CountingChannel, ...]) -> list[str]:
    """How much simulation is behind each channel, what the other limits are, and what was not simulated."""
    spectra = {channel.name: channel.spectrum for channel in search.channels}
    notes = [_statistics(search, each, spectra[each.name]) for each in results]
    notes += [_beside(each, name, limits) for each in results for name, limits in each.cross_checks.items()]
    return notes + [f"Simulation. {text}" for text in search.preparation.left_out]


def _statistics(search: CountingSearch, channel: CountingChannel, spectrum: str) -> str:
    found, windows = prepared_counts(search)[spectrum], channel.result.windows
    total, squares = (windows.sums(each.sum(axis=0)) for each in (found.expected, found.variance))
    effective = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    few = np.flatnonzero(effective < LEAST_EFFECTIVE)
    text = f"{channel.name}: at least {effective.min():.0f} effective simulated background events in a window"
    if few.size:
        mass = channel.result.mass[few]
        text += (
            f"; fewer than {LEAST_EFFECTIVE:g} in {few.size} of {effective.size} windows ({mass.min():.3g} to "
            f"{mass.max():.3g} GeV), where the expectation is an upper bound of "
            f"{_bound(channel, effective)[few].max():.2g} events at most (90 %); its statistical error is in the limits"
        )
    error = found.efficiency_error / found.efficiency
    if np.isfinite(error).any():
        text += f"; statistical error of the efficiency at most {np.nanmax(error):.1%}, not in the limits"
    return text + "."


def _bound(channel: CountingChannel, effective: FloatArray) -> FloatArray:
    """The 90 % upper bound on the expectation of each window from the simulated events in it."""
    from scipy.special import gammaincinv

    weight = np.divide(channel.result.background, effective, out=np.zeros_like(effective), where=effective > 0)
    typical = np.median(weight[weight > 0]) if (weight > 0).any() else 0.0
    return np.asarray(gammaincinv(effective + 1, 0.9) * np.where(weight > 0, weight, typical))


def _beside(channel: CountingChannel, name: str, limits: CountingScanLimits) -> str:
    ratio = limits.observed / channel.limits.observed
    prior = f", {limits.prior}" if limits.prior else ""
    return (
        f"{channel.name}: cross-check {name} ({limits.method}{prior}): upper limits {np.nanmin(ratio):.2f} to "
        f"{np.nanmax(ratio):.2f} times those of the main method, median {np.nanmedian(ratio):.2f}."
    )
