"""The cache of simulated samples: what reconstruction made of them, so that other cuts need no other events.

A sample is kept in pieces, each a file under the content hash of everything that its entries depend on: process and
settings, detector, reconstruction, number of events, seed, and the code itself. What is the same in all rows of an
event is kept once, what differs only in rows that some spectrum can use. All of it comes back bit for bit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import SimulatedPiece
from gloam.generation import Tally
from gloam.selection import Entries
from gloam.store import Artefacts, cache_directory, file_hash

if TYPE_CHECKING:
    from gloam.searches.preparation import Preparation, Simulated

__all__ = ["LIMIT", "SampleCache", "packed", "recipe_of", "unpacked"]

LIMIT = 4_000_000_000
"""Bytes that all samples may take; the oldest pieces are removed first. One of more than half of it is not kept."""

FORMAT = 1

ROOMS = ("detector", "events", "execution", "experiments", "generation", "kinematics", "selection", "theory")
"""Folders whose code makes entries."""

Piece = SimulatedPiece[Entries]
Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class SampleCache:
    """Simulated samples in a directory.

    Attributes:
        directory: of their pieces.
        tell: is called with a line where a sample that was stored cannot be read.
        limit: bytes of all samples.
    """

    directory: Path
    tell: Callable[[str], object] = lambda _: None
    limit: int = LIMIT

    @classmethod
    def of_user(cls, tell: Callable[[str], object] = lambda _: None) -> SampleCache:
        """The cache in the user's cache directory, which `GLOAM_CACHE` moves."""
        return cls(cache_directory() / "samples", tell)

    def pieces(
        self, recipe: Mapping[str, Any], columns: Sequence[str], make: Callable[[], Iterator[Piece]]
    ) -> Iterator[Piece]:
        """The pieces of a sample, read if it is stored, and else made and stored.

        Args:
            recipe: all that they depend on.
            columns: rows with none of these finite are of no use.
            make: makes them; the same ones each time.
        """
        kept, done = Artefacts(self.directory), 0
        recipe = {**recipe, "columns": list(columns)}
        if (known := kept.find({**recipe, "piece": "all"})) is not None:
            while done < int(known["pieces"]):
                if (arrays := kept.find({**recipe, "piece": done})) is None:
                    self.tell(f"cache: piece {done} of {recipe['process']} is damaged or gone; simulated again")
                    break
                yield unpacked(arrays)
                done += 1
            else:
                return
        yield from self._made(kept, recipe, columns, make, done)

    def _made(
        self, kept: Artefacts, recipe: dict[str, Any], columns: Sequence[str], make: Callable[[], Iterator[Piece]],
        done: int,
    ) -> Iterator[Piece]:  # fmt: skip
        size, number = 0, done
        for number, piece in enumerate(islice(make(), done, None), done + 1):
            if size <= self.limit // 2:
                size += kept.store({**recipe, "piece": number - 1}, packed(piece, columns)).stat().st_size
                self._make_room()
            yield piece
        if size <= self.limit // 2:
            kept.store({**recipe, "piece": "all"}, {"pieces": number})

    def _make_room(self) -> None:
        """Remove the oldest files until the limit is kept."""
        files = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self.directory.glob("*.npz"))
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self.limit:
                return
            path.unlink(missing_ok=True)
            total -= size


def recipe_of(declared: Preparation, sample: Simulated, name: str, events: int, seed: int) -> dict[str, Any]:
    """All that the entries of a sample depend on.

    Args:
        declared: the preparation.
        sample: of it.
        name: of the process, which its random streams are named after.
        events: how many.
        seed: of these.
    """
    whole = declared.model_dump(mode="python", include={"detector", "sqrt_s", "reconstruction", "networks"})
    given = sample.model_dump(mode="python", include={"settings", "weighted", "detector", "tau_decays"})
    from gloam.searches.preparation import plain_function

    source = inspect.getsourcefile(plain_function(declared.reconstruction))
    code = _code() | {"reconstruction": None if source is None else file_hash(Path(source))}
    made = {"process": name, "events": events, "seed": seed, "format": FORMAT, "code": code}
    return {"preparation": whole, "sample": given, **made}


@cache
def _code() -> dict[str, str | None]:
    """The hashes of the code that makes entries, by file."""
    root = Path(inspect.getfile(Artefacts)).parents[1]
    files = [path for room in ROOMS for path in sorted((root / room).rglob("*.py"))]
    return {path.relative_to(root).as_posix(): file_hash(path) for path in files}


def packed(piece: Piece, columns: Sequence[str]) -> dict[str, np.ndarray[Any, Any]]:
    """A piece as arrays; of rows in which none of the columns is finite only what their event has is kept."""
    entries = piece.found
    first = np.flatnonzero(entries.first_of_event)
    sizes = np.diff(np.append(first, len(entries)))
    used = np.logical_or.reduce([np.isfinite(entries.columns[name]) for name in columns])
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "tally": np.array(astuple(piece.tally)), "piece": np.array([piece.events, piece.weight]),
        "event": entries.event[first], "sizes": sizes.astype(np.uint16), "weights": entries.weights[first],
        "used": np.packbits(used), "names": np.array(list(entries.columns), np.str_),
    }  # fmt: skip
    for name, values in entries.columns.items():
        if np.array_equal(np.repeat(values[first], sizes), values, equal_nan=True):
            arrays[f"event.{name}"] = values[first]
        else:
            arrays[f"row.{name}"] = values[used]
    return arrays


def unpacked(arrays: Arrays) -> Piece:
    """The piece that arrays were made from; NaN where rows were left out."""
    sizes = arrays["sizes"].astype(np.int64)
    rows = int(sizes.sum())
    used = np.unpackbits(arrays["used"], count=rows).astype(np.bool_)

    def column(name: str) -> FloatArray:
        if f"event.{name}" in arrays:
            return np.repeat(arrays[f"event.{name}"], sizes)
        values = np.full(rows, np.nan)
        values[used] = arrays[f"row.{name}"]
        return values

    entries = Entries(
        {str(name): column(str(name)) for name in arrays["names"]}, np.repeat(arrays["event"], sizes),
        np.repeat(arrays["weights"], sizes),
    )  # fmt: skip
    trials, mean, deviations, kept, overweight, largest = arrays["tally"].tolist()
    tally = Tally(int(trials), mean, deviations, int(kept), int(overweight), largest)
    number, weight = arrays["piece"].tolist()
    return SimulatedPiece(entries, tally, int(number), weight)
