"""Counting experiments: limits, intervals and significances of single counts, for many cells at once."""

from gloam.statistics.counting.bayes import bayes_interval, bayes_upper, lower_edge_sensitivity
from gloam.statistics.counting.cells import Cells, counting_cells, on_off_cells
from gloam.statistics.counting.classical import classical_interval, classical_upper, cls_upper, median_count
from gloam.statistics.counting.on_off import asimov_significance, log_p_on_off, z_bi, z_profile
from gloam.statistics.counting.profile import profile_interval, profile_rise, profile_upper

__all__ = [
    "Cells",
    "asimov_significance",
    "bayes_interval",
    "bayes_upper",
    "classical_interval",
    "classical_upper",
    "cls_upper",
    "counting_cells",
    "log_p_on_off",
    "lower_edge_sensitivity",
    "median_count",
    "on_off_cells",
    "profile_interval",
    "profile_rise",
    "profile_upper",
    "z_bi",
    "z_profile",
]
