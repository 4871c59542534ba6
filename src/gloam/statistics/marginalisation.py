"""The likelihood integrated over the background coefficients by importance sampling, on all mu >= 0.

Draws come from a Student distribution around the minimum, with the covariance of the Laplace approximation; where empty
bins bound the minimum, around that of counts to which one event per coefficient is added, spread over the empty bins,
and then twice around the mean of the weighted draws with their covariance. The same quasi-random numbers serve
every yield, so that what they have in common cancels from the posterior.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import random_stream
from gloam.fit import Point, Problem, likelihood_difference, profile
from gloam.fit.determinant import background_curvature
from gloam.fit.sequential import point_at
from gloam.statistics.normal import quantile

__all__ = ["REPLICATES", "log_marginals"]

REPLICATES = 8
"""Independent shifts of the quasi-random points: their spread is the Monte Carlo error."""

TRIAL_POINTS = 64
"""Points of each that move the proposal."""

FREEDOM = 4
"""Degrees of freedom of the Student distribution: -ln L rises at least linearly, and its tails lie above that."""

ROUNDS = 2
ELEMENTS = 400_000
"""Rows times draws times bins held at once."""

CERTIFICATE = 1e-6


def log_marginals(
    problem: Problem, theta: FloatArray, s: FloatArray, reference: Point, bounded: BoolArray, points: int
) -> FloatArray:
    """The logarithms of the integral of L over the background at fixed yields, shape (b, REPLICATES).

    Up to a constant that is the same for all yields of a problem.

    Args:
        problem: b fits.
        theta: background coefficients near the minima at s, shape (b, K).
        s: the yields, shape (b,).
        reference: the points whose likelihood is the unit.
        bounded: whether empty bins bound the background near its minimum, shape (b,).
        points: draws of each replicate.
    """
    sample = _sample(problem.parameters, points)
    first = _first_proposal(problem, theta, s)
    out = np.empty((problem.size, REPLICATES))
    size = max(1, ELEMENTS // (problem.counts.shape[1] * REPLICATES * points))
    for kind in (False, True):
        rows = np.flatnonzero(bounded == kind)
        for start in range(0, rows.size, size):
            chosen = rows[start : start + size]
            part = problem.take(chosen)
            out[chosen] = _integrated(part, first.take(chosen), s[chosen], reference.take(chosen), kind, sample)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """Draws of a standard Student distribution.

    Attributes:
        draws: u, shape (N, K).
        log_density: logarithms of their density up to a constant, shape (N,).
    """

    draws: FloatArray
    log_density: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Proposal:
    """Where the background is drawn: theta = centre + root u.

    Attributes:
        centre: shape (b, K).
        root: shape (b, K, K).
    """

    centre: FloatArray
    root: FloatArray

    def take(self, rows: IntArray) -> _Proposal:
        """Those of some rows."""
        return _Proposal(self.centre[rows], self.root[rows])

    def moved(self, draws: FloatArray, log_weight: FloatArray) -> _Proposal:
        """The proposal with the mean and covariance of weighted draws; as it was where they have none."""
        weight = _relative(log_weight)
        mean = weight @ draws
        offset = draws - mean[:, None, :]
        spread = np.einsum("bn,bnk,bnl->bkl", weight, offset, offset)
        with np.errstate(all="ignore"):
            good = np.linalg.eigvalsh(np.where(np.isfinite(spread), spread, 0.0))[:, 0] > 1e-8
        spread = np.where(good[:, None, None], spread, np.eye(spread.shape[1]))
        mean = np.where(good[:, None], mean, 0.0)
        centre = self.centre + np.einsum("bkl,bl->bk", self.root, mean)
        return _Proposal(centre, self.root @ np.linalg.cholesky(spread))


def _integrated(
    problem: Problem, proposal: _Proposal, s: FloatArray, reference: Point, bounded: bool, sample: _Sample
) -> FloatArray:
    if bounded:
        trial = _sample(problem.parameters, TRIAL_POINTS, "trial")
        for _ in range(ROUNDS):
            proposal = proposal.moved(trial.draws, _weights(problem, proposal, s, reference, trial)[1])
    height, log_weight = _weights(problem, proposal, s, reference, sample)
    log_weight = log_weight.reshape(problem.size, REPLICATES, -1)
    peak = log_weight.max(axis=(1, 2))
    with np.errstate(all="ignore"):
        mean = np.exp(log_weight - peak[:, None, None]).mean(axis=2)
        volume = np.linalg.slogdet(proposal.root)[1]
        return np.asarray(np.log(mean) + (height + volume + peak)[:, None])


def _first_proposal(problem: Problem, theta: FloatArray, s: FloatArray) -> _Proposal:
    """The Laplace approximation, of counts that keep the minimum off mu = 0."""
    used = np.ones(problem.counts.shape, bool) if problem.used is None else problem.used
    share = problem.parameters / np.maximum(used.sum(axis=1), 1)
    raised = problem.with_counts(np.where(used, np.maximum(problem.counts, share[:, None]), 0.0))
    centre = profile(raised, theta, s, CERTIFICATE)
    # the covariance is L L' for L = R^-T, where R R' is the curvature
    root = np.linalg.inv(np.linalg.cholesky(background_curvature(raised, centre.theta, s, Point.of(centre))))
    return _Proposal(centre.theta, np.moveaxis(root, 1, 2))


def _weights(
    problem: Problem, proposal: _Proposal, s: FloatArray, reference: Point, sample: _Sample
) -> tuple[FloatArray, FloatArray]:
    """The logarithm of L at the centre, shape (b,), and the log weights of the draws relative to it, shape (b, N)."""
    middle = Point(problem.expected(proposal.centre, s), np.zeros(problem.size))
    if problem.effects is not None or problem.spread is not None:
        middle = point_at(problem, proposal.centre, s)
        gain = _gain_of_any(problem, proposal, s, middle, sample)
    else:
        gain = _gain_of_linear(problem, proposal, middle, sample)
        if problem.constraint is not None:
            middle = Point(middle.expected, problem.constraint.value(proposal.centre))
    with np.errstate(all="ignore"):
        height = -likelihood_difference(problem, middle, reference)
    return height, gain - sample.log_density


def _gain_of_linear(problem: Problem, proposal: _Proposal, middle: Point, sample: _Sample) -> FloatArray:
    """What ln L of the draws exceeds that of the centre by, shape (b, N); -inf for a negative expectation."""
    expected, filled = middle.expected, (problem.counts > 0).any(axis=0)
    columns = np.moveaxis(proposal.root, 2, 0)
    steps = np.zeros((problem.size, columns.shape[0], expected.shape[1]))
    for k, column in enumerate(columns):
        steps[:, k] = problem.change(column, None)
    rise = sample.draws @ np.einsum("bkm,bm->kb", steps, np.broadcast_to(problem.weight, expected.shape))
    relative = sample.draws @ (steps / expected[:, None, :])
    relative += 1.0
    inside = relative.min(axis=2) > 0
    with np.errstate(all="ignore"):
        logarithm = np.log(relative[:, :, filled])
        gain = np.einsum("bnm,bm->bn", logarithm, problem.counts[:, filled]) - rise.T
    if problem.constraint is not None:
        many, drawn = _draws(problem.size, proposal, sample)
        value = problem.constraint.take(many).value(drawn).reshape(gain.shape)
        gain = gain - value + problem.constraint.value(proposal.centre)[:, None]
    return np.where(inside, gain, -np.inf)


def _gain_of_any(problem: Problem, proposal: _Proposal, s: FloatArray, middle: Point, sample: _Sample) -> FloatArray:
    """The same where nuisance parameters bend the expectation; shifts of single bins are at their best."""
    many, drawn = _draws(problem.size, proposal, sample)
    part = problem.take(many)
    plain = part.expected(drawn, s[many])
    inside = plain.min(axis=1) > 0
    out = np.full(many.size, -np.inf)
    rows = np.flatnonzero(inside)
    part, many = part.take(rows), many[rows]
    out[rows] = -likelihood_difference(part, point_at(part, drawn[rows], s[many]), middle.take(many))
    return out.reshape(problem.size, -1)


def _draws(size: int, proposal: _Proposal, sample: _Sample) -> tuple[IntArray, FloatArray]:
    """The row that each draw belongs to, shape (b N,), and the parameters drawn, shape (b N, K)."""
    drawn = proposal.centre[:, None, :] + np.einsum("bkl,nl->bnk", proposal.root, sample.draws)
    return np.repeat(np.arange(size), len(sample.draws)), drawn.reshape(size * len(sample.draws), -1)


def _relative(log_weight: FloatArray) -> FloatArray:
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


@cache
def _sample(parameters: int, points: int, purpose: str = "draws") -> _Sample:
    """Quasi-random Student draws, one independent random shift for each replicate: shape (REPLICATES * points, K).

    Those that move the proposal are others than those that are weighted at last, which would be biased otherwise.

    The points are an additive recurrence with powers of the generalised golden ratio.
    """
    dimensions = parameters + FREEDOM // 2
    ratio = 2.0
    for _ in range(50):
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    step = ratio ** -np.arange(1.0, dimensions + 1)
    shifts = random_stream(0, f"marginalisation {purpose}", parameters).random((REPLICATES, 1, dimensions))
    uniform = np.clip((shifts + np.arange(1.0, points + 1)[:, None] * step) % 1.0, 1e-12, 1 - 1e-12)
    uniform = uniform.reshape(-1, dimensions)
    normal = quantile(uniform[:, :parameters])
    chi_square = -2 * np.log(uniform[:, parameters:]).sum(axis=1)  # two degrees of freedom from each
    draws = normal / np.sqrt(chi_square / FREEDOM)[:, None]
    log_density = -0.5 * (FREEDOM + parameters) * np.log1p((draws * draws).sum(axis=1) / FREEDOM)
    return _Sample(draws, log_density)
