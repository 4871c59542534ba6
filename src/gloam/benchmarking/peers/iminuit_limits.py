"""CLs limits and their bands with the compiled iminuit of `iminuit_compiled`, roots by scipy's brentq."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from gloam.arrays import FloatArray, IntArray
from gloam.benchmarking.peers.iminuit_compiled import Minimiser
from gloam.benchmarking.peers.poisson_model import negative_log_likelihood, prepare
from gloam.benchmarking.peers.result import PeerLimits
from gloam.benchmarking.peers.windows import Window, windows
from gloam.scans import Scan
from gloam.statistics.asymptotic import band_heights

__all__ = ["limits"]

ACCURACY = 1e-4  # of a limit, in standard deviations


def limits(scan: Scan, rows: IntArray, level: float = 0.95) -> PeerLimits:
    """The fits, observed CLs limits and five expected ones of some hypotheses."""
    minimise = Minimiser()
    heights = band_heights(level)
    observed, expected = np.full(rows.size, np.nan), np.full((rows.size, heights.size), np.nan)
    valid = np.ones(rows.size, bool)
    for i, window in enumerate(windows(scan, rows)):
        observed[i], expected[i], valid[i] = _limits(minimise, window, heights, math.log(1 - level))
    return PeerLimits(observed, expected, valid)


def _limits(minimise: Minimiser, window: Window, heights: FloatArray, goal: float) -> tuple[float, FloatArray, bool]:
    minimise.counts = window.counts
    columns, start, errors = prepare(window.counts, window.edges, window.components, window.order)
    minimise.columns = columns
    background, nll_background, valid = minimise(start[:-1], errors[:-1])
    start[:-1] = background
    free, nll_free, also = minimise(start, errors)
    best, nll_best = (free, nll_free) if free[-1] > 0 else (start, nll_background)
    asimov = background @ columns[:-1]
    nll_asimov = negative_log_likelihood(start, asimov, columns)
    failures = [not (valid and also)]

    def q(counts: FloatArray, reference: float) -> Callable[[float], float]:
        """2 (nll at a yield - nll at the best one); each fit starts from the one before."""
        last = (best if counts is window.counts else start).copy()

        def at(s: float) -> float:
            minimise.counts = counts
            last[-1] = s
            theta, nll, converged = minimise(last, errors, fixed=True)
            last[:] = theta
            failures.append(not converged)
            return max(2 * (nll - reference), 0.0)

        return at

    data, imagined = q(window.counts, nll_best), q(asimov, nll_asimov)
    sigma = float(errors[-1])
    step = max(best[-1], 0.0) + 2 * sigma
    observed = _root(lambda s: _log_cls(data(s), imagined(s)) - goal, max(best[-1], 0.0) + 1e-3 * sigma, step, sigma)
    expected = np.empty(heights.size)
    low = 1e-3 * sigma
    for band, height in enumerate(heights):

        def below(s: float, height: float = float(height)) -> float:
            return height - math.sqrt(imagined(s))

        expected[band] = low = _root(below, low, max(2 * low, 2 * sigma), sigma)
    return observed, expected, not any(failures)


def _root(function: Callable[[float], float], low: float, high: float, sigma: float) -> float:
    """Where a falling function changes sign; `high` is moved up until it does."""
    while function(high) > 0:
        low, high = high, 2 * high
    return float(brentq(function, low, high, xtol=ACCURACY * sigma, rtol=1e-12))


def _log_cls(q: float, q_asimov: float) -> float:
    root, root_asimov = math.sqrt(q), math.sqrt(max(q_asimov, 1e-30))
    if q <= q_asimov:
        both, background = -root, root_asimov - root
    else:
        both, background = -(q + q_asimov) / (2 * root_asimov), (q_asimov - q) / (2 * root_asimov)
    return math.log(max(_normal(both), 1e-300)) - math.log(max(_normal(background), 1e-300))


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z * math.sqrt(0.5))
