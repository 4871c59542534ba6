"""The yields of a scan in bootstrap replicas of its events: errors and correlations that entries of one event share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import map_batches
from gloam.fit import Problem, likelihood_difference, minimise, profile
from gloam.scans import Batch, JointScan, Scan, ScanResult, batches, signed_significance
from gloam.spectra import EventBootstrap

__all__ = ["BootstrapFits", "bootstrap_fits", "check_bootstrap"]

CERTIFICATE = 1e-7

ELEMENTS = 60_000
"""Rows times bins that are fitted together."""


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapFits:
    """The fits of some hypotheses in some replicas; NaN where one has no certificate.

    Attributes:
        rows: the hypotheses, shape (h',).
        n_sig: fitted yields, shape (r, h').
        n_sig_err: their errors from the curvature of -ln L, which takes entries as independent, shape (r, h').
        centred: signed root of the likelihood ratio of the yield in the data; (n_sig - n_sig of the data) / n_sig_err
            to first order, and as asymmetric as `z_local` is; shape (r, h').
    """

    rows: IntArray
    n_sig: FloatArray
    n_sig_err: FloatArray
    centred: FloatArray

    @property
    def failed(self) -> BoolArray:
        """Replicas with a fit that has no certificate, shape (r,)."""
        return np.asarray(np.isnan(self.centred).any(axis=1))

    @property
    def error(self) -> FloatArray:
        """Standard deviations of the yields over the replicas, shape (h',)."""
        return np.asarray(np.nanstd(self.n_sig, axis=0, ddof=1))

    @property
    def inflation(self) -> FloatArray:
        """Standard deviations of the centred significances: 1 for independent entries, shape (h',)."""
        return np.asarray(np.nanstd(self.centred, axis=0, ddof=1))

    @property
    def correlation(self) -> FloatArray:
        """Correlations of the yields of the hypotheses over the replicas without a failure, shape (h', h')."""
        return np.asarray(np.corrcoef(self.n_sig[~self.failed], rowvar=False))


def bootstrap_fits(
    result: ScanResult,
    events: EventBootstrap,
    replicas: int | IntArray = 200,
    *,
    rows: IntArray | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> BootstrapFits:
    """The fits of a scan to bootstrap replicas of its events.

    Where every event has k entries under one peak, yields vary by the root of k more than their errors say; where the
    entries of an event are spread over the spectrum, single yields hardly notice, and far ones become correlated.

    Args:
        result: the fits to the data.
        events: entries of the spectrum that was fitted, and their events.
        replicas: how many, or which.
        rows: hypotheses to fit, shape (h',); None: all with a certified fit.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished, in all replicas.

    Raises:
        InputError: if the events are not those of the spectrum; for weighted data, several spectra in one fit, and
            nuisance parameters or constraints, whose control measurements a bootstrap of the events leaves alone.
    """
    scan = check_bootstrap(result, events)
    rows = np.flatnonzero(np.isfinite(result.n_sig)) if rows is None else rows
    numbers = np.arange(replicas) if isinstance(replicas, int) else replicas
    if numbers.size == 0 or rows.size == 0:
        raise InputError("bootstrap", f"{numbers.size} replicas of {rows.size} fits", "one of each", "ask for more")
    below = np.concatenate([np.zeros((numbers.size, 1)), np.cumsum(events.counts(numbers)[:, 1:-1], axis=1)], axis=1)
    values = [np.full((numbers.size, rows.size), np.nan) for _ in range(3)]
    place = np.empty(len(scan.grid), np.int64)
    place[rows] = np.arange(rows.size)

    def work(batch: Batch) -> None:
        problem = batch.problem()
        edges = scan.windows.edge_indices(batch.rows, problem.counts.shape[1])
        size = max(ELEMENTS // problem.counts.size, 1)
        for start in range(0, numbers.size, size):
            part = slice(start, start + size)
            counts = below[part][:, edges[:, 1:]] - below[part][:, edges[:, :-1]]
            found = _refitted(problem, result, batch.rows, counts)
            for into, value in zip(values, found, strict=True):
                into[part, place[batch.rows]] = value.reshape(counts.shape[:2])
        if progress is not None:
            progress(batch.rows.size)

    map_batches(work, batches(scan, rows), threads)
    return BootstrapFits(rows, *values)


def check_bootstrap(result: ScanResult, events: EventBootstrap) -> Scan:
    """The scan, if its fits can be bootstrapped with these events; arguments and faults as in `bootstrap_fits`."""
    scan, found = result.setup, ""
    if isinstance(scan, JointScan):
        found = "several spectra fitted together"
    elif scan.spectrum.is_weighted or events.weights is not None:
        found = "weighted data"
    elif scan.nuisance_names or any(batch.problem().constraint is not None for batch in batches(scan, np.array([0]))):
        found = "nuisance parameters or constraints"
    elif not np.array_equal(events.axis.edges, scan.spectrum.axis.edges):
        found = "another axis than that of the spectrum"
    else:
        same = events.spectrum().values() == scan.spectrum.values()
        hidden = False if scan.spectrum.visible is None else ~scan.spectrum.visible
        if (same | hidden).all():
            return scan
        found = "entries that are not those of the spectrum"
    raise InputError(
        "bootstrap of a scan", found, "the events of one spectrum of counts", "fill the spectrum from these entries"
    )


def _refitted(
    problem: Problem, result: ScanResult, rows: IntArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Yields, errors and centred significances of hypotheses in replicas, replica by replica; shapes (r b,)."""
    row = np.tile(np.arange(rows.size), counts.shape[0])
    fits = problem.take(row).with_counts(counts.reshape(row.size, -1))
    if fits.used is not None:
        fits = fits.with_counts(np.where(fits.used, fits.counts, 0.0))
    theta, yields = result.theta[rows[row], : problem.parameters], result.n_sig[rows[row]]
    fixed = profile(fits, theta, yields, CERTIFICATE)
    free = minimise(fits, fixed.theta, yields, CERTIFICATE)
    centred = signed_significance(free.s - yields, 2 * likelihood_difference(fits, fixed, free))
    good = (fixed.gap <= CERTIFICATE) & (free.gap <= CERTIFICATE)
    with np.errstate(all="ignore"):
        error = 1 / np.sqrt(free.curvature)
    return tuple(np.where(good, value, np.nan) for value in (free.s, error, centred))  # type: ignore[return-value]
