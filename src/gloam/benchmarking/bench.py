"""`gloam bench`: the standard workloads, alone or in turns with the peers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gloam.benchmarking.cold_start import cold_start
from gloam.benchmarking.dimuon import time_dimuon
from gloam.benchmarking.growth import growth_lines, time_growth
from gloam.benchmarking.limits import time_bayesian, time_coverage
from gloam.benchmarking.machine import machine
from gloam.benchmarking.photons import time_photons
from gloam.benchmarking.scaling import scaling_lines, time_scaling
from gloam.benchmarking.toys import time_toys
from gloam.execution import default_threads
from gloam.kernel import running_engine

__all__ = ["run_bench"]


def run_bench(
    peers: bool = False, quick: bool = False, threads: int | None = None, report: Callable[[str], None] = print
) -> dict[str, Any]:
    """The times of W1 and W2 in seconds, and how many times longer the peers take.

    Args:
        peers: whether to time the peers that are installed too, in turns with ours.
        quick: fewer rounds and fewer hypotheses for the peers, and no cold start.
        threads: how many gloam uses for `seconds`; None: `GLOAM_THREADS`, else one. Ratios are of one thread each.
        report: receives the lines for the reader.

    Returns:
        The document of `gloam bench --json`. What was not measured is None, with the reason in `notes`.
    """
    from threadpoolctl import threadpool_limits

    threads = default_threads() if threads is None else threads
    notes: list[str] = []
    document: dict[str, Any] = {"machine": machine(), **running_engine(), "threads": threads}
    report(
        f"{document['machine']['cpu']}, {document['machine']['cores']} cores; engine {document['engine']}, "
        f"instruction set {document['instruction_set'] or 'of NumPy'}, load {document['machine']['load_before']}"
    )
    with threadpool_limits(limits=1):  # each program on one core
        document["w1"] = time_dimuon(peers, quick, threads, report, notes)
        document["w2"] = time_photons(peers, quick, threads, report, notes)
        document["toys"] = time_toys(quick, threads, report)
        document["bayesian"] = time_bayesian(quick, threads, report)
        document["coverage"] = time_coverage(quick, threads, report)
        document["scaling"] = None if quick else time_scaling()
        document["growth"] = None if quick else time_growth()
    if document["scaling"] is not None:
        report(scaling_lines(document["scaling"]))
        report(growth_lines(document["growth"]))
    document["cold"] = None
    if quick:
        notes.append("cold start, scaling and growth: not measured in a quick run")
    else:
        document["cold"] = cold_start(notes, threads=threads)
        report(f"W1 events from a CSV file, start of python to files written: {_cold(document['cold'])}")
    document["notes"] = notes
    for note in notes:
        report(f"  note: {note}")
    return document


def _cold(times: dict[str, float | None]) -> str:
    words = {"significances": "significances", "limits": "with limits and bands"}
    return "; ".join(
        f"{words[name]} {'not measured' if seconds is None else format(seconds, '.2f') + ' s'}"
        for name, seconds in times.items()
    )
