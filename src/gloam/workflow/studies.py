"""Studies of a run with toys: at which masses, with how large a signal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import Pool, map_in_order
from gloam.fit import is_certified
from gloam.report import ChannelResult
from gloam.statistics import representative
from gloam.workflow.results import Run

__all__ = [
    "Amount",
    "amount_named",
    "chosen_hypotheses",
    "fitted_channels",
    "run_named",
    "studied",
    "together",
    "yields_of",
]

T = TypeVar("T")

MASSES = 4
"""Masses of each channel, besides that of the largest excess, if none are named."""

_AMOUNT = re.compile(r"([0-9.eE+-]+)(UL)?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A signal yield: a number of events, or a multiple of the upper limit of each mass.

    Attributes:
        number: >= 0.
        in_limits: whether it is a multiple.
    """

    number: float
    in_limits: bool

    def __str__(self) -> str:
        return f"{self.number:g}{'UL' if self.in_limits else ''}"


def amount_named(option: str, text: str) -> Amount:
    """The yield written as a number of events or, with UL behind it, a multiple of the upper limit.

    Raises:
        InputError: if it is written in another way.

    Example:
        >>> amount_named("--inject", "0.5UL"), str(amount_named("--inject", "20"))
        (Amount(number=0.5, in_limits=True), '20')
    """
    match = _AMOUNT.fullmatch(text.strip())
    try:
        number = float(match[1]) if match else np.nan
    except ValueError:
        number = np.nan
    if match is None or not 0 <= number < np.inf:
        allowed = "a number of events >= 0, or a multiple of the upper limit such as 0.5UL"
        raise InputError(option, repr(text), allowed, "write it so")
    return Amount(number, match[2] is not None)


def yields_of(amounts: Sequence[Amount], limits: FloatArray) -> FloatArray:
    """The numbers of events at each mass, shape (r, i).

    Args:
        amounts: the yields, i of them.
        limits: the upper limits, shape (r,).

    Raises:
        InputError: if a limit is needed that was not found.
    """
    if any(amount.in_limits for amount in amounts) and not np.isfinite(limits).all():
        raise InputError("multiples of the upper limit", "a mass without one", "numbers of events", "leave out the UL")
    return np.array([[a.number * (limit if a.in_limits else 1.0) for a in amounts] for limit in limits])


def run_named(target: str, threads: int | None = None) -> Run:
    """The run in a directory, or that of a search, which is made.

    Raises:
        InputError: if it is neither.
    """
    if Path(target).is_dir():
        from gloam.workflow.saved import load_run

        return load_run(Path(target))
    from gloam.workflow.run import run

    return run(target, threads=threads)


def fitted_channels(run: Run) -> tuple[ChannelResult, ...]:
    """The channels of a run that were fitted, not counted.

    Raises:
        InputError: if there is none.
    """
    channels = tuple(channel for channel in run.channels if isinstance(channel, ChannelResult))
    if not channels:
        raise InputError(
            "toys of fits", "a run whose events were counted in windows", "a run with fits of a spectrum",
            "use gloam coverage counting",
        )  # fmt: skip
    return channels


def chosen_hypotheses(run: Run, masses: Sequence[float] = ()) -> list[tuple[ChannelResult, IntArray]]:
    """The hypotheses of each channel that are nearest to the masses; without masses some representative ones.

    Args:
        run: the results.
        masses: in GeV, each inside the range of some channel.

    Raises:
        InputError: for a mass that no channel covers, or without a certified fit.
    """
    chosen: list[tuple[ChannelResult, IntArray]] = []
    channels = fitted_channels(run)
    for channel in channels:
        found = [_nearest(channel, mass) for mass in masses if _covers(channel, mass)]
        rows = np.unique(np.array(found, np.int64)) if masses else np.sort(representative(channel.result, MASSES))
        if rows.size:
            chosen.append((channel, rows))
    for mass in masses:
        if not any(_covers(channel, mass) for channel in channels):
            ends = ", ".join(f"{c.result.mass.min():g} to {c.result.mass.max():g}" for c in channels)
            raise InputError("--mass", f"{mass:g} GeV", ends, "name a mass that was scanned")
    if not chosen:
        raise InputError("toys of fits", "a run without a certified fit", "at least one", "see the notes of the run")
    return chosen


