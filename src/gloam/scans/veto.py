"""Which hypotheses a veto leaves too little of."""

from __future__ import annotations

import dataclasses

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit import Problem, information
from gloam.scans.batches import batches, window_ends
from gloam.scans.joint import JointScan
from gloam.scans.setup import Scan

__all__ = ["LEAST_KEPT", "information_kept", "vetoed"]

LEAST_KEPT = 0.1
"""Part of the information on the yield that vetoes have to leave: the error is then 3.2 times that without them.
Further inside, fits still converge, on yields whose errors grow by orders of magnitude."""


def vetoed(scan: Scan | JointScan) -> BoolArray:
    """The hypotheses that are not fitted, shape (h,): inside vetoed or hidden ranges, or with their peak taken away.

    In several spectra together: those that are so in every one with a signal.
    """
    if isinstance(scan, JointScan):
        silent = [vetoed(channel) | (share == 0) for channel, share in zip(scan.channels, scan.share, strict=True)]
        return np.asarray(np.all(silent, axis=0))
    return scan.inside_excluded | (information_kept(scan) < LEAST_KEPT)


def information_kept(scan: Scan) -> FloatArray:
    """The part of the information on each yield that vetoes and hidden bins leave, shape (h,).

    For a flat expectation and a floating background: no matter what the data are.
    """
    kept = np.ones(len(scan.grid))
    low, high = window_ends(scan)
    rows = np.flatnonzero(np.any([(low < end) & (high > start) for start, end in scan.excluded], axis=0))
    if not scan.excluded or rows.size == 0:
        return kept
    plain = dataclasses.replace(scan, nuisances=())
    whole = dataclasses.replace(plain, vetoes=(), spectrum=dataclasses.replace(scan.spectrum, visible=None))
    for batch, without in zip(batches(plain, rows), batches(whole, rows), strict=True):
        part, full = _flat(batch.problem()), _flat(without.problem())
        with np.errstate(all="ignore"):
            ratio = information(part) / information(full)
        kept[batch.rows] = np.where(np.isfinite(ratio), ratio, 0.0)
    return kept


def _flat(problem: Problem) -> Problem:
    """The fits without what constrains the background."""
    return dataclasses.replace(problem, constraint=None, effects=None, spread=None)
