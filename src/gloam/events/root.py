"""Columns of ROOT files: flat branches of a TTree, flat fields of an RNTuple."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import GloamError, InputError
from gloam.events.checking import float_column, require_columns, shortened, unreadable

__all__ = ["columns", "is_tree", "names", "object_class", "object_classes", "opened", "write"]


def names(path: Path, object_name: str | None = None) -> list[str]:
    """The names of the branches of the tree, nested ones with their path.

    Raises:
        InputError: damaged file, no such tree, or several and none chosen.
    """
    with opened(path) as file:
        return list(_tree(path, file, object_name).keys())


def columns(path: Path, wanted: Sequence[str], object_name: str | None = None) -> dict[str, FloatArray]:
    """The wanted branches by name, each float64 of shape (rows,).

    Raises:
        InputError: a branch missing, jagged or not numbers; damaged file, no such tree, or several and
            none chosen.
    """
    with opened(path) as file:
        tree = _tree(path, file, object_name)
        require_columns(path, wanted, list(tree.keys()))
        # one by one: tree.arrays() would take the names for formulas
        return {name: float_column(path, name, tree[name].array(library="np")) for name in wanted}


def write(stream: BinaryIO, batches: Iterable[Mapping[str, npt.NDArray[Any]]], about: Callable[[], str]) -> None:
    """Write all batches into flat branches of the TTree `events`, and the text `about` beside it."""
    import uproot

    with uproot.recreate(stream) as file:
        tree = None
        for batch in batches:
            tree = tree or file.mktree("events", {name: values.dtype for name, values in batch.items()})
            tree.extend(dict(batch))
        file["about"] = about()


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The ROOT file opened by uproot; what uproot cannot read becomes an InputError.

    Raises:
        InputError: truncated or damaged, or no ROOT file.
    """
    import uproot

    try:
        with uproot.open(path) as file:
            end, size = int(file.file.fEND), path.stat().st_size
            if end > size:  # the directory may survive a cut that loses data
                found = f"{size} of {end} bytes: a truncated ROOT file"
                raise InputError(f"read {path}", found, "a complete ROOT file", "copy it again")
            yield file
    except (GloamError, MemoryError):
        raise
    except Exception as error:  # uproot fails on damaged files in whichever way the damage leads
        raise unreadable(path, "ROOT", error) from error


def object_classes(file: Any) -> dict[str, str]:
    """The class of every object of an opened file by its name, folders left out."""
    found: dict[str, str] = file.classnames(recursive=True, cycle=False)
    return {name: kind for name, kind in found.items() if not kind.startswith("TDirectory")}


def object_class(path: Path, file: Any, object_name: str) -> str:
    """The class of one object of an opened file; a cycle (';1') in its name is allowed.

    Raises:
        InputError: no such object.
    """
    classes = object_classes(file)
    kind = classes.get(object_name.partition(";")[0].strip("/"))
    if kind is None:
        listed = shortened(f"{name} ({kind})" for name, kind in classes.items())
        asked = f"read object '{object_name}' of {path}"
        raise InputError(asked, "no such object", f"one of {listed}", f"write {path}:OBJECT")
    return kind


def is_tree(kind: str) -> bool:
    """Whether objects of this ROOT class hold events."""
    return kind in {"TTree", "TChain", "TNtuple", "TNtupleD"} or kind.endswith("RNTuple")


def _tree(path: Path, file: Any, object_name: str | None) -> Any:
    if object_name is not None:
        kind = object_class(path, file, object_name)
        if not is_tree(kind):
            asked = f"read columns of '{object_name}' of {path}"
            raise InputError(asked, f"a {kind}", "a TTree or RNTuple", "a histogram is read without a column")
        return file[object_name]
    classes = object_classes(file)
    trees = [name for name, kind in classes.items() if is_tree(kind)]
    if len(trees) == 1:
        return file[trees[0]]
    asked = f"read columns of {path}"
    if not trees:
        found = shortened(f"{name} ({kind})" for name, kind in classes.items())
        raise InputError(asked, found, "a TTree or RNTuple", "a histogram is read without a column")
    raise InputError(asked, f"several trees: {shortened(trees)}", "one", f"choose one: {path}:{trees[0]}")
