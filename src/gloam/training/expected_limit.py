"""The expected upper limit of a count, and what it needs of a signal: the same formulae in NumPy and JAX."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.statistics.normal import quantile

__all__ = ["asimov_ratio", "expected_limit", "limit_threshold", "newton_limit"]

NEWTON_STEPS = 6


def expected_limit(background: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.90) -> FloatArray:
    """The median CLs limit on a signal yield without signal, asymptotic (arXiv:1007.1727), shape of the background.

    The count is the background itself (Asimov set); an auxiliary measurement knows it with a Gaussian variance. Below
    some three events the formulae are too low: 1.35 for no background at 90 %, where Poisson counts give 2.30.

    Args:
        background: expected events, above 0.
        variance: of the background; 0: it is known.
        level: of the limit.

    Example:
        >>> expected_limit([100.0, 100.0], [0.0, 400.0]).round(2)
        array([17.36, 36.97])
    """
    expected, spread = np.broadcast_arrays(np.asarray(background, float), np.asarray(variance, float))
    return np.asarray(newton_limit(expected, spread, limit_threshold(level), np))


def limit_threshold(level: float) -> float:
    """The root of the likelihood ratio at the median CLs limit: Phi^-1(1 - (1 - level) / 2)."""
    return float(quantile(0.5 + level / 2))


def newton_limit(background: Any, variance: Any, z: float, arrays: ModuleType) -> Any:
    """The s at which the ratio of `asimov_ratio` is z^2, by Newton's method from above: the ratio is convex in s."""
    signal = z**2 / 2 + z * arrays.sqrt(background + variance)
    for _ in range(NEWTON_STEPS):
        ratio, slope = asimov_ratio(signal, background, variance, arrays)
        signal = signal - (ratio - z**2) / slope
    return signal


def asimov_ratio(signal: Any, background: Any, variance: Any, arrays: ModuleType) -> tuple[Any, Any]:
    """q(s), twice the log likelihood ratio of s = 0 and s on the Asimov set of the background, and dq/ds."""
    free = background + variance - signal
    root = arrays.sqrt(free**2 + 4 * signal * background)
    # of the best background over the count, without a difference of large numbers
    excess = arrays.where(free > 0, 2 * signal * background / (arrays.abs(free) + root), (root - free) / 2)
    pull = excess / (background + excess)
    ratio = 2 * (excess - background * arrays.log1p(excess / background)) + variance * pull**2
    return ratio, 2 * pull
