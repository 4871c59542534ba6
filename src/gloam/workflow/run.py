"""A run of a search: its channels one after the other, from its own data or the user's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gloam.errors import InputError
from gloam.report import ChannelResult
from gloam.scans import ScanResult, grid_in_steps
from gloam.searches import Channel, Search, load_search
from gloam.searches.registry import room_of
from gloam.spectra import Origin, Spectrum, read_spectrum
from gloam.statistics import upper_limits
from gloam.store import content_hash
from gloam.workflow.scan import scan

__all__ = ["Run", "Stage", "hypotheses", "run", "run_channel"]

Stage = Literal["events", "selected", "spectrum"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The results of a search or of a scan of the user's spectrum.

    Attributes:
        name: of the search, or "scan".
        title: one line for readers.
        origin: where the data come from.
        channels: their fits and limits.
        seconds: wall time from reading to limits.
        hashes: content hashes of the declaration and of the data.
        published: comparison with what is known, or None.
        notes: what a reader of the results must know.
    """

    name: str
    title: str
    origin: Origin
    channels: tuple[ChannelResult, ...]
    seconds: float
    hashes: dict[str, str | None]
    published: dict[str, Any] | None = None
    notes: tuple[str, ...] = field(default=())


def run(
    search: str | Search,
    data: str | Path | None = None,
    *,
    stage: Stage = "selected",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Run:
    """The results of a search.

    Args:
        search: its name, or a declaration.
        data: "FILE" or "FILE:OBJECT" instead of the data of the search.
        stage: what that file holds: "selected" events, or a "spectrum".
        threads: how many to use; None: one for each core.
        progress: called with the number of hypotheses finished (each counted twice: fits, then limits).

    Raises:
        InputError: for an unknown search, data that cannot be read, or a stage that the search does not have.

    Example:
        >>> import gloam
        >>> upsilon = gloam.run("cms_dimuon").channels[-1].result
        >>> float(upsilon.mass[upsilon.z_local.argmax()])
        9.45
    """
    start = time.perf_counter()
    declared = load_search(search) if isinstance(search, str) else search
    if stage == "events":
        raise InputError(
            f"run {declared.name} from events", "a search without an event selection", "selected or spectrum",
            "apply your selection and give --stage selected",
        )  # fmt: skip
    spectra = [_spectrum(declared, channel, data, stage) for channel in declared.channels]
    filled = [(c, s) for c, s in zip(declared.channels, spectra, strict=True) if data is None or s.entries > 0]
    notes = list(declared.notes)
    if not filled:
        ranges = ", ".join(f"{c.range[0]:g} to {c.range[1]:g}" for c in declared.channels)
        raise InputError(
            f"run {declared.name} on {data}", "no entry in any channel", f"data in {ranges}", "check units"
        )
    if skipped := [c.name for c in declared.channels if all(c is not kept for kept, _ in filled)]:
        notes.append(f"The data have no entry in the range of {', '.join(skipped)}: not scanned.")
    if data is not None:
        notes = [note for note in notes if note not in declared.notes] + [
            "The declaration's notes on its own data do not apply."
        ]
    results = tuple(run_channel(declared, channel, spectrum, threads, progress) for channel, spectrum in filled)
    origin = filled[0][1].origin or Origin("user", "unknown")
    return Run(
        name=declared.name,
        title=declared.title,
        origin=origin,
        channels=results,
        seconds=time.perf_counter() - start,
        hashes={
            "declaration": content_hash(declared.model_dump(mode="python")),
            "data": content_hash([s.contents for _, s in filled]),
            "file": origin.sha256,
        },
        published=_known_particles(declared, results) if data is None else None,
        notes=tuple(notes),
    )


def hypotheses(search: Search) -> int:
    """The number of mass hypotheses in all channels of a search."""
    return sum(len(grid_in_steps(*channel.range, channel.step)) for channel in search.channels)


def run_channel(
    search: Search, channel: Channel, spectrum: Spectrum, threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ChannelResult:  # fmt: skip
    """The fits and limits of one channel of a search on a spectrum."""
    result = scan(
        spectrum, channel.signal_shape(), channel.background_form(), grid_in_steps(*channel.range, channel.step),
        channel.window, vetoes=channel.vetoes, threads=threads, progress=progress,
    )  # fmt: skip
    limits = upper_limits(result, search.level, search.method, threads=threads, progress=progress)
    label = f"{search.observable.label} [{search.observable.unit}]"
    return ChannelResult(channel.name, channel.title, result, limits, label)


def _spectrum(search: Search, channel: Channel, data: str | Path | None, stage: Stage) -> Spectrum:
    low, high = channel.range
    axis: dict[str, Any] = {
        "low": low, "high": high, "bin_width": channel.bin_width, "name": search.observable.column,
        "unit": search.observable.unit,
    }  # fmt: skip
    if data is not None:
        return read_spectrum(data, column=search.observable.column if stage == "selected" else None, **axis)
    luminosity = None if search.luminosity is None else float(search.luminosity)
    with as_file(files(room_of(search.name)).joinpath(channel.data)) as path:
        spectrum = read_spectrum(path, column=search.observable.column, **axis)
    sha256 = spectrum.origin.sha256 if spectrum.origin else None
    origin = Origin(search.data_kind, search.data_source, sha256, luminosity)
    return Spectrum(spectrum.axes, spectrum.contents, spectrum.sum_w2, spectrum.visible, origin)


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
