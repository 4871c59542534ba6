"""Bayesian limits of W2, and the coverage of its limits: their times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gloam.benchmarking.workloads import three_photons
from gloam.scans import fit_scan
from gloam.statistics import coverage, upper_limits

__all__ = ["time_bayesian", "time_coverage"]

LEVEL = 0.95
TOYS, HYPOTHESES = 1000, 8
"""Toys of each hypothesis whose coverage is measured, and how many of these."""


def time_bayesian(quick: bool, threads: int, report: Callable[[str], None]) -> dict[str, Any]:
    """The entry `bayesian` of the benchmark: limits with a flat prior at all 502 masses of the nominal variant.

    Args:
        quick: one round instead of three.
        threads: how many to use.
        report: receives the line for the reader.

    Returns:
        The number `n` of limits, the `seconds` they took beside the fits, and how many were `n_failed`.
    """
    result = fit_scan(three_photons()[0], threads=threads)
    seconds = []
    for _ in range(1 if quick else 3):
        begin = time.perf_counter()
        found = upper_limits(result, level=LEVEL, method="bayes", threads=threads)
        seconds.append(time.perf_counter() - begin)
    entry = {"n": found.observed.size, "seconds": min(seconds), "n_failed": found.n_failed}
    report(f"W2 Bayesian limits of the nominal variant: {entry['n']} in {entry['seconds']:.2f} s")
    return entry


def time_coverage(quick: bool, threads: int, report: Callable[[str], None]) -> dict[str, Any]:
    """The entry `coverage` of the benchmark: how often CLs limits of toys hold 0 and 20 events, at some masses of W2.

    Args:
        quick: a tenth of the toys.
        threads: how many to use.
        report: receives the line for the reader.

    Returns:
        The number `n` of toys that were fitted, each without and with a signal and with its limit, the `seconds`
        they took, the `lowest` coverage of 20 events, and how many were `n_failed`.
    """
    result = fit_scan(three_photons()[0], threads=threads)
    rows = np.linspace(20, result.mass.size - 20, HYPOTHESES).astype(int)
    toys = TOYS // 10 if quick else TOYS
    begin = time.perf_counter()
    found = coverage(result, rows, [0.0, 20.0], LEVEL, "cls", toys, threads=threads)
    entry = {
        "n": 2 * rows.size * toys, "seconds": time.perf_counter() - begin,
        "lowest": float(found.limits.value[:, 1].min()), "n_failed": int(found.n_failed.sum()),
    }  # fmt: skip
    report(
        f"W2 coverage of CLs limits: {entry['n']} toys in {entry['seconds']:.2f} s, "
        f"{1e3 * entry['seconds'] / entry['n']:.3f} ms each; lowest {entry['lowest']:.3f} at level {LEVEL:g}"
    )
    return entry
