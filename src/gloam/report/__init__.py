"""Figures and the HTML page of a run. Matplotlib is loaded when the first figure is drawn, not before."""

from gloam.report.channel import Channel, ChannelResult, ChannelVariants, CountingChannel
from gloam.report.figures import (
    LimitLines,
    bias_figure,
    coverage_figure,
    exclusion_figure,
    fit_figure,
    limit_figure,
    linearity_figure,
    overview_figure,
    save_figure,
    significance_figure,
    variants_figure,
    write_figure,
)
from gloam.report.page import write_page
from gloam.report.views import FitView, fit_view, largest_deficit, largest_excess
from gloam.report.writing import write_figures

__all__ = [
    "Channel",
    "ChannelResult",
    "ChannelVariants",
    "CountingChannel",
    "FitView",
    "LimitLines",
    "bias_figure",
    "coverage_figure",
    "exclusion_figure",
    "fit_figure",
    "fit_view",
    "largest_deficit",
    "largest_excess",
    "limit_figure",
    "linearity_figure",
    "overview_figure",
    "save_figure",
    "significance_figure",
    "variants_figure",
    "write_figure",
    "write_figures",
    "write_page",
]
