"""Long work in fixed shards: over processes, each stored when it is done, so that work that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from gloam.arrays import IntArray
from gloam.errors import InputError, InterruptedRunError
from gloam.execution.pools import Pool, completed
from gloam.store import write_arrays

__all__ = ["SHARD", "Arrays", "Shard", "check_shards", "clear_shards", "run_shards", "shards_of"]

Arrays = dict[str, np.ndarray[Any, Any]]

SHARD = 250
"""Items of a shard."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Some neighbouring items of long work.

    Attributes:
        first: number of its first item.
        size: how many items.
    """

    first: int
    size: int

    @property
    def numbers(self) -> IntArray:
        """The numbers of its items, shape (size,)."""
        return np.arange(self.first, self.first + self.size)


def shards_of(total: int, first: int = 0, size: int = SHARD) -> tuple[Shard, ...]:
    """The shards of some items; how they are cut does not depend on how many there are.

    Example:
        >>> [(shard.first, shard.size) for shard in shards_of(600, first=1000)]
        [(1000, 250), (1250, 250), (1500, 100)]
    """
    return tuple(Shard(first + start, min(size, total - start)) for start in range(0, total, size))


def run_shards(
    work: Callable[[Shard], Mapping[str, Any]],
    shards: Sequence[Shard],
    *,
    workers: Pool | None = None,
    directory: Path | None = None,
    key: Mapping[str, object] = MappingProxyType({}),
    resume: bool = False,
    progress: Callable[[int], object] | None = None,
) -> list[Arrays]:
    """The arrays that the work makes of each shard, in the order of the shards.

    Args:
        work: from a shard to named arrays, which must depend on nothing but the shard; picklable for workers.
        shards: what to do.
        workers: who do it, see `open_workers`; the answer does not depend on them. None: this process.
        directory: where each shard is stored when it is done, whole or not at all; None stores none.
        key: everything that the work depends on, by name: numbers, words, content hashes.
        resume: whether to take stored shards of this key instead of making them again; without it they are removed.
        progress: called with the number of items finished, after each shard.

    Raises:
        InputError: if stored shards have another key.
        InterruptedRunError: if the work is stopped by a signal while shards are stored.

    Example:
        >>> squares = run_shards(lambda shard: {"square": shard.numbers**2}, shards_of(5, size=3))
        >>> np.concatenate([part["square"] for part in squares])
        array([ 0,  1,  4,  9, 16])
    """
    done: dict[Shard, Arrays] = {}
    if directory is not None:
        if not resume:
            clear_shards(directory)
        done = {shard: arrays for shard in shards if (arrays := _stored(directory, shard, key)) is not None}
    if progress is not None and done:
        progress(sum(shard.size for shard in done))
    missing = [shard for shard in shards if shard not in done]
    try:
        for shard, made in _made(work, missing, workers):
            done[shard] = {name: np.asarray(array) for name, array in made.items()}
            if directory is not None:
                write_arrays(
                    _place(directory, shard),
                    {**done[shard], "key": _in_words(key), "first": shard.first, "size": shard.size},
                )
            if progress is not None:
                progress(shard.size)
    except KeyboardInterrupt:
        if directory is None:
            raise
        raise InterruptedRunError(
            f"stopped. What is finished is kept in {directory}; the same command with --resume goes on."
        ) from None
    return [done[shard] for shard in shards]


def _made(
    work: Callable[[Shard], Mapping[str, Any]], shards: Sequence[Shard], workers: Pool | None
) -> Iterator[tuple[Shard, Mapping[str, Any]]]:
    """The shards with what was made of them, as they are finished."""
    if workers is None:
        return ((shard, work(shard)) for shard in shards)
    return ((shard, future.result()) for _, shard, future in completed(workers, work, shards))


def check_shards(directory: Path, key: Mapping[str, object]) -> None:
    """Refuse to go on with shards of other work, before anything is done.

    Raises:
        InputError: if stored shards have another key.
    """
    for path in directory.glob("[0-9]*.npz"):
        _stored(directory, Shard(int(path.stem), 0), key)


def clear_shards(directory: Path) -> None:
    """Remove stored shards, and their directory if nothing else is in it."""
    if not directory.is_dir():
        return
    for path in directory.glob("[0-9]*.npz"):
        path.unlink()
    if not any(directory.iterdir()):
        directory.rmdir()


def _place(directory: Path, shard: Shard) -> Path:
    return directory / f"{shard.first:012d}.npz"


def _stored(directory: Path, shard: Shard, key: Mapping[str, object]) -> Arrays | None:
    """The arrays of a stored shard; None where there are none that can be read and are its own."""
    path = _place(directory, shard)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        found, whose = str(arrays.pop("key")), Shard(int(arrays.pop("first")), int(arrays.pop("size")))
    except (OSError, ValueError, EOFError, KeyError):
        return None
    except Exception as fault:
        if type(fault).__name__ == "BadZipFile":  # importing zipfile for its name costs more than this
            return None
        raise
    if found != _in_words(key):
        raise InputError(
            f"--resume with what is in {directory}", f"the beginning of other work{_difference(found, key)}",
            "the same declaration, data, seed, engine and version",
            "leave out --resume to begin anew, or choose another --out",
        )  # fmt: skip
    arrays.pop("schema_version", None)
    return arrays if whose == shard else None


def _in_words(key: Mapping[str, object]) -> str:
    return json.dumps(dict(key), sort_keys=True)


def _difference(found: str, key: Mapping[str, object]) -> str:
    """What is not the same, in brackets; nothing where that cannot be told."""
    try:
        stored = json.loads(found)
        differing = [f"{name} {stored[name]!s:.12}, not {value!s:.12}" for name, value in key.items()
                     if stored[name] != value]  # fmt: skip
    except (ValueError, LookupError, TypeError):
        return ""
    return f" ({'; '.join(differing)})"
