"""Tables of results as a submission to HEPData."""

from __future__ import annotations

import gzip
import tarfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.store import write_atomically

__all__ = ["Column", "SubmissionTable", "write_submission"]

DIGITS = 6
"""Significant digits of the values."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One variable of a table.

    Attributes:
        name: as it is shown, which may hold $mathematics$.
        unit: of the values; empty without one.
        values: shape (n,).
        errors: by label, distances down and up from the values, shapes (2, n).
        qualifiers: what holds for all values, such as the confidence level.
    """

    name: str
    unit: str
    values: FloatArray
    errors: dict[str, FloatArray] = field(default_factory=dict)
    qualifiers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class SubmissionTable:
    """One table.

    Attributes:
        name: short, different from that of other tables.
        description: what it holds and how it was made.
        independent: variables such as the mass.
        dependent: what was found, one value for each of the independent ones.
        observables: keywords of HEPData, such as "CLS".
    """

    name: str
    description: str
    independent: tuple[Column, ...]
    dependent: tuple[Column, ...]
    observables: tuple[str, ...] = ()


def write_submission(tables: Sequence[SubmissionTable], comment: str, directory: Path) -> Path:
    """The archive to upload, beside the files that it holds: `submission.yaml` and one file for each table.

    Args:
        tables: at least one.
        comment: on the submission as a whole.
        directory: made if it does not exist.

    Raises:
        InputError: if the extra `export` is not installed.
    """
    library = _library()
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.yaml"):
        old.unlink()  # tables are appended to what is there
    submission = directory / "submission.yaml"
    import yaml  # comes with hepdata_lib

    submission.write_text(yaml.safe_dump({"comment": comment}, explicit_start=True))
    for table in tables:
        _table(library, table).write_output(str(directory))
    return _archive(sorted(directory.glob("*.yaml")), directory / "submission.tar.gz")


def _archive(files: Sequence[Path], path: Path) -> Path:
    """One archive of all files, the same whenever it is made."""
    block = BytesIO()
    with tarfile.open(fileobj=block, mode="w") as archive:
        for file in files:
            content = file.read_bytes()
            entry = tarfile.TarInfo(file.name)
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return write_atomically(path, lambda stream: stream.write(gzip.compress(block.getvalue(), mtime=0)))


def _library() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what it would need to draw figures
            import hepdata_lib
    except ImportError:
        remedy = 'install it with: pip install "gloam[export]"'
        raise InputError("export to HEPData", "hepdata_lib is not installed", "the extra `export`", remedy) from None
    return hepdata_lib


def _table(library: Any, table: SubmissionTable) -> Any:
    made = library.Table(table.name)
    made.description = table.description
    made.location = "Data of this submission"
    made.keywords["observables"] = list(table.observables)
    for column in table.independent:
        made.add_variable(_variable(library, column, independent=True))
    for column in table.dependent:
        made.add_variable(_variable(library, column, independent=False))
    return made


def _variable(library: Any, column: Column, *, independent: bool) -> Any:
    variable = library.Variable(column.name, is_independent=independent, is_binned=False, units=column.unit)
    variable.digits = DIGITS
    variable.values = column.values.tolist()
    for name, value in column.qualifiers.items():
        variable.add_qualifier(name, value)
    for label, (down, up) in column.errors.items():
        symmetric = bool(np.array_equal(down, up))
        error = library.Uncertainty(label, is_symmetric=symmetric)
        error.values = up.tolist() if symmetric else list(zip((-down).tolist(), up.tolist(), strict=True))
        variable.add_uncertainty(error)
    return variable
