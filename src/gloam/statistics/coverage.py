"""Coverage of upper limits and of errors of shape scans, from toys with a known signal.

A limit of level L should lie above the true yield in at least a part L of all experiments. The truth is the background
fitted to the data (or another expectation) and a yield; of each toy the limit is computed as it is of the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.execution import map_batches
from gloam.fit import Minimum, Problem, first_step, is_certified, minimise, profile, yield_errors
from gloam.scans import Batch, ScanResult, batches
from gloam.spectra import Spectrum
from gloam.statistics.asymptotic_limits import AsymptoticMethod, limits_of_fits
from gloam.statistics.bayesian import Marginalisation, posterior_estimates
from gloam.statistics.binomial import Fraction
from gloam.statistics.drawing import (
    Base,
    ToySource,
    base_in_words,
    check_base,
    check_toys,
    checked_rows,
    injected_yields,
    toy_sources,
)
from gloam.statistics.limits import LimitMethod, check_level
from gloam.statistics.posterior import Posterior, quantile_of
from gloam.statistics.prior import FLAT, Prior
from gloam.statistics.toys import log_cls_of_toys

__all__ = ["Coverage", "coverage"]

INNER = 1000
"""Toys with the signal by which the toy methods test the true yield in one toy."""

MOST_PROMISED = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How often limits and errors of toys held the true yield.

    Attributes:
        rows: the hypotheses in the scan, shape (r,).
        mass: their particle masses in GeV, shape (r,).
        n_true: true yields, shape (r, i).
        level: of the limits.
        method: by which they were set.
        base: what the toys are drawn from, in words.
        limits: how often the limit was at or above the true yield, shape (r, i).
        errors: how often n_sig +- n_sig_err held it, which is 0.6827 for Gaussian estimates, shape (r, i).
        median: of the limits, shape (r, i); NaN for methods with toys, which test the true yield alone.
        toys: of each hypothesis and yield.
        n_failed: how many of these have no certified fit or no limit; they are left out, shape (r, i).
    """

    rows: IntArray
    mass: FloatArray
    n_true: FloatArray
    level: float
    method: LimitMethod
    base: str
    limits: Fraction
    errors: Fraction
    median: FloatArray
    toys: int
    n_failed: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Procedure:
    """How a limit is set, and from which toys."""

    level: float
    method: LimitMethod
    prior: Prior
    marginalisation: Marginalisation
    inner: int
    toys: int
    seed: int
    stream: str


