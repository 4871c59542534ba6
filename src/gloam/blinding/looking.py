"""What of a file may be seen: every reader asks here before it hands anything on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from gloam.blinding.record import BlindRecord, hidden_in_words
from gloam.blinding.registry import known_records
from gloam.errors import InputError
from gloam.store import file_hash

__all__ = ["Found", "find_records", "masked_reading", "require_open", "visible_part"]

_MASKED: ContextVar[Path | None] = ContextVar("file that is read through its mask", default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a file belongs to.

    Attributes:
        record: of the registry.
        column: the column of this file in which ranges are hidden, perhaps under another name than it was
            registered; None where there is none.
    """

    record: BlindRecord
    column: str | None = None


@contextmanager
def masked_reading(path: Path | None) -> Iterator[None]:
    """Inside, one file may be read though it is blinded: only what its mask leaves visible. None changes nothing."""
    token = _MASKED.set(None if path is None else path.resolve())
    try:
        yield
    finally:
        _MASKED.reset(token)


def find_records(path: Path, column_of: Callable[[BlindRecord], str | None]) -> list[Found]:
    """The records, open ones too, that a file belongs to: by its bytes, or by what it holds.

    Args:
        path: of the file.
        column_of: what this file calls the content of a record; None where it does not hold it. Asked only for files
            of other bytes.

    Raises:
        InputError: a registry that cannot be read.
    """
    records = known_records(path)
    if not records:
        return []
    digest, found = file_hash(path), []
    for record in records:
        if record.sha256 == digest:
            found.append(Found(record, record.column))
        elif (column := column_of(record)) is not None:
            found.append(Found(record, column))
    return found


def visible_part(path: Path, found: Iterable[Found], *, can_mask: Callable[[Found], bool]) -> list[Found]:
    """The records whose masks act on what is read of a file; none where nothing is hidden.

    Args:
        path: of the file.
        found: the records that it belongs to.
        can_mask: whether the mask of a record can act on what is read.

    Raises:
        InputError: for blinded data that are not read through their mask, or that have no part to be seen.
    """
    closed = [each for each in found if not each.record.is_open]
    for each in closed:
        record = each.record
        name = path.name if path.name == record.file else f"{path.name} (registered as {record.file})"
        hidden = f"blinded data: hidden is {hidden_in_words(record)}"
        if not (record.is_visible_in_part and can_mask(each)):
            raise InputError(
                f"read {name}", hidden, "nothing of it until it is unblinded",
                "work with toys or simulation, then: gloam unblind FILE --reason TEXT --by NAME",
            )  # fmt: skip
        if _MASKED.get() != path.resolve():
            raise InputError(
                f"read {name}", hidden, "the rest of it, with scan, count or run --blinded",
                "add --blinded there, or open it: gloam unblind FILE --reason TEXT --by NAME",
            )  # fmt: skip
    return closed


def require_open(path: Path, digest: str | None) -> None:
    """Nothing if content of this hash is not blinded.

    Args:
        path: near which registries are looked for.
        digest: SHA-256 of the bytes of a file; None: there was none.

    Raises:
        InputError: if it is.
    """
    for record in known_records(path) if digest is not None else ():
        if record.sha256 == digest and not record.is_open:
            raise InputError(
                f"read {path}", f"all of the blinded data of {record.file}: hidden is {hidden_in_words(record)}",
                "what was made with --blinded",
                "make it again from the visible part, or open the data: gloam unblind FILE --reason TEXT --by NAME",
            )  # fmt: skip
