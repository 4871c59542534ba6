"""The look-elsewhere effect: how likely an excess is anywhere in a scan."""

from gloam.statistics.elsewhere.fields import largest_of_fields
from gloam.statistics.elsewhere.gaussian_scan import GaussianScan
from gloam.statistics.elsewhere.score import score_correlation
from gloam.statistics.elsewhere.significance import (
    GlobalMethod,
    GlobalSignificance,
    global_significance,
    significance_from_toys,
)
from gloam.statistics.elsewhere.stationary import mean_upcrossings, stationary_scan, upper_bound
from gloam.statistics.elsewhere.upcrossings import CountedUpcrossings, count_upcrossings
from gloam.statistics.elsewhere.whole_scan import ScanSearch, ScanToys, largest_of_toys, scan_toys

__all__ = [
    "CountedUpcrossings",
    "GaussianScan",
    "GlobalMethod",
    "GlobalSignificance",
    "ScanSearch",
    "ScanToys",
    "count_upcrossings",
    "global_significance",
    "largest_of_fields",
    "largest_of_toys",
    "mean_upcrossings",
    "scan_toys",
    "score_correlation",
    "significance_from_toys",
    "stationary_scan",
    "upper_bound",
]
