"""pyhf: each hypothesis as a model of templates, with the numpy backend."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyhf

from gloam.arrays import FloatArray, IntArray
from gloam.benchmarking.peers.result import PeerFits
from gloam.benchmarking.peers.windows import Window, windows
from gloam.models import expected_fractions
from gloam.scans import Scan

__all__ = ["fit", "model"]


def fit(scan: Scan, rows: IntArray) -> PeerFits:
    """The fits with and without a signal of some hypotheses, with scipy's SLSQP as pyhf sets it up."""
    pyhf.set_backend("numpy", pyhf.optimize.scipy_optimizer(maxiter=1000))
    n_sig, z_local, valid = np.full(rows.size, np.nan), np.full(rows.size, np.nan), np.ones(rows.size, bool)
    for i, (row, window) in enumerate(zip(rows, windows(scan, rows), strict=True)):
        signal = expected_fractions(scan.signal, window.edges[None], scan.grid.position[row : row + 1])[0]
        built = model(window, signal)
        try:
            without = pyhf.infer.mle.fixed_poi_fit(0.0, window.counts, built, return_fitted_val=True)[1]
            theta, free = pyhf.infer.mle.fit(window.counts, built, return_fitted_val=True)
        except pyhf.exceptions.FailedMinimization:
            valid[i] = False
            continue
        n_sig[i] = theta[built.config.poi_index]
        z_local[i] = math.copysign(math.sqrt(max(float(without) - float(free), 0.0)), n_sig[i])
    return PeerFits(n_sig, z_local, valid)


def model(window: Window, signal: FloatArray) -> Any:
    """The model of one hypothesis: the yield as parameter of interest, a free factor for each Bernstein polynomial."""
    x = (np.arange(window.counts.size) + 0.5) / window.counts.size
    level, k = max(float(window.counts.mean()), 0.1), window.order
    bernstein = [level * math.comb(k, i) * x**i * (1 - x) ** (k - i) for i in range(k + 1)]
    samples = [_sample("signal", signal, "n_sig")]
    samples += [_sample(f"background{i}", column, f"b{i}") for i, column in enumerate(bernstein)]
    reach = 10 * math.sqrt(level * window.counts.size)
    bounds = [{"name": "n_sig", "bounds": [[-reach, reach]], "inits": [0.0]}]
    bounds += [{"name": f"b{i}", "bounds": [[-10.0, 10.0]], "inits": [1.0]} for i in range(k + 1)]
    specification = {"channels": [{"name": "window", "samples": samples}], "parameters": bounds}
    return pyhf.Model(specification, poi_name="n_sig", validate=False)


def _sample(name: str, data: FloatArray, factor: str) -> dict[str, Any]:
    return {"name": name, "data": data.tolist(), "modifiers": [{"name": factor, "type": "normfactor", "data": None}]}
