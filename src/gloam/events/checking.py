"""What makes a column of a file unusable, and the message that says so; shared by all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["float_column", "require_columns", "require_file", "require_no_object", "shortened", "unreadable"]


def shortened(names: Iterable[str], most: int = 30) -> str:
    """The names as one readable line, cut after `most` of them."""
    listed = list(names)
    rest = f", ... ({len(listed) - most} more)" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest if listed else "nothing"


def require_file(path: Path) -> None:
    """Nothing if a file lies at the path.

    Raises:
        InputError: there is none, or it is a folder.
    """
    if path.is_dir():
        raise InputError(f"read {path}", "a folder", "a file", "name one file inside it")
    if not path.exists():
        near = get_close_matches(path.name, [entry.name for entry in _siblings(path)], n=1)
        hint = f"; perhaps {path.with_name(near[0])} is meant" if near else ""
        raise InputError(f"read {path}", "no such file", "a file that exists", f"check the path{hint}")


def _siblings(path: Path) -> list[Path]:
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []


def require_no_object(path: Path, object_name: str | None) -> None:
    """Nothing if no object inside the file was asked for: formats that hold a single table have none.

    Raises:
        InputError: an object was named.
    """
    if object_name is not None:
        raise InputError(
            f"read object '{object_name}' of {path}",
            f"a {path.suffix} file, which holds one table only",
            "an object name after a colon for ROOT files and UHI JSON",
            f"write {path} alone",
        )


def require_columns(path: Path, wanted: Sequence[str], available: Sequence[str]) -> None:
    """Nothing if every wanted column is there exactly once.

    Raises:
        InputError: the first one missing (with the closest name) or ambiguous.
    """
    for name in wanted:
        asked = f"read column '{name}' of {path}"
        if name not in available:
            same_but_case = [have for have in available if have.lower() == name.lower()]
            near = same_but_case or get_close_matches(name, available, n=1)
            remedy = f"perhaps '{near[0]}' is meant" if near else "name one of these columns"
            raise InputError(asked, "no such column", f"one of {shortened(available)}", remedy)
        if available.count(name) > 1:
            found = f"{available.count(name)} columns of that name"
            raise InputError(asked, found, "one", "give the columns different names in the header")


def float_column(path: Path, name: str, values: npt.NDArray[Any]) -> FloatArray:
    """The column as float64, shape (rows,).

    Raises:
        InputError: more than one number per row (jagged or array-valued), or not numbers.
    """
    asked = f"read column '{name}' of {path}"
    if values.ndim == 1 and values.dtype.kind in "biuf":
        return np.ascontiguousarray(values, dtype=np.float64)
    if values.dtype.kind in "SUT":
        raise InputError(asked, "text", "numbers", "choose a column of numbers")
    if values.ndim == 0:
        found = "a single number"
    elif values.ndim > 1:
        found = f"an array of shape {values.shape}"
    else:
        found = f"a jagged or structured column (type {values.dtype})"
    remedy = "write a flat column first, for example only the first candidate of each event"
    raise InputError(asked, found, "one number per row", remedy)


def unreadable(path: Path, form: str, error: Exception) -> InputError:
    """The fault to raise where a library failed on a file: truncated, damaged, or of another format."""
    first_line = (str(error).strip().splitlines() or [""])[0]
    reason = f"a file that cannot be read as {form} ({type(error).__name__}: {first_line[:160]})"
    remedy = "it is truncated, damaged or of another format: copy or write it again"
    return InputError(f"read {path}", reason, f"a complete {form} file", remedy)
