"""Scans over mass: grids, windows and the fits of every hypothesis."""

from gloam.scans.batches import Batch, batches
from gloam.scans.fits import fit_scan
from gloam.scans.grid import Grid, grid_in_resolution, grid_in_steps
from gloam.scans.joint import JointScan, first_channel
from gloam.scans.result import ScanResult, signed_significance
from gloam.scans.setup import Scan
from gloam.scans.veto import information_kept, vetoed
from gloam.scans.windows import BinnedWindows, SlidingWindows, Windows, sliding_windows

__all__ = [
    "Batch",
    "BinnedWindows",
    "Grid",
    "JointScan",
    "Scan",
    "ScanResult",
    "SlidingWindows",
    "Windows",
    "batches",
    "first_channel",
    "fit_scan",
    "grid_in_resolution",
    "grid_in_steps",
    "information_kept",
    "signed_significance",
    "sliding_windows",
    "vetoed",
]
