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
from gloam.fit import Problem, likelihood_difference, profile
from gloam.fit.determinant import background_curvature
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
    problem: Problem, theta: FloatArray, s: FloatArray, reference: FloatArray, bounded: BoolArray, points: int
) -> FloatArray:
    """The logarithms of the integral of L over the background at fixed yields, shape (b, REPLICATES).

    Up to a constant that is the same for all yields of a problem.

    Args:
        problem: b fits.
        theta: background coefficients near the minima at s, shape (b, K).
        s: the yields, shape (b,).
        reference: expectations whose likelihood is the unit, shape (b, m).
        bounded: whether empty bins bound the background near its minimum, shape (b,).
        points: draws of each replicate.
    """
    sample = _sample(problem.design.parameters, points)
    first = _first_proposal(problem, theta, s)
    out = np.empty((problem.size, REPLICATES))
    size = max(1, ELEMENTS // (problem.counts.shape[1] * REPLICATES * points))
    for kind in (False, True):
        rows = np.flatnonzero(bounded == kind)
        for start in range(0, rows.size, size):
            chosen = rows[start : start + size]
            part = problem.take(chosen)
            out[chosen] = _integrated(part, first.take(chosen), s[chosen], reference[chosen], kind, sample)
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
    problem: Problem, proposal: _Proposal, s: FloatArray, reference: FloatArray, bounded: bool, sample: _Sample
) -> FloatArray:
    if bounded:
        trial = _sample(problem.design.parameters, TRIAL_POINTS, "trial")
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
    share = problem.design.parameters / np.maximum(used.sum(axis=1), 1)
    raised = problem.with_counts(np.where(used, np.maximum(problem.counts, share[:, None]), 0.0))
    centre = profile(raised, theta, s, CERTIFICATE)
    # the covariance is L L' for L = R^-T, where R R' is the curvature
    root = np.linalg.inv(np.linalg.cholesky(background_curvature(raised, centre.expected)))
    return _Proposal(centre.theta, np.moveaxis(root, 1, 2))


def _weights(
    problem: Problem, proposal: _Proposal, s: FloatArray, reference: FloatArray, sample: _Sample
) -> tuple[FloatArray, FloatArray]:
    """The logarithm of L at the centre, shape (b,), and the log weights of the draws relative to it, shape (b, N)."""
    middle = problem.expected(proposal.centre, s)
    filled = (problem.counts > 0).any(axis=0)
    steps = np.stack(
        [problem.change(column, None) for column in np.moveaxis(proposal.root, 2, 0)], axis=1
    ) if proposal.root.shape[2] else np.zeros((problem.size, 0, middle.shape[1]))  # fmt: skip
    rise = sample.draws @ (steps * np.broadcast_to(problem.weight, middle.shape)[:, None, :]).sum(axis=2).T
    relative = sample.draws @ (steps / middle[:, None, :])
    relative += 1.0
    inside = relative.min(axis=2) > 0
    with np.errstate(all="ignore"):
        logarithm = np.log(relative[:, :, filled])
        gain = np.einsum("bnm,bm->bn", logarithm, problem.counts[:, filled])
        height = -likelihood_difference(problem, middle, reference)
    log_weight = np.where(inside, gain - rise.T - sample.log_density, -np.inf)
    return height, log_weight


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
