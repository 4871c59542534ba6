"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gloam.errors import InputError
from gloam.report.figures.style import style
from gloam.store import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["save_figure", "write_figure"]


_UNSAID: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
"""What a kind of file would say about the moment it was made."""


def save_figure(figure: Figure, directory: Path, stem: str) -> list[Path]:
    """The PNG and the PDF of a figure, written whole or not at all and without the time in them."""
    return [write_figure(figure, directory / f"{stem}.{kind}") for kind in _UNSAID]


def write_figure(figure: Figure, path: Path) -> Path:
    """The path of a figure in one file, PNG or PDF by its suffix, written whole or not at all.

    Raises:
        InputError: for another suffix.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _UNSAID:
        raise InputError("file of the figure", path.name, "a name that ends in .png or .pdf", "choose another name")
    with style():
        written = write_atomically(path, partial(figure.savefig, format=kind, metadata=_UNSAID[kind]))
        figure.set_layout_engine("none")  # the layout is found once, and is the same in all files
    return written
