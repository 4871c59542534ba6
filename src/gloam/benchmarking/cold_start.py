"""From the start of python to the files of a scan."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from gloam.arrays import FloatArray
from gloam.benchmarking.workloads import dimuon

__all__ = ["cold_start", "write_inputs"]

MODES = {"significances": "--no-limits", "limits": "--limits"}
SIGMA_AT_ENDS = (1e-3, 6e-3)  # of W1, in GeV


def cold_start(notes: list[str], rounds: int = 3, threads: int | None = None) -> dict[str, float | None]:
    """The median seconds for `gloam scan` of the events of W1, without figures, in processes of their own.

    The command line has no mixtures: the signal is W1's first Crystal Ball. None where the command failed, with its
    message in `notes`.

    Args:
        notes: receives reasons.
        rounds: how often each is run.
        threads: passed on.

    Returns:
        Seconds for "significances" and for "limits" (with expected bands).
    """
    with tempfile.TemporaryDirectory() as folder:
        events, widths = write_inputs(Path(folder))
        times: dict[str, list[float]] = {name: [] for name in MODES}
        for _ in range(rounds):
            for name, flag in MODES.items():
                command = _command(events, widths, Path(folder) / name, flag, threads)
                seconds, fault = _run(command)
                if fault:
                    notes.append(f"cold start ({name}) was not measured: {fault}")
                    return dict.fromkeys(MODES)
                times[name].append(seconds)
    return {name: median(taken) for name, taken in times.items()}


def write_inputs(folder: Path) -> tuple[Path, Path]:
    """W1 as a list of events and the resolution as a table, both CSV files."""
    scan = dimuon()
    axis = scan.spectrum.axes[0]
    counts = scan.spectrum.counts().astype(int)
    events, widths = folder / "events.csv", folder / "widths.csv"
    _write(events, "M", np.repeat(axis.centers, counts)[:, None])
    ends = np.array([axis.edges[0], axis.edges[-1]])
    _write(widths, "mass,sigma", np.stack([ends, np.interp(ends, [0, 9.787], SIGMA_AT_ENDS)], axis=1))
    return events, widths


def _write(path: Path, header: str, rows: FloatArray) -> None:
    np.savetxt(path, rows, fmt="%.7g", delimiter=",", header=header, comments="")


def _command(events: Path, widths: Path, out: Path, flag: str, threads: int | None) -> list[str]:
    return [
        sys.executable, "-m", "gloam", "scan", str(events), "--column", "M", "--range", "0", "9.788",
        "--signal", "crystal-ball:1.5,3", "--width", str(widths), "--bin-width", "0.001", "--step", "0.001",
        "--background", "polynomial:3", "--no-figures", flag, "--json", "--out", str(out),
        *(() if threads is None else ("--threads", str(threads))),
    ]  # fmt: skip


def _run(command: list[str]) -> tuple[float, str | None]:
    """The seconds a command took, and what went wrong."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    seconds = time.perf_counter() - start
    if done.returncode == 0:
        return seconds, None
    return seconds, (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
