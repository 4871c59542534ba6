"""Upper limits on the signal yield of every hypothesis of a shape scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypedDict, get_args

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError, one_of
from gloam.execution import map_batches
from gloam.fit import FitStatus, Minimum, Point, Problem, crossing, is_certified, likelihood_difference, profile
from gloam.fit.crossing import LAST_STEP, LAST_STEP_AT_BOUNDARY, VALUE_TOLERANCE, step_to_rise
from gloam.models import YieldNuisance
from gloam.scans import Batch, JointScan, ScanResult, batches
from gloam.statistics.asymptotic import BANDS, band_heights, cls_yield, log_cls
from gloam.statistics.bayesian import Marginalisation, bayesian_limits
from gloam.statistics.normal import quantile
from gloam.statistics.prior import FLAT, Prior
from gloam.statistics.toys import TOYS, ToyPlan, toy_limits

__all__ = ["LimitMethod", "LimitOptions", "UpperLimits", "check_level", "no_limits", "upper_limits"]

LimitMethod = Literal["cls", "profile", "bayes", "cls-toys", "clsb-toys"]


class LimitOptions(TypedDict, total=False):
    """What some methods need besides the level; keyword arguments of `upper_limits`."""

    prior: Prior
    marginalisation: Marginalisation
    toys: ToyPlan


START_TOLERANCE = 1e-9
TINY = 1e-30
MAXIMUM_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class UpperLimits:
    """Upper limits on the signal yield, observed and expected without a signal.

    NaN where the fit of the hypothesis is not certified or no limit was found.

    Attributes:
        observed: shape (h,).
        expected: quantiles Phi(-2), Phi(-1), 1/2, Phi(1), Phi(2) of the limit without a signal, shape (h, 5); NaN
            for methods that have none.
        level: confidence level, a fraction.
        method: how they were set.
        n_failed: hypotheses with a certified fit for which a limit was not found.
        error: numerical or Monte Carlo error of the observed limits, shape (h,); 0 for asymptotic ones.
        prior: of the yield, in words; empty where the method has none.
        toys: toy experiments that were fitted.
        n_toys_failed: those of them with a fit that is not certified.
    """

    observed: FloatArray
    expected: FloatArray
    level: float
    method: LimitMethod
    n_failed: int
    error: FloatArray = field(default_factory=lambda: np.zeros(()))
    prior: str = ""
    toys: int = 0
    n_toys_failed: int = 0

    def __post_init__(self) -> None:
        if self.error.ndim == 0:
            object.__setattr__(self, "error", np.full(self.observed.shape, self.error))

    @property
    def test_statistic(self) -> str:
        """The test statistic, in the notation of arXiv:1007.1727; "posterior" where there is none."""
        return "posterior" if self.method == "bayes" else "q_tilde"

    @property
    def sidedness(self) -> str:
        """One-sided: only yields above the fitted one are tested; the posterior is integrated from its lower end."""
        return "one-sided"


def upper_limits(
    result: ScanResult,
    level: float = 0.90,
    method: LimitMethod = "cls",
    *,
    bands: bool = True,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
    toys: ToyPlan = TOYS,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> UpperLimits:
    """The upper limits on the yield of all hypotheses of a scan.

    The first two methods use q-tilde (arXiv:1007.1727 eq. 16), in which the best yield is bounded at 0.

    - "cls": asymptotic CLs; the Asimov set is the background fitted to the data without a signal. The expected
      limits are the quantiles Phi(0, +-1, +-2) of the same construction.
    - "profile": where q-tilde reaches the square of the normal quantile of the level (2.71 at 95 %), the one-sided
      profile-likelihood limit. Its expected limits are those of an estimate that fluctuates by N standard
      deviations around the Asimov set, with the same bound.
    - "bayes": the yield below which the posterior has the probability `level`, with the background integrated out. Its
      expected limit is that of the Asimov set, in the place of the median; there are no other quantiles.
    - "cls-toys", "clsb-toys": CLs with toys drawn at the tested yields in place of the asymptotic distributions, and
      CLs+b, the same without the division by CLb, which can exclude every yield. Observed limits only.

    Args:
        result: the fits.
        level: a fraction, 0.5 < level < 1.
        method: one of these.
        bands: whether to compute the expected limits too.
        prior: of the yield, for "bayes".
        marginalisation: "laplace" or "exact", for "bayes"; see `gloam.statistics.bayesian`.
        toys: how many, for the methods that use them.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished, after each batch.

    Raises:
        InputError: for a level or method that is not allowed.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> limits = gloam.upper_limits(result, 0.90)
        >>> limits.observed.round(1), limits.expected.round(1)
        (array([21.3]), array([[ 9.7, 13.4, 19.4, 28.7, 40.8]]))
    """
    check_level(level)
    if method not in get_args(LimitMethod):
        raise InputError("method of the limit", method, one_of(get_args(LimitMethod)), "choose one of these")
    check_signal_factors(result, level)
    if method == "bayes":
        return _bayesian(result, level, prior, marginalisation, bands, threads, progress)
    if method in {"cls-toys", "clsb-toys"}:
        return _with_toys(result, level, method, toys, threads, progress)
    h = len(result.setup.grid)
    observed, expected = np.full(h, np.nan), np.full((h, len(BANDS)), np.nan)
    usable = np.flatnonzero(is_certified(result.status))

    def work(batch: Batch) -> None:
        rows, problem = batch.rows, batch.problem()
        k = problem.parameters
        fitted = _Fitted.of(problem, result.theta[rows, :k], result.n_sig[rows], result.theta_background[rows, :k])
        asimov = _asimov(problem, fitted)
        if method == "profile":
            observed[rows] = _profile_limit(problem, fitted, level)
        else:
            observed[rows] = _cls_limit(problem, fitted, asimov, level)
        if bands:
            heights = band_heights(level) if method == "cls" else _profile_heights(level)
            expected[rows] = _expected_limits(asimov, heights)
        if progress is not None:
            progress(rows.size)

    map_batches(work, batches(result.setup, usable), threads)
    wanted = expected[usable] if bands else observed[usable, None]
    failed = int(np.count_nonzero(np.isnan(observed[usable]) | np.isnan(wanted).any(axis=1)))
    return UpperLimits(observed, expected, level, method, failed, np.zeros(h))


def _bayesian(
    result: ScanResult,
    level: float,
    prior: Prior,
    marginalisation: Marginalisation,
    bands: bool,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> UpperLimits:
    observed, error, median = bayesian_limits(
        result, level, prior, marginalisation, expected=bands, threads=threads, progress=progress
    )
    usable = is_certified(result.status)
    expected = np.where(np.array(BANDS) == 0, median[:, None], np.nan)
    missing = np.isnan(observed) | (np.isnan(median) & bands)
    failed = int(np.count_nonzero(usable & missing))
    return UpperLimits(observed, expected, level, "bayes", failed, error, prior.in_words)


def _with_toys(
    result: ScanResult,
    level: float,
    method: LimitMethod,
    plan: ToyPlan,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> UpperLimits:
    divided = method == "cls-toys"
    asymptotic: LimitMethod = "cls" if divided else "profile"
    here, beyond = (
        upper_limits(result, x, asymptotic, bands=False, threads=threads).observed for x in (level, 0.5 + 0.5 * level)
    )
    found = toy_limits(result, level, (here, beyond), plan, divided=divided, threads=threads, progress=progress)
    failed = int(np.count_nonzero(is_certified(result.status) & np.isnan(found.limit)))
    bands = np.full((found.limit.size, len(BANDS)), np.nan)
    return UpperLimits(found.limit, bands, level, method, failed, found.error, "", found.toys, found.failed)


def no_limits(result: ScanResult, level: float, method: LimitMethod) -> UpperLimits:
    """Limits that were not computed: NaN for every hypothesis."""
    h = len(result.setup.grid)
    return UpperLimits(np.full(h, np.nan), np.full((h, len(BANDS)), np.nan), level, method, 0, np.full(h, np.nan))


def check_level(level: float) -> None:
    """Refuse a level that is no confidence level of an upper limit."""
    if not 0.5 < level < 1:
        raise InputError("level of the limit", level, "a fraction between 0.5 and 1", "write 0.90 for 90 %")


def check_signal_factors(result: ScanResult, level: float) -> None:
    """Refuse Gaussian uncertainties of the signal's yield that allow it to vanish within what the level excludes.

    1 + sum r_i alpha_i is 0 at a distance of 1 / sqrt(sum r_i^2) standard deviations. If that is no more than the
    quantile of the level, no yield is excluded: any number of signal events may be lost.
    """
    needed, mass = float(quantile(level)), result.mass
    channels = result.setup.channels if isinstance(result.setup, JointScan) else (result.setup,)
    for channel in channels:
        squares = [
            nuisance.size(mass) ** 2
            for nuisance in channel.nuisances
            if isinstance(nuisance, YieldNuisance) and nuisance.acts_on_signal and nuisance.constraint == "gaussian"
        ]
        total = np.sqrt(np.sum(squares, axis=0)) if squares else np.zeros(mass.size)
        if (total * needed >= 1).any():
            row = int(np.argmax(total))
            raise InputError(
                f"Gaussian uncertainty of the signal yield at a mass of {mass[row]:g} GeV",
                f"{total[row]:g}, which lets the signal vanish within {1 / total[row]:.2g} standard deviations",
                f"less than {1 / needed:.3g} at a level of {level:g}", "use a log-normal constraint",
            )  # fmt: skip


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
