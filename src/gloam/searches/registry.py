"""Where searches are found: in this package and through the entry points `gloam.searches`."""

from __future__ import annotations

import difflib
import sys
from importlib import import_module, metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeAlias

from gloam.errors import InputError
from gloam.searches.counting import CountingSearch
from gloam.searches.declaration import Search
from gloam.searches.faults import collected_faults, faults_in_words
from gloam.searches.on_off import OnOffSearch

__all__ = ["AnySearch", "load_search", "room_folder", "search_names"]

AnySearch: TypeAlias = Search | CountingSearch | OnOffSearch
"""What a room declares."""

GROUP = "gloam.searches"

BUILT_IN = tuple(sorted(found.name for found in iter_modules([str(Path(__file__).parent)]) if found.ispkg))
"""The rooms beside this file: each is a folder."""


def search_names() -> list[str]:
    """The names of all searches, built in or installed; none is imported."""
    return sorted({*BUILT_IN, *(point.name for point in metadata.entry_points(group=GROUP))})


def load_search(name: str) -> AnySearch:
    """The declaration of a search.

    Raises:
        InputError: if there is no search of this name, or its declaration has faults (all are listed).

    Example:
        >>> load_search("cms_dimuon").experiment
        'CMS at the LHC (Open Data, dimuon samples)'
    """
    room, attribute = _room(name)
    broken: Exception | None = None
    declared: object = None
    with collected_faults() as all_faults:
        try:
            declared = getattr(import_module(room), attribute)
        except Exception as fault:  # whatever the module of somebody else runs into
            if room.startswith("gloam.searches."):
                raise
            broken = fault
        faults = all_faults(declared)
    if faults:
        sys.modules.pop(room, None)  # so that it is checked again, and not taken for sound
        if broken is not None:
            faults.append(((room,), f"{type(broken).__name__}: {broken}"))
        found = faults_in_words(faults)
        raise InputError(f"declaration of search {name!r}", found, "a valid declaration", "correct these entries")
    if broken is not None:
        found = f"{room}: {type(broken).__name__}: {broken}"
        raise InputError(
            f"search {name!r}", found, f"a module with a {attribute}", "mend or reinstall its package"
        ) from broken
    if not isinstance(declared, Search | CountingSearch | OnOffSearch):
        found = f"{room}.{attribute} is a {type(declared).__name__}"
        raise InputError(f"search {name!r}", found, "a Search", "declare one")
    if declared.name != name:
        raise InputError(f"search {name!r}", f"a declaration of {declared.name!r}", "one name", "make them agree")
    return declared


def room_folder(name: str) -> Traversable:
    """The folder with the files of a search: that of its package, or the one its module lies in."""
    room, _ = _room(name)
    spec = find_spec(room)
    if spec is None or spec.origin is None:
        raise InputError(f"search {name!r}", f"no module {room}", "an installed one", "mend or reinstall its package")
    package = room if spec.submodule_search_locations is not None else spec.parent
    return files(package) if package else Path(spec.origin).parent


def _room(name: str) -> tuple[str, str]:
    """The module that declares a search, and what it is called there."""
    if name in BUILT_IN:
        return f"gloam.searches.{name}", "SEARCH"
    for point in metadata.entry_points(group=GROUP):
        if point.name == name:
            return point.module, point.attr or "SEARCH"
    names = search_names()
    close = difflib.get_close_matches(name, names, 1)
    remedy = f"did you mean {close[0]}?" if close else "`gloam list` shows them"
    raise InputError("search", repr(name), ", ".join(names), remedy)
