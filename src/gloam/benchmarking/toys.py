"""Toys of W1: the time for the largest significance anywhere in each of them, refitted exactly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gloam.benchmarking.workloads import dimuon
from gloam.scans import fit_scan
from gloam.statistics.elsewhere import scan_toys

__all__ = ["time_toys"]

FILTERED = 10_000
EXHAUSTIVE = 20


def time_toys(quick: bool, threads: int, report: Callable[[str], None]) -> dict[str, Any]:
    """The entry `toys` of the benchmark: toys behind the score filter, and with every hypothesis fitted.

    Args:
        quick: a twentieth of the toys.
        threads: how many to use.
        report: receives the lines for the reader.

    Returns:
        Their number `n`, the `seconds` they took with the background expectation and the filter, `cpu_seconds` the
        same of the processor, whether the maxima are `exact`, how many were `n_failed`, and in `exhaustive` the same
        for toys of which every hypothesis is fitted.
    """
    result = fit_scan(dimuon(), threads=threads)
    entry = _timed(result, FILTERED // 20 if quick else FILTERED, threads, exhaustive=False)
    entry["exhaustive"] = _timed(result, EXHAUSTIVE // 10 if quick else EXHAUSTIVE, threads, exhaustive=True)
    for name, each in (("filtered", entry), ("exhaustive", entry["exhaustive"])):
        report(
            f"W1 toys, {name}: {each['n']} in {each['seconds']:.2f} s, {1e3 * each['cpu_seconds'] / each['n']:.2f} ms "
            f"of processor time and {each['n_fits'] / each['n']:.0f} exact hypotheses each"
        )
    return entry


def _timed(result: Any, toys: int, threads: int, *, exhaustive: bool) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = scan_toys(result, toys, exhaustive=exhaustive, threads=threads)
    return {
        "n": toys, "seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "exact": True,
        "n_fits": found.fits, "n_failed": int(found.failed.sum()),
    }  # fmt: skip
