"""A search package of the user's: a small declaration with pseudo-data and a test, which runs at once."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template

import numpy as np

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.store import write_atomically

__all__ = ["new_search"]

PLACES = {
    "declaration": "src/{name}/__init__.py",
    "test": "tests/test_{name}.py",
    "pyproject": "pyproject.toml",
    "readme": "README.md",
}
"""Of each template."""

EVENTS, SIGNAL, MASS, WIDTH = 20_000, 150, 1.7, 0.01


def new_search(name: str, directory: Path) -> list[Path]:
    """The files of a new search package.

    Args:
        name: of the search, of the module and of the package.
        directory: of the package; made, must not exist or be empty.

    Raises:
        InputError: for a name that a module cannot have or that is taken, or a directory that holds something.
    """
    _require_name(name)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(f"write {directory}", "something that is there", "a new directory", "choose another --out")
    written = []
    for template, place in PLACES.items():
        text = Template(_text(template)).substitute(name=name)
        written.append(_write(directory / place.format(name=name), text.encode()))
    written.append(_write(directory / f"src/{name}/events.npz", _pseudo_events(name)))
    for file, text in _metadata(name).items():
        written.append(_write(directory / f"src/{name}.egg-info" / file, text.encode()))
    return written


def _require_name(name: str) -> None:
    from gloam.searches import search_names

    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        allowed = "a-z, 0-9 and _, a letter first"
        raise InputError("name of a search", repr(name), allowed, "write it as a Python module is called")
    if name in search_names() or name in sys.stdlib_module_names or name == "gloam":
        raise InputError("name of a search", repr(name), "a name that is not taken", "choose another one")


def _metadata(name: str) -> Mapping[str, str]:
    """What `pip install -e .` writes too: with it PYTHONPATH=src is enough for the search to be found."""
    return {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n",
        "entry_points.txt": f"[gloam.searches]\n{name} = {name}:SEARCH\n",
    }


def _pseudo_events(name: str) -> bytes:
    """A falling spectrum from 1 to 3 GeV with a peak."""
    random = random_stream(0, f"gloam new {name}")
    falling = 1 - np.log(1 - random.random(EVENTS) * (1 - np.exp(-2.0)))
    stream = BytesIO()
    np.savez(stream, M=random.permutation(np.append(falling, random.normal(MASS, WIDTH, SIGNAL))))
    return stream.getvalue()


def _text(template: str) -> str:
    return files("gloam.workflow").joinpath("search_template", f"{template}.txt").read_text(encoding="utf-8")


def _write(path: Path, content: bytes) -> Path:
    return write_atomically(path, lambda stream: stream.write(content))
