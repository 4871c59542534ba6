"""Shape scans: every hypothesis fitted with and without a signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import DegenerateFitError
from gloam.execution import map_batches
from gloam.fit import (
    FitStatus,
    Minimum,
    Point,
    Problem,
    covariance,
    crossing,
    first_step,
    is_certified,
    is_distinct,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
    tangent_problem,
)
from gloam.scans.batches import Batch, batches, domains, window_ends
from gloam.scans.joint import JointScan, first_channel
from gloam.scans.result import ScanResult
from gloam.scans.setup import Scan
from gloam.scans.veto import vetoed

__all__ = ["fit_scan", "yield_errors"]

DOUBTFUL = 1e-5
"""Part of the information on the signal left by the background below which it is looked at more closely."""

MOST_PROMISED = 1e5
"""Gain in 2 ln L, to second order, above which a first step is not believed."""


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

    free: Minimum
    without: Minimum
    covariance: FloatArray
    values: dict[str, FloatArray]


def _collected(scan: Scan | JointScan, fitted: list[tuple[IntArray, _Fitted]]) -> ScanResult:
    """The fits of all batches in one table, padded to the largest number of parameters."""
    h, widest = len(scan.grid), max((each.free.theta.shape[1] for _, each in fitted), default=0)
    values = {name: np.full(h, np.nan) for name in ("n_sig", "n_sig_err", "q0", "edm")}
    status, parameters = np.full(h, FitStatus.VETOED.value, np.int64), np.zeros(h, np.int64)
    theta, theta_background = np.full((h, widest), np.nan), np.full((h, widest), np.nan)
    matrix = np.full((h, widest + 1, widest + 1), np.nan)
    for rows, each in fitted:
        k = each.free.theta.shape[1]
        for name, found in each.values.items():
            values[name][rows] = found
        status[rows], parameters[rows] = each.free.status, k
        theta[rows, :k], theta_background[rows, :k] = each.free.theta, each.without.theta
        inner = np.r_[:k, widest]
        matrix[rows[:, None, None], inner[:, None], inner] = each.covariance
    low, high = domains(scan)
    window_low, window_high = window_ends(scan)
    return ScanResult(
        setup=scan, **values, status=status, theta=theta, theta_background=theta_background, covariance=matrix,
        parameters=parameters, window_low=window_low, window_high=window_high, domain_low=low, domain_high=high,
    )  # fmt: skip


def _fit(problem: Problem) -> _Fitted:
    """The two fits of a batch and what a scan keeps of them."""
    none = np.zeros(problem.size)
    without = profile(problem, projected_start(problem), none)
    free = minimise(problem, *first_step(problem, without, MOST_PROMISED))
    q0 = np.maximum(2 * likelihood_difference(problem, without, free), 0.0)
    free.status = _joint_status(free.status, without.status)
    with np.errstate(all="ignore"):
        doubtful = np.flatnonzero(~(free.curvature > DOUBTFUL * free.information))
    if doubtful.size:
        part = problem.take(doubtful)
        theta, s = without.theta[doubtful], none[doubtful]
        tangent = tangent_problem(part, theta, s, Point.of(without).take(doubtful))
        free.status[doubtful[~is_distinct(tangent)]] = FitStatus.UNDETERMINED.value
    matrix, error = yield_errors(problem, free)
    usable = is_certified(free.status)
    values = {"n_sig": free.s, "n_sig_err": error, "q0": q0, "edm": np.maximum(free.gap, without.gap)}
    return _Fitted(free, without, matrix, {name: np.where(usable, value, np.nan) for name, value in values.items()})


def yield_errors(problem: Problem, free: Minimum) -> tuple[FloatArray, FloatArray]:
    """The covariance matrices of free fits, shape (b, K + 1, K + 1), and the errors of their yields, shape (b,).

    Where the expectation vanishes in an empty bin the error is the distance at which -ln L has risen by 1/2 upwards.
    """
    matrix = covariance(problem, free)
    with np.errstate(invalid="ignore"):
        error = np.sqrt(matrix[:, -1, -1])
    edge = np.flatnonzero(free.status == FitStatus.BOUNDARY.value)
    if edge.size:
        error[edge] = _upward_error(problem.take(edge), free, edge)
    return matrix, error


def _joint_status(free: IntArray, without: IntArray) -> IntArray:
    """The status of a pair: that of the free fit unless the other one failed."""
    return np.where(without == FitStatus.NOT_CERTIFIED.value, FitStatus.NOT_CERTIFIED.value, free)


def _upward_error(part: Problem, free: Minimum, rows: IntArray) -> FloatArray:
    s, theta = free.s[rows], free.theta[rows]
    up = crossing(part, theta, s, Point.of(free).take(rows), 0.5, guess=s + 1.0, ridge=np.zeros_like(theta))
    return np.asarray(up.s - s)
