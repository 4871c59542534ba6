"""Limits read back from the directory of a run."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["QUANTILES", "StoredLimits", "read_limits"]

QUANTILES = ("m2", "m1", "0", "p1", "p2")
"""How `limits.csv` names the quantiles Phi(-2) to Phi(2) of the limits expected without a signal."""

KINDS = {"real": "real data", "pseudo": "pseudo-data", "user": "data of the user"}


@dataclass(frozen=True, slots=True, eq=False)
class StoredLimits:
    """The limits of a run, one row for each channel and mass.

    Attributes:
        directory: of the run.
        channel: names, shape (h,).
        mass: in GeV, shape (h,).
        columns: all other numbers of `limits.csv`, NaN where a cell is empty, shape (h,) each.
        method: of the limits.
        level: of the limits, a fraction.
        summary: content of `summary.json`.
        date: of the run, year and month, or None.
    """

    directory: Path
    channel: npt.NDArray[np.str_]
    mass: FloatArray
    columns: Mapping[str, FloatArray]
    method: str
    level: float
    summary: Mapping[str, Any]
    date: str | None

    @property
    def title(self) -> str:
        """Of the run, in words."""
        return str(self.summary.get("title") or self.summary.get("search") or self.directory.name)

    @property
    def data_in_words(self) -> str:
        """What kind of data the limits were taken from."""
        return KINDS.get(str((self.summary.get("data") or {}).get("kind")), "data of unknown kind")

    def column(self, name: str) -> FloatArray:
        """One column, shape (h,).

        Raises:
            InputError: there is none of this name.
        """
        if name not in self.columns:
            raise InputError(f"column of {self.directory}/limits.csv", name, ", ".join(self.columns), "run it again")
        return self.columns[name]

    def expected(self, name: str) -> FloatArray:
        """The expected quantiles of a limited quantity, shape (h, 5)."""
        return np.column_stack([self.column(f"{name}_exp_{quantile}") for quantile in QUANTILES])


def read_limits(directory: Path) -> StoredLimits:
    """The limits in the directory of a run.

    Raises:
        InputError: if the files are not there, or are not those of a run.
    """
    table, summary = _table(directory / "limits.csv"), _document(directory / "summary.json")
    provenance = directory / "provenance.json"
    date = _document(provenance).get("date") if provenance.exists() else None
    try:
        numbers = {
            name: np.array([float(cell) if cell else np.nan for cell in cells])
            for name, cells in table.items()
            if name not in {"channel", "method"}
        }
        level = float(summary["limit"]["level"])
        channel, mass = np.array(table["channel"]), numbers.pop("mass")
    except (KeyError, TypeError, ValueError) as fault:
        asked = f"limits of the run in {directory}"
        raise InputError(asked, f"{type(fault).__name__}: {fault}", "files that gloam wrote", "run it again") from None
    method = table["method"][0] if table.get("method") else str(summary["limit"].get("method"))
    return StoredLimits(directory, channel, mass, numbers, method, level, summary, date and str(date)[:7])


def _table(path: Path) -> dict[str, list[str]]:
    """The cells of a CSV by column."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = [row for row in csv.reader(stream) if row]
        return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    except OSError as fault:
        raise _absent(path, fault) from None
    except ValueError:
        raise InputError(f"read {path}", "no table of limits", "a header and rows", "run it again") from None


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise _absent(path, fault) from None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InputError(f"read {path}", "no JSON document of a run", "one that gloam wrote", "run it again")
    return document


def _absent(path: Path, fault: OSError) -> InputError:
    allowed = "the directory of a run, with limits.csv and summary.json"
    return InputError(f"read {path}", fault.strerror or "an error", allowed, "name the directory given to --out")
