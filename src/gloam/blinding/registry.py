"""Where records of blinded data are kept: beside the data, and with the user; what one of them hides is hidden.

A registry that is lost unblinds nothing as long as another one has the record. A registry that is damaged stops
everything that reads data near it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from gloam.blinding.record import BlindRecord
from gloam.errors import InputError
from gloam.store import write_json

__all__ = ["known_records", "register", "registries", "update"]

NAME = ".gloam-blind.json"
"""In the folder of the data: it travels with them, belongs under version control, and holds for those who share it."""


def registries(path: Path) -> list[Path]:
    """The registries that there are for a data file.

    That of the user (`GLOAM_BLIND`, else a file in the user's data directory), which knows the content wherever a copy
    lies; and every `.gloam-blind.json` in the folder of the data, in the present one and in all folders above them.
    """
    starts = (path.resolve().parent, Path.cwd())
    beside = (folder / NAME for start in starts for folder in (start, *start.parents))
    return list(dict.fromkeys(each for each in (_of_user(), *beside) if each.is_file()))


def known_records(path: Path) -> list[BlindRecord]:
    """All records in the registries for a data file; where these disagree, the one that hides more.

    Raises:
        InputError: a registry that cannot be read.
    """
    found: dict[str, BlindRecord] = {}
    for registry in registries(path):
        for record in _read(registry):
            other = found.get(record.identity)
            if other is None or _openness(record) < _openness(other):
                found[record.identity] = record
    return list(found.values())


def register(path: Path, record: BlindRecord) -> list[Path]:
    """The registries after the record was added to that of the user and to the one beside the data.

    Where the folder of the data cannot be written to, the present folder stands for it.

    Raises:
        InputError: a registry that cannot be read or written.
    """
    folder = path.resolve().parent
    beside = (folder if os.access(folder, os.W_OK) else Path.cwd()) / NAME
    for registry in (_of_user(), beside):
        _write(registry, [*(_read(registry) if registry.is_file() else ()), record])
    return [_of_user(), beside]


def update(path: Path, change: Callable[[BlindRecord], BlindRecord]) -> list[Path]:
    """The registries that were written after each record of a data file was changed in all of them.

    Args:
        path: of the data file.
        change: gives a record as it is where it does not concern these data.

    Raises:
        InputError: a registry that cannot be read or written.
    """
    written = []
    for registry in registries(path):
        before = list(_read(registry))
        after = [change(record) for record in before]
        if after != before:
            written.append(_write(registry, after))
    return written


def _of_user() -> Path:
    if chosen := os.environ.get("GLOAM_BLIND"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "gloam" / "blind.json"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "gloam" / "blind.json"


def _openness(record: BlindRecord) -> float:
    return 2.0 if record.is_open else record.visible_fraction or 0.0


def _read(registry: Path) -> Iterator[BlindRecord]:
    try:
        yield from map(BlindRecord.from_document, json.loads(registry.read_text(encoding="utf-8"))["blinded"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError(
            f"read the registry of blinded data {registry}", f"{type(fault).__name__}: {fault}",
            "what gloam blind wrote", "restore it: until then nothing is read that it may hide",
        ) from None  # fmt: skip


def _write(registry: Path, records: list[BlindRecord]) -> Path:
    return write_json(registry, {"blinded": [record.as_document() for record in records]})
