"""The significance of a count over a background measured elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.counting.cells import check_counts, check_tau
from gloam.statistics.counting.poisson import deviance_half
from gloam.statistics.normal import upper_quantile

__all__ = ["asimov_significance", "log_p_on_off", "log_share_above", "z_bi", "z_profile"]

FAR = -690.0
"""Logarithm of a probability below which the library's incomplete beta function has no digits left."""


def z_profile(on: npt.ArrayLike, off: npt.ArrayLike, tau: npt.ArrayLike) -> FloatArray:
    """The significance of Li and Ma (ApJ 272 (1983) 317, eq. 17), negative for deficits; shape of the arguments.

    Args:
        on: counts in the signal region.
        off: counts in the background region.
        tau: how many times the background of `on` is expected in `off`.

    Example:
        >>> z_profile([4, 50, 200, 105], [5, 55, 10, 100], [5.0, 2.0, 0.1, 1.0]).round(5)
        array([1.9473 , 3.02319, 2.38232, 0.34923])
    """
    n, m, t = _checked(on, off, tau)
    background = (n + m) / (1 + t)
    q = 2 * (deviance_half(n, background) + deviance_half(m, t * background))
    return np.asarray(np.sign(n - m / t) * np.sqrt(np.maximum(q, 0.0)))


def log_p_on_off(on: npt.ArrayLike, off: npt.ArrayLike, tau: npt.ArrayLike) -> FloatArray:
    """Logarithm of the binomial probability of `on` or more of on + off events, each with a share of 1 / (1 + tau).

    It is an incomplete beta function (Cousins, Linnemann, Tucker, NIM A595 (2008) 480, eq. 14), and equal to the
    Poisson probability averaged over the Gamma posterior of the background for a flat prior.

    Example:
        >>> np.exp(log_p_on_off([4, 105], [5, 100], [5.0, 1.0])).round(6)
        array([0.048021, 0.39002 ])
    """
    n, m, t = _checked(on, off, tau)
    return log_share_above(n, m + 1, 1 / (1 + t), t / (1 + t))


def log_share_above(a: FloatArray, b: FloatArray, share: FloatArray, rest: FloatArray) -> FloatArray:
    """Logarithm of the incomplete beta function I_share(a, b), 0 for a = 0; exact far out. shapes (c,).

    With a = n, b = m + 1 and share = 1 / (1 + tau) it is the P(N >= n) of `log_p_on_off`; with a = m + 1, b = n + 1
    and share = tau / (1 + tau) it is P(N <= n). The counts m need not be whole.

    Args:
        a: >= 0.
        b: > 0.
        share: above 0.
        rest: 1 - share.
    """
    from scipy.special import betainc, betaln

    probability = np.where(a > 0, betainc(np.where(a > 0, a, 1.0), b, share), 1.0)
    with np.errstate(divide="ignore"):
        logs = np.asarray(np.log(probability), float)
    far = logs < FAR
    if far.any():
        p, q, x = a[far], b[far], share[far]
        logs[far] = p * np.log(x) + q * np.log(rest[far]) - np.log(p) - betaln(p, q) + np.log(_beta_fraction(p, q, x))
    return np.asarray(logs)


def z_bi(on: npt.ArrayLike, off: npt.ArrayLike, tau: npt.ArrayLike) -> FloatArray:
    """The binomial significance: the normal quantile of `log_p_on_off`, exact far out; shape of the arguments.

    Example:
        >>> z_bi([4, 50, 200, 105], [5, 55, 10, 100], [5.0, 2.0, 0.1, 1.0]).round(5)
        array([1.66435, 2.93324, 2.20088, 0.27927])
    """
    return upper_quantile(log_p_on_off(on, off, tau))


def asimov_significance(signal: npt.ArrayLike, background: npt.ArrayLike, error: npt.ArrayLike = 0.0) -> FloatArray:
    """The median significance of a signal over a background with an absolute error; shape of the arguments.

    `z_profile` of the expected counts, the error taken as a count in an off region, tau = background / error^2; without
    error sqrt(2 [(s + b) ln(1 + s / b) - s]) (arXiv:1007.1727, eq. 97).

    Example:
        >>> asimov_significance(10.0, 100.0, [0.0, 10.0]).round(8)
        array([0.98399164, 0.69019606])
    """
    s, b, sigma = np.broadcast_arrays(*(np.asarray(each, float) for each in (signal, background, error)))
    bad = ~((s >= 0) & (b > 0) & (sigma >= 0) & np.isfinite(s + b + sigma))
    if bad.any():
        raise InputError(
            "Asimov significance", f"signal {s[bad][0]:g}, background {b[bad][0]:g} +- {sigma[bad][0]:g}",
            "a signal >= 0, a background above 0, an error >= 0", "give expected counts",
        )  # fmt: skip
    with np.errstate(all="ignore"):
        tau = np.where(sigma > 0, b / sigma**2, 0.0)
    off = tau * b
    mean = (s + b + off) / (1 + tau)
    measured = 2 * (deviance_half(s + b, mean) + deviance_half(off, tau * mean))
    return np.asarray(np.sqrt(np.where(sigma > 0, measured, 2 * deviance_half(s + b, b))))


def _checked(on: npt.ArrayLike, off: npt.ArrayLike, tau: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    n, m, t = np.broadcast_arrays(*(np.asarray(each, float) for each in (on, off, tau)))
    check_counts("on count", n)
    check_counts("off count", m)
    check_tau(t)
    return n, m, t


def _beta_fraction(a: FloatArray, b: FloatArray, x: FloatArray) -> FloatArray:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = np.ones_like(a), 1 / (1 - (a + b) * x / (a + 1))
    h = d.copy()
    for m in range(1, 5000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / (1 + even * d), 1 + even / c
        h = h * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / (1 + odd * d), 1 + odd / c
        h = h * d * c
        if np.all(np.abs(d * c - 1) < 1e-14):
            break
    return np.asarray(h)
