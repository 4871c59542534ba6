"""The look-elsewhere effect: how likely an excess is anywhere in a scan."""

from gloam.statistics.elsewhere.centred import centred_toys
from gloam.statistics.elsewhere.euler import (
    ExpectedEuler,
    euler_characteristic,
    euler_from_correlations,
    euler_from_fields,
)
from gloam.statistics.elsewhere.fields import largest_of_fields
from gloam.statistics.elsewhere.gaussian_scan import GaussianScan
from gloam.statistics.elsewhere.maxima import ScanToys, largest_of_toys
from gloam.statistics.elsewhere.procedures import ChosenBackground, Procedure, replayed_toys
from gloam.statistics.elsewhere.same_events import correlation_of_all, scans_of_same_events
from gloam.statistics.elsewhere.score import score_correlation
from gloam.statistics.elsewhere.significance import (
    GlobalMethod,
    GlobalSignificance,
    global_significance,
    significance_from_toys,
)
from gloam.statistics.elsewhere.stationary import (
    log_p_stationary,
    log_upper_bound,
    mean_upcrossings,
    stationary_scan,
    upper_bound,
)
from gloam.statistics.elsewhere.upcrossings import CountedUpcrossings, count_upcrossings
from gloam.statistics.elsewhere.variant_toys import variant_toys
from gloam.statistics.elsewhere.whole_scan import ScanSearch, scan_toys
from gloam.statistics.elsewhere.window_plane import plane_grid, window_correlations, window_euler
from gloam.statistics.elsewhere.window_toys import WindowSearch, largest_in_windows, toy_significances, window_toys

__all__ = [
    "ChosenBackground",
    "CountedUpcrossings",
    "ExpectedEuler",
    "GaussianScan",
    "GlobalMethod",
    "GlobalSignificance",
    "Procedure",
    "ScanSearch",
    "ScanToys",
    "WindowSearch",
    "centred_toys",
    "correlation_of_all",
    "count_upcrossings",
    "euler_characteristic",
    "euler_from_correlations",
    "euler_from_fields",
    "global_significance",
    "largest_in_windows",
    "largest_of_fields",
    "largest_of_toys",
    "log_p_stationary",
    "log_upper_bound",
    "mean_upcrossings",
    "plane_grid",
    "replayed_toys",
    "scan_toys",
    "scans_of_same_events",
    "score_correlation",
    "significance_from_toys",
    "stationary_scan",
    "toy_significances",
    "upper_bound",
    "variant_toys",
    "window_correlations",
    "window_euler",
    "window_toys",
]
