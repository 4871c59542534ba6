"""The coverage of a run's limits and errors: toys at some masses of all channels, a table and a summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gloam.execution import Pool
from gloam.report import ChannelResult
from gloam.statistics import FLAT, Coverage, LimitMethod, coverage
from gloam.store import provenance, write_json, write_table
from gloam.workflow.results import Run
from gloam.workflow.studies import Amount, fitted_channels, studied, yields_of

__all__ = ["CoverageStudy", "coverage_of_run", "coverage_summary", "write_coverage"]


@dataclass(frozen=True, slots=True, eq=False)
class CoverageStudy:
    """Toys at some masses of a run.

    Attributes:
        run: whose procedure is studied.
        amounts: the true yields.
        channels: name and coverage of each channel with a mass among those studied.
        seed: of the toys.
    """

    run: Run
    amounts: tuple[Amount, ...]
    channels: tuple[tuple[str, Coverage], ...]
    seed: int


def coverage_of_run(
    run: Run,
    amounts: Sequence[Amount],
    masses: Sequence[float] = (),
    *,
    level: float | None = None,
    method: LimitMethod | None = None,
    toys: int = 1000,
    seed: int = 0,
    source: str | None = None,
    threads: int | None = None,
    workers: Pool | None = None,
    progress: Callable[[int], object] | None = None,
) -> CoverageStudy:
    """How often the limits and errors of a run hold the truth, at some masses, if its fitted background is true.

    Args:
        run: the results.
        amounts: true yields.
        masses: in GeV; none: representative ones.
        level: of the limits; None: that of the run.
        method: of the limits; None: that of the run.
        toys: of each mass and amount.
        seed: of the random streams.
        source: where workers find the run: a search, or the directory of a run.
        threads: how many to use; the answer does not depend on it.
        workers: who do the work instead, see `gloam.execution.open_workers`; nor on these.
        progress: called with the number of masses finished.

    Raises:
        InputError: for masses, amounts, levels or methods that cannot be.
    """
    found = studied(
        run, _ToysOfOne(level, method, toys, seed), amounts, masses, source=source, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    return CoverageStudy(run, tuple(amounts), tuple((channel.name, each) for channel, each in found), seed)


@dataclass(frozen=True, slots=True)
class _ToysOfOne:
    """The toys of one hypothesis and true yield."""

    level: float | None
    method: LimitMethod | None
    toys: int
    seed: int

    def __call__(self, channel: ChannelResult, row: int, amount: Amount) -> Coverage:
        limits = channel.limits
        level, method = limits.level if self.level is None else self.level, self.method or limits.method
        yields = yields_of([amount], limits.observed[[row]])
        return coverage(
            channel.result, [row], yields, level, method, self.toys, self.seed, stream=f"coverage {channel.name}",
            threads=1,
        )  # fmt: skip


def coverage_summary(study: CoverageStudy) -> dict[str, Any]:
    """The numbers of a study as a document."""
    columns, first = _columns(study), study.channels[0][1]
    failed = int(sum(found.n_failed.sum() for _, found in study.channels))
    notes = [f"{failed} toys have no certified fit or no limit; they are left out."] if failed else []
    if any(channel.variants is not None for channel in fitted_channels(study.run)):
        notes.append("limits of toys are those of the nominal background, not the least stringent of all variants.")
    return {
        "search": study.run.name,
        "data": {"kind": study.run.origin.kind, "source": study.run.origin.source},
        "base_in_words": first.base,
        "level": first.level,
        "method": first.method,
        "prior": FLAT.in_words if first.method == "bayes" else None,
        "toys": first.toys,
        "n_failed": failed,
        "seed": study.seed,
        "errors": "coverage_low, coverage_high: Wilson intervals of one standard deviation",
        "interval_coverage": "of n_sig +- n_sig_err, 0.6827 for Gaussian estimates",
        "masses": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        "notes": notes,
    }


def _columns(study: CoverageStudy) -> dict[str, Any]:
    """One row for each mass and true yield."""
    names = [str(amount) for amount in study.amounts]
    tables = [_channel_columns(name, found, names) for name, found in study.channels]
    return {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}


def _channel_columns(name: str, found: Coverage, amounts: list[str]) -> dict[str, Any]:
    number = found.n_true.size
    columns: dict[str, Any] = {
        "channel": np.full(number, name),
        "mass": np.repeat(found.mass, len(amounts)),
        "true": np.tile(amounts, found.mass.size),
        "n_true": found.n_true.ravel(),
        "toys": np.full(number, found.toys),
        "n_failed": found.n_failed.ravel(),
    }
    for key, fraction in (("coverage", found.limits), ("interval_coverage", found.errors)):
        columns |= {
            key: fraction.value.ravel(), f"{key}_low": fraction.low.ravel(), f"{key}_high": fraction.high.ravel()
        }  # fmt: skip
    return columns | {"median_limit": found.median.ravel()}


def write_coverage(study: CoverageStudy, directory: Path, *, figures: bool = True) -> dict[str, Any]:
    """The summary of a study, after `coverage.json`, `coverage.csv` and `figures/coverage` were written."""
    document = coverage_summary(study)
    write_table(directory / "coverage.csv", _columns(study))
    written = provenance(hashes=study.run.hashes, seed=study.seed)
    write_json(directory / "coverage.json", document | {"provenance": written})
    if figures:
        from gloam.report import coverage_figure, save_figure

        figure = coverage_figure([found for _, found in study.channels], study.run.title)
        save_figure(figure, directory / "figures", "coverage")
    return document
