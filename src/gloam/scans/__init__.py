"""Scans over mass: grids, windows and the fits of every hypothesis."""

from gloam.scans.batches import Batch, batches, channel_bins
from gloam.scans.counting import (
    CountingResult,
    CountingScan,
    CountingWindows,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
    joined_windows,
    plane_windows,
    shifted_windows,
)
from gloam.scans.fits import fit_scan
from gloam.scans.grid import Grid, grid_in_resolution, grid_in_steps
from gloam.scans.joint import JointScan, Key, coefficient_keys, first_channel
from gloam.scans.result import ScanResult, signed_significance
from gloam.scans.setup import Scan
from gloam.scans.variants import NOMINAL, Variant, VariantResults, Variants, background_variants, fit_variants
from gloam.scans.veto import information_kept, vetoed
from gloam.scans.windows import BinnedWindows, SlidingWindows, Windows, sliding_windows, windows_between

__all__ = [
    "NOMINAL",
    "Batch",
    "BinnedWindows",
    "CountingResult",
    "CountingScan",
    "CountingWindows",
    "Grid",
    "JointScan",
    "Key",
    "KnownBackground",
    "Scan",
    "ScanResult",
    "SidebandBackground",
    "SimulatedBackground",
    "SlidingWindows",
    "Variant",
    "VariantResults",
    "Variants",
    "Windows",
    "background_variants",
    "batches",
    "channel_bins",
    "coefficient_keys",
    "count_windows",
    "first_channel",
    "fit_scan",
    "fit_variants",
    "grid_in_resolution",
    "grid_in_steps",
    "information_kept",
    "interval_windows",
    "joined_windows",
    "plane_windows",
    "shifted_windows",
    "signed_significance",
    "sliding_windows",
    "vetoed",
    "windows_between",
]
