"""The likelihood integrated over the background coefficients by quasi-random numbers, on all mu >= 0.

Where the expectation is linear in the parameters the integral is one along rays, see `gloam.statistics.rays`, and else
a sum over draws from a Student distribution. Either surrounds the minimum with the covariance of the Laplace
approximation; where empty bins bound the minimum, that of counts to which one event per coefficient is added, spread
over the empty bins, moved twice to the mean and the covariance of the likelihood. The same quasi-random numbers serve
every yield, so that what they have in common cancels from the posterior.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import random_stream
from gloam.fit import Point, Problem, likelihood_difference, profile
from gloam.fit.determinant import background_curvature
from gloam.fit.tangent import point_at
from gloam.statistics.normal import quantile
from gloam.statistics.rays import ORDER, directions, is_single, log_integrals, moments

__all__ = ["REPLICATES", "Proposal", "log_marginals", "proposals"]

REPLICATES = 8
"""Independent shifts of the quasi-random points: their spread is the Monte Carlo error."""

TRIAL_POINTS = 64
"""Draws of each replicate that move the proposal."""

FREEDOM = 4
"""Degrees of freedom of the Student distribution: -ln L rises at least linearly, and its tails lie above that."""

TRIAL_PAIRS = (256, 256)
"""Pairs of rays that move the proposal, one time after the other."""

STRIDE = 4
"""Of the yields at which it is moved."""

DRAWS = 8
"""Single draws that are made instead of a pair of rays where there are no rays."""

ROUNDS = 2
"""How often single draws move the proposal."""

ELEMENTS = 400_000
"""Rows times draws times bins held at once, or rows times rays times points on them times filled bins."""

CERTIFICATE = 1e-6


def proposals(problem: Problem, theta: FloatArray, s: FloatArray, bounded: BoolArray) -> Proposal:
    """Where to draw the background at n yields of each problem, shapes (b, n, ...).

    Where empty bins bound the background, it is adapted at every fourth yield and linear between them: the mean
    of points of a convex set, which all mu > 0 are, lies inside.

    Args:
        problem: b fits.
        theta: background coefficients near the minima, shape (b, n, K).
        s: yields in rising order, shape (b, n) with n - 1 a multiple of 4.
        bounded: whether empty bins bound the background near its minimum, shape (b,).
    """
    b, n, k = theta.shape
    out = Proposal(np.empty((b, n, k)), np.empty((b, n, k, k)))
    far = np.flatnonzero(~(bounded & _has_rays(problem)))
    if far.size:
        at = np.repeat(far, n)
        first = _first_proposal(problem.take(at), theta[far].reshape(-1, k), s[far].ravel())
        out.centre[far], out.root[far] = first.centre.reshape(-1, n, k), first.root.reshape(-1, n, k, k)
    near = np.flatnonzero(bounded & _has_rays(problem))
    if near.size:
        few, at = slice(None, None, STRIDE), np.repeat(near, (n - 1) // STRIDE + 1)
        adapted = _adapted(problem.take(at), theta[near, few].reshape(-1, k), s[near, few].ravel())
        out.centre[near] = _between(s[near], adapted.centre.reshape(near.size, -1, k))
        out.root[near] = _between(s[near], adapted.root.reshape(near.size, -1, k * k)).reshape(-1, n, k, k)
    return out


def log_marginals(
    problem: Problem, proposal: Proposal, s: FloatArray, reference: Point, bounded: BoolArray, points: int
) -> FloatArray:
    """The logarithms of the integral of L over the background at fixed yields, shape (b, REPLICATES).

    Up to a constant that is the same for all yields of a problem.

    Args:
        problem: b fits.
        proposal: where to draw, see `proposals`.
        s: the yields, shape (b,).
        reference: the points whose likelihood is the unit.
        bounded: whether empty bins bound the background near its minimum, shape (b,).
        points: draws of each replicate, or pairs of rays.
    """
    out = np.empty((problem.size, REPLICATES))
    if _has_rays(problem):
        vectors = directions(problem.parameters, points, REPLICATES)
        for rows, group in _parts(problem, vectors.shape[1]):
            part, drawn = problem.take(rows), proposal.take(rows)
            out[rows] = _along_rays(part, drawn, s[rows], reference.take(rows), vectors, group)
        return out
    draws = DRAWS * points
    sample = _sample(problem.parameters, draws)
    size = max(1, ELEMENTS // (problem.counts.shape[1] * REPLICATES * draws))
    for kind in (False, True):
        rows = np.flatnonzero(bounded == kind)
        for start in range(0, rows.size, size):
            chosen = rows[start : start + size]
            part = problem.take(chosen)
            out[chosen] = _integrated(part, proposal.take(chosen), s[chosen], reference.take(chosen), kind, sample)
    return out


def _has_rays(problem: Problem) -> bool:
    """Whether the expectation is linear in the parameters, of which there are some."""
    return problem.effects is None and problem.spread is None and problem.parameters > 0


def _parts(problem: Problem, rays: int) -> Iterator[tuple[IntArray, int]]:
    """Rows with similar numbers of filled bins and of one precision, and how many replicates to do at once."""
    filled, single = (problem.counts > 0).sum(axis=1), is_single(problem)
    order = np.lexsort((filled, single))
    start = 0
    while start < order.size:
        one = rays * ORDER * max(1, int(filled[order[start]]))
        group = min(REPLICATES, max(1, ELEMENTS // one))
        rows = order[start : start + max(1, ELEMENTS // (one * group))]
        rows = rows[single[rows] == single[rows[0]]]
        yield rows, group
        start += rows.size


def _along_rays(
    problem: Problem, proposal: Proposal, s: FloatArray, reference: Point, vectors: FloatArray, group: int
) -> FloatArray:
    """The logarithms of the integrals with each replicate's rays, some replicates at once; shape (b, REPLICATES)."""
    middle = Point(problem.expected(proposal.centre, s), np.zeros(problem.size))
    if problem.constraint is not None:
        middle = Point(middle.expected, problem.constraint.value(proposal.centre))
    with np.errstate(all="ignore"):  # an expectation that rounds to 0
        unit = np.linalg.slogdet(proposal.root)[1] - likelihood_difference(problem, middle, reference)
    out = np.empty((problem.size, REPLICATES))
    for start in range(0, REPLICATES, group):
        some = vectors[start : start + group]
        logs = log_integrals(problem, proposal.centre, proposal.root, s, some.reshape(-1, problem.parameters))
        logs = logs.reshape(problem.size, len(some), -1)
        peak = logs.max(axis=2)
        out[:, start : start + group] = np.log(np.exp(logs - peak[:, :, None]).mean(axis=2)) + peak + unit[:, None]
    return out


