"""Figures and the HTML page of a run. Matplotlib is loaded when the first figure is drawn, not before."""

from gloam.report.channel import ChannelResult, ChannelVariants
from gloam.report.figures import (
    exclusion_figure,
    fit_figure,
    limit_figure,
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
    "ChannelResult",
    "ChannelVariants",
    "FitView",
    "exclusion_figure",
    "fit_figure",
    "fit_view",
    "largest_deficit",
    "largest_excess",
    "limit_figure",
    "overview_figure",
    "save_figure",
    "significance_figure",
    "variants_figure",
    "write_figure",
    "write_figures",
    "write_page",
]
