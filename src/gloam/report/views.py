"""What a figure of one fit shows, computed from the saved parameters: nothing is fitted again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import FitStatus, Problem, is_certified
from gloam.scans import JointScan, ScanResult, batches, channel_bins

__all__ = [
    "MOST_BINS",
    "FitView",
    "bin_groups",
    "fit_view",
    "largest_deficit",
    "largest_excess",
    "poisson_errors",
    "used_and_exposure",
]

MOST_BINS = 120
"""Bins that a figure at column width can still show one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class FitView:
    """The data in the window of one hypothesis and the fitted expectation, both in the unit of the data.

    That unit is events or, in weighted data, the sum of weights. Bins that are not fitted (vetoed or hidden) hold NaN.

    Attributes:
        edges: of the bins shown, shape (m + 1,).
        counts: data, shape (m,).
        errors: distances down and up to the ends of the central 68 % Poisson interval, shape (2, m).
        background: expected background in the fit with the signal free, shape (m,).
        signal: fitted signal, negative where the yield is, shape (m,).
        variance: of the data as expected from the fit; equal to the expectation unless data are weighted, shape (m,).
        merged: how many neighbouring bins of the spectrum one bin shown has at most; 1: as they were fitted.
        row: which hypothesis.
        mass: particle mass in GeV.
        position: where the peak is expected in the observable.
        n_sig, n_sig_err, z_local: fitted yield, its error, signed local significance.
    """

    edges: FloatArray
    counts: FloatArray
    errors: FloatArray
    background: FloatArray
    signal: FloatArray
    variance: FloatArray
    merged: int
    row: int
    mass: float
    position: float
    n_sig: float
    n_sig_err: float
    z_local: float

    @property
    def expected(self) -> FloatArray:
        """Background and signal, shape (m,)."""
        return self.background + self.signal

    @property
    def pulls(self) -> FloatArray:
        """(data - expectation) / sqrt(variance), 0 where both vanish, shape (m,)."""
        difference = self.counts - self.expected
        spread = np.sqrt(self.variance)
        return np.divide(difference, spread, out=np.where(np.isnan(difference), np.nan, 0.0), where=spread > 0)

    @property
    def window(self) -> tuple[float, float]:
        """The ends of the window."""
        return float(self.edges[0]), float(self.edges[-1])

    @property
    def bin_width(self) -> float:
        """The usual width of the bins shown: the median."""
        return float(np.median(np.diff(self.edges)))


def fit_view(result: ScanResult, row: int, most_bins: int = MOST_BINS, channel: int = 0) -> FitView:
    """The data and the fit of one hypothesis.

    Args:
        result: the fits.
        row: which hypothesis.
        most_bins: neighbouring bins are merged until about as many are left.
        channel: which of the spectra that are fitted together.

    Raises:
        InputError: the hypothesis has no certified fit.
    """
    status = FitStatus(int(result.status[row]))
    if not is_certified(result.status)[row]:
        remedy = "choose a hypothesis whose status is 0 or 1"
        raise InputError(f"figure of the fit at {result.mass[row]:g} GeV", status.meaning, "a certified fit", remedy)
    rows = np.array([row])
    setup = result.setup
    scan = setup.channels[channel] if isinstance(setup, JointScan) else setup
    inside = channel_bins(setup, row, channel)
    bins = inside.stop - inside.start
    problem = next(batches(setup, rows=rows)).problem()
    theta = result.theta[rows, : problem.parameters]
    edges = scan.spectrum.axis.edges[scan.windows.edge_indices(rows, bins)[0]]
    used, exposure = used_and_exposure(problem, inside)
    starts, merged = bin_groups(used, most_bins)

    def summed(values: FloatArray) -> FloatArray:
        return np.where(used[starts], np.add.reduceat(np.where(used, values, 0.0), starts), np.nan)

    n = problem.counts[0, inside]
    without, both = (problem.expected(theta, s)[0, inside] for s in (np.zeros(1), result.n_sig[rows]))
    background, signal = without, both - without
    counts = summed(n / exposure)
    # the variance of n / e where n is Poisson distributed, once as observed and once as expected
    observed = summed(n / exposure**2)
    expected = summed((background + signal) / exposure)
    unit = summed(1 / exposure) / summed(np.ones(bins))
    scale = np.divide(observed, counts, out=unit, where=counts > 0)
    return FitView(
        np.append(edges[starts], edges[-1]), counts, scale * poisson_errors(counts / scale),
        summed(background), summed(signal), np.maximum(expected, 0.0), merged, row, float(result.mass[row]),
        float(scan.grid.position[row]), float(result.n_sig[row]), float(result.n_sig_err[row]),
        float(result.z_local[row]),
    )  # fmt: skip


def largest_excess(z: FloatArray) -> int | None:
    """The hypothesis with the largest signed significance; None if none is known."""
    return None if np.isnan(z).all() else int(np.nanargmax(z))


def largest_deficit(z: FloatArray) -> int | None:
    """The hypothesis with the smallest signed significance; None if none is known."""
    return None if np.isnan(z).all() else int(np.nanargmin(z))


def used_and_exposure(problem: Problem, inside: slice, row: int = 0) -> tuple[BoolArray, FloatArray]:
    """Which of some bins of one fit are fitted, and their exposures (1 in the others)."""
    if problem.exposure is None:
        bins = inside.stop - inside.start
        return np.ones(bins, bool), np.ones(bins)
    exposure = problem.exposure[row, inside]
    return exposure > 0, np.where(exposure > 0, exposure, 1.0)


def bin_groups(used: BoolArray, most_bins: int) -> tuple[IntArray, int]:
    """Where the groups of bins to be merged start, and their size; no group has both fitted and other bins."""
    size = -(-used.size // most_bins)
    changes = np.flatnonzero(np.diff(used)) + 1
    ends = np.append(changes, used.size)
    starts = [np.arange(a, b, size) for a, b in zip(np.append(0, changes), ends, strict=True)]
    return np.concatenate(starts), size


def poisson_errors(n: FloatArray) -> FloatArray:
    """Distances from n to the ends of its central 68.27 % interval (Garwood 1936), shape (2, m)."""
    from scipy.special import gammaincinv  # 0.2 s, for figures only

    tail = 0.15865525393145707
    low = np.where(n > 0, gammaincinv(np.maximum(n, 1e-9), tail), 0.0)
    return np.array([n - np.where(np.isnan(n), np.nan, low), gammaincinv(n + 1, 1 - tail) - n])
