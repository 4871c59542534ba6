"""Unified intervals of Feldman and Cousins (PRD 57 (1998) 3873, physics/9711021) for known backgrounds.

Counts are ordered by R = P(n | s + b) / P(n | s_best + b) with s_best = max(0, n - b). Around the expectation
mu = s + b, R falls on both sides, so that the counts which precede n are a run of neighbours, and the expectation at
which one more joins them has a closed form: the ends of the belt are found without a grid in s.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.poisson import log_probability
from gloam.statistics.counting.roots import root_above
from gloam.statistics.normal import cumulative

__all__ = ["Belt", "bounded_gaussian_interval", "counting_sensitivity", "feldman_cousins"]

Belt = Literal["monotone", "raw"]

LOWEST = 0.5
"""Level below which the counts that precede another need not reach the expectation, as is assumed here."""

AROUND = 24
"""Neighbouring runs that are tried on either side of the one a bisection finds; acceptance is not quite monotone."""

JUMPS = 8
"""Jumps of the raw belt that are tried for the monotone one; later ones are lower."""

BLOCK = 100_000


def feldman_cousins(cells: Cells, level: float, belt: Belt = "monotone") -> tuple[FloatArray, FloatArray]:
    """The unified intervals of counts over known backgrounds, shapes (c,).

    For a fixed count the upper end of the raw belt goes up and down with the background. "monotone" raises it to the
    highest one of any larger background, so that it never rises with the background, as in the published tables:
    b = 3, n = 0 at 90 % gives 1.08 there and 0.95 in the raw belt.

    Args:
        cells: counts; background and efficiency known.
        level: of the interval.
        belt: "monotone" or "raw".

    Raises:
        InputError: for uncertain backgrounds or efficiencies, for which `profile_construction` is made.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> low, high = feldman_cousins(counting_cells([1, 8], [0.0, 3.0]), 0.90)
        >>> low.round(2), high.round(2)
        (array([0.11, 1.51]), array([ 4.36, 10.99]))
    """
    if belt not in get_args(Belt):
        raise InputError("belt", belt, one_of(get_args(Belt)), "choose one of these")
    if not LOWEST <= level < 1:
        raise InputError(
            "level of Feldman-Cousins intervals", level, f"{LOWEST:g} or more, below 1", "write 0.90 for 90 %"
        )
    if not cells.exact:
        raise InputError(
            "Feldman-Cousins intervals", "an uncertain background or efficiency", "known ones", "use the construction "
            "with profiled uncertainties",
        )  # fmt: skip
    background, n = cells.nominal_background, cells.observed
    pairs, which = np.unique(np.stack([n, background]), axis=1, return_inverse=True)
    blocks = np.array_split(pairs, max(1, pairs.shape[1] // BLOCK), axis=1)
    ends = np.concatenate([_ends(block[0], block[1], level, belt) for block in blocks], axis=1)[:, which.ravel()]
    return ends[0] / cells.efficiency.nominal, ends[1] / cells.efficiency.nominal


def counting_sensitivity(cells: Cells, level: float, belt: Belt = "monotone") -> FloatArray:
    """The mean upper limits without a signal, shape (c,): the "sensitivity" of Feldman and Cousins.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> counting_sensitivity(counting_cells(0, 3.0), 0.90).round(2)
        array([4.42])
    """
    background = cells.nominal_background
    reach = 9 * np.sqrt(background + 1) + 12
    low, high = np.maximum(np.floor(background - reach), 0), np.ceil(background + reach)
    number = (high - low + 1).astype(int)
    cell = np.repeat(np.arange(cells.size), number)
    count = low[cell] + np.arange(cell.size) - np.repeat(np.cumsum(number) - number, number)
    ends = feldman_cousins(cells.take(cell).observing(count), level, belt)[1]
    weight = np.exp(log_probability(count, background[cell]))
    return np.asarray(np.bincount(cell, weight * ends, cells.size), float)


def bounded_gaussian_interval(measured: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Unified intervals of a mean >= 0 measured with a Gaussian error of 1 (section IV.B); shape of `measured`.

    Example:
        >>> low, high = bounded_gaussian_interval(np.array([-2.0, 1.0, 2.0]), 0.90)
        >>> low.round(2), high.round(2)
        (array([0.  , 0.  , 0.58]), array([0.4 , 2.64, 3.64]))
    """
    x = np.atleast_1d(np.asarray(measured, float))

    def excess(mean: FloatArray, rows: IntArray) -> FloatArray:
        return level - _gaussian_before(x[rows], mean)

    best = np.maximum(x, 0.0)
    high = root_above(excess, best, best + 2.0)
    low = np.zeros_like(x)
    rows = np.flatnonzero((x > 0) & (_gaussian_before(x, np.zeros_like(x)) > level))
    part = x[rows]
    low[rows] = root_above(lambda mean, some: _gaussian_before(part[some], mean) - level, np.zeros_like(part), part)
    return low.reshape(np.shape(measured)), high.reshape(np.shape(measured))


