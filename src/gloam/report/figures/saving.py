"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gloam.report.figures.style import style
from gloam.store import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["save_figure"]


def save_figure(figure: Figure, directory: Path, stem: str) -> list[Path]:
    """The PNG and the PDF of a figure, written whole or not at all and without the time in them."""
    metadata: dict[str, dict[str, None]] = {
        "png": {"Software": None},
        "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    }
    written = []
    with style():
        for kind, unsaid in metadata.items():
            save = partial(figure.savefig, format=kind, metadata=unsaid)
            written.append(write_atomically(directory / f"{stem}.{kind}", save))
            figure.set_layout_engine("none")  # the layout is found once, and is the same in all files
    return written
