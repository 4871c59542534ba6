"""Sums of Poisson probabilities, as logarithms that survive far tails."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["at_most", "deviance_half", "log_at_least", "log_at_most", "log_probability"]

SMALLEST = 1e-280
"""Below this the continued fraction takes over from the library's incomplete gamma function."""

TERMS = 2000

FEW = 24
"""Counts up to which a sum of powers is faster than the library's incomplete gamma function, and as exact."""

CHUNK = 30_000
"""Numbers that stay in the processor's cache."""


def log_probability(count: FloatArray, mean: FloatArray) -> FloatArray:
    """Logarithm of P(N = count); a count need not be whole. 0 ln 0 is 0.

    Example:
        >>> log_probability(np.array([0.0, 2.0]), np.array([0.0, 1.0])).round(6)
        array([ 0.      , -1.693147])
    """
    from scipy.special import gammaln, xlogy

    return np.asarray(xlogy(count, mean) - mean - gammaln(count + 1))


def at_most(count: FloatArray, mean: FloatArray) -> FloatArray:
    """P(N <= count), shape (r, n), for counts (r, 1) and means (r, n); 0 where it underflows.

    Few counts by Horner's rule, 1 + x (1 + x/2 (1 + x/3 ...)): its terms are positive, and no digits are lost.

    Example:
        >>> at_most(np.array([[0.0], [30.0]]), np.array([[3.0], [30.0]])).round(6)
        array([[0.049787],
               [0.548405]])
    """
    from scipy.special import gammaincc

    out = np.empty(mean.shape)
    few = (count[:, 0] <= FEW) & (count[:, 0] == np.floor(count[:, 0]))
    rows = np.flatnonzero(few)
    rows = rows[np.argsort(count[rows, 0])]
    length = max(1, CHUNK // mean.shape[1])
    for start in range(0, rows.size, length):
        part = rows[start : start + length]
        out[part] = _few_at_most(count[part], mean[part])
    rest = np.flatnonzero(~few)
    out[rest] = gammaincc(count[rest] + 1, mean[rest])
    return out


def _few_at_most(count: FloatArray, mean: FloatArray) -> FloatArray:
    x = np.minimum(mean, 800.0)  # e^-800 is 0
    total = np.ones_like(x)
    for k in range(int(count.max()), 0, -1):
        total *= x
        total *= np.where(count >= k, 1 / k, 0.0)
        total += 1
    return np.asarray(total * np.exp(-x))


def log_at_most(count: FloatArray, mean: FloatArray) -> FloatArray:
    """Logarithm of P(N <= count), ln Q(count + 1, mean) (DLMF 8.2.4), finite for any mean.

    Example:
        >>> log_at_most(np.array([0.0, 0.0]), np.array([3.0, 5000.0]))
        array([-3.e+00, -5.e+03])
    """
    from scipy.special import gammaincc

    count, mean = np.broadcast_arrays(np.asarray(count, float), np.asarray(mean, float))
    probability = np.asarray(gammaincc(count + 1, mean), float)
    far = probability < SMALLEST
    with np.errstate(divide="ignore"):
        logs = np.asarray(np.log(probability), float)
    if far.any():
        logs[far] = _log_upper_tail(count[far] + 1, mean[far])
    return logs


def log_at_least(count: FloatArray, mean: FloatArray) -> FloatArray:
    """Logarithm of P(N >= count), ln P(count, mean) of the lower incomplete gamma function; 0 for a count of 0.

    Example:
        >>> log_at_least(np.array([0.0, 1.0, 1000.0]), np.array([3.0, 3.0, 1.0])).round(6)
        array([ 0.000000e+00, -5.106900e-02, -5.913127e+03])
    """
    from scipy.special import gammainc

    count, mean = np.broadcast_arrays(np.asarray(count, float), np.asarray(mean, float))
    probability = np.where(count > 0, gammainc(np.maximum(count, 1e-300), mean), 1.0)
    far = probability < SMALLEST
    with np.errstate(divide="ignore"):
        logs = np.asarray(np.log(probability), float)
    if far.any():
        logs[far] = _log_lower_tail(count[far], mean[far])
    return logs


def deviance_half(count: FloatArray, mean: FloatArray) -> FloatArray:
    """Mean - count - count ln(mean / count): -ln L above its least value, without loss of digits at large counts.

    Example:
        >>> deviance_half(np.array([0.0, 4.0]), np.array([1.5, 4.0]))
        array([1.5, 0. ])
    """
    count, mean = np.broadcast_arrays(np.asarray(count, float), np.asarray(mean, float))
    positive = np.where(count > 0, count, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (mean - positive) / positive
        # 1 + x has no digits left where the mean is far below the count
        value = positive * (x - np.where(x < -0.5, np.log(mean / positive), np.log1p(x)))
    return np.where(mean < 0, np.inf, np.where(count > 0, value, mean))


def _log_upper_tail(a: FloatArray, x: FloatArray) -> FloatArray:
    """Ln Q(a, x) for x far above a: Legendre's continued fraction (DLMF 8.9.2) by Lentz's method."""
    from scipy.special import gammaln

    b = x + 1 - a
    c, d = np.full_like(x, 1e300), 1 / b
    h = d.copy()
    for i in range(1, TERMS):
        an = -i * (i - a)
        b = b + 2
        d, c = 1 / (an * d + b), b + an / c
        h = h * d * c
        if np.all(np.abs(d * c - 1) < 1e-14):
            break
    return np.asarray(-x + a * np.log(x) - gammaln(a) + np.log(h))


def _log_lower_tail(a: FloatArray, x: FloatArray) -> FloatArray:
    """Ln P(a, x) for x far below a: x^a e^-x / Gamma(a + 1) times 1 + x / (a + 1) + ... (DLMF 8.7.1)."""
    from scipy.special import gammaln, xlogy

    term = np.ones_like(x)
    total = term.copy()
    for i in range(1, TERMS):
        term = term * x / (a + i)
        total += term
        if np.all(term < 1e-16 * total):
            break
    return np.asarray(xlogy(a, x) - x - gammaln(a + 1) + np.log(total))
