"""The matrices of W1 and W2 from their declarations: edges, closed-form signals, Gauss-integrated polynomials.

Nothing here comes from gloam.models, gloam.fit or gloam.scans.batches, so that the plumbing of a scan is tested with
its fits. Only the spectrum, the grid and the list of window ends that a workload declares are used.
"""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
from scipy.special import ndtr

from gloam.benchmarking.workloads import dimuon, three_photons
from gloam.scans import BinnedWindows, Grid, Scan, SlidingWindows

from .references import Hypothesis

LEVELS = {"full": 1.0, "tenth": 0.1, "hundredth": 0.01, "three-hundredth": 1 / 300}
WINDOWS = ((-20.0, 30.0), (-15.0, 25.0), (-25.0, 35.0))
ORDERS = ((0.75, 2), (6.85**2, 4), (np.inf, 5))
SHIFTS = (0, -1, 1)


@cache
def scan_of(workload: str, level: str, variant: int = 0) -> Scan:
    """W1, or one of the nine variants of W2, at one level of statistics."""
    return dimuon(LEVELS[level]) if workload == "W1" else _photons(level)[variant]


@cache
def _photons(level: str) -> list[Scan]:
    return three_photons(LEVELS[level])


def some(scan: Scan, rows) -> Scan:
    """The scan of some of the hypotheses."""
    grid = Grid(scan.grid.mass[rows], scan.grid.position[rows])
    windows = scan.windows
    if isinstance(windows, SlidingWindows):
        chosen = SlidingWindows(windows.first[rows], windows.last[rows], windows.equal_bins)
    else:
        chosen = BinnedWindows(windows.indices[rows], windows.equal_bins)
    return dataclasses.replace(scan, grid=grid, windows=chosen)


def edges_of(workload: str, scan: Scan, row: int, variant: int = 0) -> np.ndarray:
    """The bin edges of one window, from the definition of the workload."""
    x = scan.grid.position[row]
    axis = scan.spectrum.axes[0].edges
    if workload == "W1":
        half = 25 * dimuon_sigma(x)
        first, last = np.abs(axis - (x - half)).argmin(), np.abs(axis - (x + half)).argmin()
        return axis[first : last + 1]
    low, high = WINDOWS[variant % 3]
    sigma = photon_sigma(x)
    return np.linspace(max(x + low * sigma, 0.0), min(x + high * sigma, 110.0), 101)


def order_of(workload: str, x: float, variant: int = 0) -> int:
    """The order of the polynomial of one hypothesis."""
    if workload == "W1":
        return 3
    return next(order for end, order in ORDERS if x < end) + SHIFTS[variant // 3]


def hypothesis(workload: str, scan: Scan, row: int, variant: int = 0) -> Hypothesis:
    """Counts, background and signal of one hypothesis."""
    edges = edges_of(workload, scan, row, variant)
    x = scan.grid.position[row]
    signal = np.diff(dimuon_cumulative(edges, x) if workload == "W1" else photon_cumulative(edges, x))
    return Hypothesis(
        counts_in(scan, edges), polynomials(edges, order_of(workload, x, variant)), np.maximum(signal, 0.0)
    )


def counts_in(scan: Scan, edges: np.ndarray) -> np.ndarray:
    """The content of the spectrum between edges that are edges of its axis."""
    axis = scan.spectrum.axes[0].edges
    return np.histogram(0.5 * (axis[1:] + axis[:-1]), edges, weights=scan.spectrum.values())[0]


def polynomials(edges: np.ndarray, order: int) -> np.ndarray:
    """Chebyshev polynomials on the window, averaged over the bins with Gauss's rule: exact up to order 11."""
    t = 2 * (edges - edges[0]) / (edges[-1] - edges[0]) - 1
    node, weight = np.polynomial.legendre.leggauss(6)
    points = 0.5 * (t[1:] + t[:-1])[:, None] + 0.5 * np.diff(t)[:, None] * node
    share = np.diff(t) / np.diff(t).mean()
    return np.einsum("mgk,g->mk", np.polynomial.chebyshev.chebvander(points, order), 0.5 * weight) * share[:, None]


def legendre_expected(edges: np.ndarray, low: float, high: float, theta: np.ndarray) -> np.ndarray:
    """Expectations of the coefficients that a scan reports: Legendre on low..high, the first one per bin."""
    node, weight = np.polynomial.legendre.leggauss(8)
    centre, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    points = centre[:, None] + half[:, None] * node
    t = (2 * points - low - high) / (high - low)
    return np.polynomial.legendre.legval(t, theta) @ (0.5 * weight) * (np.diff(edges) / np.diff(edges).mean())


def dimuon_sigma(x):
    """The resolution of W1 in GeV."""
    return 1e-3 * (1 + 5 * x / 9.787)


def photon_sigma(x):
    """The resolution of W2 in GeV^2."""
    return 1.39 * (0.02 + 0.0125 * x**0.95)


def dimuon_cumulative(x, position):
    """The signal of W1: 0.75 with a tail below, 0.25 1.7 times as wide with a tail above."""
    z = (x - position) / dimuon_sigma(position)
    return 0.75 * crystal_ball(z, 1.5, 3.0) + 0.25 * (1 - crystal_ball(-z / 1.7, 1.8, 4.0))


def photon_cumulative(x, position):
    """The signal of W2: a Crystal Ball and 0.3 of a Gaussian 4 sigma below it, 9 sigma wide."""
    z = (x - position) / photon_sigma(position)
    return crystal_ball(z, 1.2, 4.0) + 0.3 * ndtr((z + 4) / 9)


def crystal_ball(z, alpha, n):
    """The distribution function of a Crystal Ball with its tail at low z (Gaiser, SLAC-R-255, appendix F)."""
    density = np.exp(-0.5 * alpha**2)
    # the integral of A (B - z)^-n below z, A = (n / alpha)^n exp(-alpha^2 / 2), B = n / alpha - alpha
    b = n / alpha - alpha
    tail = (n / alpha) ** n * density / (n - 1) * (b - np.minimum(z, -alpha)) ** (1 - n)
    core = np.sqrt(2 * np.pi) * (ndtr(np.maximum(z, -alpha)) - ndtr(-alpha))
    total = n / alpha / (n - 1) * density + np.sqrt(2 * np.pi) * ndtr(alpha)
    return (tail + core) / total
