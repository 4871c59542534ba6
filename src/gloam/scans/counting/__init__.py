"""Counting scans: windows in one or two observables, their backgrounds and counts; no p-values."""

from gloam.scans.counting.backgrounds import (
    BackgroundNumbers,
    CountingBackground,
    ErrorForm,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    sideband_runs,
)
from gloam.scans.counting.runs import BinRuns
from gloam.scans.counting.scan import CountingResult, CountingScan, count_windows
from gloam.scans.counting.windows import (
    CountingWindows,
    PlaneShape,
    WindowKind,
    interval_windows,
    joined_windows,
    plane_windows,
    shifted_windows,
)

__all__ = [
    "BackgroundNumbers",
    "BinRuns",
    "CountingBackground",
    "CountingResult",
    "CountingScan",
    "CountingWindows",
    "ErrorForm",
    "KnownBackground",
    "PlaneShape",
    "SidebandBackground",
    "SimulatedBackground",
    "WindowKind",
    "count_windows",
    "interval_windows",
    "joined_windows",
    "plane_windows",
    "shifted_windows",
    "sideband_runs",
]
