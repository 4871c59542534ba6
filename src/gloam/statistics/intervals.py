"""Two-sided intervals of the signal yield of every hypothesis of a shape scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.fit import Minimum, Point, Problem, crossing, is_certified, profile
from gloam.fit.crossing import VALUE_TOLERANCE, step_to_rise
from gloam.fit.mirror import mirrored
from gloam.scans import ScanResult
from gloam.statistics.bayesian import Marginalisation, over_posteriors, posterior_estimates
from gloam.statistics.normal import quantile
from gloam.statistics.posterior import Posterior, quantile_of, shortest_interval
from gloam.statistics.prior import FLAT, Prior

__all__ = ["IntervalMethod", "Intervals", "intervals"]

IntervalMethod = Literal["profile", "central", "shortest"]


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Two-sided intervals of the signal yield.

    NaN where the fit of the hypothesis is not certified or an end was not found.

    Attributes:
        low, high: the ends, shapes (h,).
        level: confidence level or probability, a fraction.
        method: "profile", "central" or "shortest".
        error: numerical error of the ends, shape (h,); 0 for "profile".
        n_failed: hypotheses with a certified fit for which an end was not found.
        prior: of the yield, in words; empty for "profile".
    """

    low: FloatArray
    high: FloatArray
    level: float
    method: IntervalMethod
    error: FloatArray
    n_failed: int
    prior: str = ""


def intervals(
    result: ScanResult,
    level: float = 0.6827,
    method: IntervalMethod = "profile",
    *,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Intervals:
    """The two-sided intervals of the yields of all hypotheses of a scan.

    - "profile": where -ln L, minimised over the background, has risen by half the square of the normal quantile of
      (1 + level) / 2 on either side of the best yield. Both may be negative: yields are not bounded at 0 here.
    - "central": equal probabilities of the posterior of s >= 0 on either side.
    - "shortest": the shortest interval that holds the probability; it begins at 0 where the density falls from there.

    Args:
        result: the fits.
        level: a fraction, 0 < level < 1.
        method: one of these.
        prior: of the yield, for the last two.
        marginalisation: of the background, for the last two; see `gloam.statistics.bayesian`.
        threads: how many to use.
        progress: called with the number of hypotheses finished.

    Raises:
        InputError: for a level or method that is not allowed.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> found = intervals(result, 0.6827)
        >>> found.low.round(1), found.high.round(1)
        (array([-8.4]), array([14.4]))
    """
    if not 0 < level < 1:
        raise InputError("level of the interval", level, "a fraction between 0 and 1", "write 0.68 for 68 %")
    if method not in get_args(IntervalMethod):
        raise InputError("method of the interval", method, one_of(get_args(IntervalMethod)), "choose one of these")
    functional = _central(level) if method == "central" else _shortest(level)

    def ends(problem: Problem, theta: FloatArray, s: FloatArray, _: FloatArray) -> FloatArray:
        if method == "profile":
            return np.column_stack([*_profile_ends(problem, theta, s, level), np.zeros(problem.size)])
        value, error = posterior_estimates(problem, theta, s, functional, 0.5 - 0.5 * level, prior, marginalisation)
        return np.column_stack([value, error])

    low, high, error = over_posteriors(result, ends, 3, marginalisation, threads, progress).T
    failed = int(np.count_nonzero(is_certified(result.status) & ~np.isfinite(low + high)))
    return Intervals(low, high, level, method, error, failed, "" if method == "profile" else prior.in_words)


def _central(level: float) -> Callable[[Posterior], FloatArray]:
    below = 0.5 - 0.5 * level
    return lambda posterior: np.stack([quantile_of(posterior, below), quantile_of(posterior, 1 - below)], axis=1)


def _shortest(level: float) -> Callable[[Posterior], FloatArray]:
    return lambda posterior: shortest_interval(posterior, level)


def _profile_ends(problem: Problem, theta: FloatArray, s: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    rise = 0.5 * float(quantile(0.5 + 0.5 * level)) ** 2
    best = profile(problem, theta, s, VALUE_TOLERANCE)
    # the lower end is the upper one of the problem in which the signal takes events away
    return -_upper_end(mirrored(problem), best, -1.0, rise), _upper_end(problem, best, 1.0, rise)


def _upper_end(problem: Problem, best: Minimum, sign: float, rise: float) -> FloatArray:
    """Where -ln L has risen above the best yield, sign times which is the yield of the problem, shape (b,)."""
    s, ridge = sign * best.s, sign * best.ridge
    step = step_to_rise(np.zeros_like(s), best.curvature, np.full(problem.size, rise))
    # no curvature to go by without counts under the peak: start with the yield of one event
    events = 1 / np.maximum(np.abs(problem.signal.sum(axis=1)), 1e-3)
    most = 1e3 * events * np.sqrt(1 + problem.counts.sum(axis=1))
    guess = s + np.where((step > 1e-3 * events) & (step < most), step, events)
    return crossing(problem, best.theta, s, Point.of(best), rise, guess=guess, ridge=ridge).s
