"""Columns of NumPy archives: named arrays of one dimension, never unpickled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import GloamError, InputError
from gloam.events.checking import float_column, require_columns, require_no_object, unreadable

__all__ = ["arrays", "columns", "names"]


def names(path: Path, object_name: str | None = None) -> list[str]:
    """The names of the arrays, of any shape.

    Raises:
        InputError: damaged, or no npz archive.
    """
    require_no_object(path, object_name)
    with _archive(path) as archive:
        return list(archive)


def arrays(path: Path, wanted: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """The wanted arrays by name, as they are stored.

    Raises:
        InputError: an array missing or pickled; damaged, or no npz archive.
    """
    with _archive(path) as archive:
        require_columns(path, wanted, list(archive))
        return {name: archive[name] for name in wanted}


def columns(path: Path, wanted: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The wanted arrays by name, each float64 of shape (rows,).

    Raises:
        InputError: an array missing, not of one dimension or not numbers; damaged, or no npz archive.
    """
    require_no_object(path, object_name)
    return {name: float_column(path, name, values) for name, values in arrays(path, wanted).items()}


@contextmanager
def _archive(path: Path) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        with path.open("rb") as file:  # numpy leaves it open where the archive is damaged
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                found, remedy = "a single array without a name", "write it with numpy.savez(FILE, NAME=array)"
                raise InputError(f"read {path}", found, "an archive of named arrays", remedy)
            with archive:
                yield archive
    except (GloamError, MemoryError):
        raise
    except Exception as error:  # zipfile, zlib and numpy fail on damaged files in a dozen ways
        raise unreadable(path, "npz", error) from error
