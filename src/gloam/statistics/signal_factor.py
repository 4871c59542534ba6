"""Uncertain factors on the signal yield, integrated out of a posterior that was made without them.

A factor c on the yield changes nothing else: with the likelihood L of the number of events y, a flat prior of the yield
s and the density p of the factor, the posterior of s is the integral of L(s c) p(c) over c. Neither has a fit to be
repeated nor a background to be integrated out again.
"""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.fit import SIGNAL, Effect, Problem
from gloam.statistics.posterior import Posterior, Support

__all__ = ["log_factor_error", "smeared"]

REACH = 6.0
"""Standard deviations of ln c over which the factor is integrated."""

STRETCH = 3.5
"""Standard deviations of ln c by which the range of s is longer than that of y, whose density is cut off at e^-16."""

DECAY = 30.0
"""Fall of the logarithm of the density over a further range of y as long as its support."""

NODES = 97
"""Chebyshev points of the smeared density; its logarithm is smoother than that of the density itself."""

STEP = 0.25
"""Of the trapezoidal rule in standard deviations of ln c, or half of what the likelihood needs, if that is less."""


def log_factor_error(problem: Problem) -> FloatArray | None:
    """The standard deviation of ln c, shape (b,), where all effects are log-normal factors of the whole signal."""
    effects = problem.effects
    if effects is None or effects.spreads or not effects.effects:
        return None
    used = np.ones_like(problem.signal, bool) if problem.used is None else problem.used
    if not all(_scales_signal(effect, used) for effect in effects.effects):
        return None
    by_nuisance = np.zeros((problem.size, effects.nuisances))
    for effect in effects.effects:
        by_nuisance[:, effect.nuisance] += np.where(used, effect.change, 0.0).max(axis=1)
    return np.asarray(np.sqrt((by_nuisance**2).sum(axis=1)))


def _scales_signal(effect: Effect, used: np.ndarray) -> bool:
    if effect.column != SIGNAL or not effect.is_factor or effect.change_below is not None:
        return False
    low, high = np.where(used, effect.change, np.inf).min(axis=1), np.where(used, effect.change, -np.inf).max(axis=1)
    return bool((high - low <= 1e-12 * np.abs(high)).all() and (low >= 0).all())


def smeared(posterior: Posterior) -> Posterior:
    """The posterior of s from that of y = s c with flat priors; `Support.factor` is the standard deviation of ln c."""
    support = posterior.support
    error = support.factor
    if error is None:
        return posterior
    stretch = np.exp(STRETCH * error)
    wide = Support(support.low / stretch, support.high * stretch, support.shift)
    s = wide.nodes(NODES)
    relative = np.maximum((support.high - support.low) / (12 * support.high), 1e-4)
    with np.errstate(divide="ignore"):
        step = float(np.min(np.minimum(STEP, 0.5 * relative / error), initial=STEP))
    alphas = np.linspace(-REACH, REACH, 2 * int(np.ceil(REACH / step)) + 1)
    total = np.full(s.shape, -np.inf)
    for alpha in alphas:
        y = np.maximum(s * np.exp(error * alpha)[:, None], support.low[:, None])
        part = np.log1p((y - support.low[:, None]) / (support.low + support.shift)[:, None]) / support.span[:, None]
        # beyond the support the density is next to nothing; it is continued downwards, so that the sum stays smooth
        density = posterior.logarithm(np.minimum(part, 1.0)) - DECAY * np.maximum(part - 1.0, 0.0)
        total = np.logaddexp(total, density - 0.5 * alpha * alpha)
    return Posterior(wide, total)
