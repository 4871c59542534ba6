"""Figures of a selection by networks: outputs and cuts, cross sections against mass, boundary, importance, losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gloam.report.figures.significance import MASS_LABEL
from gloam.report.figures.style import BACKGROUND, FIT, GREY, heading, new_figure, style
from gloam.training.assessment import passes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

    from gloam.arrays import BoolArray, FloatArray
    from gloam.training.assessment import Comparison, NetworkReport, Reached

__all__ = ["network_figures"]

TICKS = (1e-6, 1e-4, 0.01, 0.1, 0.5, 0.9, 0.99, 1 - 1e-4, 1 - 1e-6)
TICK_NAMES = ("$10^{-6}$", "$10^{-4}$", "0.01", "0.1", "0.5", "0.9", "0.99", "$1-10^{-4}$", "$1-10^{-6}$")

WIDEST = 16
"""Logits up to which an axis is labelled by outputs."""

FEWEST = 8
"""Signal events in a cell of the boundary figure below which no fraction is drawn."""

CELLS = 32


def network_figures(report: NetworkReport) -> Iterator[tuple[str, Figure]]:
    """The figures of a selection by the stems of their files; those without content are left out."""
    yield "outputs", outputs_figure(report)
    yield "figure_of_merit", merit_figure(report)
    if len(report.names) > 1:
        yield "boundary", boundary_figure(report)
    yield "importance", importance_figure(report)
    if any(history.shape[0] > 1 for history in report.histories):
        yield "losses", losses_figure(report)
    if report.trained_on is not None:
        yield "overtraining", overtraining_figure(report.trained_on, report)


def outputs_figure(report: NetworkReport) -> Figure:
    """The outputs of signal and background in windows against mass, with the cuts."""
    scored, cuts = report.scored, report.cuts
    mass = scored.pairs.hypotheses.mass
    window = scored.pairs.group % mass.size
    low, high = np.quantile(scored.logit[scored.pairs.is_signal], (0.01, 0.99))
    low, high = min(low, cuts.smooth.min(), cuts.single - 1), max(high, cuts.smooth.max(), cuts.single + 1)
    edges = _borders(mass), np.linspace(low, high, 61)
    with style():
        figure = new_figure(6.4, 5.6)
        for axes, name, chosen in zip(
            figure.subplots(2, 1, sharex=True), ("Signal", "Background"),
            (scored.pairs.is_signal, ~scored.pairs.is_signal), strict=True,
        ):  # fmt: skip
            counted = np.histogram2d(
                mass[window[chosen]], np.clip(scored.logit[chosen], edges[1][0], edges[1][-1]), edges,
                weights=scored.pairs.weight[chosen],
            )[0]  # fmt: skip
            share = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1e-300)
            shown = axes.pcolormesh(*edges, np.where(share > 0, share, np.nan).T, cmap="Greys", norm="log",
                                    rasterized=True)  # fmt: skip
            figure.colorbar(shown, ax=axes, label="Part of the window", pad=0.01)
            axes.plot(mass, np.clip(cuts.each, edges[1][0], edges[1][-1]), "o", color=BACKGROUND, ms=3, ls="",
                      label="Best cut of each mass")  # fmt: skip
            axes.plot(mass, cuts.smooth, color=FIT, label="Smooth cut")
            axes.axhline(cuts.single, color="black", lw=1, ls="--", label="One cut")
            _output_axis(axes, edges[1])
            axes.annotate(name, (0.02, 0.06), xycoords="axes fraction", fontweight="bold",
                          bbox={"fc": "white", "ec": "none", "pad": 1.5, "alpha": 0.8})  # fmt: skip
        figure.axes[0].legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False
        )  # fmt: skip
        figure.axes[1].set_xlabel(MASS_LABEL)
    return figure


def merit_figure(report: NetworkReport) -> Figure:
    """The cross sections against mass, and their ratios to the best there is to compare with."""
    mass, found = report.scored.pairs.hypotheses.mass, report.reached
    unit = report.document["quantity"].removesuffix(", fb").capitalize()
    with style():
        figure = new_figure(6.4, 5.2, hspace=0.0, h_pad=0.03)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        reference, name = (found.each, "a cut of each mass") if report.baseline is None else (
            report.baseline.each, "cross entropy"
        )  # fmt: skip
        curves = [(found.single, "One cut", "black", "--"), (found.smooth, "Smooth cut", FIT, "-")]
        curves.append((found.each, "A cut of each mass", GREY, ":"))
        if report.baseline is not None:
            curves.append((report.baseline.each, "Cross entropy, a cut of each mass", BACKGROUND, "-."))
        for values, label, colour, line in curves:
            drawn = np.where(np.isfinite(values), values, np.nan)
            upper.plot(mass, drawn, color=colour, ls=line, label=label)
            lower.plot(mass, drawn / reference, color=colour, ls=line)
        upper.set_yscale("log")
        upper.set_ylabel(f"{unit} [fb]")
        upper.legend(loc="best")
        lower.axhline(1, color=GREY, lw=0.8)
        lower.set_ylabel(f"Over {name}" if report.baseline is None else "Over cross entropy")
        ratios = np.concatenate([found.single / reference, found.smooth / reference])
        ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
        lower.set_yscale("log")
        lower.set_ylim(max(0.9 * min(ratios.min(), 0.9), 0.3), min(1.1 * max(ratios.max(), 1.4), 3.3))
        _plain_ticks(upper, (1, 2, 3, 5, 10, 20, 30, 50))
        _plain_ticks(lower, (0.3, 0.5, 0.7, 1, 1.5, 2, 3))
        if report.over_baseline is not None:
            _draw_comparison(lower, mass, report.over_baseline)
        lower.set_xlabel(MASS_LABEL)
        heading(upper, "Selection by a network, independent events", None, 5.8)
        figure.align_ylabels([upper, lower])
    return figure


def _plain_ticks(axes: Axes, values: Sequence[float]) -> None:
    """Labels a logarithmic axis by these numbers, if three or more of them are on it."""
    low, high = axes.get_ylim()
    shown = [value for value in values if low <= value <= high]
    if len(shown) >= 3:
        axes.set_yticks(shown, [f"{value:g}" for value in shown])
        axes.yaxis.set_minor_formatter("")


def _draw_comparison(axes: Axes, mass: FloatArray, over: Comparison) -> None:
    """Draws the intervals of the ratios, and marks the worst mass."""
    axes.fill_between(mass, *np.nan_to_num([over.low, over.high], posinf=1e3), color=FIT, alpha=0.2, lw=0)
    value, low, high = over.largest
    if np.isfinite([value, low, high]).all():
        label = f"Worst mass, {mass[over.worst]:.3g} GeV, and 95 % intervals"
        bar = [[max(value - low, 0)], [max(high - value, 0)]]
        axes.errorbar(mass[over.worst], value, bar, fmt="o", color=FIT, ms=4, label=label)
        axes.legend(loc="upper left")


def boundary_figure(report: NetworkReport) -> Figure:
    """The part of the signal that is kept against the two most important features, in three ranges of mass."""
    pairs = report.scored.pairs
    mass = pairs.hypotheses.mass
    kept = passes(report.scored, report.cuts.smooth)
    first, second = np.sort(np.argsort(-report.importance)[:2])
    values = pairs.features[:, [first, second]].astype(float)
    low, high = np.quantile(values, (0.002, 0.998), axis=0)
    edges = np.linspace(low, high, CELLS + 1).T
    window = pairs.group % mass.size
    chosen = np.array_split(np.arange(mass.size), 3)
    with style():
        figure = new_figure(8.4, 3.3)
        panels = figure.subplots(1, 3, sharex=True, sharey=True)
        for axes, members in zip(panels, [each for each in chosen if each.size], strict=False):
            inside = np.isin(window, members)
            shown = _draw_boundary(axes, values, edges, inside, kept, pairs.is_signal)
            axes.set_title(f"{mass[members[0]]:.3g} to {mass[members[-1]]:.3g} GeV", fontsize=10)
            axes.set_xlabel(report.names[first].replace("_", " "))
        for name, colour in (("80 % of the signal", FIT), ("80 % of the background", BACKGROUND)):
            panels[0].plot([], [], color=colour, lw=1, label=name)
        figure.legend(loc="outside upper center", ncols=2)
        panels[0].set_ylabel(report.names[second].replace("_", " "))
        figure.colorbar(shown, ax=panels, label="Part of the signal kept", pad=0.01)
    return figure


def _draw_boundary(
    axes: Axes, values: FloatArray, edges: FloatArray, inside: BoolArray, kept: BoolArray,
    is_signal: BoolArray,
) -> QuadMesh:  # fmt: skip
    """Draws the part of the signal kept, and contours that hold most of signal and background."""
    total, passed = (_counted(values[rows], edges) for rows in (inside & is_signal, inside & is_signal & kept))
    part = np.where(total >= FEWEST, passed / np.maximum(total, 1), np.nan)
    shown = axes.pcolormesh(*edges, part.T, cmap="Greys", vmin=0, vmax=1, rasterized=True)
    centers = [(each[1:] + each[:-1]) / 2 for each in edges]
    for rows, colour in ((is_signal, FIT), (~is_signal, BACKGROUND)):
        density = _counted(values[inside & rows], edges).T
        ordered = np.sort(density.ravel())[::-1]
        level = ordered[min(np.searchsorted(np.cumsum(ordered), 0.8 * ordered.sum()), ordered.size - 1)]
        if 0 < level < ordered[0]:
            axes.contour(*centers, density, [level], colors=colour, linewidths=1)
    return shown


def _counted(values: FloatArray, edges: FloatArray) -> FloatArray:
    return np.asarray(np.histogram2d(values[:, 0], values[:, 1], [edges[0], edges[1]])[0], float)


def importance_figure(report: NetworkReport) -> Figure:
    """How much worse the cross sections get when a feature is shuffled."""
    order = np.argsort(report.importance)
    with style():
        figure = new_figure(6.4, max(2.2, 0.34 * order.size + 1.0))
        axes = figure.subplots()
        axes.barh([report.names[each].replace("_", " ") for each in order], report.importance[order] - 1, left=1,
                  color=BACKGROUND)  # fmt: skip
        axes.axvline(1, color=GREY, lw=0.8)
        axes.minorticks_off()
        axes.set_xlabel("Cross section with this feature shuffled, over that without")
        finite = report.importance[np.isfinite(report.importance)]
        if finite.size and finite.max() > 20 * max(finite.min(), 1):
            axes.set_xscale("log")
    return figure


def losses_figure(report: NetworkReport) -> Figure:
    """The loss against the steps of the last stage, on the training and the validation sample."""
    with style():
        figure = new_figure(6.4, 3.6)
        axes = figure.subplots()
        for number, history in enumerate(report.histories):
            axes.plot(history[:, 0], history[:, 1], color=BACKGROUND, label=None if number else "Training sample")
            axes.plot(history[:, 0], history[:, 2], color=FIT, ls="--", label=None if number else "Validation sample")
            best = history[:, 2].argmin()
            axes.plot(history[best, 0], history[best, 2], "o", color=FIT, ms=4, label=None if number else "Kept")
        axes.set_xlabel("Step of the last stage")
        axes.set_ylabel("Cross entropy" if report.document["method"] == "bce" else "Loss [fb]")
        axes.legend()
    return figure


def overtraining_figure(trained_on: Reached, report: NetworkReport) -> Figure:
    """What is reached on independent events over what is reached on those of the training, against mass."""
    mass = report.scored.pairs.hypotheses.mass
    with np.errstate(invalid="ignore"):  # where neither sample keeps signal
        smooth = report.reached.smooth / trained_on.smooth
    curves = [
        ("Outputs as weights, as in the loss", report.reached.soft / trained_on.soft, "black", "--"),
        ("Smooth cut, chosen on neither sample", smooth, FIT, "-"),
    ]
    with style():
        figure = new_figure(6.4, 3.6)
        axes = figure.subplots()
        for label, ratio, colour, line in curves:
            finite = ratio[np.isfinite(ratio) & (ratio > 0)]
            mean = f", geometric mean {np.exp(np.log(finite).mean()):.3f}" if finite.size else ""
            axes.plot(mass, np.where(np.isfinite(ratio), ratio, np.nan), color=colour, ls=line, label=label + mean)
        axes.axhline(1, color=GREY, lw=0.8)
        axes.set_xlabel(MASS_LABEL)
        axes.set_ylabel("Test over training sample")
        axes.legend(loc="upper left")
        axes.margins(y=0.25)
    return figure


def _borders(mass: FloatArray) -> FloatArray:
    """Edges of cells around the masses."""
    if mass.size == 1:
        return np.array([mass[0] - 0.5, mass[0] + 0.5])
    middle = (mass[1:] + mass[:-1]) / 2
    return np.concatenate([[2 * mass[0] - middle[0]], middle, [2 * mass[-1] - middle[-1]]])


def _output_axis(axes: Axes, edges: FloatArray) -> None:
    """Labels an axis of logits by the outputs, as long as those can be told from 0 and 1."""
    axes.set_ylim(edges[0], edges[-1])
    if max(-edges[0], edges[-1]) > WIDEST:
        axes.set_ylabel("Logit of the output")
        return
    logits = np.log(np.array(TICKS) / (1 - np.array(TICKS)))
    shown = (logits > edges[0]) & (logits < edges[-1])
    axes.set_yticks(logits[shown], [name for name, show in zip(TICK_NAMES, shown, strict=True) if show])
    axes.minorticks_off()
    axes.set_ylabel("Output")
