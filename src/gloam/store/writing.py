"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gloam.errors import InputError

__all__ = ["SCHEMA_VERSION", "write_arrays", "write_atomically", "write_json", "write_table"]

SCHEMA_VERSION = 1
"""Version of every file format that gloam writes; raised when a key changes its meaning."""


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> Path:
    """The path, after `write` filled a temporary file that then replaced it in one step.

    Raises:
        InputError: if the directory cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as fault:
        raise InputError(
            f"write {path.name}", fault.strerror, f"a directory that can be written, not {path.parent}",
            "choose another --out",
        ) from None  # fmt: skip
    try:
        with os.fdopen(descriptor, "w+b") as stream:  # ROOT files are read while they are written
            write(stream)
        Path(temporary).chmod(0o666 & ~_umask())  # mkstemp makes private files
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def write_json(path: Path, document: Mapping[str, Any]) -> Path:
    """The path of a JSON document, with the schema version put first; NaN and infinity become null."""
    text = json.dumps(finite({"schema_version": SCHEMA_VERSION} | dict(document)), indent=2, allow_nan=False)
    return write_atomically(path, lambda stream: stream.write(text.encode() + b"\n"))


def finite(value: Any) -> Any:
    """The value as plain JSON content: numbers that are not finite become None."""
    match value:
        case float() | np.floating():
            return float(value) if np.isfinite(value) else None
        case np.integer():
            return int(value)
        case np.ndarray():
            return [finite(item) for item in value.tolist()]
        case Mapping():
            return {str(key): finite(item) for key, item in value.items()}
        case list() | tuple():
            return [finite(item) for item in value]
    return value


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> Path:
    """The path of an `.npz` of the arrays, with the schema version; readable with allow_pickle=False."""
    # zipped without compression: the arrays are small and compressing them costs more than writing
    return write_atomically(path, lambda stream: np.savez(stream, schema_version=SCHEMA_VERSION, **arrays))


def write_table(path: Path, columns: Mapping[str, Any]) -> Path:
    """The path of a CSV with one row for each entry of the columns (scalars are repeated).

    Floats are written with 10 significant digits and as nothing where they are not finite. The first line names
    the columns and nothing else, so that every CSV reader takes it; `provenance.json` has the schema version.
    """
    length = max((len(column) for column in columns.values() if np.ndim(column)), default=1)
    cells = [_cells(column, length) for column in columns.values()]
    lines = [",".join(columns), *map(",".join, zip(*cells, strict=True))]
    return write_atomically(path, lambda stream: stream.write("\n".join(lines).encode() + b"\n"))


def _cells(column: Any, length: int) -> list[str]:
    values = np.broadcast_to(np.asarray(column), length)
    if values.dtype.kind != "f":
        return [str(value) for value in values.tolist()]
    return [f"{value:.10g}" if math.isfinite(value) else "" for value in values.tolist()]
