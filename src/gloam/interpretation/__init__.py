"""What limits on yields mean: cross sections."""

from gloam.interpretation.cross_section import CrossSectionLimits, cross_section_limits
from gloam.interpretation.naming import efficiency_named, factor_named
from gloam.interpretation.yields import FACTORS, Kind, YieldFactors

__all__ = [
    "FACTORS",
    "CrossSectionLimits",
    "Kind",
    "YieldFactors",
    "cross_section_limits",
    "efficiency_named",
    "factor_named",
]
