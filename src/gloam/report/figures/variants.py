"""Significance and limit of each background variant around the largest excess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.report.channel import ChannelResult, ChannelVariants
from gloam.report.figures.significance import MASS_LABEL, mass_limits
from gloam.report.figures.style import FIT, GREY, heading, new_figure, style
from gloam.report.views import largest_excess

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["variants_figure"]

NEIGHBOURS = 30
"""Hypotheses shown on either side of the largest excess."""


def variants_figure(channel: ChannelResult) -> Figure:
    """The figure of the variants: local significance above, observed upper limit below.

    Raises:
        InputError: the channel has no variants, or no certified fit.
    """
    variants, row = channel.variants, largest_excess(channel.z_local)
    if variants is None or row is None:
        found = "one background model" if variants is None else "no certified fit"
        raise InputError(f"figure of the variants of {channel.name}", found, "fits of variants", "scan with --variants")
    order = np.argsort(channel.result.mass)
    at = int(np.flatnonzero(order == row)[0])
    shown = order[max(at - NEIGHBOURS, 0) : at + NEIGHBOURS + 1]
    with style():
        figure = new_figure(6.4, 5.2, hspace=0.0, h_pad=0.03)
        upper, lower = figure.subplots(2, 1, sharex=True)
        mass = channel.result.mass[shown]
        _draw(upper, mass, variants.results.z_local, variants.summary.z_local, shown, "Smallest")
        limits = np.stack([each.observed for each in variants.limits])
        _draw(lower, mass, limits, variants.summary.observed, shown, "Least stringent")
        upper.set_ylabel(r"$z_\mathrm{local}$")
        lower.set_ylabel(r"Upper limit on $n_\mathrm{sig}$")
        lower.set_xlabel(MASS_LABEL)
        lower.set_xlim(*mass_limits(mass))
        _say_if_empty(lower, variants)
        heading(upper, channel.title, channel.result.spectrum, 5.8)
        figure.align_ylabels([upper, lower])
    return figure


def _draw(axes: Axes, mass: FloatArray, curves: FloatArray, quoted: FloatArray, shown: IntArray, name: str) -> None:
    """Draws one curve for each variant, the nominal one above the others, and what is quoted."""
    marker = "o" if mass.size == 1 else ""
    how: dict[str, Any] = {"marker": marker, "ms": 3.5}
    for number, curve in enumerate(curves[1:]):
        axes.plot(mass, curve[shown], color=GREY, lw=0.7, alpha=0.8, label=None if number else "Variants", **how)
    axes.plot(mass, curves[0][shown], color="black", lw=1.2, label="Nominal", **how)
    axes.plot(mass, quoted[shown], color=FIT, lw=1.6, ls="--", label=name, **how)
    low, high = axes.get_ylim()
    axes.set_ylim(low, low + (high - low) / 0.82)
    axes.legend(loc="upper left", ncols=3)


def _say_if_empty(axes: Axes, variants: ChannelVariants) -> None:
    if not np.isfinite(variants.summary.observed).any():
        axes.text(0.5, 0.4, "No limits were computed", transform=axes.transAxes, ha="center")
