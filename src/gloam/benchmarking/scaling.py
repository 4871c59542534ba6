"""How the time of the fits grows with hypotheses, bins, coefficients and threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from gloam.benchmarking.timing import least
from gloam.execution import map_batches, random_stream
from gloam.fit import Problem, SharedDesign, fit_pair

__all__ = ["scaling_lines", "time_scaling", "toy_problem"]

HYPOTHESES = (10, 100, 1000, 10_000)
BINS = (25, 50, 100, 200, 400, 800)
COEFFICIENTS = (1, 2, 3, 4, 5, 6, 7)
THREADS = (1, 2)
ROWS = 192


def toy_problem(rows: int, bins: int = 174, coefficients: int = 4, mean: float = 15.0) -> Problem:
    """Pseudo-data like those of W1: Legendre polynomials and a narrow peak, `mean` events in a bin.

    Args:
        rows: number of hypotheses.
        bins: of each window; 174 is the mean of W1.
        coefficients: of the background.
        mean: events in a bin.
    """
    random = random_stream(1, "scaling benchmark")
    t = (np.arange(bins) + 0.5) / bins * 2 - 1
    design = SharedDesign(np.asarray(np.polynomial.legendre.legvander(t, coefficients - 1), float))
    signal = np.exp(-0.5 * (t / 0.04) ** 2)
    counts = random.poisson(mean * (1 - 0.3 * t), (rows, bins)).astype(float)
    return Problem(counts, design, np.tile(signal / signal.sum(), (rows, 1)))


def time_scaling(rounds: int = 5) -> dict[str, Any]:
    """Microseconds of both fits of a hypothesis, the least of some rounds, for several sizes of what is fitted.

    They are processor time, with more than one thread time on the wall.
    """

    def each(rows: int, bins: int = 174, coefficients: int = 4, threads: int = 1) -> float:
        problem = toy_problem(min(rows, ROWS), bins, coefficients)
        calls = range(max(rows // ROWS, 1))
        seconds = least(lambda: map_batches(lambda _: fit_pair(problem), calls, threads), rounds, wall=threads > 1)
        return 1e6 * seconds / (problem.size * len(calls))

    return {
        "hypotheses": {str(n): each(n) for n in HYPOTHESES},
        "bins": {str(n): each(1920, bins=n) for n in BINS},
        "coefficients": {str(n): each(1920, coefficients=n) for n in COEFFICIENTS},
        "threads": {str(n): each(10_000, threads=n) for n in THREADS},
    }


def scaling_lines(scaling: dict[str, Any]) -> str:
    """The table for the terminal.

    Example:
        >>> print(scaling_lines({"bins": {"25": 1.0, "50": 1.7}}))
        both fits of a hypothesis, in microseconds
          bins               25: 1.00     50: 1.70
    """
    lines = ["both fits of a hypothesis, in microseconds"]
    for what, times in scaling.items():
        lines.append(f"  {what:14s}" + "".join(f"{size:>7s}: {time:.2f}" for size, time in times.items()))
    return "\n".join(lines)
