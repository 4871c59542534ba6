"""iminuit and numba-stats as an analyst writes it: ExtendedBinnedNLL, Crystal Balls, a Bernstein polynomial."""

from __future__ import annotations

import math

import numpy as np
from iminuit import Minuit
from iminuit.cost import ExtendedBinnedNLL
from numba_stats import bernstein, crystalball, norm

from gloam.arrays import FloatArray, IntArray
from gloam.benchmarking.peers.result import PeerFits
from gloam.benchmarking.peers.windows import Window, windows
from gloam.scans import Scan

__all__ = ["fit"]


def fit(scan: Scan, rows: IntArray) -> PeerFits:
    """The fits with and without a signal of some hypotheses; everything but the data is left at its default."""
    n_sig, z_local, valid = np.empty(rows.size), np.empty(rows.size), np.empty(rows.size, bool)
    for i, window in enumerate(windows(scan, rows)):
        minuit = Minuit(_cost(window), 0.0, *np.full(window.order + 1, max(window.counts.mean(), 0.1) / _width(window)))
        minuit.fixed[0] = True
        minuit.migrad()
        without, valid[i] = minuit.fval, minuit.valid
        minuit.fixed[0] = False
        minuit.migrad()
        n_sig[i], valid[i] = minuit.values[0], valid[i] and minuit.valid
        z_local[i] = math.copysign(math.sqrt(max(without - minuit.fval, 0.0)), n_sig[i])
    return PeerFits(n_sig, z_local, valid)


def _cost(window: Window) -> ExtendedBinnedNLL:
    low, high = float(window.edges[0]), float(window.edges[-1])

    def integral(x: FloatArray, *theta: float) -> FloatArray:
        total = theta[0] * _cumulative(x, window.components)
        return np.asarray(total + bernstein.integral(x, np.array(theta[1:]), low, high))

    names = ["s", *(f"b{k}" for k in range(window.order + 1))]
    return ExtendedBinnedNLL(window.counts, window.edges, integral, name=names)


def _cumulative(x: FloatArray, components: FloatArray) -> FloatArray:
    total = np.zeros_like(x)
    for fraction, position, width, alpha, n in components:
        if alpha > 0:
            total += fraction * crystalball.cdf(x, alpha, n, position, width)
        elif alpha < 0:
            total += fraction * (1 - crystalball.cdf(-x, -alpha, n, -position, width))
        else:
            total += fraction * norm.cdf(x, position, width)
    return total


def _width(window: Window) -> float:
    return float(window.edges[1] - window.edges[0])
