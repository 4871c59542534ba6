"""From a process to a file of generated or simulated events, and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.detector import Detector, ReconstructedBatch, simulate
from gloam.events import EventBatch, require_writable, write_columns
from gloam.execution import progress_bar
from gloam.generation import Process, Tally, stream
from gloam.generation.pythia import PythiaBatch, PythiaProcess, cited_cross_section, pythia_process, stream_from_pythia
from gloam.selection import Count, efficiency

__all__ = ["write_events", "write_pythia_events"]

BATCH = 65536
"""Events that are in memory together."""


@dataclass(slots=True)
class _Account:
    """What adds up while events pass by."""

    tally: Tally = field(default_factory=Tally)
    total: Count = field(default_factory=Count)
    seen: Count = field(default_factory=Count)
    digest: Any = field(default_factory=hashlib.sha256)

    def enter(self, events: EventBatch | ReconstructedBatch, tally: Tally) -> None:
        self.tally += tally
        self.total += _counted(events.weights)
        parts: list[npt.NDArray[Any]] = [events.weights[:, None], events.momenta.reshape(len(events), -1)]
        if isinstance(events, ReconstructedBatch):
            self.seen += _counted(events.weights[events.identified.all(1)])
            parts += [events.found, events.identified]
        # row by row: batches leave no trace
        self.digest.update(np.ascontiguousarray(np.concatenate(parts, axis=1), "<f8").data)


def write_events(
    process: Process, path: Path, *, events: int, seed: int, sqrt_s: float, weighted: bool = False,
    detector: Detector | None = None, threads: int | None = None, quiet: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Write generated events, or what a detector makes of them, to a file; what `gloam generate --json` says of them.

    The hash is that of the events, whatever the format: PDG numbers, then weight and momenta of each event as
    little-endian float64, and behind a detector which particles were found and identified.

    Args:
        process: see `gloam.generation.make_process`.
        path: ends in .npz, .parquet or .root; flat columns, see `EventBatch.columns` and `ReconstructedBatch.columns`.
        events: how many.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        weighted: True keeps every point that is allowed, with its weight in fb.
        detector: that the events pass through, hit or miss; None writes true momenta.
        threads: how many; the events do not depend on it.
        quiet: True draws no progress bar.

    Raises:
        InputError: a format that cannot be written, an energy below threshold, no events.
    """
    require_writable(path)
    account = _Account()
    account.digest.update(np.array([particle.number for particle in process.particles], "<i4").data)

    def columns() -> Iterator[dict[str, npt.NDArray[Any]]]:
        batches = stream(
            process, events, seed=seed, sqrt_s=sqrt_s, weighted=weighted, threads=threads, batch_size=BATCH
        )
        first = 0
        with progress_bar(f"generating {process.name}", events, enabled=not quiet) as advance:
            for batch in batches:
                passed = _through(detector, batch.events, seed, first, process.name)
                first += len(batch.events)
                account.enter(passed, batch.tally)
                yield passed.columns()
                advance(len(batch.events))

    def outcome() -> dict[str, Any]:
        return _outcome(process, account, events, seed, sqrt_s, weighted, detector)

    write_columns(path, columns(), outcome)
    return {**outcome(), "file": str(path)}


def _through(
    detector: Detector | None, events: EventBatch, seed: int, first: int, sample: str
) -> EventBatch | ReconstructedBatch:
    return events if detector is None else simulate(events, detector, seed=seed, first=first, sample=sample)


def _counted(weights: FloatArray) -> Count:
    return Count(weights.size, weights.size, float(weights.sum()), float(np.square(weights).sum()))