def _adapted(problem: Problem, theta: FloatArray, s: FloatArray) -> Proposal:
    """The proposal with the mean and the covariance of L along rays, and a triangular root."""
    first = _first_proposal(problem, theta, s)
    trials = [directions(problem.parameters, pairs, 1, "trial")[0] for pairs in TRIAL_PAIRS]
    out = Proposal(np.empty_like(first.centre), np.empty_like(first.root))
    for rows, _ in _parts(problem, len(trials[-1])):
        part, proposal = problem.take(rows), first.take(rows)
        for trial in trials:
            proposal = proposal.towards(*moments(part, proposal.centre, proposal.root, s[rows], trial))
        out.centre[rows] = proposal.centre
        out.root[rows] = np.linalg.cholesky(proposal.root @ np.moveaxis(proposal.root, 1, 2))
    return out


def _between(s: FloatArray, values: FloatArray) -> FloatArray:
    """Values at every fourth yield, shape (b, (n - 1) / 4 + 1, q), and between: shape (b, n, q)."""
    left = np.minimum(np.arange(s.shape[1]) // STRIDE, values.shape[1] - 2)
    at = s[:, ::STRIDE]
    part = ((s - at[:, left]) / (at[:, left + 1] - at[:, left]))[:, :, None]
    return np.asarray((1 - part) * values[:, left] + part * values[:, left + 1])


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
class Proposal:
    """Where the background is drawn: theta = centre + root u.

    Attributes:
        centre: shape (b, K).
        root: shape (b, K, K).
    """

    centre: FloatArray
    root: FloatArray

    def take(self, rows: IntArray | tuple[IntArray, IntArray]) -> Proposal:
        """Those of some rows."""
        return Proposal(self.centre[rows], self.root[rows])

    def towards(self, mean: FloatArray, spread: FloatArray) -> Proposal:
        """The proposal with the mean and covariance of u."""
        centre = self.centre + np.einsum("bkl,bl->bk", self.root, mean)
        return Proposal(centre, self.root @ np.linalg.cholesky(spread))

    def moved(self, draws: FloatArray, log_weight: FloatArray) -> Proposal:
        """The proposal with the mean and covariance of weighted draws; as it was where they have none."""
        weight = _relative(log_weight)
        mean = weight @ draws
        offset = draws - mean[:, None, :]
        spread = np.einsum("bn,bnk,bnl->bkl", weight, offset, offset)
        with np.errstate(all="ignore"):
            good = np.linalg.eigvalsh(np.where(np.isfinite(spread), spread, 0.0))[:, 0] > 1e-8
        spread = np.where(good[:, None, None], spread, np.eye(spread.shape[1]))
        mean = np.where(good[:, None], mean, 0.0)
        return self.towards(mean, spread)


def _integrated(
    problem: Problem, proposal: Proposal, s: FloatArray, reference: Point, bounded: bool, sample: _Sample
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


def _first_proposal(problem: Problem, theta: FloatArray, s: FloatArray) -> Proposal:
    """The Laplace approximation, of counts that keep the minimum off mu = 0."""
    used = np.ones(problem.counts.shape, bool) if problem.used is None else problem.used
    share = problem.parameters / np.maximum(used.sum(axis=1), 1)
    raised = problem.with_counts(np.where(used, np.maximum(problem.counts, share[:, None]), 0.0))
    centre = profile(raised, theta, s, CERTIFICATE)
    # the covariance is L L' for L = R^-T, where R R' is the curvature
    root = np.linalg.inv(np.linalg.cholesky(background_curvature(raised, centre.theta, s, Point.of(centre))))
    return Proposal(centre.theta, np.moveaxis(root, 1, 2))


def _weights(
    problem: Problem, proposal: Proposal, s: FloatArray, reference: Point, sample: _Sample
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


def _gain_of_linear(problem: Problem, proposal: Proposal, middle: Point, sample: _Sample) -> FloatArray:
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


def _gain_of_any(problem: Problem, proposal: Proposal, s: FloatArray, middle: Point, sample: _Sample) -> FloatArray:
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


def _draws(size: int, proposal: Proposal, sample: _Sample) -> tuple[IntArray, FloatArray]:
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
