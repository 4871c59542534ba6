"""W1: the times of the dimuon scan, ours and the peers'."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.benchmarking.peers import PEERS, Peer, PeerFits, missing_packages, not_installed
from gloam.benchmarking.report import Table
from gloam.benchmarking.timing import Timing, alternate
from gloam.benchmarking.workloads import dimuon
from gloam.execution import map_batches
from gloam.fit import Problem, fit_pair
from gloam.scans import ScanResult, batches, fit_scan, signed_significance

__all__ = ["agreement", "fit_prepared", "time_dimuon"]


def time_dimuon(
    peers: bool, quick: bool, threads: int, report: Callable[[str], None], notes: list[str]
) -> dict[str, Any]:
    """The entry `w1` of the benchmark; what was left out is said in `notes`."""
    scan = dimuon()
    rounds = 2 if quick else 5
    chosen = _available(notes) if peers else []
    subsets = {peer.key: np.arange(0, len(scan.grid), peer.every_quick if quick else peer.every) for peer in chosen}
    tasks = {peer.key: partial(peer.load(), scan, subsets[peer.key]) for peer in chosen}
    ours, theirs = alternate(lambda: fit_scan(scan, threads=1), tasks, rounds if not chosen else max(rounds - 2, 1))
    at_work = ours if threads == 1 else alternate(lambda: fit_scan(scan, threads=threads), {}, rounds)[0]
    problems = [(batch.rows, batch.problem()) for batch in batches(scan)]
    fits_only = alternate(lambda: fit_prepared(problems, threads), {}, rounds)[0]
    result: ScanResult = ours.result
    table = Table("W1: two fits and the significance of 9788 hypotheses, templates included, one thread")
    table.add("gloam", len(scan.grid), ours.cpu / len(scan.grid), None, "")
    table.add("gloam, fits alone", len(scan.grid), fits_only.cpu / len(scan.grid), None, "")
    entry: dict[str, Any] = {
        "seconds": fits_only.wall, "seconds_with_templates": at_work.wall, "cpu_seconds": fits_only.cpu,
        "cpu_seconds_with_templates": ours.cpu,
        "n_fits": result.n_fits, "n_failed": result.n_failed, "peers": {},
    }  # fmt: skip
    for peer in chosen:
        rows, timing = subsets[peer.key], theirs[peer.key]
        entry["peers"][peer.key] = measured = _measured(timing, ours, rows, len(scan.grid)) | agreement(
            timing.result, result, rows
        )
        table.add(peer.title, rows.size, measured["seconds_per_hypothesis"], measured["ratio"], _words(measured))
    entry |= _ratios(entry["peers"])
    if peers:
        notes.append(
            "ratios: processor time of peer and gloam, one thread each, taken in turns, medians; peers fit every n-th "
            "hypothesis (w1.peers) and are scaled; ratio_best_iminuit is the fastest form of iminuit measured"
        )
    else:
        notes.append("w1 ratios: peers were not asked for (--peers)")
    report(str(table))
    return entry


def fit_prepared(problems: list[tuple[IntArray, Problem]], threads: int) -> FloatArray:
    """The signed significances from problems whose counts and templates are ready: the fits and nothing else."""
    z = np.empty(sum(rows.size for rows, _ in problems))

    def work(part: tuple[IntArray, Problem]) -> None:
        rows, problem = part
        pair = fit_pair(problem)
        z[rows] = signed_significance(pair.s, pair.q0)

    map_batches(work, problems, threads)
    return z


def agreement(fits: PeerFits, result: ScanResult, rows: IntArray) -> dict[str, float | int | None]:
    """How far the fits that a peer calls valid are from ours, and how many it does not call so."""
    difference = np.abs(fits.z_local - result.z_local[rows])[fits.valid]
    return {
        "invalid": int(np.count_nonzero(~fits.valid)),
        "max_dz": float(difference.max()) if difference.size else None,
        "off_by_0.1": int(np.count_nonzero(difference > 0.1)),
    }


def _available(notes: list[str]) -> list[Peer]:
    chosen = []
    for peer in PEERS:
        if missing := missing_packages(peer.packages):
            notes.append(not_installed(peer.title, missing))
        else:
            chosen.append(peer)
    return chosen


def _measured(timing: Timing, ours: Timing, rows: IntArray, hypotheses: int) -> dict[str, Any]:
    each = timing.cpu / rows.size
    return {
        "hypotheses": rows.size, "seconds_per_hypothesis": each, "seconds_scaled": each * hypotheses,
        "ratio": each * hypotheses / ours.cpu,
    }  # fmt: skip


def _words(measured: dict[str, Any]) -> str:
    off = measured["max_dz"]
    return f"max |dz| {'-' if off is None else format(off, '.1g')}, invalid {measured['invalid']}"


def _ratios(peers: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    iminuit = [peers[key]["ratio"] for key in ("iminuit", "iminuit_new_objects") if key in peers]
    others = {f"ratio_{key}": peers[key]["ratio"] if key in peers else None for key in ("numba_stats", "pyhf")}
    return {"ratio_best_iminuit": min(iminuit, default=None), **others}
