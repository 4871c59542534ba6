"""Bayesian limits: the posterior of the signal yield with the background integrated out.

The prior is flat in the background coefficients, on all backgrounds with mu >= 0. Its integral at fixed s is Laplace's,
exp(-phi(s)) |H(s)|^(-1/2) with the profile phi and the second derivatives H of -ln L in the coefficients. That holds
while mu = 0 is some standard deviations away in every bin. Where it is not (few counts), and on request everywhere, the
integral is a sum over quasi-random rays or, with nuisance parameters, over draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.execution import map_batches
from gloam.fit import FitStatus, Minimum, Point, Problem, crossing, is_certified, likelihood_difference, profile
from gloam.fit.crossing import VALUE_TOLERANCE, step_to_rise
from gloam.fit.determinant import background_curvature, expected_information, log_determinant
from gloam.fit.mirror import mirrored
from gloam.fit.tangent import point_at, tangent_problem
from gloam.scans import Batch, ScanResult, batches
from gloam.statistics.marginalisation import REPLICATES, Proposal, log_marginals, proposals
from gloam.statistics.posterior import Posterior, Support, quantile_of
from gloam.statistics.prior import FLAT, Prior
from gloam.statistics.signal_factor import factor_error, smeared

__all__ = ["Functional", "Marginalisation", "bayesian_limits", "over_posteriors", "posterior_estimates"]

Marginalisation = Literal["laplace", "exact"]
Functional = Callable[[Posterior], FloatArray]

FAR = 16.0
"""Rise of -ln L beyond which the posterior is cut off: e^-16 of its mass, relative to the tail that a limit leaves."""

NODES = (17, 33, 65, 129)
"""Numbers of nodes that are tried until half of them give the same answer."""

POINTS = 16
"""Pairs of rays of each replicate at first; four times as many as long as the error is too large."""

MOST_POINTS = 1024

MOST_WITH_EFFECTS = 128
"""The same for draws with nuisance effects, each of which costs a whole expectation; the error says what that gives."""

SAMPLED_ERROR = {"laplace": 7.5e-3, "exact": 1e-3}
"""Small enough, in standard deviations of the posterior: half of the 1.5e-2 that is promised, for fluctuations."""

NEGLIGIBLE = 8.0
"""Logarithm of the density below its maximum from which the first draws are good enough."""

AGREEMENT = 1e-5
"""The same answer, as part of the range of s: a ten-thousandth of a standard deviation."""

CLEAR = 1.5
"""Standard deviations that mu = 0 has to be away in every bin for Laplace's integral."""

CLOSE = 4.0
"""Logarithm of the density below its maximum up to which that is asked."""


