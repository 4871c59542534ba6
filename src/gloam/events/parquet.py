"""Columns of Parquet files, where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import GloamError, InputError
from gloam.events.checking import float_column, require_columns, require_no_object, unreadable

__all__ = ["columns", "names", "write"]


def names(path: Path, object_name: str | None = None) -> list[str]:
    """The column names.

    Raises:
        InputError: damaged, no Parquet file, or pyarrow is not installed.
    """
    require_no_object(path, object_name)
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def columns(path: Path, wanted: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The wanted columns by name, each float64 of shape (rows,); a null becomes NaN.

    Raises:
        InputError: a column missing, nested or not numbers; damaged, no Parquet file, or pyarrow is not
            installed.
    """
    require_no_object(path, object_name)
    with _opened(path) as file:
        require_columns(path, wanted, list(file.schema_arrow.names))
        table = file.read(columns=list(wanted))
        return {name: _column(path, name, table[name]) for name in wanted}


def write(stream: BinaryIO, batches: Iterable[Mapping[str, npt.NDArray[Any]]], about: Callable[[], str]) -> None:
    """Write every batch as a row group, and the text `about` into the metadata of the file.

    Raises:
        InputError: pyarrow is not installed.
    """
    parquet = _pyarrow("write a Parquet file")
    import pyarrow as pa

    writer = None
    try:
        for batch in batches:
            table = pa.table(dict(batch))
            writer = writer or parquet.ParquetWriter(stream, table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.add_key_value_metadata({"about": about()})
    finally:
        if writer is not None:
            writer.close()


def _pyarrow(asked: str) -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        remedy = 'install it with: pip install "gloam[parquet]"'
        raise InputError(asked, "no pyarrow here", "Parquet where pyarrow is", remedy) from error
    return parquet


def _column(path: Path, name: str, column: Any) -> FloatArray:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return float_column(path, name, np.empty(0, dtype=str))
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return float_column(path, name, np.empty(0, dtype=object))
    return float_column(path, name, column.to_numpy())


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    parquet = _pyarrow(f"read {path}")
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (GloamError, MemoryError):
        raise
    except Exception as error:  # pyarrow maps faults of the file to many exceptions
        raise unreadable(path, "Parquet", error) from error
