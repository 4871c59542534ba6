"""Significance, limits and their asymptotic distributions, vectorised on top of the fit engine."""

from gloam.statistics.elsewhere import GlobalMethod, GlobalSignificance, global_significance
from gloam.statistics.envelope import Envelope, profile_envelope
from gloam.statistics.goodness_of_fit import Goodness, deviance, deviance_moments, goodness
from gloam.statistics.intervals import Intervals, intervals
from gloam.statistics.limits import LimitMethod, LimitOptions, UpperLimits, check_level, no_limits, upper_limits
from gloam.statistics.nuisance_effects import NuisanceEffects, nuisance_effects, representative
from gloam.statistics.prior import FLAT, Prior, PriorForm
from gloam.statistics.significance import p_local, signed_significance
from gloam.statistics.toys import TOYS, ToyPlan
from gloam.statistics.variants import VariantSummary, combine_variants, least_stringent, variant_limits

__all__ = [
    "FLAT",
    "TOYS",
    "Envelope",
    "GlobalMethod",
    "GlobalSignificance",
    "Goodness",
    "Intervals",
    "LimitMethod",
    "LimitOptions",
    "NuisanceEffects",
    "Prior",
    "PriorForm",
    "ToyPlan",
    "UpperLimits",
    "VariantSummary",
    "check_level",
    "combine_variants",
    "deviance",
    "deviance_moments",
    "global_significance",
    "goodness",
    "intervals",
    "least_stringent",
    "no_limits",
    "nuisance_effects",
    "p_local",
    "profile_envelope",
    "representative",
    "signed_significance",
    "upper_limits",
    "variant_limits",
]