def _outcome(
    process: Process, account: _Account, events: int, seed: int, sqrt_s: float, weighted: bool,
    detector: Detector | None,
) -> dict[str, Any]:  # fmt: skip
    tally, notes = account.tally, list(process.notes)
    if weighted:
        notes.append("weighted events: no unweighting efficiency, and no weights above 1 to report")
    part, error = (None, None) if detector is None else efficiency(account.seen, account.total)
    return {
        "process": process.name,
        "events": events,
        "weighted": weighted,
        "sqrt_s": sqrt_s,
        "settings": dict(process.settings),
        "particles": [particle.name for particle in process.particles],
        "cross_section": None if process.is_decay else tally.cross_section,
        "cross_section_error": None if process.is_decay else tally.cross_section_error,
        "unweighting_efficiency": None if weighted else tally.unweighting_efficiency,
        "overweight_fraction": None if weighted else tally.overweight_fraction,
        "largest_weight": None if weighted else tally.largest,
        "sum_of_weights": account.total.weight,
        "detector": None if detector is None else detector.name,
        "identified_fraction": part,
        "identified_fraction_error": error,
        "seed": seed,
        "sha256": account.digest.hexdigest(),
        "notes": notes,
    }


def write_pythia_events(
    name: str, path: Path, *, events: int, seed: int, sqrt_s: float, quiet: bool = True
) -> dict[str, Any]:
    """Write events of Pythia to a file, one row for each particle; what `gloam generate --json` says of them.

    The hash is that of the events: for each particle weight, PDG number, status, parent, mass and momentum as
    little-endian float64.

    Args:
        name: one of `gloam.generation.PYTHIA_PROCESSES`.
        path: ends in .npz, .parquet or .root; columns as in `JaggedEvents.columns`.
        events: how many.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        quiet: True draws no progress bar.

    Raises:
        InputError: a format that cannot be written; no pythia8mc; an energy out of range; no events.
    """
    require_writable(path)
    process, digest = pythia_process(name), hashlib.sha256()
    last: list[PythiaBatch] = []

    def columns() -> Iterator[dict[str, npt.NDArray[Any]]]:
        first = 0
        with progress_bar(f"generating {name}", events, enabled=not quiet) as advance:
            for batch in stream_from_pythia(name, events, seed=seed, sqrt_s=sqrt_s):
                found = batch.events.columns(first)
                digest.update(_rows(found))
                yield found
                first += len(batch.events)
                last[:] = [batch]
                advance(len(batch.events))

    def outcome() -> dict[str, Any]:
        return _pythia_outcome(process, last[0], events, seed, sqrt_s) | {"sha256": digest.hexdigest()}

    write_columns(path, columns(), outcome)
    return {**outcome(), "file": str(path)}


def _rows(columns: dict[str, npt.NDArray[Any]]) -> bytes:
    parts = [columns[name] for name in ("weight", "pdg", "status", "parent", "m", "E", "px", "py", "pz")]
    return np.stack(parts, axis=1).astype("<f8").tobytes()


def _pythia_outcome(process: PythiaProcess, last: PythiaBatch, events: int, seed: int, sqrt_s: float) -> dict[str, Any]:
    cited = cited_cross_section(process, sqrt_s)
    own, error = last.cross_section, last.cross_section_error
    notes = ["from Pythia: one row for each particle, and momenta only, no places of decays", *process.notes]
    if own is not None and cited is not None:
        notes.append(f"Pythia's own cross section, {own:.4g} +- {error:.2g} fb, is replaced by the cited {cited}")
    elif own is not None:
        notes.append("the cross section is Pythia's own: the cited one holds at 10.58 GeV")
    else:
        notes.append(f"the cross section is the cited {cited}")
    found: Mapping[str, Any] = {
        "cross_section": own if cited is None else float(cited),
        "cross_section_error": error if cited is None else cited.error or None,  # none was recalled
    }
    return {
        "process": process.name, "events": events, "weighted": False, "sqrt_s": sqrt_s,
        "settings": {"pythia": list(process.settings)}, "particles": None, **found, "unweighting_efficiency": None,
        "overweight_fraction": 0.0, "largest_weight": 1.0, "sum_of_weights": float(events), "detector": None,
        "identified_fraction": None, "identified_fraction_error": None, "seed": seed, "notes": notes,
    }  # fmt: skip
