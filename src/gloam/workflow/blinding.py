"""Blind analysis: data are registered, runs see what is visible of them, and who opens them is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gloam.blinding import (
    BlindRecord,
    Found,
    Opening,
    column_mark,
    find_records,
    hidden_in_words,
    histogram_mark,
    known_records,
    register,
    update,
)
from gloam.errors import InputError
from gloam.events import column_names
from gloam.events.checking import require_file
from gloam.events.reading import blinded_columns, stored_columns
from gloam.spectra import Mask, split_source
from gloam.spectra.filling import refuse_non_finite
from gloam.spectra.stored import blinded_histograms, holds_histogram, stored_histogram
from gloam.store import file_hash

if TYPE_CHECKING:
    from gloam.searches import AnySearch
    from gloam.workflow.results import Run

__all__ = [
    "BlindRequest", "Opened", "blind", "data_records", "freeze", "luminosity_of_the_visible", "require_enough_visible",
    "unblind", "with_blinding",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class BlindRequest:
    """What to hide, as the command line says it.

    Attributes:
        source: "FILE" or "FILE:OBJECT".
        column: whose ranges are hidden; None for a histogram, and where everything is hidden.
        ranges: hidden; empty: everything, or with a search the ranges that it scans.
        search: for which the data were taken, if it is one that has a declaration.
        fraction: of the events that may be seen, instead of what is outside the ranges.
        seed: of their choice.
    """

    source: str
    column: str | None = None
    ranges: tuple[tuple[float, float], ...] = ()
    search: str | None = None
    fraction: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """What `unblind` did: the record as it is now, and the registries that have it."""

    record: BlindRecord
    registries: tuple[Path, ...]


def blind(request: BlindRequest) -> tuple[BlindRecord, list[Path]]:
    """The record of data that are blinded from now on, and the registries that it was written to.

    Raises:
        InputError: for a file that cannot be read, a column that is not there, ranges that are none, or data that are
            registered with the same ranges already.
    """
    path, inside = split_source(request.source)
    require_file(path)
    _require_fraction("--fraction", request.fraction)
    Mask(request.ranges)  # refuses ranges that are none
    if holds_histogram(path, inside, request.column):
        record = _of_histogram(request, path, inside)
    else:
        record = _of_events(request, path, inside)
    same = [each for each in known_records(path) if _hides_the_same(each, record)]
    if any(not each.is_open for each in same):
        allowed, remedy = "data that are not registered so", "nothing is left to do; gloam blind FILE --show says it"
        raise InputError(f"blind {request.source}", f"blinded since {same[0].date}", allowed, remedy)
    return record, register(path, record)


def unblind(
    source: str, by: str, reason: str, *, search: str | None = None, run: Path | None = None,
    fraction: float | None = None,
) -> list[Opened]:  # fmt: skip
    """What was opened: who did it, why, when and with which declaration goes to every registry first.

    The declaration that is frozen is that of the run or of the search given here, else that of the search with which
    the data were registered, else that of the last run on the visible part.

    Args:
        source: "FILE" or "FILE:OBJECT".
        by: who opens it.
        reason: why.
        search: whose declaration is frozen.
        run: directory of a run with the declaration that is frozen.
        fraction: of the events, chosen at random; None opens all.

    Raises:
        InputError: for data that are not registered or are open, without a name or a reason, or for a fraction that
            shows no more than before.
    """
    for option, text in (("--by", by), ("--reason", reason)):
        if not text.strip():
            raise InputError(option, repr(text), "a few words", "say who opens the data, and why")
    _require_fraction("--fraction", fraction)
    path = split_source(source)[0]
    require_file(path)
    closed = [each.record for each in data_records(source) if not each.record.is_open]
    if not closed:
        allowed, remedy = (
            "data that are blinded",
            "nothing hides them; gloam blind FILE --show lists what is registered",
        )
        raise InputError(f"unblind {source}", "not blinded, or open already", allowed, remedy)
    opened = {record.identity: _opened(record, by, reason, search, run, fraction) for record in closed}
    written = update(path, lambda record: opened.get(record.identity, record))
    return [Opened(record, tuple(written)) for record in opened.values()]


def data_records(source: str | Path, column: str | None = None) -> list[Found]:
    """The records of blinded data that a file belongs to, open ones too.

    Args:
        source: "FILE" or "FILE:OBJECT"; a file that is not there belongs to none.
        column: what is to be read, where a file could be both a histogram and a table.
    """
    path, inside = split_source(source)
    if not path.is_file() or not known_records(path):
        return []  # whoever reads the file says what is wrong with it
    if not holds_histogram(path, inside, column):
        return blinded_columns(path, inside)
    try:
        return blinded_histograms(path, stored_histogram(path, inside))
    except InputError:  # several histograms and none named: whoever reads one of them asks again
        return find_records(path, lambda _: None)


def with_blinding(run: Run, found: list[Found]) -> Run:
    """The run with what the registries of blinded data say of its data, in its notes too.

    Args:
        run: of data that were read.
        found: the records of the data.
    """
    declaration = run.hashes["declaration"]
    said = {each.record.file: _documented(each.record, declaration) for each in found}
    return replace(run, blinding=said, notes=(*(_noted(each.record, declaration) for each in found), *run.notes))


def freeze(run: Run) -> None:
    """Nothing, after the registries of blinded data know the declaration of a run on their visible part."""
    if not run.blinding or run.declaration is None:
        return
    source = run.declaration.get("data") or (run.declaration.get("request") or {}).get("source")
    declaration = run.hashes["declaration"]
    if source is None or declaration is None or not split_source(source)[0].is_file():
        return
    closed = {each.record.identity for each in data_records(source) if not each.record.is_open}

    def looked(record: BlindRecord) -> BlindRecord:
        if record.identity not in closed or record.looks[-1:] == (declaration,):
            return record
        return replace(record, looks=(*record.looks, str(declaration)))

    update(split_source(source)[0], looked)


class _WithLuminosity(Protocol):
    @property
    def luminosity(self) -> float | None:
        """Of all data, in fb^-1."""
        ...


R = TypeVar("R", bound=_WithLuminosity)


def luminosity_of_the_visible(request: R, found: list[Found]) -> R:
    """The request with the luminosity of the events that may be seen, where that is a random fraction of them."""
    for share in _fractions(found):
        if request.luminosity is not None:
            request = replace(request, luminosity=request.luminosity * share)  # type: ignore[type-var]
    return request


def require_enough_visible(search: AnySearch, found: list[Found]) -> None:
    """Nothing, if a search can be run on what may be seen of its data.

    Raises:
        InputError: for a random fraction of the data of a search with a luminosity; for side bands of one whose
            channels are counts that belong together.
    """
    from gloam.searches import OnOffSearch

    asked = f"run {search.name} on blinded data"
    if search.luminosity is not None and (shares := _fractions(found)):
        raise InputError(
            asked, f"a random {100 * shares[0]:g} % of the events",
            f"all of the {float(search.luminosity):g} fb^-1 that it declares, or side bands",
            "scan the fraction with gloam scan --luminosity, which scales it",
        )  # fmt: skip
    if isinstance(search, OnOffSearch) and any(not each.record.is_open for each in found):
        allowed, remedy = "all windows: its channels are combined", f"run it on pseudo-data: gloam run {search.name}"
        raise InputError(asked, "windows that are hidden", allowed, remedy)


def _fractions(found: list[Found]) -> list[float]:
    closed = (each.record.visible_fraction for each in found if not each.record.is_open)
    return [share for share in closed if share is not None]


def _of_histogram(request: BlindRequest, path: Path, inside: str | None) -> BlindRecord:
    spectrum = stored_histogram(path, inside)
    record = _record(request, path, inside)
    if request.fraction is not None:
        record.visible_counts(spectrum.values())  # refuses weights
    return replace(record, mark=histogram_mark(spectrum.values()))


def _of_events(request: BlindRequest, path: Path, inside: str | None) -> BlindRecord:
    column, ranges = request.column, request.ranges
    there = column_names(path, inside)
    if request.search is not None and not ranges:
        column, ranges = _scanned(request.search, column)
        column = column if column in there else None
    if ranges and column is None and request.search is None:
        raise InputError(
            f"blind {request.source}", "ranges without a column", "both, or neither to hide everything",
            "name it with --column",
        )  # fmt: skip
    record = _record(request, path, inside)
    if column is None:  # everything is hidden; the first column tells the events
        column, ranges = next((name for name in there if _is_telling(path, name, inside)), None), ()
    if column is None:
        return record  # nothing but bytes
    values = stored_columns(path, [column], inside)[column]
    refuse_non_finite(values, f"blind column '{column}' of {request.source}")
    return replace(record, column=column, ranges=ranges, mark=column_mark(values))


def _is_telling(path: Path, name: str, inside: str | None) -> bool:
    """Whether a column holds numbers that are not all the same."""
    try:
        values = stored_columns(path, [name], inside)[name]
        refuse_non_finite(values, name)
    except InputError:
        return False
    return bool(values.min() < values.max())


def _record(request: BlindRequest, path: Path, inside: str | None) -> BlindRecord:
    return BlindRecord(
        path.name, file_hash(path), (), inside, None, request.ranges, request.fraction, request.seed, request.search,
        _now(),
    )  # fmt: skip


def _scanned(name: str, column: str | None) -> tuple[str, tuple[tuple[float, float], ...]]:
    """The observable of a search and the ranges of it that are scanned; none, which hides everything, for counts."""
    from gloam.searches import Search, load_search
    from gloam.workflow.declaring import channel_grid

    search = load_search(name)
    if not isinstance(search, Search):
        spectra = getattr(getattr(search, "preparation", None), "spectra", ())
        observables = spectra[0].observables if spectra else ()
        return column or (observables[0].column if observables else "M"), ()
    column = column or search.observable_of(search.channels[0]).column
    grids = [
        channel.range or channel_grid(search, channel).position[[0, -1]]
        for channel in search.channels
        if search.observable_of(channel).column == column
    ]
    return column, tuple((float(low), float(high)) for low, high in grids)


def _hides_the_same(one: BlindRecord, other: BlindRecord) -> bool:
    names = ("mark", "ranges", "fraction", "seed", "column")
    known = one.sha256 == other.sha256 or (one.mark != () and one.mark == other.mark)
    return known and all(getattr(one, name) == getattr(other, name) for name in names)


def _opened(
    record: BlindRecord, by: str, reason: str, search: str | None, run: Path | None, fraction: float | None
) -> BlindRecord:  # fmt: skip
    before = record.visible_fraction or 0.0
    if fraction is not None and fraction <= before:
        raise InputError("--fraction", fraction, f"more than the {before:g} that may be seen", "name a larger one")
    if fraction is not None and not record.mark:
        raise InputError("--fraction", fraction, "events in columns of numbers", "open all of the file, or none of it")
    frozen = _frozen(record, search, run)
    opening = Opening(by.strip(), reason.strip(), _now(), frozen, fraction)
    return replace(record, openings=(*record.openings, opening))


def _frozen(record: BlindRecord, search: str | None, run: Path | None) -> str | None:
    """The content hash of the declaration with which data are opened."""
    if run is not None:
        from gloam.workflow.saved import load_run

        return load_run(run).hashes["declaration"]
    if (name := search or record.search) is not None:
        from gloam.searches import load_search
        from gloam.workflow.declared import search_hash

        return search_hash(load_search(name))
    return record.looks[-1] if record.looks else None


def _documented(record: BlindRecord, declaration: str | None) -> dict[str, Any]:
    state = "unblinded" if record.is_open else "partly unblinded" if record.openings else "blinded"
    document: dict[str, Any] = {
        "state": state, "registered": record.date, "sha256": record.sha256, "search": record.search,
        "hidden": "nothing" if record.is_open else hidden_in_words(record),
    }  # fmt: skip
    for number, opening in enumerate(record.openings, 1):
        document[f"opening {number}"] = {
            "by": opening.by, "date": opening.date, "reason": opening.reason, "fraction": opening.fraction,
            "frozen declaration": opening.declaration,
            "is that of this run": None if opening.declaration is None else opening.declaration == declaration,
        }  # fmt: skip
    return document


def _noted(record: BlindRecord, declaration: str | None) -> str:
    if not record.is_open:
        share = record.visible_fraction
        text = f"Blinded data ({record.file}, registered {record.date}): hidden is {hidden_in_words(record)}."
        if share is not None:
            return f"{text} Luminosities and yields are those of the {100 * share:g} %."
        return f"{text} Nothing is said about masses in there."
    last: Mapping[str, Any] = next(
        each
        for each in _documented(record, declaration).values()
        if isinstance(each, dict) and each["fraction"] is None
    )
    frozen = {
        None: "no declaration was frozen before",
        True: "the declaration is the one that was frozen before",
        False: "the declaration is NOT the one that was frozen before",
    }[last["is that of this run"]]
    return f"Unblinded by {last['by']} on {last['date']}: {last['reason'].rstrip('.')}; {frozen}."


def _require_fraction(option: str, fraction: float | None) -> None:
    if fraction is not None and not 0 < fraction < 1:
        raise InputError(option, fraction, "a fraction between 0 and 1", "write 0.1 for 10 % of the events")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
