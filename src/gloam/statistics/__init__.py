"""Significance, limits and their asymptotic distributions, vectorised on top of the fit engine."""

from gloam.statistics.intervals import Intervals, intervals
from gloam.statistics.limits import LimitMethod, UpperLimits, check_level, no_limits, upper_limits
from gloam.statistics.prior import Prior
from gloam.statistics.significance import p_local, signed_significance
from gloam.statistics.toys import ToyPlan

__all__ = [
    "Intervals",
    "LimitMethod",
    "Prior",
    "ToyPlan",
    "UpperLimits",
    "check_level",
    "intervals",
    "no_limits",
    "p_local",
    "signed_significance",
    "upper_limits",
]
