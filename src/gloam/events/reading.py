"""Reading columns of events: one function for all formats, chosen by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gloam.arrays import FloatArray
from gloam.blinding import BlindRecord, Found, find_records, has_rows, is_same_column, visible_part
from gloam.errors import InputError, one_of
from gloam.events import comma_separated, lhe, npz, parquet, root
from gloam.events.checking import require_file

__all__ = ["blinded_columns", "column_names", "read_columns", "stored_columns"]


@dataclass(frozen=True, slots=True)
class _Format:
    names: Callable[[Path, str | None], list[str]]
    columns: Callable[[Path, Sequence[str], str | None], dict[str, FloatArray]]


_CSV = _Format(comma_separated.names, comma_separated.columns)
_FORMATS = {
    ".csv": _CSV,
    ".txt": _CSV,
    ".npz": _Format(npz.names, npz.columns),
    ".root": _Format(root.names, root.columns),
    ".parquet": _Format(parquet.names, parquet.columns),
    ".lhe": _Format(lhe.names, lhe.columns),
    ".lhe.gz": _Format(lhe.names, lhe.columns),
}


def read_columns(path: Path | str, names: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    r"""The named columns of a file of events, each float64 of shape (rows,), in the units of the file.

    NaN and infinities pass; whoever fills or fits the values judges them. Of blinded data, where they may be read at
    all (see `gloam.blinding.masked_reading`), the rows that are hidden are left out of every column.

    Args:
        path: a .csv or .txt (header line, commas), .npz, .root (TTree, RNTuple) or .parquet file; or .lhe or .lhe.gz,
            which has a row for each particle, with the columns of `JaggedEvents.columns`.
        names: the columns wanted; no other column is read.
        object_name: the tree inside a ROOT file; needed where there are several.

    Raises:
        InputError: no such file, format, object or column; no rows; a damaged file; a cell, branch or
            array that is not one number per row; blinded data.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "events.csv")
        ...     _ = path.write_text("run, M\n1, 3.10\n2, 9.46\n")
        ...     read_columns(path, ["M"])
        {'M': array([3.1 , 9.46])}
    """
    path = Path(path)
    found = blinded_columns(path, object_name)
    masks = visible_part(path, found, can_mask=lambda each: each.column is not None)
    columns = stored_columns(path, names, object_name)
    if not masks:
        return columns
    shown = np.ones(next(iter(columns.values())).size, np.bool_)
    for each in masks:
        named = str(each.column)
        values = columns[named] if named in columns else stored_columns(path, [named], object_name)[named]
        shown &= each.record.visible_rows(values)
    return {name: values[shown] for name, values in columns.items()}


def blinded_columns(path: Path, object_name: str | None = None) -> list[Found]:
    """The records of blinded data that a file of events belongs to, open ones too, under whichever name and format.

    Args:
        path: a file as for `read_columns`.
        object_name: the tree inside a ROOT file.
    """

    def column_of(record: BlindRecord) -> str | None:
        """The column of the record in this file, most likely of the same name; None where it is not there."""
        if record.column is None:
            return None
        for name in sorted(column_names(path, object_name), key=lambda name: name != record.column):
            values = _numbers(path, name, object_name)
            if values is not None and is_same_column(record.mark, values):
                return name
            if values is not None and not has_rows(record.mark, values.size) and path.suffix.lower() != ".npz":
                return None  # all columns of a table are of one length
        return None

    return find_records(path, column_of)


def _numbers(path: Path, name: str, object_name: str | None) -> FloatArray | None:
    """A column; None where it does not hold one number in each row."""
    try:
        return stored_columns(path, [name], object_name)[name]
    except InputError:
        return None


def stored_columns(path: Path, names: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The columns as they are in the file, without regard to who may look at them; arguments as for `read_columns`."""
    columns = _format_of(path).columns(path, names, object_name)
    lengths = {name: values.size for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        remedy = "write arrays of one length, or read one column at a time"
        raise InputError(f"read rows of {path}", f"different lengths: {listed}", "one length", remedy)
    if 0 in lengths.values():
        asked = f"read {', '.join(repr(name) for name in names)} of {path}"
        raise InputError(asked, "no rows", "at least one row", "check how the file was made")
    return columns


def column_names(path: Path | str, object_name: str | None = None) -> list[str]:
    r"""The names of the columns of a file of events, in the order of the file.

    Args:
        path: a file as for `read_columns`.
        object_name: the tree inside a ROOT file; needed where there are several.

    Raises:
        InputError: no such file, format or object; a damaged file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "events.csv")
        ...     _ = path.write_text("run, M\n1, 3.10\n")
        ...     column_names(path)
        ['run', 'M']
    """
    path = Path(path)
    return _format_of(path).names(path, object_name)


def _format_of(path: Path) -> _Format:
    require_file(path)
    packed = path.suffix.lower() == ".gz"
    form = _FORMATS.get("".join(path.suffixes[-2:] if packed else path.suffixes[-1:]).lower())
    if form is None:
        found = f"the suffix '{path.suffix}'" if path.suffix else "a name without suffix"
        remedy = "write the events in one of these formats, and name the file so"
        raise InputError(f"read columns of {path}", found, one_of(_FORMATS), remedy)
    return form
