"""Uncertain factors on the signal yield, integrated out of a posterior that was made without them.

A factor c on the yield changes nothing else: with the likelihood L of the number of events y, a flat prior of the yield
s and the density p of the factor, the posterior of s is the integral of L(s c) p(c) over c. Neither has a fit to be
repeated nor a background to be integrated out again.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import BoolArray, FloatArray
from gloam.fit import SIGNAL, Problem
from gloam.statistics.posterior import Posterior, Support

__all__ = ["factor_error", "smeared"]

REACH = 6.0
"""Standard deviations of c or ln c over which the factor is integrated."""

STRETCH = 3.5
"""Errors of c or ln c by which the range of s is longer than that of y, whose density is cut off at e^-16."""

DECAY = 30.0
"""Fall of the logarithm of the density over a further range of y as long as its support."""

NODES = 97
"""Chebyshev points of the smeared density; its logarithm is smoother than that of the density itself."""

LARGEST_NORMAL = 0.15
"""Of a normal factor, which is then above 0.1 at all that is integrated."""

SAME = 1e-9
"""Relative difference of a factor between bins that is rounding."""

STEP = 0.5
"""Of the trapezoidal rule in standard deviations of ln c, or half of what the likelihood needs, if that is less."""


def factor_error(problem: Problem) -> tuple[FloatArray, bool] | None:
    """The standard deviation of c or of ln c, shape (b,), and whether it is that of c; None where there is more.

    All effects have to be factors of the whole signal of one kind: log-normal ones, whose product is c, or Gaussian
    ones, c = 1 + sum delta_i alpha_i, as long as it stays away from 0.
    """
    effects = problem.effects
    if effects is None or effects.spreads or not effects.effects:
        return None
    normal = not effects.effects[0].is_factor
    used = problem.signal > 0 if normal else np.ones_like(problem.signal, bool)
    if problem.used is not None:
        used = used & problem.used
    by_nuisance = np.zeros((problem.size, effects.nuisances))
    for effect in effects.effects:
        if effect.column != SIGNAL or effect.is_factor == normal or effect.change_below is not None:
            return None
        size = _constant(effect.change / np.where(used, problem.signal, 1.0) if normal else effect.change, used)
        if size is None:
            return None
        by_nuisance[:, effect.nuisance] += size
    error = np.asarray(np.sqrt((by_nuisance**2).sum(axis=1)))
    return None if normal and (error > LARGEST_NORMAL).any() else (error, normal)


def _constant(change: FloatArray, used: BoolArray) -> FloatArray | None:
    """The value that all bins of a row share, shape (b,), 0 in rows without any; None if they do not, or below 0."""
    low, high = np.where(used, change, np.inf).min(axis=1), np.where(used, change, -np.inf).max(axis=1)
    some = used.any(axis=1)
    if ((high - low > SAME * np.abs(high)) & some).any() or ((low < 0) & some).any():
        return None
    return np.where(some, high, 0.0)


def smeared(posterior: Posterior) -> Posterior:
    """The posterior of s from that of y = s c with flat priors; `Support.factor` is the error of c or of ln c."""
    support = posterior.support
    error = support.factor
    if error is None:
        return posterior
    stretch = 1 / (1 - STRETCH * error) if support.normal else np.exp(STRETCH * error)
    wide = Support(support.low / stretch, support.high * stretch, support.shift)
    s = wide.nodes(NODES)
    relative = np.maximum((support.high - support.low) / (12 * support.high), 1e-4)
    with np.errstate(divide="ignore"):
        step = float(np.min(np.minimum(STEP, 0.5 * relative / error), initial=STEP))
    alphas = np.linspace(-REACH, REACH, 2 * int(np.ceil(REACH / step)) + 1)
    total = np.full(s.shape, -np.inf)
    for alpha in alphas:
        factor = 1 + error * alpha if support.normal else np.exp(error * alpha)
        y = np.maximum(s * factor[:, None], support.low[:, None])
        part = np.log1p((y - support.low[:, None]) / (support.low + support.shift)[:, None]) / support.span[:, None]
        # beyond the support the density is next to nothing; it is continued downwards, so that the sum stays smooth
        density = posterior.logarithm(np.minimum(part, 1.0)) - DECAY * np.maximum(part - 1.0, 0.0)
        total = np.logaddexp(total, density - 0.5 * alpha * alpha)
    return Posterior(wide, total)
