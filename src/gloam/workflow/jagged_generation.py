"""From a generator whose events have particles of their own each to a file, and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.events import JaggedEvents, require_writable, write_columns
from gloam.execution import Pool, progress_bar
from gloam.generation import Process
from gloam.generation.pythia import PythiaBatch, PythiaProcess, cited_cross_section, pythia_process, stream_from_pythia
from gloam.generation.statistics import Tally
from gloam.generation.tau_mixtures import stream_tau_mixture

__all__ = ["write_pythia_events", "write_tau_mixture"]


def write_pythia_events(
    name: str, path: Path, *, events: int, seed: int, sqrt_s: float, workers: Pool | None = None, quiet: bool = True
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
        workers: who generate, see `gloam.execution.open_workers`; the events do not depend on them.
        quiet: True draws no progress bar.

    Raises:
        InputError: a format that cannot be written; no pythia8mc; an energy out of range; no events.
    """
    process, last = pythia_process(name), list[PythiaBatch]()

    def batches() -> Iterator[JaggedEvents]:
        for batch in stream_from_pythia(name, events, seed=seed, sqrt_s=sqrt_s, workers=workers):
            last[:] = [batch]
            yield batch.events

    def about(account: _Account) -> dict[str, Any]:
        settings = {"pythia": list(process.settings)}
        return _about(name, account, events, seed, sqrt_s) | {"settings": settings} | _known(process, last[0], sqrt_s)

    return _written(name, path, batches(), events, about, quiet)


def write_tau_mixture(
    make: Callable[[str], Process], mixture: str, path: Path, *, events: int, seed: int, sqrt_s: float,
    threads: int | None = None, workers: Pool | None = None, quiet: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Write events whose taus decay in several ways, one row for each particle; what `gloam generate --json` says.

    Args:
        make: the process for a pair of decays.
        mixture: one of `gloam.generation.tau_mixtures.TAU_MIXTURES`.
        path: as for `write_pythia_events`, as are the hash and the other arguments.
        events: how many.
        seed: of the run.
        sqrt_s: energy of the collision in GeV.
        threads: how many; the events do not depend on it.
        workers: who generate instead; nor on these.
        quiet: True draws no progress bar.

    Raises:
        InputError: a format that cannot be written; an energy below threshold; no events.
    """
    process, last = make("mumu"), [Tally()]
    name = process.name.replace("(mumu)", f"({mixture})")

    def batches() -> Iterator[JaggedEvents]:
        made = stream_tau_mixture(make, mixture, events, seed=seed, sqrt_s=sqrt_s, threads=threads, workers=workers)
        for batch in made:
            last[:] = [batch.tally]
            yield batch.events

    def about(account: _Account) -> dict[str, Any]:
        tally = last[0]
        notes = ["the cross section includes the branching fractions of all decays in the mixture",
                 *(note for note in process.notes if "branching fractions" not in note)]  # fmt: skip
        return _about(name, account, events, seed, sqrt_s) | {
            "settings": dict(process.settings), "cross_section": tally.cross_section,
            "cross_section_error": tally.cross_section_error, "notes": notes,
            "unweighting_efficiency": tally.unweighting_efficiency, "overweight_fraction": tally.overweight_fraction,
            "largest_weight": tally.largest,
        }  # fmt: skip

    return _written(name, path, batches(), events, about, quiet)


@dataclass(slots=True)
class _Account:
    """What adds up while events pass by."""

    events: int = 0
    weights: float = 0.0
    digest: Any = field(default_factory=hashlib.sha256)

    def enter(self, events: JaggedEvents) -> dict[str, npt.NDArray[Any]]:
        columns = events.columns(self.events)
        parts = [columns[name] for name in ("weight", "pdg", "status", "parent", "m", "E", "px", "py", "pz")]
        self.digest.update(np.stack(parts, axis=1).astype("<f8").data)  # row by row: batches leave no trace
        self.events += len(events)
        self.weights += float(events.weights.sum())
        return columns


def _written(
    name: str, path: Path, batches: Iterator[JaggedEvents], events: int, about: Callable[[_Account], dict[str, Any]],
    quiet: bool,
) -> dict[str, Any]:  # fmt: skip
    require_writable(path)
    account = _Account()

    def columns() -> Iterator[dict[str, npt.NDArray[Any]]]:
        with progress_bar(f"generating {name}", events, enabled=not quiet) as advance:
            for batch in batches:
                yield account.enter(batch)
                advance(len(batch))

    write_columns(path, columns(), lambda: about(account))
    return {**about(account), "file": str(path)}


def _about(name: str, account: _Account, events: int, seed: int, sqrt_s: float) -> dict[str, Any]:
    return {
        "process": name, "events": events, "weighted": False, "sqrt_s": sqrt_s, "particles": None,
        "sum_of_weights": account.weights, "detector": None, "identified_fraction": None,
        "identified_fraction_error": None, "seed": seed, "sha256": account.digest.hexdigest(),
    }  # fmt: skip


def _known(process: PythiaProcess, last: PythiaBatch, sqrt_s: float) -> dict[str, Any]:
    """The cross section that a sample of Pythia stands for, and what to say of it."""
    cited, own, error = cited_cross_section(process, sqrt_s), last.cross_section, last.cross_section_error
    notes = ["from Pythia: momenta only, no places of decays", *process.notes]
    if own is not None and cited is not None:
        notes.append(f"Pythia's own cross section, {own:.4g} +- {error:.2g} fb, is replaced by the cited {cited}")
    elif own is not None:
        notes.append("the cross section is Pythia's own: the cited one holds at 10.58 GeV")
    else:
        notes.append(f"the cross section is the cited {cited}")
    return {
        "cross_section": own if cited is None else float(cited),
        "cross_section_error": error if cited is None else cited.error or None,  # none was recalled
        "unweighting_efficiency": None, "overweight_fraction": 0.0, "largest_weight": 1.0, "notes": notes,
    }  # fmt: skip
