"""Significance, limits and their asymptotic distributions, vectorised on top of the fit engine."""

from gloam.statistics.envelope import Envelope, profile_envelope
from gloam.statistics.limits import LimitMethod, UpperLimits, check_level, no_limits, upper_limits
from gloam.statistics.significance import p_local, signed_significance
from gloam.statistics.variants import VariantSummary, combine_variants, least_stringent, variant_limits

__all__ = [
    "Envelope",
    "LimitMethod",
    "UpperLimits",
    "VariantSummary",
    "check_level",
    "combine_variants",
    "least_stringent",
    "no_limits",
    "p_local",
    "profile_envelope",
    "signed_significance",
    "upper_limits",
    "variant_limits",
]
