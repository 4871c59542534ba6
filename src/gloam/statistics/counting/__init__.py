"""Counting experiments: limits, intervals and significances of single counts, for many cells at once."""

from gloam.statistics.counting.bayes import bayes_interval, bayes_upper, lower_edge_sensitivity
from gloam.statistics.counting.cells import Cells, counting_cells, on_off_cells
from gloam.statistics.counting.classical import (
    classical_interval,
    classical_upper,
    cls_upper,
    count_quantiles,
    median_count,
)
from gloam.statistics.counting.combined import CombinedCounts, combined_expected, combined_upper
from gloam.statistics.counting.combined_rare import combined_expected_of_rare, combined_upper_of_rare
from gloam.statistics.counting.construction import profile_construction
from gloam.statistics.counting.coverage import CountingCoverage, counting_coverage
from gloam.statistics.counting.feldman_cousins import (
    Belt,
    bounded_gaussian_interval,
    counting_sensitivity,
    feldman_cousins,
)
from gloam.statistics.counting.limits import (
    METHOD_REFERENCES,
    CountingLimits,
    CountingMethod,
    CountingOptions,
    IntervalKind,
    counting_limits,
)
from gloam.statistics.counting.on_off import asimov_significance, log_p_on_off, z_bi, z_profile
from gloam.statistics.counting.profile import profile_interval, profile_rise, profile_upper
from gloam.statistics.counting.toys import cls_toys_upper

__all__ = [
    "METHOD_REFERENCES",
    "Belt",
    "Cells",
    "CombinedCounts",
    "CountingCoverage",
    "CountingLimits",
    "CountingMethod",
    "CountingOptions",
    "IntervalKind",
    "asimov_significance",
    "bayes_interval",
    "bayes_upper",
    "bounded_gaussian_interval",
    "classical_interval",
    "classical_upper",
    "cls_toys_upper",
    "cls_upper",
    "combined_expected",
    "combined_expected_of_rare",
    "combined_upper",
    "combined_upper_of_rare",
    "count_quantiles",
    "counting_cells",
    "counting_coverage",
    "counting_limits",
    "counting_sensitivity",
    "feldman_cousins",
    "log_p_on_off",
    "lower_edge_sensitivity",
    "median_count",
    "on_off_cells",
    "profile_construction",
    "profile_interval",
    "profile_rise",
    "profile_upper",
    "z_bi",
    "z_profile",
]
