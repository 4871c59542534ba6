"""Columns of CSV files: a header line with the names, then numbers, separated by commas."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice, repeat
from pathlib import Path

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.events.checking import require_columns, require_no_object

__all__ = ["columns", "names"]

_ROWS_AT_ONCE = 50_000  # bounds the memory, whatever the length of the file


def names(path: Path, object_name: str | None = None) -> list[str]:
    """The column names in the header, spaces around them removed.

    Raises:
        InputError: no header line, or not text.
    """
    require_no_object(path, object_name)
    with _lines(path) as lines:
        return _header(path, lines)[0]


def columns(path: Path, wanted: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The wanted columns by name, each float64 of shape (rows,); cells of other columns are not looked at.

    Quoted cells, a byte-order mark, any line ending, blank lines and comment lines ('#') before the
    first row are understood; so is a header that is itself a comment, as `numpy.savetxt` writes it.

    Raises:
        InputError: a column missing, a row with too few or too many cells, or a cell that is no number,
            with its line.
    """
    require_no_object(path, object_name)
    with _lines(path) as lines:
        header, line, rows = _header(path, lines)
        require_columns(path, wanted, header)
        positions = [header.index(name) for name in wanted]
        blocks = [np.empty((0, len(positions)))]
        while block := list(islice(rows, _ROWS_AT_ONCE)):
            try:
                blocks.append(_numbers(block, len(header), positions))
            except ValueError as error:
                raise _bad_row(path, block, line, header, positions) from error
            line += len(block)
    table = np.concatenate(blocks)
    return {name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(wanted)}


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 text (position {error.start})"
        raise InputError(f"read {path}", found, "CSV in UTF-8", "save it as UTF-8 text") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"read {path}", reason, "a readable file", "check its permissions") from error


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([row], skipinitialspace=True), [])]


def _header(path: Path, lines: Iterator[str]) -> tuple[list[str], int, Iterator[str]]:
    """The names, the number (from 1) of the first line of data, and the lines from there on."""
    comment: list[str] = []
    for number, row in enumerate(lines, start=1):
        if not row.strip():
            continue
        if row.startswith("#"):
            comment = _cells(row.lstrip("#"))
            continue
        cells = _cells(row)
        if not any(_is_number(cell) for cell in cells):
            return cells, number + 1, lines
        if len(comment) == len(cells):
            return comment, number, chain([row], lines)
        found = f"numbers ({row.strip()[:60]})"
        asked = f"read the header of {path} (line {number})"
        raise InputError(asked, found, "column names, separated by commas", "add a first line with the names")
    allowed = "a line with the column names, then rows"
    raise InputError(f"read the header of {path}", "no rows: an empty file", allowed, "check the file")


def _numbers(block: list[str], width: int, positions: list[int]) -> FloatArray:
    """The cells at the positions, shape (rows, positions).

    Raises:
        ValueError: some row is ragged or some cell no number; which one is left to `_bad_row`.
    """
    rows = [row for row in block if not row.isspace()]
    if not rows:
        return np.empty((0, len(positions)))
    if any(map(str.__contains__, rows, repeat('"'))):
        parsed = list(csv.reader(rows, skipinitialspace=True))
        if any(len(cells) != width for cells in parsed):
            raise ValueError
        return np.array([[cells[i] for i in positions] for cells in parsed]).astype(np.float64)
    # loadtxt with usecols accepts ragged rows; without quotes the commas tell
    if set(map(str.count, rows, repeat(","))) != {width - 1}:
        raise ValueError
    return np.loadtxt(rows, delimiter=",", usecols=positions, comments=None, ndmin=2, dtype=np.float64)


def _bad_row(path: Path, block: list[str], line: int, header: list[str], positions: list[int]) -> InputError:
    for number, row in enumerate(block, start=line):
        cells = _cells(row)
        if row.isspace():
            continue
        if len(cells) != len(header):
            allowed = f"{len(header)} cells, as in the header"
            return InputError(f"read {path}, line {number}", f"{len(cells)} cells", allowed, "mend that line")
        for i in positions:
            if not _is_number(cells[i]):
                asked = f"read column '{header[i]}' of {path}, line {number}"
                found = f"'{cells[i]}'" if cells[i] else "an empty cell"
                return InputError(asked, found, "a number", "mend that line, or choose a column of numbers")
    asked = f"read {path}, lines {line} to {line + len(block) - 1}"
    return InputError(asked, "cells in an unusual notation", "plain numbers", "write them like 1.5 or 2e-3")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
