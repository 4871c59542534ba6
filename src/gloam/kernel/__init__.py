"""The compiled kernel: plain arrays in, plain arrays out, and which engine runs. What it computes is said in `fit`."""

from gloam.kernel.engine import Engine, chosen_engine, running_engine
from gloam.kernel.lanes import (
    MOST_COEFFICIENTS,
    MOST_SHARED,
    LaneMinima,
    LanePairs,
    LaneProblem,
    Windows,
    interior_lanes,
    newton_lanes,
    pair_lanes,
    rise,
)
from gloam.kernel.limits import LaneLimits, limit_lanes
from gloam.kernel.poisson import poisson_counts
from gloam.kernel.tables import tabulated, window_contents

__all__ = [
    "MOST_COEFFICIENTS",
    "MOST_SHARED",
    "Engine",
    "LaneLimits",
    "LaneMinima",
    "LanePairs",
    "LaneProblem",
    "Windows",
    "chosen_engine",
    "interior_lanes",
    "limit_lanes",
    "newton_lanes",
    "pair_lanes",
    "poisson_counts",
    "rise",
    "running_engine",
    "tabulated",
    "window_contents",
]