def _covers(channel: ChannelResult, mass: float) -> bool:
    found = np.sort(channel.result.mass)
    margin = 0.5 * float(np.diff(found).max()) if found.size > 1 else 1e-3 * float(found[0])
    return bool(found[0] - margin <= mass <= found[-1] + margin)


def _nearest(channel: ChannelResult, mass: float) -> int:
    row = int(np.abs(channel.result.mass - mass).argmin())
    if not is_certified(channel.result.status[row : row + 1])[0]:
        raise InputError("--mass", f"{mass:g} GeV", "masses with a certified fit", "see status in scan.csv")
    return row


Work = Callable[[ChannelResult, int, Amount], T]
"""From a channel, a hypothesis of it and a signal to values with arrays of shape (1, 1, ...)."""


def studied(
    run: Run, work: Work[T], amounts: Sequence[Amount], masses: Sequence[float] = (), *, source: str | None = None,
    threads: int | None = None, workers: Pool | None = None, progress: Callable[[int], object] | None = None,
) -> list[tuple[ChannelResult, T]]:  # fmt: skip
    """What is found of each channel, hypotheses below each other and signals side by side: arrays (r, i, ...).

    Each hypothesis and signal is a piece of work of its own, so that the answer does not depend on who does it.

    Args:
        run: the results.
        work: must be picklable for workers.
        amounts: the signals, i of them.
        masses: in GeV; none: representative ones.
        source: where workers find the run: a search, or the directory of a run.
        threads: how many do it without workers.
        workers: who do it; None: this process.
        progress: called with the number of hypotheses finished.

    Raises:
        InputError: for masses that cannot be, or workers without a source.
    """
    chosen = chosen_hypotheses(run, masses)
    items = [(channel.name, int(row), amount) for channel, rows in chosen for row in rows for amount in amounts]
    place: Callable[[tuple[str, int, Amount]], T] = _Here(run, work)
    if workers is not None:
        if source is None:
            raise InputError("toys by workers", "no source of the run", "a search or a directory", "name one")
        place = _There(str(Path(source).resolve()) if Path(source).is_dir() else source, run.hashes, work)
    found: list[T] = []
    for part in map_in_order(place, items, threads, workers):
        found.append(part)
        if progress is not None and len(found) % len(amounts) == 0:
            progress(1)
    rows = [
        (name, together([part for _, part in parts], axis=1))
        for (name, _), parts in groupby(zip(items, found, strict=True), key=lambda pair: pair[0][:2])
    ]
    by_name = {channel.name: channel for channel, _ in chosen}
    return [
        (by_name[name], together([row for _, row in group], axis=0))
        for name, group in groupby(rows, key=lambda pair: pair[0])
    ]


def together(parts: Sequence[T], axis: int) -> T:
    """Values of one class as one: their arrays joined along an axis, as far as they have it; all else of the first.

    Example:
        >>> together([np.array([[1.0]]), np.array([[2.0]])], axis=1)
        array([[1., 2.]])
    """
    first: Any = parts[0]
    joined: Any = first
    if isinstance(first, np.ndarray) and first.ndim > axis:
        joined = np.concatenate([np.asarray(part) for part in parts], axis)
    elif is_dataclass(first):
        names = [each.name for each in fields(first)]
        joined = replace(joined, **{name: together([getattr(part, name) for part in parts], axis) for name in names})
    return joined  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, eq=False)
class _Here(Generic[T]):
    """The work on a run at hand."""

    run: Run
    work: Work[T]

    def __call__(self, item: tuple[str, int, Amount]) -> T:
        name, row, amount = item
        (channel,) = (each for each in fitted_channels(self.run) if each.name == name)
        return self.work(channel, row, amount)


@dataclass(frozen=True, slots=True, eq=False)
class _There(Generic[T]):
    """The work of a worker, which makes or reads the run once."""

    source: str
    hashes: dict[str, str | None]
    work: Work[T]

    def __call__(self, item: tuple[str, int, Amount]) -> T:
        run = _run_at(self.source)
        if run.hashes != self.hashes:
            raise InputError(
                f"{self.source} on a worker", "another declaration or other data", "the same as here",
                "install the same gloam there, and let it see the same files",
            )  # fmt: skip
        return _Here(run, self.work)(item)


@lru_cache(maxsize=1)
def _run_at(source: str) -> Run:
    return run_named(source)
