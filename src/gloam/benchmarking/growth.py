"""How time and memory grow with hypotheses and toys, over three decades: each size in a process of its own."""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from gloam.benchmarking.scaling import toy_problem
from gloam.benchmarking.workloads import three_photons
from gloam.execution import map_batches
from gloam.fit import fit_pair
from gloam.scans import fit_scan
from gloam.statistics.elsewhere import scan_toys

__all__ = ["growth_lines", "time_growth"]

HYPOTHESES = (1000, 10_000, 100_000, 1_000_000)
TOYS = (10, 100, 1000, 10_000)
ROWS = 192


def time_growth(hypotheses: tuple[int, ...] = HYPOTHESES, toys: tuple[int, ...] = TOYS) -> dict[str, Any]:
    """Processor time of each fit pair and each toy in microseconds, and what the memory grew by, for several numbers.

    Hypotheses have the mean window of W1; toys are those of the nominal variant of W2 behind the score filter. Memory
    is the growth of the largest resident set in MiB while they are made, after a small number of the same; None where
    the system does not say.
    """
    return {
        "hypotheses": {str(n): _alone(_hypotheses, n) for n in hypotheses},
        "toys": {str(n): _alone(_toys, n) for n in toys},
    }


def growth_lines(growth: dict[str, Any]) -> str:
    """The table for the terminal.

    Example:
        >>> print(growth_lines({"toys": {"100": {"microseconds": 412.3, "mebibytes": 1.25}}}))
        growth: processor time of each, and memory
          toys              100     412.3 us    1.2 MiB
    """
    lines = ["growth: processor time of each, and memory"]
    for what, sizes in growth.items():
        for size, found in sizes.items():
            memory = "" if found["mebibytes"] is None else f"{found['mebibytes']:8.1f} MiB"
            lines.append(f"  {what:12s}{size:>9s} {found['microseconds']:9.1f} us{memory}")
    return "\n".join(lines)


def _alone(work: Any, number: int) -> dict[str, Any]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return dict(pool.submit(work, number).result())


def _hypotheses(number: int) -> dict[str, float | None]:
    problem = toy_problem(ROWS)

    def fit(pairs: int) -> None:
        map_batches(lambda _: fit_pair(problem), range(max(pairs // ROWS, 1)), 1)

    return _measured(fit, number, max(number // ROWS, 1) * ROWS)


def _toys(number: int) -> dict[str, float | None]:
    result = fit_scan(three_photons()[0])
    return _measured(lambda toys: scan_toys(result, toys), number, number)


def _measured(work: Any, number: int, done: int) -> dict[str, float | None]:
    """Of some work, after a little of it: what is made once is not counted."""
    work(min(number, 1000))
    memory, begin = _memory(), time.process_time()
    work(number)
    seconds, after = time.process_time() - begin, _memory()
    grown = None if memory is None or after is None else after - memory
    return {"microseconds": 1e6 * seconds / done, "mebibytes": grown}


def _memory() -> float | None:
    """The largest resident set so far, in MiB."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
