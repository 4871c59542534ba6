"""The two fits of a hypothesis, without and with a signal, and what tells them apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit.compiled import in_lanes
from gloam.fit.covariance import covariance
from gloam.fit.crossing import crossing
from gloam.fit.likelihood import Point, likelihood_difference
from gloam.fit.minimum import Minimum
from gloam.fit.problem import Problem
from gloam.fit.profiling import TOLERANCE, first_step, minimise, profile, projected_start
from gloam.fit.status import FitStatus
from gloam.kernel import LanePairs, Windows, pair_lanes

__all__ = ["Pair", "fit_pair", "fit_pair_in_spectra", "in_spectra", "yield_errors"]

MOST_PROMISED = 1e5
"""Gain in 2 ln L, to second order, above which a first step is not believed."""


@dataclass(slots=True, eq=False)
class Pair:
    """The fits of a batch without and with a signal.

    Attributes:
        theta_background: parameters without a signal, shape (b, K).
        theta: with a signal, shape (b, K).
        s: signal yield, shape (b,).
        q0: 2 (nll without a signal - nll at the minimum), >= 0, shape (b,).
        gap: certificate, the larger of both, shape (b,).
        curvature: second derivative of the profile at the minimum, shape (b,).
        information: the same if the background were known, shape (b,).
        status: `FitStatus` codes of the fit with a signal, `NOT_CERTIFIED` where the other one is not; shape (b,).
        covariance: of parameters and, last, the yield, shape (b, K + 1, K + 1); None if it was not asked for.
        error: of the yield, see `yield_errors`, shape (b,); None without covariance.
    """

    theta_background: FloatArray
    theta: FloatArray
    s: FloatArray
    q0: FloatArray
    gap: FloatArray
    curvature: FloatArray
    information: FloatArray
    status: IntArray
    covariance: FloatArray | None
    error: FloatArray | None


def fit_pair(
    problem: Problem,
    tol: float = TOLERANCE,
    *,
    start: FloatArray | None = None,
    most_promised: float = MOST_PROMISED,
    with_covariance: bool = False,
) -> Pair:
    """Both fits of a batch, the one with a signal started from the other.

    The compiled engine makes them in one go, from a start of its own; what it does not certify is left to `profile`
    and `minimise`.

    Args:
        problem: b fits.
        tol: certificate at which a fit is finished.
        start: parameters to start from, shape (b, K); None: a projection of the counts.
        most_promised: gain in 2 ln L, to second order, above which a first step is not believed.
        with_covariance: whether covariance matrices and errors of the yields are wanted.
    """

    def rest(left: IntArray) -> Pair:
        begin = None if start is None else start[left]
        return _one_after_the_other(problem.take(left), tol, begin, most_promised, with_covariance)

    lanes = in_lanes(problem)
    if lanes is None:
        return _one_after_the_other(problem, tol, start, most_promised, with_covariance)
    return _completed(pair_lanes(lanes[0], tol, most_promised, lanes[1], covariance=with_covariance), rest)


def fit_pair_in_spectra(
    problem: Problem, windows: Windows, start: FloatArray, tol: float, *, most_promised: float = MOST_PROMISED
) -> Pair:
    """Both fits of some rows of a problem to the contents of its windows in other spectra, without covariances.

    Args:
        problem: fits that only the counts constrain.
        windows: which of its rows each fit is of, and the spectra.
        start: parameters of each fit to start from, shape (b, K).
        tol: certificate at which a fit is finished.
        most_promised: gain in 2 ln L, to second order, above which a first step is not believed.
    """

    def rest(left: IntArray) -> Pair:
        fits = in_spectra(problem, windows.taken(left))
        return _one_after_the_other(fits, tol, start[left], most_promised, False)

    lanes = in_lanes(problem)
    if lanes is None:
        return rest(np.arange(windows.template.size))
    return _completed(
        pair_lanes(replace(lanes[0], counts=windows), tol, most_promised, lanes[1], covariance=False), rest
    )


def in_spectra(problem: Problem, windows: Windows) -> Problem:
    """Rows of a problem with the contents of its windows in other spectra."""
    edges, spectrum = windows.index[windows.template], windows.spectrum[:, None]
    counts = windows.below[spectrum, edges[:, 1:]] - windows.below[spectrum, edges[:, :-1]]
    part = problem.take(windows.template)
    return part.with_counts(counts if part.used is None else np.where(part.used, counts, 0.0))


def _completed(found: LanePairs, rest: Callable[[IntArray], Pair]) -> Pair:
    """The fits of the kernel, with those of the rows that it did not certify."""
    out = Pair(
        found.theta_background, found.theta, found.yields, np.maximum(found.ratio, 0.0), found.gap, found.curvature,
        found.information, np.where(found.certified != 0, FitStatus.OK.value, FitStatus.NOT_CERTIFIED.value),
        found.covariance, None if found.covariance is None else np.sqrt(found.covariance[:, -1, -1]),
    )  # fmt: skip
    left = np.flatnonzero(found.certified == 0)
    if left.size:
        others = rest(left)
        for field in fields(Pair):
            target = getattr(out, field.name)
            if target is not None:
                target[left] = getattr(others, field.name)
    return out


def _one_after_the_other(
    problem: Problem, tol: float, start: FloatArray | None, most_promised: float, with_covariance: bool
) -> Pair:
    without = profile(problem, projected_start(problem) if start is None else start, np.zeros(problem.size), tol)
    free = minimise(problem, *first_step(problem, without, most_promised), tol)
    matrix, error = yield_errors(problem, free) if with_covariance else (None, None)
    return Pair(
        without.theta, free.theta, free.s, np.maximum(2 * likelihood_difference(problem, without, free), 0.0),
        np.maximum(free.gap, without.gap), free.curvature, free.information, _joint_status(free, without),
        matrix, error,
    )  # fmt: skip


def _joint_status(free: Minimum, without: Minimum) -> IntArray:
    """The status of a pair: that of the free fit unless the other one failed."""
    failed = without.status == FitStatus.NOT_CERTIFIED.value
    return np.where(failed, FitStatus.NOT_CERTIFIED.value, free.status)


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


def _upward_error(part: Problem, free: Minimum, rows: IntArray) -> FloatArray:
    s, theta = free.s[rows], free.theta[rows]
    up = crossing(part, theta, s, Point.of(free).take(rows), 0.5, guess=s + 1.0, ridge=np.zeros_like(theta))
    return np.asarray(up.s - s)
