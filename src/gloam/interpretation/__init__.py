"""What limits on yields mean: cross sections, couplings, excluded regions, other models and other luminosities."""

from gloam.interpretation.combination import BestLimits, best_limits, combined_limit, excluded_by
from gloam.interpretation.couplings import (
    Coupling,
    CouplingLimits,
    Missing,
    coupling_limits,
    general_coupling_limits,
)
from gloam.interpretation.cross_section import CrossSectionLimits, cross_section_limits
from gloam.interpretation.effective_luminosity import LuminosityKind, events_at_unit_coupling
from gloam.interpretation.lifetimes import decay_length, decay_probability, excluded_region, long_lived_yield
from gloam.interpretation.naming import efficiency_named, factor_named
from gloam.interpretation.projection import (
    Projection,
    project_counting_scan,
    project_counts,
    project_scan,
    projected_couplings,
)
from gloam.interpretation.recast import Recast, ResultToRecast, recast, result_of_run
from gloam.interpretation.regions import ExcludedRegion, Interval, Polygon
from gloam.interpretation.scaling import Control, Systematics, scaled_cells, scaled_scan
from gloam.interpretation.stored import StoredLimits, read_limits
from gloam.interpretation.yields import FACTORS, Kind, YieldFactors

__all__ = [
    "FACTORS",
    "BestLimits",
    "Control",
    "Coupling",
    "CouplingLimits",
    "CrossSectionLimits",
    "ExcludedRegion",
    "Interval",
    "Kind",
    "LuminosityKind",
    "Missing",
    "Polygon",
    "Projection",
    "Recast",
    "ResultToRecast",
    "StoredLimits",
    "Systematics",
    "YieldFactors",
    "best_limits",
    "combined_limit",
    "coupling_limits",
    "cross_section_limits",
    "decay_length",
    "decay_probability",
    "efficiency_named",
    "events_at_unit_coupling",
    "excluded_by",
    "excluded_region",
    "factor_named",
    "general_coupling_limits",
    "long_lived_yield",
    "project_counting_scan",
    "project_counts",
    "project_scan",
    "projected_couplings",
    "read_limits",
    "recast",
    "result_of_run",
    "scaled_cells",
    "scaled_scan",
]