def _gaussian_before(x: FloatArray, mean: FloatArray) -> FloatArray:
    """The probability of results that precede x: those with a larger R.

    -2 ln R is (x - mean)^2 for x >= 0 and mean^2 - 2 x mean below, where its inverse is mean / 2 - (...) / (2 mean).
    """
    rise = np.where(x >= 0, (x - mean) ** 2, mean**2 - 2 * x * mean)
    root = np.sqrt(np.maximum(rise, 0.0))
    with np.errstate(all="ignore"):
        below = np.where(root <= mean, mean - root, np.where(mean > 0, (mean**2 - rise) / (2 * mean), -np.inf))
    return np.asarray(cumulative(root) - cumulative(below - mean))


def _ends(n: FloatArray, background: FloatArray, level: float, belt: Belt) -> FloatArray:
    """Both ends in events, shape (2, c)."""
    low, high = _lower(n, background, level), _upper(n, background, level)
    if belt == "monotone":
        high = _lengthened(n, background, level, high)
    return np.stack([low, high])


def _lengthened(n: FloatArray, background: FloatArray, level: float, high: FloatArray) -> FloatArray:
    """The largest raw upper end for any background at least as high.

    As the background b grows, the raw end falls, but for jumps: where the run n + 1 to M becomes acceptable at its
    upper end. That is where M + 1 joins the run at the very expectation r above which the run has a probability below
    the level, so that n ln b - b = (M + 1) ln(M + 1) - (M + 1) - (M + 1 - n) ln r. After the jump the end is r - b.
    """
    largest, low = high.copy(), np.maximum(n, np.floor(background) - 1)
    up = low + np.ceil(20 * np.sqrt(np.maximum(n, background) + 4) + 40)
    while (up - low > 1).any():  # the jumps move up with M: find the first above the background
        middle = np.floor(0.5 * (low + up))
        above = _jump(n, middle, level)[0] >= background
        low, up = np.where(above, low, middle), np.where(above, middle, up)
    for number in range(JUMPS):
        jump, end = _jump(n, up + number, level)
        largest = np.where(jump >= background, np.maximum(largest, end - jump), largest)
    return largest


