"""CLs limits of counts from toy experiments."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.statistics.counting.cells import Cells

__all__ = ["cls_toys_upper"]

FEWEST = 100
"""Toys that have to remain below the observed count without a signal."""

FEWEST_BEYOND = 10
"""Toys that have to lie beyond the limit: with none there it would be that of a lower level."""


def cls_toys_upper(cells: Cells, level: float, toys: int = 100_000, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """CLs limits from toys and their Monte Carlo errors, shapes (c,).

    Each toy draws efficiency e and background b, and the arrival of event n + 1 of a Poisson process of rate 1: at a
    tested signal s its count is at most n if that comes after e s + b. A toy so has its count at every s, drawn at that
    s, and the counts below n + 1 are those with s < t = (arrival - b) / e. CLs(s) is the share of t > 0 above s.

    Args:
        cells: the counts.
        level: confidence level.
        toys: how many for each cell.
        seed: of the random numbers.

    Raises:
        InputError: where too few toys have so few events without a signal, or lie beyond the limit.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> limit, error = cls_toys_upper(counting_cells(2, 3.0), 0.90, seed=1)
        >>> abs(limit - 3.5228) < 4 * error
        array([ True])
    """
    limit, error = np.empty(cells.size), np.empty(cells.size)
    for row in range(cells.size):
        ends = _ends_of_toys(cells.take(np.array([row])), toys, random_stream(seed, "counting toys", row))
        if ends.size < FEWEST:
            raise InputError(
                "CLs from toys", f"{ends.size} of {toys} toys without a signal with {cells.observed[row]:g} events or "
                "fewer", f"at least {FEWEST}", "make more toys, or use the exact method cls",
            )  # fmt: skip
        beyond = (1 - level) * ends.size
        if beyond < FEWEST_BEYOND:
            raise InputError(
                "CLs from toys", f"{beyond:.2g} toys expected beyond the limit at the level {level:g}",
                f"at least {FEWEST_BEYOND}", "make more toys, or use the exact method cls",
            )  # fmt: skip
        spread = np.sqrt(level * (1 - level) / ends.size)
        limit[row] = np.quantile(ends, level)
        low, high = np.quantile(ends, [max(level - spread, 0.0), min(level + spread, 1.0)])
        error[row] = 0.5 * (high - low)
    return limit, error


def _ends_of_toys(cell: Cells, toys: int, stream: np.random.Generator) -> FloatArray:
    """The signals up to which the toys of one cell have at most the observed count; those above 0, sorted."""
    arrival = stream.standard_gamma(float(cell.observed[0]) + 1, toys)
    background = np.prod([factor.at(stream.standard_normal(toys))[0] for factor in cell.background], axis=0)
    efficiency = cell.efficiency.at(stream.standard_normal(toys))[0]
    with np.errstate(divide="ignore"):
        ends = (arrival - background) / efficiency
    return np.sort(ends[ends > 0])
