"""W2: the times of the three-photon scan with limits, ours and a peer's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gloam.arrays import IntArray
from gloam.benchmarking.peers import PeerLimits, missing_packages, not_installed
from gloam.benchmarking.report import Table
from gloam.benchmarking.timing import Timing, alternate
from gloam.benchmarking.workloads import three_photons
from gloam.scans import Scan, ScanResult, fit_scan
from gloam.statistics import UpperLimits, upper_limits

__all__ = ["time_photons"]

LEVEL = 0.95
TITLE = "iminuit, compiled + brentq"
PACKAGES = ("iminuit", "numba")

Variant = tuple[ScanResult, UpperLimits]


def time_photons(
    peers: bool, quick: bool, threads: int, report: Callable[[str], None], notes: list[str]
) -> dict[str, Any]:
    """The entry `w2` of the benchmark: nine variants, each with fits, observed CLs limits and five bands."""
    scans = three_photons()
    hypotheses = sum(len(scan.grid) for scan in scans)
    rows = np.arange(0, len(scans[0].grid), 250 if quick else 50)
    missing = missing_packages(PACKAGES)
    rounds = 1 if quick else 3
    tasks = {"iminuit": lambda: _peer(scans, rows)} if peers and not missing else {}
    ours, theirs = alternate(lambda: _scan(scans, 1), tasks, rounds)
    at_work = ours if threads == 1 else alternate(lambda: _scan(scans, threads), {}, rounds)[0]
    variants: list[Variant] = ours.result
    table = Table(f"W2: fits, CLs limit and five bands of {hypotheses} hypotheses, one thread")
    table.add("gloam", hypotheses, ours.cpu / hypotheses, None, "")
    entry: dict[str, Any] = {
        "seconds": at_work.wall, "cpu_seconds": ours.cpu, "n_fits": sum(fits.n_fits for fits, _ in variants),
        "n_failed": sum(fits.n_failed + limits.n_failed for fits, limits in variants),
        "ratio_iminuit_limits": None, "peers": {},
    }  # fmt: skip
    if "iminuit" in theirs:
        measured = _compare(theirs["iminuit"], variants, rows)
        measured["ratio"] = entry["ratio_iminuit_limits"] = measured["seconds_per_hypothesis"] * hypotheses / ours.cpu
        entry["peers"]["iminuit"] = measured
        words = f"limits within {measured['max_difference_sigma']:.1g} sigma, invalid {measured['invalid']}"
        table.add(TITLE, measured["hypotheses"], measured["seconds_per_hypothesis"], measured["ratio"], words)
    elif peers:
        notes.append(not_installed(TITLE, missing))
    else:
        notes.append("w2 ratio: peers were not asked for (--peers)")
    report(str(table))
    return entry


def _scan(scans: list[Scan], threads: int) -> list[Variant]:
    fits = [fit_scan(scan, threads=threads) for scan in scans]
    return [(fit, upper_limits(fit, LEVEL, "cls", threads=threads)) for fit in fits]


def _peer(scans: list[Scan], rows: IntArray) -> list[PeerLimits]:
    from gloam.benchmarking.peers.iminuit_limits import limits

    return [limits(scan, rows, LEVEL) for scan in scans]


def _compare(timing: Timing, variants: list[Variant], rows: IntArray) -> dict[str, Any]:
    theirs: list[PeerLimits] = timing.result
    off = 0.0
    for peer, (fits, ours) in zip(theirs, variants, strict=True):
        sigma = fits.n_sig_err[rows]
        observed = np.abs(peer.observed - ours.observed[rows]) / sigma
        expected = np.abs(peer.expected - ours.expected[rows]).max(axis=1) / sigma
        off = max(off, float(np.maximum(observed, expected)[peer.valid].max(initial=0.0)))
    number = len(theirs) * rows.size
    return {
        "hypotheses": number, "seconds_per_hypothesis": timing.cpu / number, "max_difference_sigma": off,
        "invalid": int(sum(np.count_nonzero(~peer.valid) for peer in theirs)),
    }  # fmt: skip
