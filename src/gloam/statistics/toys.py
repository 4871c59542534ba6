"""CLs and CLs+b limits with toy experiments drawn at the tested yield.

For each tested yield the data are imagined many times: with the signal, from the background fitted to the data at that
yield, and without, from the background fitted at zero. Every imagined data set is fitted like the data, and q-tilde
(arXiv:1007.1727 eq. 16) of all of them gives

    CLs = P(q >= q_observed | s) / P(q >= q_observed | 0).

ln CLs is nearly linear in s around the limit: a weighted line through the tested yields is solved for the level, and
the next yield is tested there, with more toys, until the error of the solution is small enough. Its slope is known
roughly from the asymptotic limits, which keeps the line steady while toys are few.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass, field

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.errors import InputError
from gloam.execution import map_batches, random_stream
from gloam.fit import Minimum, Point, Problem, likelihood_difference, minimise, profile
from gloam.scans import Batch, ScanResult, batches
from gloam.statistics.drawing import parametric_toys

__all__ = ["TOYS", "ToyLimits", "ToyPlan", "log_cls_of_toys", "toy_limits"]

FIRST = 200
"""Toys of a first point; later points get twice as many as the last."""

WITHOUT_SIGNAL = 0.25
"""Toys without a signal, per toy with it: their share above the observed q is larger, and so better known."""

CHUNK = 256
"""Toys fitted together."""

CERTIFICATE = 1e-7
TIE = 1e-6
"""Difference of q below which two data sets count as equal: few counts give the same q many times."""

NEAR = 1.0
"""Distance in ln CLs, as expected, from the last solution within which points are used for the line."""

SLOPE_ERROR = 0.4
"""Relative error that is granted to the asymptotic slope of ln CLs."""

BEND = 0.05
"""How much ln CLs bends below the line, per squared distance in ln CLs: between none (no events, CLs = e^-s) and 0.1 (a
Gaussian estimate, ln CLs ~ -s^2 = -2.5), with an error as large."""

WORST = 0.5
"""Error, as part of the limit, above which it is not converged and not reported."""


@dataclass(frozen=True, slots=True)
class ToyPlan:
    """How many toys to make.

    Attributes:
        at_most: toys of one hypothesis, all points together.
        precision: error of a limit, as part of it, at which no more are made.
        seed: of the random streams, one for each hypothesis and point.
    """

    at_most: int = 10_000
    precision: float = 0.02
    seed: int = 1

    def __post_init__(self) -> None:
        if self.at_most < 4 * FIRST:
            raise InputError("number of toys", self.at_most, f"at least {4 * FIRST}", "ask for more")
        if not 0 < self.precision < WORST:
            raise InputError("precision of toy limits", self.precision, f"0 to {WORST:g}", "write 0.02 for 2 %")


TOYS = ToyPlan()

_Fits = tuple[Minimum, Minimum]


@dataclass(frozen=True, slots=True, eq=False)
class ToyLimits:
    """Limits from toys.

    Attributes:
        limit: shape (h,); NaN where it did not converge.
        error: their Monte Carlo errors, shape (h,); also where it did not converge.
        toys: how many were fitted in all.
        failed: how many of them have a fit without a certificate; they are left out of the probabilities.
    """

    limit: FloatArray
    error: FloatArray
    toys: int
    failed: int


def toy_limits(
    result: ScanResult,
    level: float,
    guesses: tuple[FloatArray, FloatArray],
    plan: ToyPlan = TOYS,
    *,
    divided: bool = True,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ToyLimits:
    """The limits of all hypotheses that have guesses.

    Args:
        result: the fits.
        level: confidence level.
        guesses: about where CLs is 1 - level, and where it is half of that (asymptotic limits), shapes (h,).
        plan: how many toys.
        divided: CLs; False: CLs+b, which is not divided by the probability without a signal.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished.
    """
    h = len(result.setup.grid)
    limit, error = np.full(h, np.nan), np.full(h, np.nan)
    made, failed = np.zeros(h, np.int64), np.zeros(h, np.int64)

    def work(batch: Batch) -> None:
        problem = batch.problem()
        for at, row in enumerate(batch.rows):
            k = problem.parameters
            theta, without = result.theta[row, :k], result.theta_background[row, :k]
            observed = _Observed(problem.take(np.array([at])), theta, without, float(result.n_sig[row]))
            first, beyond = float(guesses[0][row]), float(guesses[1][row])
            search = _Search(observed, math.log(1 - level), first, beyond, plan, divided, int(row))
            limit[row], error[row] = search.run()
            made[row], failed[row] = search.made, search.failed
            if progress is not None:
                progress(1)

    ready = np.flatnonzero(np.isfinite(guesses[0]) & (guesses[1] > guesses[0]))
    map_batches(work, batches(result.setup, ready), threads)
    return ToyLimits(limit, error, int(made.sum()), int(failed.sum()))


def log_cls_of_toys(
    problem: Problem, best: Minimum, theta_background: FloatArray, tested: float, size: int, seed: int, index: int,
    *, divided: bool = True,
) -> tuple[float, int]:  # fmt: skip
    """The logarithm of CLs of one data set at one yield, and how many toys have a fit without a certificate.

    Args:
        problem: of one row, with the data.
        best: its fit.
        theta_background: fitted without a signal, shape (1, K).
        tested: the yield, above 0.
        size: toys with the signal; a quarter as many are drawn without.
        seed: of the random streams.
        index: their number.
        divided: CLs; False: CLs+b.
    """
    observed = _Observed(problem, best.theta[0], theta_background[0], float(best.s[0]))
    search = _Search(observed, 0.0, tested, 2 * tested, ToyPlan(seed=seed), divided, index)
    search.test(tested, size)
    return search.points[0].value, search.failed


@dataclass(frozen=True, slots=True, eq=False)
class _Observed:
    """The data of one hypothesis (a problem of one row), and its fits."""

    problem: Problem
    theta: FloatArray
    theta_background: FloatArray
    s: float

    def conditional(self, s: float) -> Minimum:
        start = self.theta if s > 0 and self.s > 0 else self.theta_background
        return profile(self.problem, start[None], np.array([s]), CERTIFICATE)

    def q_tilde(self, at: Minimum) -> float:
        """Twice the rise of -ln L from the best yield in 0..s; 0 if that is s."""
        if self.s >= at.s[0]:
            return 0.0
        best = self.conditional(max(self.s, 0.0))
        return 2 * max(float(likelihood_difference(self.problem, at, best)[0]), 0.0)


@dataclass(frozen=True, slots=True)
class _Tested:
    """What the toys of one point said.

    Attributes:
        s: the tested yield.
        value: ln CLs.
        toys: how many had the signal.
        below: ln CLb, 0 where it is not divided by.
        variance: of ln CLb.
    """

    s: float
    value: float
    toys: int
    below: float
    variance: float


@dataclass(slots=True, eq=False)
class _Search:
    """The tested points of one hypothesis, and what their toys said."""

    observed: _Observed
    goal: float
    guess: float
    beyond: float
    plan: ToyPlan
    divided: bool
    hypothesis: int
    points: list[_Tested] = field(default_factory=list)
    made: int = 0
    failed: int = 0

    def run(self) -> tuple[float, float]:
        """The limit and its error."""
        step = self.beyond - self.guess
        for s in (self.guess, self.beyond, max(self.guess - step, 0.5 * self.guess)):
            self.test(s, FIRST)
        size, limit = FIRST, self.guess
        while True:
            limit, error = self._solution(limit)
            left = self.plan.at_most - self.made
            if error <= self.plan.precision * limit or left < FIRST:
                break
            size = min(2 * size, int(left / (1 + self.divided * WITHOUT_SIGNAL)))
            self.test(limit, size)
        return (limit if error <= WORST * limit else math.nan), error

    def _solution(self, last: float) -> tuple[float, float]:
        """Where the line through the points around the last solution reaches the goal, and its error.

        The error is infinite where that is far beyond the points: it is a yield to test, not a limit.
        """
        expected = math.log(0.5) / (self.beyond - self.guess)
        s, value, toys, below, variance = np.array([astuple(point) for point in self.points]).T
        # errors as the line expects them: those of the shares themselves give upward fluctuations more weight
        change = expected * (s - last)
        share = np.exp(np.minimum(self.goal + change + below, -1e-3))
        variance = variance + (1 - share) / (share * toys)
        near = np.abs(change) <= NEAR
        near |= s == s[np.abs(s - last).argmin()]
        bend = BEND * change[near] ** 2
        weight, value = 1 / (variance[near] + bend**2), value[near] + bend
        centre, mean = np.average(s[near], weights=weight), np.average(value, weights=weight)
        offset, prior = s[near] - centre, (SLOPE_ERROR * expected) ** -2
        information = prior + (weight * offset**2).sum()
        slope = (prior * expected + (weight * offset * value).sum()) / information
        slope = min(slope, 0.2 * expected)
        found = centre + (self.goal - mean) / slope
        error = math.sqrt(1 / weight.sum() + (found - centre) ** 2 / information) / -slope
        inside = float(np.clip(found, 0.5 * s.min(), 2 * s.max()))
        return inside, error if abs(expected * (found - s[near])).min() <= NEAR else math.inf

    def test(self, s: float, size: int) -> None:
        """Draw and fit toys at one yield, and keep ln CLs and its variance."""
        observed, point = self.observed, len(self.points)
        fits = observed.conditional(s), observed.conditional(0.0)
        threshold = observed.q_tilde(fits[0]) - TIE
        above, toys = self._above("with signal", fits[0], fits, s, threshold, size, point)
        value, below, variance = math.log((above + 0.5) / (toys + 1)), 0.0, 0.0
        if self.divided:
            above, drawn = self._above("without", fits[1], fits, 0.0, threshold, int(WITHOUT_SIGNAL * size), point)
            share = (above + 0.5) / (drawn + 1)  # half a toy more on either side keeps the logarithm finite
            below, variance = math.log(share), (1 - share) / (share * (drawn + 1))
        self.points.append(_Tested(s, value - below, toys, below, variance))

    def _above(
        self, kind: str, truth: Minimum, fits: _Fits, s: float, threshold: float, size: int, point: int
    ) -> tuple[int, int]:
        """How many toys of a fitted expectation have a q of at least the threshold, and how many were certified."""
        random = random_stream(self.plan.seed, f"toys {kind}", (self.hypothesis << 32) + point)
        above = certified = 0
        for start in range(0, size, CHUNK):
            toys = parametric_toys(self.observed.problem, truth, min(CHUNK, size - start), random, random)
            q, good = _toy_q_tilde(toys, fits, s)
            above += int(np.count_nonzero(good & (q >= threshold)))
            certified += int(np.count_nonzero(good))
        self.made += size
        self.failed += size - certified
        return above, certified


def _toy_q_tilde(toys: Problem, fits: _Fits, s: float) -> tuple[FloatArray, BoolArray]:
    """The q-tilde of toys at the tested yield and whether all their fits are certified, shapes (b,).

    Args:
        toys: the problem with their counts.
        fits: to the data at the tested yield and at zero, from which the fits start.
        s: the yield they were drawn with.
    """
    at, without = fits
    size, tested = toys.size, float(at.s[0])
    rows = np.zeros(size, int)
    free = minimise(toys, (at if s > 0 else without).theta[rows], np.full(size, s), CERTIFICATE)
    q, good = np.zeros(size), free.gap <= CERTIFICATE
    below = np.flatnonzero(free.s < tested)
    part = toys.take(below)
    conditional = profile(part, at.theta[rows[below]], np.full(below.size, tested), CERTIFICATE)
    reference, gap = Point.of(free).take(below), conditional.gap
    negative = np.flatnonzero(free.s[below] < 0)
    if negative.size:
        zero = profile(part.take(negative), without.theta[rows[negative]], np.zeros(negative.size), CERTIFICATE)
        reference.expected[negative], reference.penalty[negative] = zero.expected, zero.penalty
        gap[negative] = np.maximum(gap[negative], zero.gap)
    q[below] = 2 * likelihood_difference(part, conditional, reference)
    good[below] &= gap <= CERTIFICATE
    return q, good
