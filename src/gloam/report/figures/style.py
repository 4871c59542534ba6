"""The style of all figures: mplhep's, at the size of a column, set for the moment of drawing only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gloam.errors import InputError, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gloam.spectra import Spectrum

__all__ = ["BACKGROUND", "FIT", "GREY", "Palette", "heading", "new_figure", "palette_of", "style"]

FIT, BACKGROUND, GREY = "#bd1f01", "#3f90da", "#717581"
"""Colours of M. Petroff (arXiv:2107.02270), told apart with any colour vision and in grey."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the bands that hold 68 % and 95 % of the expected limits."""

    inner: str
    outer: str


PALETTES = {"hep": Palette("#5cc46a", "#ffdf66"), "colour-blind": Palette("#7fb2e5", "#fbd3a1")}

COLUMN: dict[str, Any] = {
    "font.size": 10, "axes.labelsize": 11.5, "xtick.labelsize": 10, "ytick.labelsize": 10, "legend.fontsize": 9.5,
    "axes.linewidth": 0.9, "lines.linewidth": 1.3, "patch.linewidth": 1.3, "legend.borderpad": 0.2,
    "legend.borderaxespad": 0.6, "legend.labelspacing": 0.35, "legend.handlelength": 1.7, "legend.columnspacing": 1.4,
    "xtick.major.size": 5, "xtick.minor.size": 2.5, "ytick.major.size": 5, "ytick.minor.size": 2.5,
    "xtick.major.pad": 4, "ytick.major.pad": 4, "figure.dpi": 150, "savefig.dpi": 150, "pdf.fonttype": 3,
}  # fmt: skip


def palette_of(name: str) -> Palette:
    """The palette of this name.

    Raises:
        InputError: there is none.
    """
    if name not in PALETTES:
        raise InputError("palette of the figures", name, one_of(PALETTES), "choose one of these")
    return PALETTES[name]


@contextmanager
def style() -> Iterator[None]:
    """The style, whatever the user's own settings are; they are back afterwards."""
    import matplotlib.style
    import mplhep

    with matplotlib.style.context([mplhep.style.CMS, COLUMN], after_reset=True):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def heading(axes: Axes, title: str, spectrum: Spectrum | None, size: float = 9.5) -> None:
    """Writes above the axes the title and, where a spectrum is given, whose data these are."""
    above = 5.0
    if spectrum is not None:
        axes.annotate(data_label(spectrum), (0, 1), (0, above), **_OFFSET, fontsize=size)
        above += 1.4 * size
    axes.annotate(title, (0, 1), (0, above), **_OFFSET, fontsize=size + 1, fontweight="bold")


def data_label(spectrum: Spectrum, longest: int = 80) -> str:
    """What kind of data these are, their source and luminosity, for a figure."""
    from gloam.report.words import data_in_words

    text = data_in_words(spectrum)
    if len(text) > longest:
        kept = (longest - 3) // 2
        text = f"{text[:kept]}...{text[-kept:]}"
    text = text.replace("$", r"\$")
    luminosity = None if spectrum.origin is None else spectrum.origin.luminosity_fb
    return text if luminosity is None else rf"{text}, {luminosity:.4g} $\mathrm{{fb}}^{{-1}}$"


_OFFSET: dict[str, Any] = {
    "xycoords": "axes fraction", "textcoords": "offset points", "ha": "left", "va": "bottom", "annotation_clip": False,
}  # fmt: skip