def bayesian_limits(
    result: ScanResult,
    level: float,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
    *,
    expected: bool = True,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The yields below which the posterior has a probability, for the data and for the background-only Asimov set.

    Args:
        result: the fits.
        level: that probability.
        prior: of the signal yield.
        marginalisation: how the background is integrated out, see `posterior_estimates`.
        expected: whether to compute the limit of the Asimov set too, which is close to the median without a signal.
        threads: how many to use.
        progress: called with the number of hypotheses finished.

    Returns:
        Limits, their numerical errors, and limits of the Asimov set, shapes (h,); NaN without a certificate.
    """

    def upper(posterior: Posterior) -> FloatArray:
        return quantile_of(posterior, level)[:, None]

    def estimates(problem: Problem, theta: FloatArray, s: FloatArray, theta_background: FloatArray) -> FloatArray:
        value, error = posterior_estimates(problem, theta, s, upper, 1 - level, prior, marginalisation)
        median = np.full_like(value, np.nan)
        if expected:
            imagined = _asimov(problem, theta_background)
            none = np.zeros(problem.size)
            median, _ = posterior_estimates(imagined, theta_background, none, upper, 1 - level, prior, marginalisation)
        return np.column_stack([value, error, median])

    found = over_posteriors(result, estimates, 3, marginalisation, threads, progress)
    return found[:, 0], found[:, 1], found[:, 2]


def over_posteriors(
    result: ScanResult,
    estimates: Callable[[Problem, FloatArray, FloatArray, FloatArray], FloatArray],
    columns: int,
    marginalisation: Marginalisation = "laplace",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> FloatArray:
    """What a function finds for each certified hypothesis of a scan, shape (h, columns); NaN for the others.

    Args:
        result: the fits.
        estimates: called with batches of problems, their best background and yield, and the background without a
            signal; returns shape (b, columns).
        columns: how many numbers it finds for each.
        marginalisation: checked here.
        threads: how many to use.
        progress: called with the number of hypotheses finished.

    Raises:
        InputError: for a marginalisation that is not known.
    """
    if marginalisation not in get_args(Marginalisation):
        allowed = one_of(get_args(Marginalisation))
        raise InputError("marginalisation of the background", marginalisation, allowed, "choose one of these")
    out = np.full((len(result.setup.grid), columns), np.nan)

    def work(batch: Batch) -> None:
        rows, problem = batch.rows, batch.problem()
        k = problem.parameters
        out[rows] = estimates(problem, result.theta[rows, :k], result.n_sig[rows], result.theta_background[rows, :k])
        if progress is not None:
            progress(rows.size)

    map_batches(work, batches(result.setup, np.flatnonzero(is_certified(result.status))), threads)
    return out


def posterior_estimates(
    problem: Problem,
    theta: FloatArray,
    s: FloatArray,
    functional: Functional,
    tail: float,
    prior: Prior = FLAT,
    marginalisation: Marginalisation = "laplace",
) -> tuple[FloatArray, FloatArray]:
    """What a functional says of the posteriors of the signal yields of a batch, and its numerical error.

    Args:
        problem: b fits.
        theta: background coefficients of the best fit, shape (b, K).
        s: its yields, shape (b,).
        functional: a function of posteriors that returns yields, shape (b, q).
        tail: the probability that the functional leaves on either side.
        prior: of the signal yield.
        marginalisation: "laplace", with importance sampling where it does not hold; or "exact", sampling everywhere.

    Returns:
        The yields, shape (b, q), NaN where a fit has no certificate, and their errors from halving the nodes and, where
        sampled, from the spread of the replicates, shape (b,).
    """
    factor = factor_error(problem) if prior == FLAT else None
    if factor is not None:
        k, of_yield = problem.design.parameters, functional
        problem, theta = problem.nominal(), theta[:, :k]

        def functional(posterior: Posterior) -> FloatArray:
            return of_yield(smeared(posterior))

    start = _Start.of(problem, theta, s, prior, FAR - np.log(tail))
    if factor is not None:
        start = replace(start, support=replace(start.support, factor=factor[0], normal=factor[1]))
    first = _tabulated(problem, start, prior, NODES[0])
    bounded = _is_bounded(problem, first)
    sampled = bounded | (marginalisation == "exact")
    value, error = _with_error(functional, start.support, first.log_density)
    for number in NODES[1:]:
        width = start.support.high - start.support.low
        rows = np.flatnonzero(~sampled & (error > AGREEMENT * width))
        if rows.size == 0:
            break
        finer = _tabulated(problem.take(rows), start.take(rows), prior, number)
        value[rows], error[rows] = _with_error(functional, start.support.take(rows), finer.log_density)
    rows = np.flatnonzero(sampled & np.isfinite(start.support.high))
    if rows.size:
        goal = SAMPLED_ERROR[marginalisation]
        most = MOST_POINTS
        if problem.effects is not None and marginalisation == "laplace":
            most = MOST_WITH_EFFECTS
        sampling = _Sampling(problem.take(rows), start.take(rows), prior, bounded[rows], functional, goal, most)
        value[rows], error[rows] = sampling.estimates(first.take(rows), POINTS)
    return value, error


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """The best fits inside the support of the prior, and how far the posteriors reach."""

    best: Minimum
    support: Support
    theta_high: FloatArray
    ridge_high: FloatArray

    @classmethod
    def of(cls, problem: Problem, theta: FloatArray, s: FloatArray, prior: Prior, rise: float) -> _Start:
        lowest, highest = _lowest_yield(problem, prior.support[0]), prior.support[1]
        inside = np.clip(s, lowest, highest)
        best = profile(problem, np.where(np.isfinite(theta), theta, 0.0), inside, VALUE_TOLERANCE)
        guess, unit = best.s + _reach(problem, best, rise), Point.of(best)
        up = crossing(problem, best.theta, best.s, unit, rise, guess=guess, ridge=best.ridge)
        beyond = up.s > highest
        high = np.where(beyond, highest, up.s)
        theta_high = up.theta + np.where(beyond, up.ridge.T * (high - up.s), 0.0).T
        low = _lower_end(problem, best, lowest, rise)
        support = Support(low, high, _shift(problem, best, low, high, prior))
        return cls(best, support, theta_high, up.ridge)

    def take(self, rows: IntArray) -> _Start:
        return _Start(_rows_of(self.best, rows), self.support.take(rows), self.theta_high[rows], self.ridge_high[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The posterior at the nodes.

    Attributes:
        s: the nodes, shape (b, n).
        theta: the background there, shape (b, n, K).
        log_prior: shape (b, n).
        log_density: with Laplace's integral, shape (b, n).
        on_wall: whether an expectation vanishes there, shape (b, n).
    """

    s: FloatArray
    theta: FloatArray
    log_prior: FloatArray
    log_density: FloatArray
    on_wall: BoolArray

    def take(self, rows: IntArray) -> _Table:
        return _Table(self.s[rows], self.theta[rows], self.log_prior[rows], self.log_density[rows], self.on_wall[rows])


def _tabulated(problem: Problem, start: _Start, prior: Prior, number: int) -> _Table:
    """The posterior with Laplace's integral at Chebyshev nodes, visited from the upper end along the ridge."""
    s = start.support.nodes(number)
    b, k = start.best.theta.shape
    table = _Table(
        s, np.empty((b, number, k)), np.empty((b, number)), np.empty((b, number)), np.empty((b, number), bool)
    )
    theta, ridge, at = start.theta_high, start.ridge_high, start.support.high
    for node in range(number - 1, -1, -1):
        found = profile(problem, theta + ridge * (s[:, node] - at)[:, None], s[:, node], VALUE_TOLERANCE)
        theta, ridge, at = found.theta, found.ridge, s[:, node]
        height = -likelihood_difference(problem, found, start.best)
        table.theta[:, node] = found.theta
        table.log_prior[:, node] = _log_prior(problem, found, prior)
        table.log_density[:, node] = height - 0.5 * log_determinant(problem, found) + table.log_prior[:, node]
        table.on_wall[:, node] = found.status != FitStatus.OK.value
    return table


@dataclass(frozen=True, slots=True, eq=False)
class _Sampling:
    """Estimates with the sampled integral, repeated with more nodes or more draws where they are not good enough."""

    problem: Problem
    start: _Start
    prior: Prior
    bounded: BoolArray
    functional: Functional
    goal: float
    most_points: int

    def estimates(
        self, table: _Table, points: int, proposal: Proposal | None = None, known: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """The functional of each posterior and its error.

        Args:
            table: the nodes.
            points: draws of each replicate, or pairs of rays.
            proposal: of the background at the nodes, if it is known.
            known: log integrals with fewer draws, shape (b, n, REPLICATES), which do where the density is negligible.
        """
        proposal = proposal or proposals(self.problem, table.theta, table.s, self.bounded)
        logs = self._logs(table, proposal, points, known)
        joint, single = self._posteriors(table, logs)
        value, halving = _with_error(self.functional, self.start.support, joint.log_density)
        spread = np.std([self.functional(each) for each in single], axis=0, ddof=1).max(axis=1) / np.sqrt(REPLICATES)
        error = np.hypot(halving, spread)
        poor = error > self.goal * _width(joint)
        number = table.s.shape[1]
        coarse = poor & (halving > 4 * spread) & (number < NODES[-1])
        noisy = np.flatnonzero(poor & ~coarse & (points < self.most_points))
        if noisy.size:
            value[noisy], error[noisy] = self._take(noisy).estimates(
                table.take(noisy), 4 * points, proposal.take(noisy), logs[noisy]
            )
        again = np.flatnonzero(coarse)
        if again.size:
            part = self._take(again)
            finer = _tabulated(part.problem, part.start, part.prior, 2 * number - 1)
            value[again], error[again] = part.estimates(finer, points)
        return value, error

    def _logs(self, table: _Table, proposal: Proposal, points: int, known: FloatArray | None) -> FloatArray:
        """The logarithms of the sampled integrals at the nodes, a row of the problem for each."""
        b, number = table.s.shape
        out = np.full((b, number, REPLICATES), -np.inf) if known is None else known.copy()
        wanted = np.ones((b, number), bool)
        if known is not None:
            density = table.log_prior + known.mean(axis=2)
            wanted = density > density.max(axis=1, keepdims=True) - NEGLIGIBLE
        at, node = np.nonzero(wanted)
        unit = Point.of(self.start.best).take(at)
        problem, bounded = self.problem.take(at), self.bounded[at]
        out[at, node] = log_marginals(problem, proposal.take((at, node)), table.s[at, node], unit, bounded, points)
        return out

    def _posteriors(self, table: _Table, logs: FloatArray) -> tuple[Posterior, list[Posterior]]:
        """The posteriors from all draws, and those of each replicate."""
        scale = logs.max(axis=2, keepdims=True)
        mean = (scale + np.log(np.exp(logs - scale).mean(axis=2, keepdims=True)))[:, :, 0]
        support = self.start.support
        single = [Posterior(support, logs[:, :, i] + table.log_prior) for i in range(REPLICATES)]
        return Posterior(support, mean + table.log_prior), single

    def _take(self, rows: IntArray) -> _Sampling:
        return replace(
            self, problem=self.problem.take(rows), start=self.start.take(rows), bounded=self.bounded[rows]
        )  # fmt: skip


def _width(posterior: Posterior) -> FloatArray:
    """Half the central 68 % of each posterior, shape (b,)."""
    return 0.5 * (quantile_of(posterior, 0.8413) - quantile_of(posterior, 0.1587))


def _asimov(problem: Problem, theta: FloatArray) -> Problem:
    """The same fits to the expectation without a signal."""
    without = profile(problem, theta, np.zeros(problem.size), VALUE_TOLERANCE)
    return problem.asimov(without.theta, without.s, without.expected)


def _with_error(functional: Functional, support: Support, log_density: FloatArray) -> tuple[FloatArray, FloatArray]:
    posterior = Posterior(support, log_density)
    value = functional(posterior)
    return value, np.abs(value - functional(posterior.coarser())).max(axis=1)


def _reach(problem: Problem, best: Minimum, rise: float) -> FloatArray:
    """A first guess of how far above the best yield -ln L has risen: from its second-order model, else in events."""
    step = step_to_rise(np.maximum(best.slope, 0.0), best.curvature, np.full(problem.size, rise))
    events = rise / np.maximum(problem.signal.sum(axis=1), 1e-3)
    most = events * 1e3 * np.sqrt(1 + problem.counts.sum(axis=1))
    return np.where((step > 1e-3 * events) & (step < most), step, events)


def _lowest_yield(problem: Problem, lowest: float) -> FloatArray:
    """The lower end of the support of the prior, or a trillionth of an event: enough where nothing else is expected."""
    end = np.full(problem.size, lowest)
    if problem.design.parameters:
        return end
    none = np.zeros((problem.size, problem.parameters))
    alone = problem.expected(none, end).min(axis=1) <= 0
    return np.where(alone, np.maximum(end, 1e-12 / np.maximum(problem.signal.sum(axis=1), 1e-12)), end)


def _lower_end(problem: Problem, best: Minimum, lowest: FloatArray, rise: float) -> FloatArray:
    """The end of the support of the prior, or the yield below the best one at which -ln L has risen enough."""
    at_end = profile(problem, best.theta + best.ridge * (lowest - best.s)[:, None], lowest, VALUE_TOLERANCE)
    low = lowest.copy()
    risen = likelihood_difference(problem, at_end, best)
    rows = np.flatnonzero((best.s > lowest) & ~(risen < rise))
    if rows.size:
        part, from_ = problem.take(rows), _rows_of(best, rows)
        reach = np.minimum(_reach(part, from_, rise), 0.999 * (from_.s - lowest[rows]))
        with np.errstate(all="ignore"):  # a step may leave the domain of a known background; its fit has no certificate
            down = crossing(
                mirrored(part), from_.theta, -from_.s, Point.of(from_), rise, guess=reach - from_.s, ridge=-from_.ridge
            )  # fmt: skip
        low[rows] = np.where(down.found, np.maximum(-down.s, low[rows]), low[rows])
    return low


def _shift(problem: Problem, best: Minimum, low: FloatArray, high: FloatArray, prior: Prior) -> FloatArray:
    """How far below zero the nearest bin would become empty: of the bins that the density knows, shape (b,).

    Empty bins do not bend the likelihood, but they do bend a prior that is made from the information.
    """
    if prior.form == "logflat":
        return np.zeros_like(low)
    background = problem.expected(best.theta + best.ridge * (low - best.s)[:, None], np.zeros_like(low))
    bends = problem.signal > 0 if prior.uses_information else (problem.signal > 0) & (problem.counts > 0)
    with np.errstate(all="ignore"):
        distance = np.where(bends, background / problem.signal, np.inf).min(axis=1)
    return np.asarray(np.clip(distance, 1e-12 * high - low, 1e3 * high))


def _log_prior(problem: Problem, found: Minimum, prior: Prior) -> FloatArray:
    if prior.form == "logflat":
        return -np.log(found.s)
    if not prior.uses_information:
        return np.zeros(problem.size)
    known, left = expected_information(problem, found)
    with np.errstate(all="ignore"):
        return 0.5 * np.asarray(np.log(known if prior.form == "jeffreys" else left), float)


def _is_bounded(problem: Problem, table: _Table) -> BoolArray:
    """Whether mu = 0 is close where the posterior is not small: at its maximum and towards higher yields."""
    density = np.where(np.isfinite(table.log_density), table.log_density, -np.inf)
    top = density.max(axis=1, keepdims=True)
    close = density > top - CLOSE
    bounded = (table.on_wall & (close | ~np.isfinite(table.log_density))).any(axis=1)
    number = density.shape[1]
    for node in (density.argmax(axis=1), number - 1 - close[:, ::-1].argmax(axis=1)):
        rows = np.arange(problem.size)
        bounded = bounded | ~(_clearance(problem, table.theta[rows, node], table.s[rows, node]) > CLEAR)
    return np.asarray(bounded)


def _clearance(problem: Problem, theta: FloatArray, s: FloatArray) -> FloatArray:
    """The least number of standard deviations between an expected background and mu = 0, shape (b,)."""
    at = point_at(problem, theta, s)
    curvature = background_curvature(problem, theta, s, at)
    out = np.zeros(problem.size)
    regular = np.flatnonzero(np.linalg.slogdet(curvature)[0] > 0)
    if regular.size == 0:
        return out
    part, size, expected = tangent_problem(problem, theta, s, at).take(regular), theta.shape[1], at.expected
    inverse = np.asarray(np.linalg.inv(curvature[regular]), float)
    variance = np.zeros_like(part.counts)
    for k in range(size):
        variance += part.change(inverse[:, k], None) * part.change(np.tile(np.eye(size)[k], (regular.size, 1)), None)
    with np.errstate(all="ignore"):
        ratio = np.where(variance > 0, expected[regular] / np.sqrt(variance), np.inf)
    out[regular] = ratio.min(axis=1)
    return out


def _rows_of(minimum: Minimum, rows: IntArray) -> Minimum:
    return Minimum(*(getattr(minimum, name)[rows] for name in Minimum.__slots__))
