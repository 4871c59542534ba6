"""A run of a search: its channels one after the other, from its own data or the user's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.errors import InputError
from gloam.report import ChannelResult
from gloam.scans import ScanResult, fit_scan
from gloam.spectra import Origin, Spectrum
from gloam.statistics import nuisance_effects, representative, upper_limits
from gloam.store import content_hash
from gloam.workflow.blinding import data_records, require_enough_visible, with_blinding
from gloam.workflow.comparison import compare_with_published
from gloam.workflow.coupling import nominal_energy
from gloam.workflow.data import Stage, own_spectrum, user_spectra
from gloam.workflow.declared import of_search, search_hash
from gloam.workflow.declaring import bare_channel, channel_variants, declare_channel, hypotheses, nuisances_of
from gloam.workflow.on_off import run_on_off
from gloam.workflow.preparation_notes import preparation_notes
from gloam.workflow.prepared import prepared_cut_flows
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.results import Run
from gloam.workflow.run_counts import run_counting_search
from gloam.workflow.variants import scan_variants
from gloam.workflow.width_calibration import calibration_note
from gloam.workflow.width_calibration import in_summary as width_in_summary

if TYPE_CHECKING:  # declarations cost 0.2 s to import, which a scan of a file need not pay
    from gloam.searches import AnySearch, Channel, OnOffSearch, Search

__all__ = ["bare_channel", "declare_channel", "hypotheses", "run", "run_channel"]


def run(
    search: str | AnySearch,
    data: str | Path | None = None,
    *,
    stage: Stage = "selected",
    seed: int = 0,
    inject: tuple[float, ...] | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Run:
    """The results of a search.

    Args:
        search: its name, or a declaration.
        data: "FILE" or "FILE:OBJECT" instead of the data of the search.
        stage: what that file holds: "selected" events, or a "spectrum".
        seed: of the pseudo-data, where the search has them.
        inject: mass in GeV and coupling of a signal that is added to the pseudo-data; in a plane both masses, and the
            coupling.
        threads: how many to use; None: `GLOAM_THREADS`, else one.
        progress: called with the number of hypotheses finished (each counted twice: fits, then limits).

    Raises:
        InputError: for an unknown search, data that cannot be read, or a stage that the search does not have.

    Example:
        >>> import gloam
        >>> upsilon = gloam.run("cms_dimuon").channels[-1].result
        >>> float(upsilon.mass[upsilon.z_local.argmax()])
        9.45
    """
    from gloam.searches import CountingSearch, OnOffSearch, load_search

    declared = load_search(search) if isinstance(search, str) else search
    if data is None and stage != "selected":
        raise InputError("--stage", stage, "it says what --data FILE holds", "name your file too, or leave it out")
    blinded = [] if data is None else data_records(data)
    require_enough_visible(declared, blinded)
    if isinstance(declared, CountingSearch):
        made = run_counting_search(declared, data, stage, seed, inject, progress)
    else:
        signal = None if inject is None else _injection(declared, data, inject)
        if isinstance(declared, OnOffSearch):
            made = run_on_off(declared, data, stage=stage, seed=seed, injected=signal)
        else:
            made = _run_scans(declared, data, stage, seed, signal, threads, progress)
    return with_blinding(made, blinded)


def _run_scans(
    declared: Search, data: str | Path | None, stage: Stage, seed: int, signal: Injection | None,
    threads: int | None, progress: Callable[[int], object] | None,
) -> Run:  # fmt: skip
    """The results of a search that fits spectra; arguments as for `run`."""
    start = time.perf_counter()
    if data is None:
        spectra = {channel.name: own_spectrum(declared, channel, seed, signal) for channel in declared.channels}
        notes = list(declared.notes)
    else:
        spectra = user_spectra(declared, data, stage)
        notes = [
            f"{channel.name}: the data do not cover its range; not scanned."
            for channel in declared.channels
            if channel.name not in spectra
        ]
    filled = [(channel, spectra[channel.name]) for channel in declared.channels if channel.name in spectra]
    results = tuple(run_channel(declared, channel, spectrum, threads, progress) for channel, spectrum in filled)
    origin = filled[0][1].origin or Origin("user", "unknown")
    width = width_in_summary(declared, *filled[0])
    return Run(
        name=declared.name,
        title=declared.title,
        origin=origin,
        channels=results,
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": search_hash(declared),
            "data": content_hash([s.contents for _, s in filled]),
            "file": origin.sha256,
        },
        published=compare_with_published(declared, results)
        or (_known_particles(declared, results) if data is None else None),
        systematics=nuisances_of(declared, spectra),
        notes=(*notes, *calibration_note(width), *preparation_notes(declared, results)),
        width=width,
        declaration=of_search(declared, data, stage),
        model=declared.model,
        sqrt_s=nominal_energy(declared),
        seed=seed if data is None and declared.preparation is not None else None,
        cut_flows=prepared_cut_flows(declared),
    )


def run_channel(
    search: Search, channel: Channel, spectrum: Spectrum, threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ChannelResult:  # fmt: skip
    """The fits and limits of one channel of a search on a spectrum, with its systematics as nuisance parameters."""
    declared = declare_channel(search, channel, spectrum)
    result = fit_scan(declared, threads=threads, progress=progress)
    limits = upper_limits(result, search.level, search.method, threads=threads, progress=progress)
    variants = channel_variants(search, declared)
    effects = nuisance_effects(result, limits, representative(result)) if declared.nuisances else None
    found = None
    if variants is not None:
        found, limits = scan_variants(variants, result, limits, threads=threads)
    return replace(bare_channel(search, channel, result, limits), variants=found, nuisances=effects)


def _injection(search: Search | OnOffSearch, data: str | Path | None, inject: tuple[float, ...]) -> Injection:
    """The signal that was asked for, where there are pseudo-data to add it to."""
    if data is not None or search.preparation is None:
        raise InputError(
            "--inject", "data that are no pseudo-data of ours", "a search with a prepared background, without --data",
            "leave it out, or add the signal to your file",
        )  # fmt: skip
    signal = Injection.of(inject)
    if signal.mass2 is not None:
        raise InputError("--inject-mass2", f"{signal.mass2:g}", "a search of two masses", "leave it out")
    return signal


def _known_particles(search: Search, results: tuple[ChannelResult, ...]) -> dict[str, Any] | None:
    """How the masses of the largest excesses compare with those of the known particles."""
    peaks = {c.name: c.control_peak for c in search.channels if c.control_peak is not None}
    if not peaks:
        return None
    found = {each.name: _peak_mass(each.result) for each in results if each.name in peaks}
    log_ratio = np.log([found[name] / peaks[name].value for name in found])
    return {
        "quantity": "mass of the largest excess",
        "points": len(found),
        "median_ratio": float(np.exp(np.median(log_ratio))),
        "rms_log_ratio": float(np.sqrt(np.mean(log_ratio**2))),
        "what is compared": "mass of the largest excess of each channel over the mass of the known particle there",
        "channels": {
            name: {"found": found[name], "known": peaks[name].value, "error": peaks[name].error,
                   "reference": peaks[name].reference}
            for name in found
        },
    }  # fmt: skip


def _peak_mass(result: ScanResult) -> float:
    return float(result.mass[np.nanargmax(result.z_local)])
