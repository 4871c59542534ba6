"""Whether the kernel has become slower, on a machine however busy.

    python benchmarks/instructions.py [--record]

With valgrind: how many instructions each function of the AVX2 kernel takes for parts of the standard workloads,
compared with benchmarks/instructions.json; it fails where one takes a tenth more. Compilers differ: the file says
which one its counts are of, and with another one nothing but the next paragraph is asked.

Without valgrind, or with another compiler: the processor time of the NumPy engine over that of the kernel, least of
some rounds taken in turns; it fails below the least ratios in the same file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).with_suffix(".json")
FUNCTIONS = ("gloam_pairs_avx2", "gloam_limits_avx2", "gloam_interior_avx2", "gloam_poisson_avx2")
MORE = 1.1
ROUNDS = 7


def works() -> dict[str, Callable[[], object]]:
    """What is measured."""
    from gloam.benchmarking.workloads import dimuon, three_photons
    from gloam.execution import poisson_tables
    from gloam.fit import fit_pair
    from gloam.scans import batches, fit_scan
    from gloam.statistics import upper_limits

    wide, sparse = dimuon(), dimuon(0.01)
    pairs = [b.problem() for b in batches(wide, np.arange(0, 9788, 25))]
    edges = [b.problem() for b in batches(sparse, np.arange(0, 9788, 100))]
    photons = three_photons()[0]
    fits = fit_scan(photons.take(np.arange(0, 502, 5)), threads=1)
    tables = poisson_tables(np.linspace(0.01, 40.0, 9788))
    return {
        "pairs": lambda: [fit_pair(problem) for problem in pairs],
        "limits": lambda: upper_limits(fits, 0.95, "cls", threads=1),
        "interior": lambda: [fit_pair(problem) for problem in edges],
        "poisson": lambda: tables.draw(1, "instructions", np.arange(20)),
    }


def compiler() -> str:
    """The compiler that `make kernel` takes, with its version."""
    name = os.environ.get("CC") or next((each for each in ("cc", "gcc", "clang") if shutil.which(each)), None)
    if name is None:
        return "none"
    said = subprocess.run([*name.split(), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0]


def instructions() -> dict[str, int]:
    """How many instructions each function takes, with what it calls."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        collect = [f"--toggle-collect={name}" for name in FUNCTIONS]
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *collect, sys.executable, __file__]
        environment = {**os.environ, "GLOAM_ENGINE": "compiled", "GLOAM_INSTRUCTION_SET": "avx2"}
        subprocess.run([*command, "--work"], check=True, env=environment, capture_output=True)
        annotate = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)]
        text = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    found = {}
    for name in FUNCTIONS:
        match = re.search(rf"^\s*([\d,]+)[^\n]*:{name}\b", text, re.MULTILINE)
        if match is None:
            raise SystemExit(f"callgrind did not see {name}")
        found[name] = int(match[1].replace(",", ""))
    return found


def ratios() -> dict[str, float]:
    """The processor time of the NumPy engine over that of the kernel."""
    from threadpoolctl import threadpool_limits

    found = {}
    with threadpool_limits(limits=1):
        for name, work in works().items():
            least = dict.fromkeys(("numpy", "compiled"), np.inf)
            for _ in range(ROUNDS):
                for engine in least:
                    os.environ["GLOAM_ENGINE"] = engine
                    start = time.process_time()
                    work()
                    least[engine] = min(least[engine], time.process_time() - start)
            found[name] = least["numpy"] / least["compiled"]
    return found


def main() -> int:
    if "--work" in sys.argv:
        for work in works().values():
            work()
        return 0
    recorded = json.loads(RECORDED.read_text()) if RECORDED.is_file() else {}
    counted = shutil.which("valgrind") and (recorded.get("compiler") == compiler() or "--record" in sys.argv)
    if not counted:
        print("no valgrind, or another compiler than that of the record: times, compared with NumPy")
        found = ratios()
        for name, ratio in found.items():
            print(f"{name:24s}{ratio:8.1f} x faster than NumPy, at least {recorded['least_ratios'][name]:g} is asked")
        return int(any(found[name] < least for name, least in recorded["least_ratios"].items()))
    found = instructions()
    if "--record" in sys.argv:
        recorded |= {"compiler": compiler(), "instructions": found}
        RECORDED.write_text(json.dumps(recorded, indent=2) + "\n")
    for name, number in found.items():
        print(f"{name:24s}{number:16,d} instructions, {number / recorded['instructions'][name]:.3f} of the record")
    return int(any(found[name] > MORE * number for name, number in recorded["instructions"].items()))


if __name__ == "__main__":
    sys.exit(main())
