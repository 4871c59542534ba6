"""Bayesian limits and intervals of counts: posteriors of the signal, background and efficiency integrated out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.statistics.counting.averaging import Nodes, averaged, log_tail, node_blocks
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.classical import first_guess, in_blocks
from gloam.statistics.counting.poisson import log_probability
from gloam.statistics.counting.roots import root_above
from gloam.statistics.counting.spread import Known, Measured, Normal
from gloam.statistics.posterior import Posterior, Support, quantile_of, shortest_interval
from gloam.statistics.prior import FLAT, Prior

__all__ = ["Credible", "bayes_interval", "bayes_upper", "lower_edge_sensitivity"]

Credible = Literal["central", "shortest"]

NEGLIGIBLE = 45.0
"""Logarithm of the posterior below its maximum at which it is cut off."""

NODES = 257
"""Chebyshev points of the tabulated posterior."""

WIDEST = 1 / 6
"""Relative error up to which a Gaussian efficiency is far enough from 0 for a prior flat in s."""


def bayes_upper(cells: Cells, level: float, prior: Prior = FLAT) -> FloatArray:
    """The signals below which the posterior has a probability, shape (c,).

    A flat prior leaves sums of incomplete gamma functions (Helene, NIM 212 (1983) 319), exact to rounding, and so does
    "jeffreys" where all is known; the others are integrated numerically, to about 1e-8. "jeffreys" is (e s + b)^(-1/2)
    with nominal efficiency e and background b; "reference" has the variance of the measured background added to
    e s + b.

    Args:
        cells: the counts.
        level: the probability.
        prior: of the signal.

    Raises:
        InputError: where the posterior cannot be normalised.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> bayes_upper(counting_cells([0, 1], 0.0), 0.90, Prior("jeffreys")).round(4)
        array([1.3528, 3.1257])
    """
    _check(cells, prior)
    if prior.form == "flat":
        return in_blocks(cells, lambda n, nodes: _gamma_quantile(n, nodes, level, prior))
    if prior.uses_information and cells.exact:  # (e s + b)^(-1/2): the same integral with n - 1/2
        return in_blocks(cells, lambda n, nodes: _gamma_quantile(n - 0.5, nodes, level, prior))
    return _tabulated(cells, prior, lambda posterior: quantile_of(posterior, level)[:, None])[:, 0]


def bayes_interval(
    cells: Cells, level: float, prior: Prior = FLAT, kind: Credible = "shortest"
) -> tuple[FloatArray, FloatArray]:
    """Two-sided credible intervals: equal probabilities on either side, or the shortest one; shapes (c,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> low, high = bayes_interval(counting_cells(3, 0.0), 0.6827)
        >>> low.round(4), high.round(4)
        (array([1.5531]), array([5.1483]))
    """
    if kind not in get_args(Credible):
        raise InputError("kind of interval", kind, one_of(get_args(Credible)), "choose one of these")
    if kind == "central":
        return bayes_upper(cells, 0.5 - 0.5 * level, prior), bayes_upper(cells, 0.5 + 0.5 * level, prior)
    _check(cells, prior)
    low, high = _tabulated(cells, prior, lambda posterior: shortest_interval(posterior, level)).T
    # without background the table begins just above 0
    return np.where((low < 1e-12 * high) & (prior.support[0] == 0), 0.0, low), high


def lower_edge_sensitivity(
    cells: Cells, level: float, prior: Prior, decades: int = 3
) -> list[tuple[float, FloatArray]]:
    """Limits with the lower edge of a log-flat prior moved down by powers of ten: pairs of edge and limits (c,).

    With background such a prior has no limit for an edge of 0; how far the answer moves says how much it means.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> found = lower_edge_sensitivity(counting_cells(1, 1.0), 0.90, Prior("logflat", (0.1, 1000.0)), 2)
        >>> [(edge, round(float(limit[0]), 3)) for edge, limit in found]
        [(0.1, 1.648), (0.01, 1.126), (0.001, 0.827)]
    """
    low, high = prior.support
    edges = [low * 10.0**-power for power in range(decades + 1)]
    return [(float(f"{edge:.12g}"), bayes_upper(cells, level, Prior("logflat", (edge, high)))) for edge in edges]


def _check(cells: Cells, prior: Prior) -> None:
    efficiency = cells.efficiency
    wide = isinstance(efficiency, Normal) and bool((efficiency.sigma > WIDEST * efficiency.nominal).any())
    if prior.form != "logflat" and wide and math.isinf(prior.support[1]):
        raise InputError(
            "Bayesian limit with a Gaussian efficiency", "an error above a sixth of it",
            "a posterior that can be normalised: efficiencies near 0 allow any signal",
            "use a log-normal efficiency, or end the range of the prior",
        )  # fmt: skip


def _gamma_quantile(n: FloatArray, nodes: Nodes, level: float, prior: Prior) -> FloatArray:
    """Where the integral of the posterior above s is 1 - level, for powers n of e s + b.

    Above s, the integral of (e s + b)^n exp(-e s - b) / n! is Q(n + 1, e s + b) / e.
    """
    low, high = prior.support
    with np.errstate(divide="ignore"):
        inverse = -np.log(nodes.efficiency)
    if math.isinf(high):  # a Gaussian efficiency reaches 0 only where its density is below e^-18
        inverse = np.where(inverse - inverse.min(axis=1, keepdims=True) < 30, inverse, -np.inf)

    def above(signal: FloatArray, rows: IntArray) -> FloatArray:
        return log_tail(nodes.take(rows), n[rows], signal, inverse[rows])

    every = np.arange(n.size)
    whole = above(np.full_like(n, low), every)
    beyond = above(np.full_like(n, high), every) - whole if math.isfinite(high) else np.full_like(n, -np.inf)
    goal = whole + np.log(np.exp(beyond) + (1 - level) * -np.expm1(beyond))
    start = np.clip(first_guess(n, nodes, level), low, high)
    return root_above(lambda s, rows: above(s, rows) - goal[rows], np.full_like(n, low), start)


def _tabulated(cells: Cells, prior: Prior, functional: Callable[[Posterior], FloatArray]) -> FloatArray:
    """A functional of the tabulated posteriors of all cells, shape (c, q)."""
    found: list[tuple[IntArray, FloatArray]] = []
    for rows, nodes in node_blocks(cells):
        length = max(1, int(2_000_000 // (nodes.log_weight.size * NODES)))
        for start in range(0, rows.size, length):
            some = np.arange(start, min(start + length, rows.size))
            posterior = _posterior(cells.take(rows[some]), nodes.take(some), prior)
            found.append((rows[some], functional(posterior)))
    out = np.empty((cells.size, found[0][1].shape[1]))
    for rows, value in found:
        out[rows] = value
    return out


def _posterior(cells: Cells, nodes: Nodes, prior: Prior) -> Posterior:
    """The posterior densities between the ends of the prior or where they are negligible."""
    n = cells.observed
    add = _information_shift(cells, prior)

    def log_density(signal: FloatArray) -> FloatArray:
        """At signals (r, q), shape (r, q)."""
        columns = [averaged(nodes, log_probability(n[:, None], nodes.mean(s))) for s in signal.T]
        with np.errstate(divide="ignore"):
            return np.stack(columns, axis=1) + _log_prior(cells, prior, signal, add)

    support = _support(cells, nodes, prior, add)
    return Posterior(support, log_density(support.nodes(NODES)))


def _support(cells: Cells, nodes: Nodes, prior: Prior, add: FloatArray) -> Support:
    """Where the likelihood is not negligible, inside the range of the prior."""
    n, (low, high) = cells.observed, prior.support
    best = np.maximum((n - cells.nominal_background) / cells.efficiency.nominal, 0.0)
    best = np.maximum(best, low)
    top = averaged(nodes, log_probability(n[:, None], nodes.mean(best)))

    def excess(signal: FloatArray, rows: IntArray) -> FloatArray:
        part = nodes.take(rows)
        height = averaged(part, log_probability(n[rows, None], part.mean(signal)))
        return height - top[rows] + NEGLIGIBLE

    far = root_above(excess, best, best + (10 + 3 * np.sqrt(n + 1)) / cells.efficiency.nominal)
    lowest, least = np.full_like(n, low), 1e-14 * far
    # many events without background: a yield near 0 is as negligible as a large one
    lowest = np.minimum(root_above(lambda s, rows: -excess(s, rows), lowest, best), best)
    shift = cells.nominal_background / cells.efficiency.nominal
    if prior.uses_information:
        shift = np.minimum(shift, add / cells.efficiency.nominal)
    if prior.form == "logflat":
        return Support(lowest, np.minimum(far, high), np.zeros_like(n))
    return Support(np.maximum(lowest, np.where(shift <= least, least, 0.0)), np.minimum(far, high), shift)


def _information_shift(cells: Cells, prior: Prior) -> FloatArray:
    """What is added to e s in the Fisher information: the background, and its variance for the reference prior."""
    background = cells.nominal_background
    if prior.form != "reference":
        return background
    variance = np.zeros_like(background)
    for factor in cells.background:
        if isinstance(factor, Known):
            continue
        if isinstance(factor, Measured):
            variance += background / factor.tau
        else:
            relative = factor.pull(np.zeros(cells.size)).value_slope
            others = np.divide(background, factor.nominal, out=np.ones_like(background), where=factor.nominal > 0)
            variance += (others * relative) ** 2
    return background + variance


def _log_prior(cells: Cells, prior: Prior, signal: FloatArray, add: FloatArray) -> FloatArray:
    if prior.form == "logflat":
        return -np.log(signal)
    if prior.form == "flat":
        return np.zeros_like(signal)
    return np.asarray(-0.5 * np.log(cells.efficiency.nominal[:, None] * signal + add[:, None]))
