"""Primal-dual interior point: for minima that lie on mu = 0 in empty bins.

There Newton's method runs against a wall. Here every empty bin carries a dual variable z with mu z = eps, and eps
goes to zero; bins with counts keep mu z = n, so that without empty bins this is Newton's method. Bins with a small
fraction of a count, as Asimov sets have, are treated like empty ones until eps has come down to their count.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit.certificate import interior_gap
from gloam.fit.minimum import Minimum, pending, record
from gloam.fit.problem import Problem
from gloam.fit.second_order import bin_changes, second_order
from gloam.fit.status import FitStatus

__all__ = ["interior_point"]

FIRST = 0.3  # eps at the start; bins with fewer counts (empty, or of an Asimov set) are led from there to their own
WALL = 0.98  # part of the way to the boundary that a step may go
MAXIMUM_PASSES = 300
ACCEPTABLE = 1e-8
"""Certificate with which a fit may end where rounding allows no better one: many counts beside empty bins."""
ROUNDING = 2e-15
"""The same per count: the rounding of -ln L itself."""
TINY = 1e-300


def interior_point(problem: Problem, theta: FloatArray, s: FloatArray, free: bool, tol: float) -> Minimum:
    """The minima of a batch from strictly positive starts; rows without a certificate are `NOT_CERTIFIED`.

    Args:
        problem: b fits.
        theta: start with a positive expectation in every used bin, shape (b, K).
        s: start of the signal yield, or its fixed value, shape (b,).
        free: whether s is fitted too.
        tol: certificate at which a fit is finished.
    """
    b = theta.shape[0]
    out = pending(theta, s, problem.expected(theta, s))
    rows, part = np.arange(b), problem
    mu = out.expected.copy()
    shift = None if part.spread is None else np.zeros_like(mu)
    sparse = _sparse_bins(part)
    last = 0.5 * tol / np.maximum(sparse.sum(axis=1), 1)
    eps = np.where(sparse.any(axis=1), FIRST, last)
    dual = np.where(sparse, np.maximum(part.counts, eps[:, None]), part.counts) / mu
    for _ in range(MAXIMUM_PASSES):
        target = np.where(sparse, np.maximum(part.counts, eps[:, None]), part.counts)
        with np.errstate(all="ignore"):
            weight, residual = dual / mu, target / mu - part.weight
            towards = second_order(part, theta, weight, residual, shift)
            ds = -towards.slope / towards.curvature if free else np.zeros_like(s)
            dtheta = towards.step + towards.ridge * ds[:, None]
            delta, dshift = bin_changes(part, dtheta, ds, weight, residual, shift)
            relative = delta / mu
            # the dual step of the linearised conditions mu z = target, relative to z
            dual_relative = np.where(target > 0, target / np.maximum(mu * dual, TINY) - 1.0 - relative, 0.0)
        lost = ~(np.isfinite(relative).all(axis=1) & np.isfinite(dual_relative).all(axis=1))
        relative[lost] = dual_relative[lost] = 0.0
        primal = np.minimum(1.0, WALL / np.maximum(-relative.min(axis=1), TINY))
        dual_length = np.minimum(1.0, WALL / np.maximum(-dual_relative.min(axis=1), TINY))
        theta, s = theta + primal[:, None] * dtheta, s + primal * ds
        mu = mu * (1.0 + primal[:, None] * relative)
        shift = shift if shift is None or dshift is None else shift + primal[:, None] * dshift
        dual = dual * (1.0 + dual_length[:, None] * dual_relative)
        out.passes[rows] += 1
        gap = interior_gap(part.counts, mu, dual)
        # the gap counts only when the last step made the dual point feasible
        feasible = (dual_length == 1.0) & (primal == 1.0) & ~lost
        done = feasible & (gap <= tol)
        acceptable = np.maximum(max(tol, ACCEPTABLE), ROUNDING * part.counts.sum(axis=1))
        better = feasible & (gap <= acceptable) & (gap < out.gap[rows])
        if better.any():
            record(out, rows, better, theta, s, mu, gap, towards, free, FitStatus.BOUNDARY)
            out.multiplier[rows[better]] = dual[better]
        shrink = np.where(primal > 0.9, 0.05, np.where(primal > 0.5, 0.3, 1.0))
        eps = np.maximum(last, eps * shrink)
        keep = np.flatnonzero(~done & ~lost)
        if keep.size == 0:
            break
        if keep.size < rows.size:
            rows, part, theta, s, mu = rows[keep], part.take(keep), theta[keep], s[keep], mu[keep]
            dual, eps, last, sparse = dual[keep], eps[keep], last[keep], sparse[keep]
            shift = None if shift is None else shift[keep]
    return out


def _sparse_bins(part: Problem) -> BoolArray:
    sparse: BoolArray = part.counts < FIRST
    return sparse if part.used is None else sparse & part.used
