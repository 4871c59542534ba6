"""The compiled kernel: plain arrays in, plain arrays out, and which engine runs. What it computes is said in `fit`."""

from gloam.kernel.engine import Engine, chosen_engine, running_engine
from gloam.kernel.lanes import MOST_COEFFICIENTS, MOST_SHARED, LaneFits, newton_lanes, rise

__all__ = [
    "MOST_COEFFICIENTS",
    "MOST_SHARED",
    "Engine",
    "LaneFits",
    "chosen_engine",
    "newton_lanes",
    "rise",
    "running_engine",
]