def coverage(
    result: ScanResult,
    rows: npt.ArrayLike,
    yields: npt.ArrayLike,
    level: float = 0.90,
    method: LimitMethod = "cls",
    toys: int = 1000,
    seed: int = 0,
    *,
    expectation: Spectrum | None = None,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
    inner: int = INNER,
    stream: str = "coverage",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Coverage:
    """How often the limits, and the errors, of toys hold the true yield.

    Toy k of a hypothesis and yield is the same whatever the number of toys, hypotheses, yields and threads. All yields
    of a hypothesis share the fluctuations of the background.

    "cls-toys" and "clsb-toys" ask whether the true yield is excluded at the level, by toys of each toy: the limit is at
    or above it if it is not. That costs a hundredth of the limits themselves.

    Args:
        result: the fits to the data.
        rows: hypotheses, shape (r,). One without a certified fit has no toys.
        yields: true numbers of signal events >= 0, shape (i,) for all hypotheses alike, or (r, i).
        level: of the limits.
        method: of the limits, as in `upper_limits`.
        toys: of each hypothesis and yield.
        seed: of the random streams.
        expectation: of the background, in the bins of the data; None: the background fitted to the data.
        prior: of the yield, for "bayes".
        marginalisation: for "bayes".
        inner: toys of each toy, for the methods with toys.
        stream: name of the random streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished.

    Raises:
        InputError: for levels, methods, yields or numbers of toys that cannot be.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> found = coverage(result, [0], [0.0, 20.0], 0.90, "cls", toys=400)
        >>> found.limits.value.round(2), found.limits.low.round(2)
        (array([[1.  , 0.95]]), array([[1.  , 0.94]]))
    """
    check_level(level)
    if method not in get_args(LimitMethod):
        raise InputError("method of the limit", method, one_of(get_args(LimitMethod)), "choose one of these")
    check_toys(toys)
    base: Base = "background" if expectation is None else expectation
    check_base(result, base, toys)
    rows = checked_rows(result, rows)
    n_true = injected_yields(yields, rows.size)
    how = _Procedure(level, method, prior, marginalisation, inner, toys, seed, stream)
    counted, median = np.zeros((4, *n_true.shape), np.int64), np.full(n_true.shape, np.nan)
    place = {int(row): at for at, row in enumerate(rows)}

    def work(batch: Batch) -> None:
        for source in toy_sources(result, batch, base):
            at = place[source.row]
            for which, truth in enumerate(n_true[at]):
                held, inside, good, limit = _held(source, float(truth), how)
                counted[:, at, which] = [x.sum() for x in (held & good, inside & good, good, ~good)]
                known = limit[good & np.isfinite(limit)]
                median[at, which] = np.median(known) if known.size else np.nan
            if progress is not None:
                progress(1)

    map_batches(work, batches(result.setup, rows[is_certified(result.status[rows])]), threads)
    above, within, number, failed = counted
    return Coverage(
        rows, result.mass[rows], n_true, level, method, base_in_words(base), Fraction.of(above, number),
        Fraction.of(within, number), median, toys, failed,
    )  # fmt: skip


def _held(source: ToySource, truth: float, how: _Procedure) -> tuple[BoolArray, BoolArray, BoolArray, FloatArray]:
    """Whether limits and errors of the toys of one yield hold it, whether they are usable, and the limits."""
    parts = []
    first = 0
    for drawn in source.draws(truth, how.toys, how.seed, how.stream):
        parts.append(_held_in_batch(source, drawn, truth, how, first))
        first += drawn.size
    held, inside, good, limit = (np.concatenate(part) for part in zip(*parts, strict=True))
    return held, inside, good, limit


def _held_in_batch(
    source: ToySource, drawn: Problem, truth: float, how: _Procedure, first: int
) -> tuple[BoolArray, BoolArray, BoolArray, FloatArray]:
    start = source.background.theta[np.zeros(drawn.size, int)]
    without = profile(drawn, start, np.zeros(drawn.size))
    free = minimise(drawn, *first_step(drawn, without, MOST_PROMISED))
    _, error = yield_errors(drawn, free)
    good = is_certified(free.status) & is_certified(without.status)
    inside = np.abs(free.s - truth) <= error
    limit = np.full(drawn.size, np.nan)
    rows = np.flatnonzero(good)
    if how.method in {"cls-toys", "clsb-toys"}:
        held = np.ones(drawn.size, bool)
        if truth > 0:
            held[rows] = _not_excluded(source, drawn, free, without, truth, how, first, rows)
        return held, inside, good, limit
    limit[rows] = _limits(drawn.take(rows), free, without, rows, how)
    return limit >= truth, inside, good & np.isfinite(limit), limit


def _limits(problem: Problem, free: Minimum, without: Minimum, rows: IntArray, how: _Procedure) -> FloatArray:
    """The limits of some toys, shape of `rows`."""
    if how.method == "bayes":

        def upper(posterior: Posterior) -> FloatArray:
            return quantile_of(posterior, how.level)[:, None]

        value, _ = posterior_estimates(
            problem, free.theta[rows], free.s[rows], upper, 1 - how.level, how.prior, how.marginalisation
        )
        return value[:, 0]
    method: AsymptoticMethod = "profile" if how.method == "profile" else "cls"
    return limits_of_fits(problem, free.theta[rows], free.s[rows], without.theta[rows], how.level, method)


def _not_excluded(
    source: ToySource, drawn: Problem, free: Minimum, without: Minimum, truth: float, how: _Procedure, first: int,
    rows: IntArray,
) -> BoolArray:  # fmt: skip
    """Whether toys of each of some toys leave the true yield inside the limit."""
    found = np.empty(rows.size, bool)
    for number, row in enumerate(rows):
        one = np.array([row])
        best = Minimum(*(getattr(free, name)[one] for name in Minimum.__slots__))
        index = (source.row << 40) + first + int(row)
        log_cls, _ = log_cls_of_toys(
            drawn.take(one), best, without.theta[one], truth, how.inner, how.seed, index,
            divided=how.method == "cls-toys",
        )  # fmt: skip
        found[number] = log_cls > np.log(1 - how.level)
    return found
