"""Limits from tail probabilities of the count: classical, Cousins-Highland and CLs.

Where background or efficiency are uncertain, the probabilities are averaged over them, as Cousins and Highland
(NIM A320 (1992) 331) do for the efficiency.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.statistics.counting.averaging import Nodes, averaged, log_tail, node_blocks
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.poisson import log_at_least
from gloam.statistics.counting.roots import root_above

__all__ = [
    "classical_interval",
    "classical_upper",
    "cls_upper",
    "count_quantiles",
    "first_guess",
    "in_blocks",
    "median_count",
]


def classical_upper(cells: Cells, level: float) -> FloatArray:
    """The signals at which the observed count, or fewer, has the probability 1 - level; shape (c,).

    0 where even no signal makes it as improbable: the classical interval is empty there.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> classical_upper(counting_cells([0, 1, 3, 10], 0.0), 0.90).round(4)
        array([ 2.3026,  3.8897,  6.6808, 15.4066])
    """

    def upper(n: FloatArray, nodes: Nodes) -> FloatArray:
        def excess(signal: FloatArray, rows: IntArray) -> FloatArray:
            return _at_most(n[rows], nodes.take(rows), signal) - math.log(1 - level)

        return root_above(excess, np.zeros_like(n), first_guess(n, nodes, level))

    return in_blocks(cells, upper)


def classical_interval(cells: Cells, level: float) -> tuple[FloatArray, FloatArray]:
    """The central intervals of Garwood (Biometrika 28 (1936) 437): (1 - level) / 2 on either side, shapes (c,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> low, high = classical_interval(counting_cells(3, 0.0), 0.6827)
        >>> low.round(4), high.round(4)
        (array([1.3673]), array([5.9182]))
    """
    tail = 0.5 - 0.5 * level

    def lower(n: FloatArray, nodes: Nodes) -> FloatArray:
        def lack(signal: FloatArray, rows: IntArray) -> FloatArray:
            part = nodes.take(rows)
            return math.log(tail) - averaged(part, log_at_least(n[rows, None], part.mean(signal)))

        return root_above(lack, np.zeros_like(n), first_guess(n, nodes, 0.5))

    return in_blocks(cells, lower), classical_upper(cells, 1 - tail)


def cls_upper(cells: Cells, level: float) -> FloatArray:
    """The signals at which CLs = P(N <= n | s + b) / P(N <= n | b) is 1 - level; shape (c,).

    For a known background and efficiency this is the Bayesian limit with a flat prior.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> cls_upper(counting_cells([0, 2, 5], 3.0), 0.90).round(4)
        array([2.3026, 3.5228, 6.4371])
    """

    def upper(n: FloatArray, nodes: Nodes) -> FloatArray:
        goal = _at_most(n, nodes, np.zeros_like(n)) + math.log(1 - level)

        def excess(signal: FloatArray, rows: IntArray) -> FloatArray:
            return _at_most(n[rows], nodes.take(rows), signal) - goal[rows]

        return root_above(excess, np.zeros_like(n), first_guess(n, nodes, level))

    return in_blocks(cells, upper)


def median_count(cells: Cells) -> FloatArray:
    """The least counts that are not exceeded with a probability of at least 1/2 without a signal; shape (c,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> median_count(counting_cells(0, [0.5, 3.0, 1e6]))
        array([0.e+00, 3.e+00, 1.e+06])
    """
    return count_quantiles(cells, np.array([0.5]))[:, 0]


def count_quantiles(cells: Cells, probability: FloatArray) -> FloatArray:
    """The least counts that are not exceeded with at least these probabilities without a signal; shape (c, q).

    The background is averaged over its uncertainty.

    Args:
        cells: their observed counts do not matter.
        probability: between 0 and 1, shape (q,).

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> count_quantiles(counting_cells(0, 3.0, [0.0, 1.5]), np.array([0.023, 0.5, 0.977]))
        array([[0., 3., 7.], [0., 3., 9.]])
    """

    def least(nodes: Nodes, goal: float) -> FloatArray:
        low = np.full(nodes.background.shape[0], -1.0)
        high = np.asarray(np.ceil(2 * nodes.background.max(axis=1) + 40), float)
        none = np.zeros_like(low)
        while (high - low > 1).any():
            middle = np.floor(0.5 * (low + high))
            enough = _at_most(np.maximum(middle, 0.0), nodes, none) >= np.log(goal)
            high, low = np.where(enough & (middle >= 0), middle, high), np.where(enough, low, middle)
        return high

    # the node spacing follows the count: take the nominal one
    cells = cells.observing(np.floor(cells.nominal_background))
    out = np.empty((cells.size, probability.size))
    for rows, nodes in node_blocks(cells):
        for column, goal in enumerate(probability.tolist()):
            out[rows, column] = least(nodes, goal)
    return out


def in_blocks(cells: Cells, work: Callable[[FloatArray, Nodes], FloatArray]) -> FloatArray:
    """What a function finds for the counts and nodes of each block, shape (c,)."""
    out = np.empty(cells.size)
    for rows, nodes in node_blocks(cells):
        out[rows] = work(cells.observed[rows], nodes)
    return out


def first_guess(n: FloatArray, nodes: Nodes, level: float) -> FloatArray:
    """Near a limit: that of the mean background and efficiency."""
    from scipy.special import gammainccinv

    weight = np.exp(nodes.log_weight)
    mean = np.asarray(gammainccinv(n + 1, 1 - level))
    return np.maximum((mean - nodes.background @ weight) / (nodes.efficiency @ weight), 0.1 * mean)


def _at_most(n: FloatArray, nodes: Nodes, signal: FloatArray) -> FloatArray:
    return log_tail(nodes, n, signal)
