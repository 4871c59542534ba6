"""Columns of NumPy archives: named arrays of one dimension, never unpickled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import GloamError, InputError
from gloam.events.checking import float_column, require_columns, require_no_object, unreadable

__all__ = ["arrays", "columns", "names", "write"]


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


def write(stream: BinaryIO, batches: Iterable[Mapping[str, npt.NDArray[Any]]], about: Callable[[], str]) -> None:
    """Write the columns of all batches as one array each, and the text `about`.

    An archive holds one array after the other, batches come with all of them: each column waits in a file of its own.
    """
    import zipfile

    with ExitStack() as stack:
        parts: dict[str, tuple[IO[bytes], np.dtype[Any]]] = {}
        rows = 0
        for batch in batches:
            for name, values in batch.items():
                if name not in parts:
                    parts[name] = stack.enter_context(_waiting_room()), values.dtype
                parts[name][0].write(np.ascontiguousarray(values).data)
            rows += len(next(iter(batch.values())))
        with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
            for name, (part, kind) in parts.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    _copy(part, member, kind, rows)
            with archive.open("about.npy", "w") as member:
                np.lib.format.write_array(member, np.array(about()), allow_pickle=False)


def _waiting_room() -> IO[bytes]:
    from tempfile import TemporaryFile

    return TemporaryFile()


def _copy(part: IO[bytes], member: IO[bytes], kind: np.dtype[Any], rows: int) -> None:
    from shutil import copyfileobj

    part.seek(0)
    header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": (rows,)}
    np.lib.format.write_array_header_1_0(member, header)
    copyfileobj(part, member, 2**20)


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
