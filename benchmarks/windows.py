"""Time of a counting scan in a plane: 100 x 100 overlapping windows, their significances, limits and whole-scan toys.

    python benchmarks/windows.py [TOYS [THREADS]]

Default 10000 toys, one thread. Prints seconds of the wall clock and of the processor, and the memory at the end.
"""

import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from gloam.scans import (
    CountingScan,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    plane_windows,
)
from gloam.spectra import Axis, Spectrum
from gloam.statistics import counting_scan_limits, counting_significances
from gloam.statistics.elsewhere import window_toys


def timed(label: str, work: Callable[[], object]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    seconds = time.perf_counter() - wall, time.process_time() - processor
    print(f"{label:48s} {seconds[0]:7.2f} s, processor {seconds[1]:7.2f} s", flush=True)


def main(toys: int, threads: int) -> None:
    axis = Axis(np.linspace(0.0, 10.0, 401))
    axes, random = (axis, axis), np.random.default_rng(1)
    mean = 0.3 * np.exp(-np.add.outer(axis.centers, axis.centers) / 8)
    data, simulated = (Spectrum(axes, np.pad(random.poisson(scale * mean), 1)) for scale in (1, 6))
    expected = Spectrum(axes, np.pad(mean, 1), asimov=True)
    x, y = (each.ravel() for each in np.meshgrid(*[np.linspace(0.1, 9.9, 100)] * 2, indexing="ij"))
    windows = plane_windows(axes, x, y, 0.1, 0.1)
    backgrounds = {
        "known": KnownBackground(expected),
        "known to 20 %": KnownBackground(expected, 0.2),
        "simulated": SimulatedBackground(simulated, 6.0),
        "sidebands": SidebandBackground(1.0, 2.5),
    }
    for name, background in backgrounds.items():
        result = count_windows(CountingScan(data, windows, background))
        timed(f"{name}: significances", lambda result=result: counting_significances(result))
        timed(f"{name}: CLs limits and bands", lambda result=result: counting_scan_limits(result))
        timed(f"{name}: {toys} toys", lambda result=result: window_toys(result, toys, threads=threads))
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main(*(int(value) for value in (*sys.argv[1:], *("10000", "1")[len(sys.argv) - 1 :])))
