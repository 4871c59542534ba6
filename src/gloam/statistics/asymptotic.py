"""Asymptotic distributions of the test statistic q-tilde (arXiv:1007.1727)."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.statistics.normal import cumulative, log_cumulative, quantile

__all__ = ["BANDS", "band_heights", "cls_yield", "log_cls"]

BANDS = (-2, -1, 0, 1, 2)
"""Quantiles of the expected limit, as standard deviations: Phi(-2) = 2.3 %, ..., Phi(2) = 97.7 %."""


def log_cls(q: FloatArray, q_asimov: FloatArray) -> FloatArray:
    """The logarithm of CLs at a tested yield, from q-tilde of the data and of the background-only Asimov set.

    CLs = CL_{s+b} / CL_b with the distributions of arXiv:1007.1727, eq. 65 and 66; as a logarithm because for deep
    deficits both parts underflow while their ratio does not.

    Args:
        q: q-tilde of the data at that yield, >= 0.
        q_asimov: the same of the Asimov set, > 0; its square root is yield / sigma.

    Example:
        >>> np.exp(log_cls(np.array([2.0]), np.array([3.0]))).round(6)
        array([0.125901])
    """
    root, root_asimov = np.sqrt(q), np.sqrt(q_asimov)
    inner = q <= q_asimov
    with np.errstate(all="ignore"):
        both = np.where(inner, -root, -(q + q_asimov) / (2 * root_asimov))
        background = np.where(inner, root_asimov - root, (q_asimov - q) / (2 * root_asimov))
    return np.asarray(log_cumulative(both) - log_cumulative(background))


def cls_yield(estimate: FloatArray, sigma: FloatArray, level: float) -> FloatArray:
    """The CLs limit on the yield of a Gaussian measurement: where the iteration for the exact one starts.

    s + sigma Phi^-1(1 - alpha Phi(s / sigma)), alpha = 1 - level.
    """
    return estimate + sigma * quantile(1 - (1 - level) * cumulative(estimate / sigma))


def band_heights(level: float) -> FloatArray:
    """sqrt(q-tilde of the Asimov set) at the five expected CLs limits: Phi^-1(1 - alpha Phi(N)) + N, N in `BANDS`.

    Example:
        >>> band_heights(0.95).round(4)
        array([1.0518, 1.412 , 1.96  , 2.7272, 3.656 ])
    """
    n = np.array(BANDS, float)
    return np.asarray(quantile(1 - (1 - level) * cumulative(n)) + n)
