"""Asymptotic upper limits: where q-tilde, or CLs, reaches the level, with bands from the Asimov set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.execution import map_batches
from gloam.fit import FitStatus, Minimum, Point, Problem, crossing, is_certified, likelihood_difference, profile
from gloam.fit.compiled import in_lanes
from gloam.fit.crossing import LAST_STEP, LAST_STEP_AT_BOUNDARY, VALUE_TOLERANCE, step_to_rise
from gloam.kernel import limit_lanes
from gloam.scans import Batch, ScanResult, batches
from gloam.statistics.asymptotic import BANDS, band_heights, cls_yield, log_cls
from gloam.statistics.normal import quantile

__all__ = ["AsymptoticMethod", "asymptotic_limits", "limits_of_fits"]

AsymptoticMethod = Literal["cls", "profile"]

START_TOLERANCE = 1e-9
TINY = 1e-30
MAXIMUM_STEPS = 60


def asymptotic_limits(
    result: ScanResult,
    level: float,
    method: AsymptoticMethod,
    *,
    bands: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> tuple[FloatArray, FloatArray]:
    """The observed limits, shape (h,), and their expected quantiles, shape (h, 5), of all hypotheses of a scan.

    NaN where there is no certified fit or no limit was found. Arguments as in `gloam.statistics.limits.upper_limits`.
    """
    h = len(result.setup.grid)
    observed, expected = np.full(h, np.nan), np.full((h, len(BANDS)), np.nan)
    usable = np.flatnonzero(is_certified(result.status))

    def work(batch: Batch) -> None:
        rows, problem = batch.rows, batch.problem()
        k = problem.parameters
        fits = result.theta[rows, :k], result.n_sig[rows], result.theta_background[rows, :k]
        observed[rows], quantiles = _limits(problem, *fits, level, method, bands=bands)
        if bands:
            expected[rows] = quantiles
        if progress is not None:
            progress(rows.size)

    map_batches(work, batches(result.setup, usable), threads)
    return observed, expected


def limits_of_fits(
    problem: Problem, theta: FloatArray, s: FloatArray, theta_background: FloatArray, level: float,
    method: AsymptoticMethod,
) -> FloatArray:  # fmt: skip
    """The observed limits of a batch of fits, shape (b,); NaN where none was found.

    Args:
        problem: b fits.
        theta: of the best fits, shape (b, K).
        s: their yields, shape (b,).
        theta_background: fitted without a signal, shape (b, K).
        level: confidence level.
        method: "cls" or "profile".
    """
    return _limits(problem, theta, s, theta_background, level, method, bands=False)[0]


def _limits(
    problem: Problem, theta: FloatArray, s: FloatArray, theta_background: FloatArray, level: float,
    method: AsymptoticMethod, *, bands: bool,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """The observed limits of a batch, shape (b,), and their expected quantiles, shape (b, 5) or (b, 0).

    The compiled engine finds them with the same steps; what it does not find is left to NumPy.
    """
    lanes = in_lanes(problem)
    heights = np.empty(0) if not bands else band_heights(level) if method == "cls" else _profile_heights(level)
    if lanes is None:
        return _limits_by_numpy(problem, theta, s, theta_background, level, method, heights)
    goal, height = (np.log(1 - level), 0.0) if method == "cls" else (None, float(quantile(level)))
    found = limit_lanes(
        lanes[0], theta_background, theta, s, lanes[1], log_cls=goal, height=height, heights=heights
    )  # fmt: skip
    observed, expected = found.observed, found.expected
    left = np.flatnonzero(~found.found)
    if left.size:
        fits = problem.take(left), theta[left], s[left], theta_background[left]
        observed[left], expected[left] = _limits_by_numpy(*fits, level, method, heights)
    return observed, expected


def _limits_by_numpy(
    problem: Problem, theta: FloatArray, s: FloatArray, theta_background: FloatArray, level: float,
    method: AsymptoticMethod, heights: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    fitted = _Fitted.of(problem, theta, s, theta_background)
    asimov = _asimov(problem, fitted)
    observed = _observed_limit(problem, fitted, asimov, level, method)
    return observed, _expected_limits(asimov, heights) if heights.size else np.empty((problem.size, 0))


def _observed_limit(
    problem: Problem, fitted: _Fitted, asimov: _Asimov, level: float, method: AsymptoticMethod
) -> FloatArray:  # fmt: skip
    if method == "profile":
        return _profile_limit(problem, fitted, level)
    return _cls_limit(problem, fitted, asimov, level)


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """The reference points of a batch: the best fit with s >= 0, and the background alone."""

    best: Minimum
    background: Minimum
    estimate: FloatArray

    @classmethod
    def of(cls, problem: Problem, theta: FloatArray, s: FloatArray, theta_background: FloatArray) -> _Fitted:
        background = profile(problem, theta_background, np.zeros(problem.size), START_TOLERANCE)
        positive = (s > 0)[:, None]
        best = profile(problem, np.where(positive, theta, background.theta), np.maximum(s, 0.0), START_TOLERANCE)
        return cls(best, background, s)


@dataclass(frozen=True, slots=True, eq=False)
class _Asimov:
    """The background-only Asimov set of a batch, its best fit (which has no signal) and the scale of its error."""

    problem: Problem
    best: Minimum
    sigma: FloatArray


def _asimov(problem: Problem, fitted: _Fitted) -> _Asimov:
    background, none = fitted.background, np.zeros(problem.size)
    imagined = problem.asimov(background.theta, none, background.expected)
    best = profile(imagined, background.theta, none, START_TOLERANCE)
    return _Asimov(imagined, best, _error_scale(problem, best))


def _profile_limit(problem: Problem, fitted: _Fitted, level: float) -> FloatArray:
    height = float(quantile(level))
    guess = fitted.best.s + height * _error_scale(problem, fitted.best)
    return crossing(
        problem, fitted.best.theta, fitted.best.s, Point.of(fitted.best), 0.5 * height**2,
        guess=guess, ridge=fitted.best.ridge,
    ).s  # fmt: skip


def _error_scale(problem: Problem, minimum: Minimum) -> FloatArray:
    """The error of the yield where it has one, else the yield of one event: the unit of first steps; shape (b,).

    Where the background vanishes under the signal, -ln L grows linearly and its curvature says nothing.
    """
    per_event = 1 / np.maximum(problem.signal.sum(axis=1), 1e-3)
    with np.errstate(all="ignore"):
        sigma = 1 / np.sqrt(minimum.curvature)
    most = 1e3 * per_event * np.sqrt(1 + problem.counts.sum(axis=1))
    return np.where((sigma > 1e-3 * per_event) & (sigma < most), sigma, per_event)


def _expected_limits(asimov: _Asimov, heights: FloatArray) -> FloatArray:
    """Where sqrt(q-tilde) of the Asimov set reaches each height, in increasing order; shape (b, bands)."""
    limits = np.empty((asimov.problem.size, heights.size))
    best = asimov.best
    s, theta, ridge, guess = best.s, best.theta, best.ridge, best.s + heights[0] * asimov.sigma
    for band, rise in enumerate(0.5 * heights**2):
        found = crossing(asimov.problem, theta, s, Point.of(best), rise, guess=guess, ridge=ridge)
        limits[:, band] = found.s
        if band + 1 < heights.size:
            # the second-order model at this limit leads to the next one; without it start from zero again
            ahead = found.s + step_to_rise(found.slope, found.curvature, 0.5 * heights[band + 1] ** 2 - rise)
            known = found.found & (ahead > found.s)
            s, theta = np.where(known, found.s, best.s), np.where(known[:, None], found.theta, best.theta)
            ridge = np.where(known[:, None], found.ridge, best.ridge)
            guess = np.where(known, ahead, best.s + heights[band + 1] * asimov.sigma)
    return limits


def _profile_heights(level: float) -> FloatArray:
    """sqrt(q-tilde) on the Asimov set at the limits of estimates N standard deviations away.

    For an estimate N >= 0 the limit is N + z above zero; for N < 0 the bound at 0 leaves
    (s / sigma)^2 - 2 N s / sigma = z^2, that is N + sqrt(N^2 + z^2).
    """
    z, n = float(quantile(level)), np.array(BANDS, float)
    return np.where(n >= 0, n + z, n + np.sqrt(n * n + z * z))


def _cls_limit(problem: Problem, fitted: _Fitted, asimov: _Asimov, level: float) -> FloatArray:
    """Where CLs falls to 1 - level: data and Asimov set together, each step solves their second-order models."""
    b = problem.size
    out = np.full(b, np.nan)
    rows, data, imagined = np.arange(b), problem, asimov.problem
    reference, reference_asimov = Point.of(fitted.best), Point.of(asimov.best)
    sigma = asimov.sigma
    s = np.maximum(cls_yield(np.clip(fitted.estimate / sigma, -6, None) * sigma, sigma, level), 1e-3 * sigma)
    theta = fitted.best.theta + fitted.best.ridge * (s - fitted.best.s)[:, None]
    theta_asimov = asimov.best.theta + asimov.best.ridge * s[:, None]
    low, high = fitted.best.s.copy(), np.full(b, np.inf)
    goal = np.log(1 - level)
    for _ in range(MAXIMUM_STEPS):
        seen = profile(data, theta, s, VALUE_TOLERANCE)
        imagined_at = profile(imagined, theta_asimov, s, VALUE_TOLERANCE)
        local = _Local(
            2 * np.maximum(likelihood_difference(data, seen, reference), 0.0),
            2 * np.maximum(likelihood_difference(imagined, imagined_at, reference_asimov), TINY),
            seen,
            imagined_at,
        )
        here = local.log_cls(np.zeros_like(s))
        low, high = np.where(here > goal, s, low), np.where(here > goal, high, s)
        proposed, inside = _proposal(local, s, here, low, high, goal)
        step = proposed - s
        smooth = (seen.status == FitStatus.OK.value) & (imagined_at.status == FitStatus.OK.value)
        last = np.where(smooth, LAST_STEP, LAST_STEP_AT_BOUNDARY) * np.minimum(sigma, s)
        lost = (seen.gap > VALUE_TOLERANCE) | (imagined_at.gap > VALUE_TOLERANCE)
        done = ((inside & (np.abs(step) <= last)) | (high - low <= 1e-9 * np.abs(s))) & ~lost
        theta = seen.theta + seen.ridge * step[:, None]
        theta_asimov = imagined_at.theta + imagined_at.ridge * step[:, None]
        if done.any() or lost.any():
            out[rows[done]] = proposed[done]
            keep = np.flatnonzero(~done & ~lost)
            if keep.size == 0:
                break
            rows, data, imagined = rows[keep], data.take(keep), imagined.take(keep)
            reference, reference_asimov, sigma = reference.take(keep), reference_asimov.take(keep), sigma[keep]
            theta, theta_asimov, proposed = theta[keep], theta_asimov[keep], proposed[keep]
            low, high = low[keep], high[keep]
        s = proposed
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """The second-order models of q-tilde of data and Asimov set around the tested yields; all shapes (b,)."""

    q: FloatArray
    q_asimov: FloatArray
    seen: Minimum
    imagined: Minimum

    def log_cls(self, step: FloatArray) -> FloatArray:
        """The logarithm of CLs a step away."""
        q = self.q + 2 * step * (self.seen.slope + 0.5 * step * self.seen.curvature)
        q_asimov = self.q_asimov + 2 * step * (self.imagined.slope + 0.5 * step * self.imagined.curvature)
        return log_cls(np.maximum(q, 0.0), np.maximum(q_asimov, TINY))


def _proposal(
    local: _Local, s: FloatArray, here: FloatArray, low: FloatArray, high: FloatArray, goal: float
) -> tuple[FloatArray, BoolArray]:
    """The next yield to try, and whether it solves the model inside the bracket.

    Newton's method on sqrt(-ln CLs), which is nearly linear, along both profiles at once; it costs no pass over bins.
    """
    step = np.zeros_like(s)
    reach = np.where(np.isfinite(high), high, 3 * s)
    with np.errstate(all="ignore"):
        for value in (here, None):
            depth = np.maximum(-(local.log_cls(step) if value is None else value), TINY)
            h = 1e-4 * s
            gradient = (local.log_cls(step + h) - local.log_cls(step - h)) / (2 * h)
            step = np.clip(step + 2 * (depth - np.sqrt(-goal * depth)) / gradient, low - s, reach - s)
    proposed = s + step
    inside = (proposed > low) & (proposed < reach)
    fallback = np.where(np.isfinite(high), 0.5 * (low + high), reach)
    return np.where(inside, proposed, fallback), inside
