"""`declaration.json`: what a run was asked for, with the files that say so, enough to build its scans again."""

from __future__ import annotations

import base64
import dataclasses
import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from gloam.blinding import require_open
from gloam.errors import InputError
from gloam.spectra.source import split_source
from gloam.store import content_hash, file_hash

if TYPE_CHECKING:
    from gloam.searches.declaration import Searched
    from gloam.workflow.count_file import CountRequest
    from gloam.workflow.scan_file import ScanRequest

    Request: TypeAlias = ScanRequest | CountRequest

__all__ = ["declared_request", "named_files", "of_request", "of_search", "request_hash", "search_hash"]

R = TypeVar("R", "ScanRequest", "CountRequest")

MOST_KEPT = 20_000_000
"""Bytes of a file up to which its content is kept; of a larger one the place and the hash."""

TABLES = ("width", "width2", "efficiency", "branching_fraction", "radiative_factor")
"""Options that may name a table."""


def of_search(search: Searched, data: str | Path | None, stage: str) -> dict[str, Any]:
    """The declaration of a run of a search: its name and hash, and which data were asked for."""
    return {
        "kind": "search",
        "search": search.name,
        "hash": search_hash(search),
        "data": None if data is None else str(data),
        "stage": stage,
    }


def search_hash(search: Searched) -> str:
    """The content hash of everything that a search declares."""
    return content_hash(search.model_dump(mode="python"))


def of_request(request: Request, kind: str = "scan") -> dict[str, Any]:
    """The declaration of a scan or a count of a file: its options and the contents of the files that these name.

    The data are not among them: their spectrum is a file of the run.
    """
    files = {option: _kept(name) for option, name in named_files(request).items()}
    return {"kind": kind, "request": _plain(dataclasses.asdict(request)), "files": files}


def declared_request(document: Mapping[str, Any], folder: Path, kind: type[R]) -> R:
    """The request in a declaration, which names copies of its files that are written to a folder.

    Raises:
        InputError: if the declaration cannot be read, or a file that was too large to keep is gone or another one.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        request: R = TypeAdapter(kind).validate_python(document["request"])
        files = {option: (record["name"], _content(record)) for option, record in document["files"].items()}
    except (ValidationError, KeyError, TypeError, ValueError) as fault:
        raise InputError(
            "read declaration.json", f"{type(fault).__name__}: {fault}".splitlines()[0], "what gloam scan wrote",
            "make the scan again",
        ) from None  # fmt: skip
    for option, (name, content) in files.items():
        copy = folder / option / Path(name).name  # messages and tables say the name without its folder
        copy.parent.mkdir(parents=True)
        copy.write_bytes(content)
        request = dataclasses.replace(request, **{option: getattr(request, option).replace(name, str(copy), 1)})
    return request


def request_hash(request: Request) -> str:
    """The content hash of a request: the same wherever its files lie, and another if one of them changes.

    The data are not in it: they have a hash of their own.
    """
    files = named_files(request)
    contents = {
        option: getattr(request, option).replace(name, file_hash(Path(name)), 1) for option, name in files.items()
    }
    return content_hash(dataclasses.replace(request, source="", **contents))


def named_files(request: Request) -> dict[str, str]:
    """The files that options name, apart from the data, as they are written there, by the name of the option."""
    named = {option: text for option in TABLES if (text := getattr(request, option, None)) is not None}
    kind, _, rest = getattr(request, "signal", "").partition(":")
    if kind in ("template", "kernel-density"):
        source = rest.rsplit(",", 1 if kind == "template" else 2)[0]
        inside = split_source(source)[1]
        named["signal"] = source if inside is None else source.removesuffix(f":{inside}")
    kind, _, rest = request.background.partition(":")
    if kind in ("simulation", "known"):
        source = rest.rsplit(",", 1)[0] if kind == "simulation" else rest
        inside = split_source(source)[1]
        named["background"] = source if inside is None else source.removesuffix(f":{inside}")
    return {option: name for option, name in named.items() if Path(name).is_file()}


def _kept(name: str) -> dict[str, Any]:
    """A file in a declaration: as text where it is text, so that people can read it."""
    path = Path(name)
    record: dict[str, Any] = {"name": name, "sha256": file_hash(path)}
    require_open(path, record["sha256"])
    if path.stat().st_size > MOST_KEPT:
        return record | {"place": str(path.resolve())}
    content = path.read_bytes()
    try:
        return record | {"text": content.decode()}
    except UnicodeDecodeError:
        return record | {"zlib": base64.b64encode(zlib.compress(content)).decode()}


def _content(record: Mapping[str, Any]) -> bytes:
    if "text" in record:
        return str(record["text"]).encode()
    if "zlib" in record:
        return zlib.decompress(base64.b64decode(record["zlib"]))
    place = Path(record["place"])
    if not place.is_file() or file_hash(place) != record["sha256"]:
        found = "another file now" if place.is_file() else "no longer there"
        raise InputError(f"read {place}", found, "the file that the scan used", "put it back, or make the scan again")
    return place.read_bytes()


def _plain(value: Any) -> Any:
    """The value without numbers that JSON cannot write."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
