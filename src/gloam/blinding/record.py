"""What a registry says of blinded data: how to know them again, what is hidden, and who opened them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.store import content_hash

__all__ = ["BlindRecord", "Opening", "hidden_in_words"]

IDENTITY = ("sha256", "mark", "object", "column", "ranges", "seed", "search", "date")


@dataclass(frozen=True, slots=True)
class Opening:
    """Data that were unblinded, in whole or in part.

    Attributes:
        by: who did it.
        reason: why.
        date: UTC, ISO 8601.
        declaration: content hash of what was frozen before; None where nothing was.
        fraction: of the events, chosen at random; None: all of them.
    """

    by: str
    reason: str
    date: str
    declaration: str | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class BlindRecord:
    """Data that are registered as blinded.

    Attributes:
        file: the name of the file when it was registered.
        sha256: of its bytes.
        mark: of the column, see `column_mark`, or of the histogram; empty for a file that is known by its bytes alone.
        object: inside the file.
        column: by which the events are known, and in which ranges are hidden; None for a histogram.
        ranges: hidden, low <= value < high, in the unit of the column, or of the first axis; empty: all is hidden.
        fraction: of all events that may be seen, inside the ranges and outside, instead of the side bands.
        seed: of the choice of these.
        search: for which the data were taken.
        date: of the registration, UTC, ISO 8601.
        looks: content hashes of the declarations that were run on the visible part, the last one last.
        openings: each time they were unblinded, the last one last.
    """

    file: str
    sha256: str
    mark: tuple[str, ...] = ()
    object: str | None = None
    column: str | None = None
    ranges: tuple[tuple[float, float], ...] = ()
    fraction: float | None = None
    seed: int = 0
    search: str | None = None
    date: str = ""
    looks: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()

    @property
    def identity(self) -> str:
        """The same for one registration in all registries, whatever came after it."""
        return content_hash({name: getattr(self, name) for name in IDENTITY})

    @property
    def is_open(self) -> bool:
        """Whether all of the data may be seen."""
        return any(opening.fraction is None for opening in self.openings)

    @property
    def visible_fraction(self) -> float | None:
        """The part of all events that may be seen, chosen at random; None: the side bands, or nothing."""
        shares = (self.fraction, *(each.fraction for each in self.openings))
        return max((share for share in shares if share is not None), default=None)

    @property
    def is_visible_in_part(self) -> bool:
        """Whether there is a part that may be seen."""
        return self.visible_fraction is not None or bool(self.ranges)

    def visible_rows(self, values: FloatArray) -> BoolArray:
        """Which rows may be seen, shape (rows,), by the column in which ranges are hidden.

        With a fraction each event has a random number by its place in the sorted column: the same events are chosen
        in whichever order a file has them, and those of a smaller fraction are among those of a larger one.

        Args:
            values: of that column.
        """
        fraction = self.visible_fraction
        if fraction is None:
            shown = np.full(values.shape, bool(self.ranges))
            for low, high in self.ranges:
                shown &= (values < low) | (values >= high)
            return shown
        drawn = random_stream(self.seed, "partial unblinding").random(values.size)
        rank = np.empty(values.size, np.int64)
        rank[np.argsort(values, kind="stable")] = np.arange(values.size)
        return np.asarray(drawn[rank] < fraction)

    def visible_counts(self, contents: FloatArray) -> FloatArray:
        """A histogram of the chosen fraction of its events; as it is where there is no fraction.

        Raises:
            InputError: for weighted contents, of which no events can be chosen.
        """
        if (fraction := self.visible_fraction) is None:
            return contents
        if (contents != np.rint(contents)).any():
            allowed, remedy = "counts of events", "blind ranges of a weighted histogram, or a file of its events"
            raise InputError(f"a random fraction of {self.file}", "sums of weights", allowed, remedy)
        # one number for each event, in the order of bins: a smaller fraction is a part of a larger one
        flat = contents.ravel().astype(np.int64)
        chosen = random_stream(self.seed, "partial unblinding").random(int(flat.sum())) < fraction
        bins = np.repeat(np.arange(flat.size), flat)
        return np.bincount(bins[chosen], minlength=flat.size).reshape(contents.shape).astype(np.float64)

    def as_document(self) -> dict[str, Any]:
        """The record as JSON content."""
        return asdict(self)

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> BlindRecord:
        """The record in JSON content.

        Raises:
            TypeError, ValueError, KeyError: for anything else.
        """
        lists = {name: tuple(document.get(name, ())) for name in ("mark", "looks")}
        ranges = tuple((float(low), float(high)) for low, high in document.get("ranges", ()))
        openings = tuple(Opening(**each) for each in document.get("openings", ()))
        return BlindRecord(**{**document, **lists, "ranges": ranges, "openings": openings})


def hidden_in_words(record: BlindRecord) -> str:
    """What of the data is hidden, in words.

    Example:
        >>> hidden_in_words(BlindRecord("x.csv", "", column="M", ranges=((9.0, 9.7),)))
        'M from 9 to 9.7'
        >>> hidden_in_words(BlindRecord("x.csv", "", fraction=0.1, seed=3))
        'all but a random 10 % of the events (seed 3)'
    """
    if (fraction := record.visible_fraction) is not None:
        return f"all but a random {100 * fraction:.6g} % of the events (seed {record.seed})"
    if not record.ranges:
        return "all of it"
    listed = " and ".join(f"{low:g} to {high:g}" for low, high in record.ranges)
    return f"{record.column or 'the first axis'} from {listed}"
