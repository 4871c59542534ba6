"""From a process to a file of generated events, and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.events import require_writable, write_columns
from gloam.execution import progress_bar
from gloam.generation import EventBatch, Process, Tally, stream

__all__ = ["write_events"]

BATCH = 65536
"""Events that are in memory together."""


@dataclass(slots=True)
class _Account:
    """What adds up while events pass by."""

    tally: Tally = field(default_factory=Tally)
    sum_of_weights: float = 0.0
    digest: Any = field(default_factory=hashlib.sha256)

    def enter(self, events: EventBatch, tally: Tally) -> None:
        self.tally += tally
        self.sum_of_weights += float(events.weights.sum())
        rows = np.concatenate([events.weights[:, None], events.momenta.reshape(len(events), -1)], axis=1)
        self.digest.update(np.ascontiguousarray(rows, "<f8").data)  # row by row: batches leave no trace


def write_events(
    process: Process, path: Path, *, events: int, seed: int, sqrt_s: float, weighted: bool = False,
    threads: int | None = None, quiet: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Write generated events to a file; what `gloam generate --json` says of them.

    The hash is that of the events, whatever the format: PDG numbers, then weight and momenta of each event as
    little-endian float64.

    Args:
        process: see `gloam.generation.make_process`.
        path: ends in .npz, .parquet or .root; flat columns, see `EventBatch.columns`.
        events: how many.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        weighted: True keeps every point that is allowed, with its weight in fb.
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
        with progress_bar(f"generating {process.name}", events, enabled=not quiet) as advance:
            for batch in batches:
                account.enter(batch.events, batch.tally)
                yield batch.events.columns()
                advance(len(batch.events))

    def outcome() -> dict[str, Any]:
        return _outcome(process, account, events, seed, sqrt_s, weighted)

    write_columns(path, columns(), outcome)
    return {**outcome(), "file": str(path)}


def _outcome(
    process: Process, account: _Account, events: int, seed: int, sqrt_s: float, weighted: bool
) -> dict[str, Any]:
    tally, notes = account.tally, list(process.notes)
    if weighted:
        notes.append("weighted events: no unweighting efficiency, and no weights above 1 to report")
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
        "sum_of_weights": account.sum_of_weights,
        "seed": seed,
        "sha256": account.digest.hexdigest(),
        "notes": notes,
    }
