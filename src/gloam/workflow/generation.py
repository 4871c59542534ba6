"""From a process to a file of generated or simulated events, and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.detector import Detector, ReconstructedBatch, simulate
from gloam.events import EventBatch, require_writable, write_columns
from gloam.execution import Pool, map_in_order, progress_bar
from gloam.generation import GeneratedBatch, Process, Tally, numbered, stream
from gloam.selection import Count, efficiency

__all__ = ["write_events"]

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
    detector: Detector | None = None, threads: int | None = None, workers: Pool | None = None, quiet: bool = True,
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
        workers: who do it instead, see `gloam.execution.open_workers`; nor on these.
        quiet: True draws no progress bar.

    Raises:
        InputError: a format that cannot be written, an energy below threshold, no events.
    """
    require_writable(path)
    account = _Account()
    account.digest.update(np.array([particle.number for particle in process.particles], "<i4").data)

    def columns() -> Iterator[dict[str, npt.NDArray[Any]]]:
        batches = stream(
            process, events, seed=seed, sqrt_s=sqrt_s, weighted=weighted, threads=threads, batch_size=BATCH,
            workers=workers,
        )  # fmt: skip
        pieces = batches if detector is None else map_in_order(
            _Seen(detector, seed, process.name), numbered(batches), threads, workers
        )  # fmt: skip
        with progress_bar(f"generating {process.name}", events, enabled=not quiet) as advance:
            for piece in pieces:
                account.enter(piece.events, piece.tally)
                yield piece.events.columns()
                advance(len(piece.events))

    def outcome() -> dict[str, Any]:
        return _outcome(process, account, events, seed, sqrt_s, weighted, detector)

    write_columns(path, columns(), outcome)
    return {**outcome(), "file": str(path)}


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some events as a detector saw them."""

    events: ReconstructedBatch
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a detector makes of a batch with the number of its first event."""

    detector: Detector
    seed: int
    sample: str

    def __call__(self, batch: tuple[int, GeneratedBatch]) -> _Piece:
        first, made = batch
        seen = simulate(made.events, self.detector, seed=self.seed, first=first, sample=self.sample)
        return _Piece(seen, made.tally)


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