def _jump(n: FloatArray, last: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """The background at which the run n + 1 to `last` becomes acceptable at its upper end, and that end; or NaN."""
    from scipy.special import gammaln

    top = np.exp((gammaln(last + 1) - gammaln(n + 1)) / np.maximum(last - n, 1.0))  # where the run is most probable
    end = root_above(lambda mean, rows: _between(n[rows] + 1, last[rows], mean) - level, top, last + 1)
    with np.errstate(all="ignore"):
        end = np.where(_between(n + 1, last, top) > level, end, np.nan)
        m = last + 1
        # b = n + x: x - n ln(1 + x / n) is how far n ln b - b is below its maximum
        depth = n * np.log(np.where(n > 0, n, 1.0)) - n - (m * np.log(m) - m - (m - n) * np.log(end))
    good = np.flatnonzero(depth >= 0)
    jump = np.full_like(n, np.nan)

    def lack(beyond: FloatArray, rows: IntArray) -> FloatArray:
        count = n[good][rows]
        return depth[good][rows] - (beyond - count * np.log1p(beyond / np.where(count > 0, count, 1.0)))

    if good.size:
        jump[good] = n[good] + root_above(lack, np.zeros(good.size), depth[good] + np.sqrt(2 * n[good] * depth[good]))
    return jump, end


def _upper(n: FloatArray, background: FloatArray, level: float) -> FloatArray:
    """The largest signals that accept n: below them, counts n + 1 to M precede it."""
    first = np.maximum(n + 1, np.floor(background))
    span = np.ceil(20 * np.sqrt(np.maximum(n, background) + 4) + 40)
    low, high = first, first + span

    def run(last: FloatArray, rows: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Expectations between which n + 1 to `last` precede n, shapes like `last`."""
        k, b = n[rows], background[rows]
        return _joining(k, last, b), _joining(k, last + 1, b)

    def probability(last: FloatArray, mean: FloatArray, rows: IntArray | slice) -> FloatArray:
        return _between(n[rows] + 1, last, mean)

    every = slice(None)
    while (high - low > 1).any():
        middle = np.floor(0.5 * (low + high))
        start, end = run(middle, every)
        accepted = np.minimum(probability(middle, start, every), probability(middle, end, every)) < level
        low, high = np.where(accepted, middle, low), np.where(accepted, high, middle)
    found = np.full_like(n, -1.0)
    runs = np.full_like(n, -1.0)  # none: at low levels a count may be accepted without a signal only
    for offset in range(AROUND, -AROUND - 1, -1):
        rows = np.flatnonzero((found < 0) & (low + offset >= first))
        last = (low + offset)[rows]
        start, end = run(last, rows)
        at_start, at_end = probability(last, start, rows), probability(last, end, rows)
        done = (at_end < level) | (at_start < level)
        found[rows[done]] = np.where(at_end < level, end, -0.5)[done]
        found[rows[done & (at_end >= level)]] = start[done & (at_end >= level)]
        runs[rows[done]] = np.where(at_end < level, -1, last)[done]
    return _refined(n, background, level, found, runs) - background


def _refined(n: FloatArray, background: FloatArray, level: float, found: FloatArray, runs: FloatArray) -> FloatArray:
    """The expectations at which a run of counts has the probability `level`, where that is inside the run's range."""
    mean = np.maximum(found, background)
    rows = np.flatnonzero(runs >= 0)
    if rows.size:
        k, last = n[rows], runs[rows]

        def lack(at: FloatArray, some: IntArray) -> FloatArray:
            return level - _between(k[some] + 1, last[some], at)

        mean[rows] = root_above(lack, mean[rows], _joining(k, last + 1, background[rows]))
    return mean


def _lower(n: FloatArray, background: FloatArray, level: float) -> FloatArray:
    """The least signals that accept n: above them, counts M to n - 1 precede it."""
    out = np.zeros_like(n)
    at_zero = _between(np.zeros_like(n), n - 1, background)
    rows = np.flatnonzero((n > background) & (at_zero >= level) & (n > 0))
    if rows.size == 0:
        return out
    k, b = n[rows], background[rows]
    low, high = np.maximum(k - np.ceil(20 * np.sqrt(k + 4) + 40), 0), k - 1

    def run(first: FloatArray, some: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Expectations between which `first` to n - 1 precede n."""
        below = np.where(first > 0, _joining(k[some], first - 1, b[some]), b[some])
        return np.maximum(below, b[some]), np.maximum(_joining(k[some], first, b[some]), b[some])

    every = slice(None)
    while (high - low > 1).any():
        middle = np.floor(0.5 * (low + high))
        start, end = run(middle, every)
        fits = np.minimum(_between(middle, k - 1, start), _between(middle, k - 1, end)) < level
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    found = np.full_like(k, np.nan)
    for offset in range(-AROUND, AROUND + 1):
        open_ = np.flatnonzero(np.isnan(found) & (high + offset >= 0) & (high + offset <= k - 1))
        first = (high + offset)[open_]
        start, end = run(first, open_)
        at_start, at_end = _between(first, k[open_] - 1, start), _between(first, k[open_] - 1, end)
        whole, inside = at_start < level, (at_start >= level) & (at_end < level)
        found[open_[whole]] = start[whole]
        part = open_[inside]
        if part.size:
            m = first[inside]

            def excess(at: FloatArray, some: IntArray, m: FloatArray = m, part: IntArray = part) -> FloatArray:
                return _between(m[some], k[part][some] - 1, at) - level

            found[part] = root_above(excess, start[inside], end[inside])
    out[rows] = np.where(np.isnan(found), k, found) - b
    return out


def _joining(n: FloatArray, other: FloatArray, background: FloatArray) -> FloatArray:
    """The expectation at which two counts have equal R, shape of `other`.

    (m - n) ln mu = m ln m' - m' - n ln n' + n' with m' = max(m, b): the mean at which the best expectation counts.
    """
    from scipy.special import xlogy

    at_n, at_m = np.maximum(n, background), np.maximum(other, background)
    # differences of large numbers, written with the logarithm of their ratio
    with np.errstate(all="ignore"):
        ratio = np.log1p((at_m - at_n) / np.where(at_n > 0, at_n, 1.0))
        product = np.where(other > 0, other * ratio, 0.0)
        log_mean = np.where(at_n > 0, np.log(at_n) + (product - (at_m - at_n)) / (other - n), 0.0)
        alone = np.exp((xlogy(other, at_m) - at_m) / (other - n))  # n = b = 0
    return np.where(at_n > 0, np.exp(log_mean), alone)


def _between(first: FloatArray, last: FloatArray, mean: FloatArray) -> FloatArray:
    """P(first <= N <= last); 0 for an empty run."""
    from scipy.special import gammainc, gammaincc

    upper = np.where(last >= 0, gammaincc(np.maximum(last, 0.0) + 1, mean), 0.0)
    lower = np.where(first > 0, gammaincc(np.maximum(first, 1.0), mean), 0.0)
    direct = upper - lower
    # from the other tail where both sums are close to 1
    other = np.where(first > 0, gammainc(np.maximum(first, 1.0), mean), 1.0) - gammainc(np.maximum(last, 0.0) + 1, mean)
    return np.where(last < first, 0.0, np.where(lower > 0.5, other, direct))
