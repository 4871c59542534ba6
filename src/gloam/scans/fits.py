"""Shape scans: every hypothesis fitted with and without a signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import DegenerateFitError
from gloam.execution import map_batches
from gloam.fit import FitStatus, Pair, Problem, fit_pair, is_certified, is_distinct, point_at, tangent_problem
from gloam.scans.batches import Batch, batches, domains, window_ends
from gloam.scans.joint import JointScan, first_channel
from gloam.scans.result import ScanResult
from gloam.scans.setup import Scan
from gloam.scans.veto import vetoed

__all__ = ["fit_scan"]

DOUBTFUL = 1e-5
"""Part of the information on the signal left by the background below which it is looked at more closely."""


def fit_scan(
    scan: Scan | JointScan, *, threads: int | None = None, progress: Callable[[int], object] | None = None
) -> ScanResult:
    """The fits of all hypotheses of a scan.

    Args:
        scan: what to fit.
        threads: how many to use; None: `GLOAM_THREADS`, else one. The answer does not depend on it.
        progress: called with the number of hypotheses finished, after each batch.

    Raises:
        DegenerateFitError: if in no window the signal can be told from the background.
    """
    fitted: list[tuple[IntArray, _Fitted]] = []

    def work(batch: Batch) -> None:
        fitted.append((batch.rows, _fit(batch.problem())))
        if progress is not None:
            progress(batch.rows.size)

    rows = np.flatnonzero(~vetoed(scan))
    map_batches(work, batches(scan, rows), threads)
    result = _collected(scan, fitted)
    if rows.size and (result.status[rows] == FitStatus.UNDETERMINED.value).all():
        widest = int(result.parameters.max())
        bins = first_channel(scan).windows.bins
        raise DegenerateFitError(
            "fit of signal and background",
            f"windows of {bins.min()} to {bins.max()} bins for {widest} background parameters and a signal",
            f"at least {widest + 1} bins across which signal and background differ",
            "use finer bins (--bin-width), a wider --window or a lower order of the polynomial",
        )
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """The two fits of a batch, and what a scan keeps of them."""

    pair: Pair
    values: dict[str, FloatArray]


def _collected(scan: Scan | JointScan, fitted: list[tuple[IntArray, _Fitted]]) -> ScanResult:
    """The fits of all batches in one table, padded to the largest number of parameters."""
    h, widest = len(scan.grid), max((each.pair.theta.shape[1] for _, each in fitted), default=0)
    values = {name: np.full(h, np.nan) for name in ("n_sig", "n_sig_err", "q0", "edm")}
    status, parameters = np.full(h, FitStatus.VETOED.value, np.int64), np.zeros(h, np.int64)
    theta, theta_background = np.full((h, widest), np.nan), np.full((h, widest), np.nan)
    matrix = np.full((h, widest + 1, widest + 1), np.nan)
    for rows, each in fitted:
        pair, k = each.pair, each.pair.theta.shape[1]
        for name, found in each.values.items():
            values[name][rows] = found
        status[rows], parameters[rows] = pair.status, k
        theta[rows, :k], theta_background[rows, :k] = pair.theta, pair.theta_background
        inner = np.r_[:k, widest]
        matrix[rows[:, None, None], inner[:, None], inner] = pair.covariance
    low, high = domains(scan)
    window_low, window_high = window_ends(scan)
    return ScanResult(
        setup=scan, **values, status=status, theta=theta, theta_background=theta_background, covariance=matrix,
        parameters=parameters, window_low=window_low, window_high=window_high, domain_low=low, domain_high=high,
    )  # fmt: skip


def _fit(problem: Problem) -> _Fitted:
    """The two fits of a batch and what a scan keeps of them."""
    pair = fit_pair(problem, with_covariance=True)
    with np.errstate(all="ignore"):
        doubtful = np.flatnonzero(~(pair.curvature > DOUBTFUL * pair.information))
    if doubtful.size:
        part, theta, none = problem.take(doubtful), pair.theta_background[doubtful], np.zeros(doubtful.size)
        tangent = tangent_problem(part, theta, none, point_at(part, theta, none))
        pair.status[doubtful[~is_distinct(tangent)]] = FitStatus.UNDETERMINED.value
    usable = is_certified(pair.status)
    values = {"n_sig": pair.s, "n_sig_err": pair.error, "q0": pair.q0, "edm": pair.gap}
    return _Fitted(pair, {k: np.where(usable, v, np.nan) for k, v in values.items() if v is not None})
