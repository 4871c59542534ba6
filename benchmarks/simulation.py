"""Simulated tracks and photons per second of processor time, and memory of a stream of events.

    python benchmarks/simulation.py [EVENTS]

EVENTS are streamed from generation through detector and cuts to a spectrum; default 1,000,000. One thread.
"""

import resource
import sys
import time

import numpy as np

from gloam.calibration import simulated_spectrum
from gloam.detector import BELLE2, simulate, varied
from gloam.generation import generate, make_process
from gloam.kinematics import recoil_mass_squared
from gloam.selection import between, choose, cut_flow_table, observe
from gloam.spectra import Axis

PROCESSES = [("mumu-zprime", {"mass": 3.0}), ("4mu", {}), ("gamma-alp", {"mass": 2.0})]
BEAMS = np.array([10.58, 0.0, 0.0, 0.0])


def observables(seen):
    pairs = choose(seen.momenta, [[0, 1]], event=seen.numbers, weights=seen.weights)
    return observe(pairs, {"M2_recoil": lambda pair: recoil_mass_squared(BEAMS, pair.chosen)})


def main(events: int) -> None:
    for name, settings in PROCESSES:
        batch, _ = generate(make_process(name, **settings), 200_000, seed=1, weighted=True)
        for detector, what in ((BELLE2, "spread beams"), (varied(BELLE2, spread=False), "sharp beams")):
            start = time.process_time()
            seen = simulate(batch, detector, seed=1)
            rate = len(batch) * len(seen.particles) / (time.process_time() - start)
            print(f"{name}, {what}: {rate / 1e6:.2f} million particles per second")
    start = time.process_time()
    cuts = [between("M2_recoil", -1, 100, unit="GeV^2")]
    axis = Axis(np.linspace(-1, 100, 1001), "M2_recoil", "GeV^2")
    process = make_process("mumu-zprime", mass=3.0)
    found = simulated_spectrum(process, BELLE2, observables, cuts, [axis], events=events, seed=1, threads=1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{events} events streamed in {time.process_time() - start:.1f} s, {memory:.0f} MB at most")
    print(cut_flow_table(found.flow))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
