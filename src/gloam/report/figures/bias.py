"""Figures of toys with a known signal: pulls and linearity of the fitted yield, coverage of limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.report.figures.significance import MASS_LABEL
from gloam.report.figures.style import BACKGROUND, FIT, GREY, heading, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gloam.arrays import FloatArray, IntArray
    from gloam.statistics import Coverage, Estimate, ToyYields, YieldBias

__all__ = ["bias_figure", "coverage_figure", "linearity_figure"]

COLOURS = ("black", FIT, BACKGROUND, "#ffa90e", "#94a4a2", "#832db6")
MARKERS = ("o", "s", "^", "v", "D", "P")
"""Of signals and masses, told apart without colours too."""

TITLE: dict[str, Any] = {"alignment": "left", "title_fontsize": 9.5}

SPREAD = 0.35
"""Of the distance between two masses, over which the points of different signals lie beside each other."""


def bias_figure(found: ToyYields, bias: YieldBias, names: Sequence[str], title: str) -> Figure:
    """The figure of the mean (above) and the width (below) of the pulls at each mass.

    Args:
        found: the toys.
        bias: their biases.
        names: of the injected yields.
        title: in words.
    """
    order = np.argsort(found.mass)
    with style():
        figure = new_figure(6.4, 5.2, hspace=0.0, h_pad=0.03)
        upper, lower = figure.subplots(2, 1, sharex=True)
        for axes, estimate, expected in ((upper, bias.pull, 0.0), (lower, bias.pull_width, 1.0)):
            axes.axhline(expected, color=GREY, lw=0.9, ls="--")
            _draw_masses(axes, estimate, order, names)
        upper.set_ylabel("Mean of the pulls")
        lower.set_ylabel("Width of the pulls")
        lower.set_xlabel(MASS_LABEL)
        _label_masses(lower, found.mass[order])
        low, high = upper.get_ylim()
        upper.set_ylim(low, low + (high - low) / 0.72)
        upper.legend(loc="upper left", ncols=4, title=rf"Injected $n_\mathrm{{sig}}$; {_toys(found)}", **TITLE)
        heading(upper, title, None, 5.8)
        figure.align_ylabels([upper, lower])
    return figure


def _draw_masses(axes: Axes, estimate: Estimate, order: IntArray, names: Sequence[str]) -> None:
    """Draws the estimates at equal distances, one mass after the other."""
    for number, name in enumerate(names):
        shift = SPREAD * (number / max(len(names) - 1, 1) - 0.5) if len(names) > 1 else 0.0
        axes.errorbar(
            np.arange(order.size) + shift, estimate.value[order, number], estimate.error[order, number], ls="",
            marker=MARKERS[number % 6], color=COLOURS[number % 6], ms=4, lw=1, label=name,
        )  # fmt: skip


def _toys(found: ToyYields | Coverage) -> str:
    """How many toys of what."""
    return f"{found.toys} toys each, {found.base}"


def _label_masses(axes: Axes, mass: FloatArray) -> None:
    axes.set_xlim(-0.6, mass.size - 0.4)
    axes.set_xticks(np.arange(mass.size), [f"{each:.4g}" for each in mass], rotation=90 if mass.size > 8 else 0)
    axes.minorticks_off()


def linearity_figure(found: ToyYields, title: str) -> Figure:
    """The figure of the mean deviation of the fitted yield against the injected one, in errors of one fit."""
    with style():
        figure = new_figure(6.4, 3.9)
        axes = figure.subplots()
        axes.axhline(0, color=GREY, lw=0.9, ls="--")
        few = found.mass.size <= len(COLOURS)
        for number, mass in enumerate(found.mass):
            sigma = np.nanstd(found.n_sig[number, found.n_injected[number].argmin()], ddof=1)
            deviation = np.nanmean(found.n_sig[number], axis=1) - found.n_true[number]
            toys = np.count_nonzero(np.isfinite(found.n_sig[number]), axis=1)
            error = np.nanstd(found.n_sig[number], axis=1, ddof=1) / np.sqrt(toys)
            order = np.argsort(found.n_injected[number])
            axes.errorbar(
                found.n_injected[number, order] / sigma, deviation[order] / sigma, error[order] / sigma, lw=1, ms=4,
                marker=MARKERS[number % 6] if few else "o", color=COLOURS[number % 6] if few else GREY,
                label=f"{mass:.4g} GeV" if few else (None if number else "Masses"),
            )  # fmt: skip
        axes.set_xlabel(r"Injected $n_\mathrm{sig}$ / $\sigma$")
        axes.set_ylabel(r"$\langle n_\mathrm{sig} - n_\mathrm{true} \rangle$ / $\sigma$")
        low, high = axes.get_ylim()
        axes.set_ylim(low, low + (high - low) / 0.72)
        axes.legend(loc="upper left", ncols=3, title=_toys(found).capitalize(), **TITLE)
        heading(axes, title, None, 5.8)
    return figure


def coverage_figure(found: Sequence[Coverage], title: str) -> Figure:
    """The figure of the coverage of the limits against the true yield, one curve for each mass."""
    rows = [(each, row) for each in found for row in range(each.mass.size)]
    largest = np.array([each.n_true[row].max() for each, row in rows])
    few = len(rows) <= len(COLOURS)
    with style():
        figure = new_figure(6.4, 3.9)
        axes = figure.subplots()
        axes.axhline(found[0].level, color=GREY, lw=0.9, ls="--", label=f"Level {found[0].level:g}")
        for number, (each, row) in enumerate(rows):
            order = np.argsort(each.n_true[row])
            value, low, high = (x[row, order] for x in (each.limits.value, each.limits.low, each.limits.high))
            errors = np.maximum([value - low, high - value], 0.0)
            axes.errorbar(
                each.n_true[row, order], value, errors, lw=1, ms=4,
                marker=MARKERS[number % 6] if few else "o", color=COLOURS[number % 6] if few else GREY,
                label=f"{each.mass[row]:.4g} GeV" if few else (None if number else "Masses"),
            )  # fmt: skip
        if largest.max() > 10 * max(largest.min(), 1e-9):
            axes.set_xscale("symlog", linthresh=max(float(largest.min()), 1.0))
        axes.set_xlabel(r"True $n_\mathrm{sig}$")
        axes.set_ylabel(f"Coverage of the limits ({found[0].method})")
        bottom = min(axes.get_ylim()[0], found[0].level - 0.02)
        axes.set_ylim(bottom, bottom + (1.005 - bottom) / 0.76)
        axes.set_yticks([tick for tick in axes.get_yticks() if bottom <= tick < 1.001])
        axes.minorticks_off()
        axes.legend(loc="upper left", ncols=4, title=_toys(found[0]).capitalize(), **TITLE)
        heading(axes, title, None, 5.8)
    return figure
