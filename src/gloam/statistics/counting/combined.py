"""One signal strength from several counts: the product of their likelihoods, averaged over what is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.limits import check_level

__all__ = ["CombinedCounts", "combined_expected", "combined_upper", "drawn_counts"]

NODES, COMMON_NODES = 24, 12
"""Of Gauss-Hermite sums over the factors of backgrounds, and over that of all efficiencies: limits keep four digits."""

STEPS = 1200
"""Of the strength, over which the posterior is integrated."""

REACH = 18.0
"""How far beyond the largest observed excess the posterior is followed, in units of the strength that makes 1 event."""


@dataclass(frozen=True, slots=True)
class CombinedCounts:
    """Counts of k channels that share a strength mu: n_i ~ Poisson(mu a_i x + f_i b_i), off_i ~ Poisson(tau_i b_i).

    x is one log-normal factor on all efficiencies, f_i are independent log-normal factors on the backgrounds.

    Attributes:
        signal: a_i, events expected for a strength of 1, > 0, shape (k,).
        off: counts that measure the backgrounds, effective ones where simulation is weighted, shape (k,).
        tau: times the background that they hold, shape (k,).
        background_error: relative, of f_i, shape (k,).
        efficiency_error: relative, of x.

    Raises:
        InputError: for shapes that differ, or values that cannot be.
    """

    signal: FloatArray
    off: FloatArray
    tau: FloatArray
    background_error: FloatArray
    efficiency_error: float

    def __post_init__(self) -> None:
        shapes = {np.shape(each) for each in (self.signal, self.off, self.tau, self.background_error)}
        good = len(shapes) == 1 and np.ndim(self.signal) == 1 and np.size(self.signal) > 0
        good = good and bool(np.all(self.signal > 0) and np.all(self.off >= 0) and np.all(self.tau > 0))
        if not (good and np.all(self.background_error >= 0) and self.efficiency_error >= 0):
            raise InputError(
                "counts to combine", "others", "signals and tau above 0, off counts and errors of at least 0, one for "
                "each channel", "leave out channels without a signal",
            )  # fmt: skip


def combined_upper(counts: CombinedCounts, observed: Sequence[int] | IntArray, level: float) -> float:
    """The upper limit on the strength with a flat prior, at a probability `level`.

    With one channel it is the limit of `bayes_upper`.

    Args:
        counts: what is known of the channels.
        observed: whole numbers, shape (k,).
        level: a fraction.

    Example:
        >>> none = CombinedCounts(np.array([2.0, 3.0]), np.zeros(2), np.full(2, 1e6), np.zeros(2), 0.0)
        >>> round(combined_upper(none, [0, 0], 0.90), 4)  # -ln(0.1) / 5
        0.4605
    """
    check_level(level)
    n = np.asarray(observed, np.int64)
    if n.shape != counts.signal.shape or (n < 0).any():
        raise InputError("counts to combine", n.tolist(), "a whole number for each channel", "align them")
    return _upper(_tables(counts, int(n.max())), n, level)


def drawn_counts(counts: CombinedCounts, random: np.random.Generator, toys: int) -> IntArray:
    """Counts without a signal, backgrounds drawn as they are averaged over, shape (t, channels)."""
    size = (toys, counts.signal.size)
    background = random.gamma(counts.off + 1, 1 / counts.tau, size)
    background *= np.exp(np.log1p(counts.background_error) * random.standard_normal(size))
    return random.poisson(background)


def combined_expected(counts: CombinedCounts, level: float, random: np.random.Generator, toys: int = 300) -> FloatArray:
    """Quantiles Phi(-2 ... 2) of the limit without a signal, from toys of all counts; shape (5,).

    The backgrounds of toys are drawn as they are averaged over.

    Args:
        counts: what is known of the channels.
        level: a fraction.
        random: source of random numbers.
        toys: how many.
    """
    from scipy.special import ndtr

    drawn = drawn_counts(counts, random, toys)
    rows, which = np.unique(drawn, axis=0, return_inverse=True)
    tables = _tables(counts, int(drawn.max()))
    limits = np.array([_upper(tables, row, level) for row in rows])[which.ravel()]
    return np.asarray(np.quantile(limits, ndtr([-2.0, -1.0, 0.0, 1.0, 2.0]), method="inverted_cdf"))


@dataclass(frozen=True, slots=True)
class _Tables:
    """Strengths (m,), weights of the efficiency's nodes (q,), likelihoods of each channel and count (k, n, q, m)."""

    strength: FloatArray
    weight: FloatArray
    likelihood: FloatArray


def _tables(counts: CombinedCounts, most: int) -> _Tables:
    from scipy.special import gammaln

    node, weight = _nodes(COMMON_NODES)
    total = counts.signal.sum()
    wide = np.exp(3 * np.log1p(counts.efficiency_error))
    strength = np.linspace(0.0, (REACH + 4 * most * counts.signal.size) * wide / total, STEPS)
    factor = np.exp(np.log1p(counts.efficiency_error) * node)
    events = np.arange(most + 1)
    likelihood = np.empty((counts.signal.size, most + 1, COMMON_NODES, STEPS))
    for row in range(counts.signal.size):
        share = _background_shares(counts, row, events)  # P(j events of background)
        mean = counts.signal[row] * factor[:, None] * strength
        log_mean = np.log(np.where(mean > 0, mean, 1.0))
        signal = np.exp(events[:, None, None] * log_mean - mean - gammaln(events + 1)[:, None, None])
        signal[1:] = np.where(mean > 0, signal[1:], 0.0)
        for n in events:
            likelihood[row, n] = np.tensordot(share[: n + 1][::-1], signal[: n + 1], axes=1)
    return _Tables(strength, weight, likelihood)


def _nodes(number: int) -> tuple[FloatArray, FloatArray]:
    """Places and weights of averages over a standard normal number."""
    node, weight = np.polynomial.hermite_e.hermegauss(number)
    return node, weight / weight.sum()


def _background_shares(counts: CombinedCounts, row: int, events: IntArray) -> FloatArray:
    """The chance of j events of background, for a flat prior on what the off counts measure; shape (j,)."""
    from scipy.special import betaln

    node, weight = _nodes(NODES)
    off, scaled = counts.off[row], counts.tau[row] / np.exp(np.log1p(counts.background_error[row]) * node)
    ways = -np.log(off + events + 1) - betaln(off + 1, events + 1)  # ln of the binomial coefficient (off + j over j)
    log_share = ways[:, None] + (off + 1) * np.log(scaled / (1 + scaled)) - events[:, None] * np.log1p(scaled)
    return np.asarray(np.exp(log_share) @ weight)


def _upper(tables: _Tables, observed: IntArray, level: float) -> float:
    chosen = tables.likelihood[np.arange(observed.size), observed]
    density = tables.weight @ chosen.prod(axis=0)
    step = np.diff(tables.strength)
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * step)])
    # within a step the posterior is nearly exponential: trapezoids of a grid this fine keep five digits
    return float(np.interp(level, below / below[-1], tables.strength))
