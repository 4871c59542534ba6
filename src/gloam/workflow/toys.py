"""Whole-scan toys of a run: made in shards, kept in `toys.npz`, joined with those of other runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from gloam.arrays import IntArray
from gloam.errors import InputError
from gloam.execution import SHARD, Pool, Shard, check_shards, clear_shards, run_shards, shards_of
from gloam.kernel import chosen_engine
from gloam.report import Channel, ChannelResult
from gloam.statistics import GlobalSignificance
from gloam.statistics.elsewhere import (
    ScanSearch,
    ScanToys,
    WindowSearch,
    largest_in_windows,
    largest_of_toys,
    scans_of_same_events,
    significance_from_toys,
)
from gloam.store import content_hash
from gloam.workflow.results import Run, RunToys

__all__ = [
    "SHARDS",
    "ToyRequest",
    "check_resume",
    "from_toys",
    "joined_toys",
    "make_toys",
    "restored_toys",
    "stored_toys",
]

ALGORITHM = 2
"""Raised when the same seed gives other toys."""

SHARDS = "toys"
"""Folder in the directory of a run that holds finished shards while toys are made."""


_Search: TypeAlias = Callable[..., ScanToys]
"""The largest significances of toys of some numbers and a seed."""


@dataclass(frozen=True, slots=True)
class ToyRequest:
    """Which toys to make, and how.

    Attributes:
        toys: how many.
        seed: of their random streams.
        first: number of the first: toys of one seed and different numbers are different toys.
        exhaustive: whether every hypothesis of every toy is fitted, without a filter.
    """

    toys: int
    seed: int = 0
    first: int = 0
    exhaustive: bool = False


def make_toys(
    run: Run,
    request: ToyRequest,
    *,
    directory: Path | None = None,
    resume: bool = False,
    workers: Pool | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> RunToys:
    """The largest significances, over all channels, of toys of a run without a signal.

    Toy k of a seed is the same however many toys there are and whoever makes them. Those of different channels are
    independent, unless the channels are fits to the same events: then a toy is one spectrum for all of them. The first
    shard finds the margin of the filter, see `gloam.statistics.elsewhere.whole_scan`.

    Args:
        run: the results.
        request: which toys.
        directory: where the run is written; finished shards are kept in its folder `toys` until all are there.
        resume: whether to go on with shards that are there already.
        workers: who make them, see `gloam.execution.open_workers`; they read the run from its directory, which those
            of a cluster must see under the same path. None: this process.
        threads: of each.
        progress: called with the number of toys finished.

    Raises:
        InputError: for a run whose toys need more than counts, without a certified fit, or for shards of other toys.
        InterruptedRunError: if it is stopped by a signal; finished shards are kept.
    """
    if request.toys < 1:
        raise InputError("--toys", request.toys, "at least 1", "10000 give p-values down to 1e-3 well")
    if workers is not None and directory is None:
        raise InputError("toys by workers", "no directory", "that of the run", "write the run to a directory first")
    shards = shards_of(request.toys, request.first, _shard_size(request))
    if directory is not None and not resume:
        clear_shards(directory / SHARDS)
    options: dict[str, Any] = {
        "directory": None if directory is None else directory / SHARDS,
        "key": _shard_key(run, request),
        "resume": True,
        "progress": progress,
    }
    searches = _searches(run, request.exhaustive, threads)
    parts = run_shards(lambda shard: _shard(searches, request.seed, shard, None), shards[:1], **options)
    margins = tuple(parts[0]["margin"].tolist())
    if workers is not None and directory is not None:
        work: Any = _Worker(directory.resolve(), request.seed, request.exhaustive, margins, threads)
        parts += run_shards(work, shards[1:], workers=workers, **options)
    else:
        parts += run_shards(lambda shard: _shard(searches, request.seed, shard, margins), shards[1:], **options)
    return _assembled(run, request, parts)


def check_resume(run: Run, request: ToyRequest, directory: Path) -> None:
    """Refuse to go on with toys that are not these, before anything is written.

    Raises:
        InputError: if shards of other toys are in the directory of the run.
    """
    check_shards(directory / SHARDS, _shard_key(run, request))


def from_toys(toys: RunToys, channels: Sequence[Channel]) -> GlobalSignificance:
    """The global significance of the largest excess of a run, from its toys.

    Raises:
        InputError: if every toy has a fit without a certificate.
    """
    made = ScanToys(toys.largest, np.zeros(toys.largest.size, np.int64), toys.failed, toys.margin, toys.fits)
    return significance_from_toys([channel.result for channel in _usable(channels)], made)


def joined_toys(parts: Sequence[RunToys]) -> RunToys:
    """The toys of several runs together, in the order of seeds and numbers.

    Raises:
        InputError: if they are of different declarations, data or engines, or two have the same toys.
    """
    if len(engines := {part.engine for part in parts}) > 1:
        raise InputError(
            "toys of several runs", f"different engines, {' and '.join(sorted(engines))}", "the same in all of them",
            "make those of one run again with --engine",
        )  # fmt: skip
    if len({part.key for part in parts}) > 1:
        raise InputError(
            "toys of several runs", "different declarations, data or versions", "the same in all of them",
            "merge runs that differ in their toys alone",
        )  # fmt: skip
    whole = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("largest", "mass", "channel", "failed", "seed", "number")
    }
    order = np.lexsort((whole["number"], whole["seed"]))
    whole = {name: array[order] for name, array in whole.items()}
    twice = (whole["seed"][1:] == whole["seed"][:-1]) & (whole["number"][1:] == whole["number"][:-1])
    if twice.any():
        at = int(np.argmax(twice))
        raise InputError(
            "toys of several runs", f"toy {whole['number'][at]} of seed {whole['seed'][at]} twice", "each toy once",
            "make them with different --seed or --first-toy",
        )  # fmt: skip
    return RunToys(
        **whole, margin=max(part.margin for part in parts), fits=sum(part.fits for part in parts), key=parts[0].key,
        engine=parts[0].engine,
    )  # fmt: skip


def stored_toys(toys: RunToys) -> dict[str, Any]:
    """The arrays of `toys.npz`."""
    return {name: np.asarray(getattr(toys, name)) for name in RunToys.__dataclass_fields__}


def restored_toys(arrays: Mapping[str, np.ndarray[Any, Any]]) -> RunToys:
    """The toys in the arrays of `toys.npz`.

    Raises:
        InputError: if arrays are missing.
    """
    try:
        values: dict[str, Any] = {name: arrays[name] for name in RunToys.__dataclass_fields__}
    except KeyError as missing:
        raise InputError(
            "read toys.npz", f"no array {missing}", "all that a run writes", "make the toys again"
        ) from None
    return RunToys(**{name: array if array.ndim else array.item() for name, array in values.items()})


def _key(run: Run) -> str:
    """The content hash of all that toys depend on but their seeds and numbers."""
    return content_hash([run.hashes["declaration"], run.hashes["data"], ALGORITHM])


def _usable(channels: Sequence[Channel]) -> list[Channel]:
    return [channel for channel in channels if np.isfinite(channel.z_local).any()]


def _shard_key(run: Run, request: ToyRequest) -> dict[str, Any]:
    """All that a shard depends on but its numbers; the margin is that of the first toys."""
    return {
        "declaration": run.hashes["declaration"], "data": run.hashes["data"], "seed": request.seed,
        "first toy": request.first, "exhaustive": request.exhaustive, "engine": chosen_engine().name,
        "algorithm": ALGORITHM, "toys of a shard": _shard_size(request),
    }  # fmt: skip


def _shard_size(request: ToyRequest) -> int:
    """Toys that take some seconds, also by the slower engine: what is lost when work is stopped."""
    return SHARD // 10 if request.exhaustive else SHARD


def _searches(run: Run, exhaustive: bool, threads: int | None) -> list[_Search]:
    usable = _usable(run.channels)
    if not usable:
        raise InputError("whole-scan toys", "no certified fit", "one at least", "look at the notes of the run")
    made: list[_Search] = []
    scans: dict[int, ScanSearch] = {}
    for number, (channel, source) in enumerate(zip(usable, _sources(usable), strict=True)):
        stream = f"scan toys {source}" if source else "scan toys"
        if isinstance(channel, ChannelResult):
            scans[number] = ScanSearch.of(
                channel.result, same_events_as=scans.get(source), ranks=channel.ranks, exhaustive=exhaustive,
                threads=threads,
            )  # fmt: skip
            made.append(partial(largest_of_toys, scans[number], stream=stream))
        else:
            made.append(_in_windows(WindowSearch(channel.result, exhaustive), stream, threads))
    return made


def _sources(channels: Sequence[Channel]) -> list[int]:
    return scans_of_same_events([channel.result for channel in channels])


def _in_windows(search: WindowSearch, stream: str, threads: int | None) -> _Search:
    def largest(numbers: IntArray, seed: int, **_: object) -> ScanToys:
        return largest_in_windows(search, numbers, seed, stream, threads)  # its margin is known beforehand

    return largest


def _shard(
    searches: Sequence[_Search], seed: int, shard: Shard, margins: Sequence[float] | None
) -> dict[str, Any]:  # fmt: skip
    """The toys of a shard: for each the largest significance, its channel and its hypothesis."""
    made = [
        search(shard.numbers, seed, margin=None if margins is None else margins[number])
        for number, search in enumerate(searches)
    ]
    largest = np.stack([each.largest for each in made])
    scan, toy = largest.argmax(axis=0), np.arange(shard.size)
    return {
        "largest": largest[scan, toy],
        "scan": scan,
        "row": np.stack([each.row for each in made])[scan, toy],
        "failed": np.any([each.failed for each in made], axis=0),
        "margin": np.array([each.margin for each in made]),
        "fits": np.array(sum(each.fits for each in made)),
    }


@dataclass(frozen=True, slots=True)
class _Worker:
    """What another process does: it reads the run once."""

    directory: Path
    seed: int
    exhaustive: bool
    margins: tuple[float, ...]
    threads: int | None

    def __call__(self, shard: Shard) -> dict[str, Any]:
        searches = _searches_in(self.directory, self.exhaustive, self.threads)
        return _shard(searches, self.seed, shard, self.margins)


@lru_cache(maxsize=1)
def _searches_in(directory: Path, exhaustive: bool, threads: int | None) -> list[_Search]:
    from gloam.workflow.saved import load_run

    return _searches(load_run(directory), exhaustive, threads)


def _assembled(run: Run, request: ToyRequest, parts: Sequence[Mapping[str, Any]]) -> RunToys:
    whole = {name: np.concatenate([part[name] for part in parts]) for name in ("largest", "scan", "row", "failed")}
    usable = _usable(run.channels)
    mass = np.empty(request.toys)
    for number, channel in enumerate(usable):
        here = whole["scan"] == number
        mass[here] = channel.result.mass[whole["row"][here]]
    return RunToys(
        largest=whole["largest"],
        mass=mass,
        channel=np.array([channel.name for channel in usable])[whole["scan"]],
        failed=whole["failed"],
        seed=np.full(request.toys, request.seed, np.uint64),
        number=np.arange(request.first, request.first + request.toys),
        margin=float(max(part["margin"].max() for part in parts)),
        fits=int(sum(int(part["fits"]) for part in parts)),
        key=_key(run),
        engine=chosen_engine().name,
    )
