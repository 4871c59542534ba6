"""Counting experiments: limits, intervals and significances of single counts, for many cells at once."""

from gloam.statistics.counting.bayes import bayes_interval, bayes_upper, lower_edge_sensitivity
from gloam.statistics.counting.cells import Cells, counting_cells, on_off_cells
from gloam.statistics.counting.classical import classical_interval, classical_upper, cls_upper, median_count

__all__ = [
    "bayes_interval", "bayes_upper", "lower_edge_sensitivity",
    "Cells",
    "classical_interval",
    "classical_upper",
    "cls_upper",
    "counting_cells",
    "median_count",
    "on_off_cells",
]
