"""Processor time of all nine background variants of the three-photon workload: fits, CLs limits at 95 % and five bands.

    python benchmarks/variants.py [SCALE ...]

SCALE multiplies the expected number of events; default 1, 0.1 and 0.01. Prints seconds on one thread, answers that are
missing, and how often each variant is the least stringent.
"""

import sys
import time

import numpy as np

from gloam.benchmarking.workloads import three_photons
from gloam.scans import NOMINAL, Variant, VariantResults, Variants, fit_variants
from gloam.statistics import combine_variants, profile_envelope, variant_limits

NAMES = [
    " ".join(filter(None, (order, window))) or NOMINAL
    for order in ("", "order-1", "order+1")
    for window in ("", "narrow", "wide")
]


def main(scales: list[float]) -> None:
    for scale in scales:
        scans = three_photons(scale)
        start = time.process_time()
        results = fit_variants(Variants(tuple(map(Variant, NAMES, scans))), threads=1)
        fitted = time.process_time()
        limits = variant_limits(results, 0.95, threads=1)
        limited = time.process_time()
        summary = combine_variants(results, limits)
        same_bins = VariantResults(tuple(NAMES[::3]), results.results[::3])
        envelope = profile_envelope(same_bins, 0.95, threads=1)
        ended = time.process_time()
        row = int(np.nanargmax(summary.z_local))
        print(
            f"scale {scale:g}: {scans[0].spectrum.entries:.0f} entries, {results.n_fits} fits {fitted - start:.2f} s, "
            f"limits and bands {limited - fitted:.2f} s, together {limited - start:.2f} s; "
            f"{int(summary.n_failed.sum())} without an answer; envelope of three orders {ended - limited:.2f} s, "
            f"{envelope.n_failed} failed"
        )
        mass = results.nominal.mass[row]
        print(f"  largest of the smallest significances {summary.z_local[row]:.2f} at {mass:.4g} GeV")
        counts = np.bincount(summary.active_limit, minlength=len(NAMES))
        print("  least stringent: " + ", ".join(f"{n} {c}" for n, c in zip(NAMES, counts.tolist(), strict=True)))


if __name__ == "__main__":
    main([float(scale) for scale in sys.argv[1:]] or [1.0, 0.1, 0.01])
