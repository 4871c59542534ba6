"""Runs every search of `gloam list` one after the other, each in a process of its own, and prints a table for docs.

    python benchmarks/searches.py [NAME ...]

Time is that of the processor (a busy machine takes longer by the clock), memory the largest that was resident. Figures
and page are drawn, as for any user.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gloam.searches import CountingSearch, OnOffSearch, load_search, search_names

MOST_SECONDS, MOST_GIGABYTES = 180.0, 3.0
"""What a run of a search may take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run gave, and what it took: seconds of the processor, gigabytes."""

    name: str
    summary: dict[str, Any]
    seconds: float
    gigabytes: float

    @property
    def failed(self) -> int:
        """Fits and limits without a certified result."""
        return int(self.summary["n_failed"]) + int(self.summary["limit"]["n_failed"])


def measured(name: str, folder: Path) -> Measured:
    """A run of a search in a new process, its files in a folder."""
    command = [sys.executable, "-m", "gloam", "run", name, "--out", str(folder / name), "--json", "-q"]
    with (folder / f"{name}.json").open("w") as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"gloam run {name} ended with {process.returncode}")
    summary = json.loads((folder / f"{name}.json").read_text())
    # the kernel of macOS counts bytes, that of Linux kilobytes
    largest = used.ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    return Measured(name, summary, used.ru_utime + used.ru_stime, largest)


def row(found: Measured) -> str:
    """A line of the table, in Markdown."""
    search = load_search(found.name)
    kind = "fits"
    if isinstance(search, CountingSearch):
        plane = max(len(each.observables) for each in search.preparation.spectra) > 1
        kind = "counts in windows of a plane" if plane else "counts in windows"
    elif isinstance(search, OnOffSearch):
        kind = "counts over simulated off counts"
    return (
        f"| `{found.name}` | {kind} | {found.summary['n_hypotheses']} | {found.failed} | {found.seconds:.0f} "
        f"| {found.gigabytes:.2f} | {_beside_published(found.summary['published'])} |"
    )


def _beside_published(published: dict[str, Any] | None) -> str:
    """The ratio of ours to what is published, or both ranges where that is all that is known."""
    if not published:
        return "no curve to compare with"
    if published["median_ratio"] is not None:
        return f"{published['quantity']}: {published['median_ratio']:.3g}"
    return "; ".join(
        f"{name}: {found['expected'][0]:.2g} to {found['expected'][1]:.2g} beside {found['published'][0]:.2g} to "
        f"{found['published'][1]:.2g}"
        for name, found in published["limits"].items()
    )


def main(names: list[str]) -> int:
    """Print the table; 1 if a search took too much or failed."""
    print("| search | what it does | hypotheses | failed | seconds | GB | ours over published (median) |")
    print("|---|---|---|---|---|---|---|", flush=True)
    bad = False
    with tempfile.TemporaryDirectory() as folder:
        for name in names or search_names():
            found = measured(name, Path(folder))
            bad |= bool(found.failed) or found.seconds > MOST_SECONDS or found.gigabytes > MOST_GIGABYTES
            print(row(found), flush=True)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
