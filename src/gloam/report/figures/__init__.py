"""Figures of a channel and of a run, each one function; nothing here touches pyplot or its state."""

from gloam.report.figures.bias import bias_figure, coverage_figure, linearity_figure
from gloam.report.figures.counts import counts_figure
from gloam.report.figures.exclusions import exclusion_figure
from gloam.report.figures.fit import fit_figure
from gloam.report.figures.limit import limit_figure
from gloam.report.figures.lines import LimitLines, lines_figure
from gloam.report.figures.networks import network_figures
from gloam.report.figures.overview import overview_figure
from gloam.report.figures.plane import plane_coupling_figure, plane_limit_figure, plane_significance_figure
from gloam.report.figures.saving import save_figure, write_figure
from gloam.report.figures.significance import significance_figure
from gloam.report.figures.variants import variants_figure

__all__ = [
    "LimitLines",
    "bias_figure",
    "counts_figure",
    "coverage_figure",
    "exclusion_figure",
    "fit_figure",
    "limit_figure",
    "linearity_figure",
    "lines_figure",
    "network_figures",
    "overview_figure",
    "plane_coupling_figure",
    "plane_limit_figure",
    "plane_significance_figure",
    "save_figure",
    "significance_figure",
    "variants_figure",
    "write_figure",
]
