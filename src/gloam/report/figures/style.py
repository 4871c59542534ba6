"""The style of all figures: mplhep's, at the size of a column, set for the moment of drawing only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gloam.errors import InputError, one_of
from gloam.report.words import data_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gloam.spectra import Spectrum

__all__ = [
    "BACKGROUND",
    "FIT",
    "GREY",
    "Palette",
    "data_label",
    "heading",
    "new_figure",
    "palette_of",
    "style",
]

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
    import matplotlib as mpl
    import mplhep
    from matplotlib.style import context

    # letters italic, digits upright: called so since matplotlib 3.11
    mathematics = {"mathtext.default": "normal" if mpl.__version_info__ >= (3, 11) else "it"}
    with context([mplhep.style.CMS, COLUMN | mathematics], after_reset=True):
        yield


def new_figure(width: float, height: float, **padding: Any) -> Figure:
    """An empty figure of this size in inches, with the padding of the constrained layout."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(**padding))


def heading(axes: Axes, title: str, spectrum: Spectrum | None, width: float, size: float = 9.5) -> None:
    """Writes above the axes the title and, where a spectrum is given, whose data these are.

    Args:
        axes: below the heading.
        title: in words.
        spectrum: its origin is stated; None: no line for it.
        width: that the text may take, in inches.
        size: of the letters in points.
    """
    above = 5.0
    if spectrum is not None:
        label = axes.annotate(data_label(spectrum, width, size), (0, 1), (0, above), **_OFFSET, fontsize=size)
        label.set_in_layout(False)
        above += 1.45 * size
    title = _shortened(title, "", 0.85 * width, size + 1)
    # the layout keeps room for the title; it would also make the axes as narrow as a long label is wide
    axes.annotate(title, (0, 1), (0, above), **_OFFSET, fontsize=size + 1, fontweight="bold")


def data_label(spectrum: Spectrum, width: float, size: float) -> str:
    """What kind of data these are, their source and luminosity; the source is shortened if it takes too many inches."""
    luminosity = None if spectrum.origin is None else spectrum.origin.luminosity_fb
    ending = "" if luminosity is None else rf", {luminosity:g} $\mathrm{{fb^{{-1}}}}$"
    return _shortened(data_in_words(spectrum).replace("$", r"\$"), ending, width, size)


def _shortened(text: str, ending: str, width: float, size: float) -> str:
    """The text and its ending, with letters left out in the middle of the text until it is narrow enough."""
    from matplotlib.textpath import TextPath

    def with_letters(kept: int) -> str:
        return text if kept >= len(text) else f"{text[: kept // 2]}...{text[len(text) - kept // 2 :]}"

    def too_wide(kept: int) -> bool:
        return bool(TextPath((0, 0), with_letters(kept) + ending, size=size).get_extents().width > 72 * width)

    if too_wide(len(text)):
        return with_letters(bisect_left(range(len(text)), True, key=too_wide) - 1) + ending
    return text + ending


_OFFSET: dict[str, Any] = {
    "xycoords": "axes fraction", "textcoords": "offset points", "ha": "left", "va": "bottom", "annotation_clip": False,
}  # fmt: skip
