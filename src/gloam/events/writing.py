"""Writing events as columns, batch after batch: one function for all formats, chosen by the file's suffix."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy.typing as npt

from gloam.errors import InputError, one_of
from gloam.events import npz, parquet, root
from gloam.store import SCHEMA_VERSION, write_atomically

__all__ = ["FORMATS", "require_writable", "write_columns"]

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]

_WRITERS: Mapping[str, Callable[[BinaryIO, Iterable[Columns], Callable[[], str]], None]] = {
    ".npz": npz.write,
    ".parquet": parquet.write,
    ".root": root.write,
}

FORMATS = tuple(_WRITERS)
"""The suffixes of files that can be written."""


def require_writable(path: Path) -> None:
    """Nothing if events can be written to a file of that name.

    Raises:
        InputError: a suffix that is none of the formats.
    """
    if path.suffix.lower() not in _WRITERS:
        found = f"the suffix '{path.suffix}'" if path.suffix else "a name without suffix"
        raise InputError(f"write events to {path}", found, one_of(FORMATS), "name the file so")


def write_columns(path: Path, batches: Iterable[Columns], about: Callable[[], Mapping[str, Any]] = dict) -> Path:
    """The path of a file of events, written whole or not at all; memory holds one batch at a time.

    An npz file has the columns as arrays, a Parquet file as columns, a ROOT file as flat branches of the TTree
    `events`. Beside them a text `about` in JSON, with the schema version, says what the events are.

    Args:
        path: ends in .npz, .parquet or .root.
        batches: events as columns of equal length, the same columns in each batch; at least one batch.
        about: what to say of the events, asked after the last batch.

    Raises:
        InputError: another suffix; Parquet without pyarrow; a folder that cannot be written.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from gloam.events.reading import read_columns
        >>> batches = [{"M": np.array([3.1])}, {"M": np.array([9.46, 10.0])}]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     read_columns(write_columns(Path(folder, "events.npz"), batches), ["M"])
        {'M': array([ 3.1 ,  9.46, 10.  ])}
    """
    require_writable(path)
    write = _WRITERS[path.suffix.lower()]

    def told() -> str:
        return json.dumps({"schema_version": SCHEMA_VERSION, **about()})

    return write_atomically(path, lambda stream: write(stream, batches, told))
