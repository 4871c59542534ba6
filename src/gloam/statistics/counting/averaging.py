"""Averages over uncertain backgrounds and efficiencies.

All are written as functions of independent standard normal variables u, so that the trapezoidal rule, which converges
exponentially for such integrands, does them all. The probability of a count as a function of u is a step of a width
that shrinks with the square root of the count; the nodes are spaced more closely than that width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.poisson import at_most, log_at_most
from gloam.statistics.counting.spread import Known, Spread

__all__ = ["Nodes", "averaged", "log_tail", "node_blocks"]

REACH = 8.0
"""Standard deviations on either side; what is left out is 1e-15."""

FAR_REACH = 37.0
"""Where so few events are seen that backgrounds far below the nominal one matter (or so many)."""

DEFICIT = 6.0
"""Statistical standard deviations below the background at which that begins."""

STEP = 0.7
"""Of the nodes, in units of the narrower of 1 and the step's width: the error is e^(-2 pi^2 / 0.7^2) = 3e-18 of a
Gaussian step."""

WIDE = 0.12
"""Relative uncertainty above which the step is not Gaussian and the nodes are twice as dense; limits then change by
less than 1e-9 with still more nodes, for uncertainties up to 100 %."""

MOST_NODES = 4_000_000
"""For one cell."""

SMALLEST = 1e-250
"""Average below which it is made of logarithms; what underflows is 1e-308."""

BLOCK = 1_000_000
"""Numbers of one array."""


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Values of background and efficiency of some cells, with weights that add up to 1.

    Attributes:
        background: shape (r, n).
        efficiency: shape (r, n).
        log_weight: shape (n,).
    """

    background: FloatArray
    efficiency: FloatArray
    log_weight: FloatArray

    def mean(self, signal: FloatArray) -> FloatArray:
        """The expected counts for signals (r,), shape (r, n)."""
        return self.efficiency * signal[:, None] + self.background

    def take(self, rows: IntArray) -> Nodes:
        """Those of some cells."""
        return Nodes(self.background[rows], self.efficiency[rows], self.log_weight)


def averaged(nodes: Nodes, logs: FloatArray) -> FloatArray:
    """The logarithm of the average of exp(logs), shape (r,) for logs of shape (r, n)."""
    if logs.shape[1] == 1:
        return logs[:, 0]
    total = logs + nodes.log_weight
    top = total.max(axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(total - top).sum(axis=1)) + top[:, 0])


def log_tail(nodes: Nodes, count: FloatArray, signal: FloatArray, log_factor: FloatArray | None = None) -> FloatArray:
    """The logarithm of the averaged P(N <= count), shape (r,).

    Args:
        nodes: backgrounds and efficiencies.
        count: shape (r,).
        signal: shape (r,).
        log_factor: logarithm of what the probabilities are multiplied with, shape (r, n); <= 700.
    """
    if nodes.log_weight.size == 1:
        logs = log_at_most(count[:, None], nodes.mean(signal))
        return np.asarray((logs if log_factor is None else logs + log_factor)[:, 0])
    probability = at_most(count[:, None], nodes.mean(signal))
    if log_factor is not None:
        probability *= np.exp(log_factor)
    total = probability @ np.exp(nodes.log_weight)
    with np.errstate(divide="ignore"):
        found = np.asarray(np.log(total), float)
    small = np.flatnonzero(total < SMALLEST)
    if small.size:
        logs = log_at_most(count[small, None], nodes.take(small).mean(signal[small]))
        found[small] = averaged(nodes.take(small), logs if log_factor is None else logs + log_factor[small])
    return found


def node_blocks(cells: Cells, excesses: bool = False) -> Iterator[tuple[IntArray, Nodes]]:
    """Blocks of cells that need equally many nodes, bounded in memory: row numbers and nodes.

    Args:
        cells: the counts.
        excesses: whether probabilities of large counts are wanted, to which backgrounds far above the nominal one
            contribute most.

    Raises:
        InputError: where a cell needs too many.
    """
    spreads = (*cells.background, cells.efficiency)
    numbers = np.stack([_nodes_needed(spread, cells, spread is cells.efficiency) for spread in spreads], axis=1)
    total = numbers.prod(axis=1)
    if (total > MOST_NODES).any():
        worst = int(np.argmax(total))
        raise InputError(
            "average over several uncertainties", f"a count of {cells.observed[worst]:g}",
            "counts whose statistical error is not far below the other uncertainties",
            "use the profile likelihood, which has no such bound",
        )  # fmt: skip
    background = cells.nominal_background
    away = background - cells.observed
    far = (np.abs(away) if excesses else away) > DEFICIT * np.sqrt(background + 1)
    kinds, kind_of = np.unique(np.column_stack([numbers, far]), axis=0, return_inverse=True)
    for kind in range(len(kinds)):
        rows = np.flatnonzero(kind_of.ravel() == kind)
        *number, is_far = kinds[kind]
        length = max(1, int(BLOCK // np.prod(number)))
        for start in range(0, rows.size, length):
            block = rows[start : start + length]
            part = cells.take(block)
            yield block, _nodes((*part.background, part.efficiency), number, FAR_REACH if is_far else REACH)


def _nodes_needed(spread: Spread, cells: Cells, scales: bool) -> FloatArray:
    """How many nodes, rounded up to a power of two times the least: shape (c,)."""
    if isinstance(spread, Known):
        return np.ones(cells.size)
    count = cells.observed + 1
    nominal = spread.nominal if scales or len(cells.background) > 1 else count
    with np.errstate(all="ignore"):
        near = np.where(nominal > 0, nominal, 1.0)
        width = spread.position(near * (1 + 1 / np.sqrt(count))) - spread.position(near)
    width = np.where(np.isfinite(width) & (width > 0), np.minimum(width, 1.0), 1.0)
    middle, above = spread.at(np.array([0.0, 1.0])).T
    least = 2 * REACH / STEP * np.where(above > (1 + WIDE) * middle, 2, 1)
    return np.asarray(np.ceil(least * 2 ** np.ceil(np.log2(1 / width) - 1e-9)))


def _nodes(spreads: tuple[Spread, ...], number: list[float], reach: float) -> Nodes:
    """The products of the rules for each spread; the last is the efficiency, the others make the background."""
    rows = spreads[0].nominal.size
    background, efficiency, log_weight = np.ones((rows, 1)), np.ones((rows, 1)), np.zeros(1)
    for index, (spread, n) in enumerate(zip(spreads, number, strict=True)):
        u = _points(int(n), reach)
        value, log_density = spread.at(u), -0.5 * u**2
        last = index == len(spreads) - 1
        background = _outer(background, np.ones_like(value) if last else value)
        efficiency = _outer(efficiency, value if last else np.ones_like(value))
        log_weight = (log_weight[:, None] + log_density - np.log(np.exp(log_density).sum())).ravel()
    return Nodes(background, efficiency, log_weight)


def _points(n: int, reach: float) -> FloatArray:
    """Of one rule, with the same spacing for any reach."""
    return np.linspace(-reach, reach, int(np.ceil(n * reach / REACH))) if n > 1 else np.zeros(1)


def _outer(a: FloatArray, b: FloatArray) -> FloatArray:
    return (a[:, :, None] * b[:, None, :]).reshape(a.shape[0], -1)
