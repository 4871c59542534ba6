"""Approximate significances of a whole scan, from one banded matrix product with the counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.execution import map_batches
from gloam.scans import Scan, batches
from gloam.statistics.elsewhere.score import efficient_score

__all__ = ["ScoreFilter", "score_filter"]

BLOCK = 64
"""Neighbouring hypotheses in one dense block of the band."""

Single = npt.NDArray[np.float32]


LEAST = 1e-9
"""Expectation of a bin that stands for none: no toy has counts there."""

NEAR = 2.0
"""Below the largest linear value of a spectrum: those closer are corrected for their skewness."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreFilter:
    """k of every hypothesis, with z = k . n to first order; in blocks of neighbours.

    It finds where a maximum may be; its values are no significances.

    Attributes:
        blocks: first and last bin of each block, and k of its hypotheses, shape (bins of the block, hypotheses).
        skewness: third moment of k . n for each hypothesis, sum of k^3 b; shape (h,).
        leverage: the most that one event changes z of each hypothesis; shape (h,).
    """

    blocks: tuple[tuple[int, int, Single], ...]
    skewness: Single
    leverage: Single

    @property
    def scale(self) -> Single:
        """How much less linear each hypothesis is than the usual one, shape (h,), at least 1.

        It is the leverage to the power 3/2, found on the standard workloads: at the ends of a spectrum with few events
        there z may be off by one standard deviation, where elsewhere it is off by a tenth.
        """
        ratio = self.leverage / np.median(self.leverage)
        return np.asarray(np.maximum(ratio, 1.0) ** 1.5, np.float32)

    def __call__(self, counts: Single, threads: int | None = None) -> Single:
        """The approximate significances of some spectra of counts, shapes (t, n) -> (t, h)."""
        out = np.empty((counts.shape[0], self.skewness.size), np.float32)

        def work(number: int) -> None:
            low, high, matrix = self.blocks[number]
            start = number * BLOCK
            out[:, start : start + matrix.shape[1]] = counts[:, low:high] @ matrix

        map_batches(work, range(len(self.blocks)), threads)
        spectrum, hypothesis = np.nonzero(out >= out.max(axis=1, keepdims=True) - np.float32(NEAR))
        out[spectrum, hypothesis] = poisson_root(out[spectrum, hypothesis], self.skewness[hypothesis])
        return out


def poisson_root(z: Single, skewness: Single) -> Single:
    """The signed root of the likelihood ratio of a Poisson variable z standard deviations above its mean.

    With n = b + z sqrt(b) and the skewness 1 / sqrt(b) it is sqrt(2 [n ln(n / b) - n + b]): few counts are less
    significant than they are far away. Of a score the same holds with its own skewness, up to terms of third order.

    Args:
        z: standard deviations, any shape.
        skewness: same shape; near 0 nothing changes.

    Example:
        >>> poisson_root(np.array([4.0, 4.0, -1.0], np.float32), np.array([0.0, 0.5, 0.5], np.float32)).round(3)
        array([ 4.   ,  3.22 , -1.108], dtype=float32)
    """
    felt = np.abs(skewness) > 1e-3
    g = np.where(felt, skewness, 1.0).astype(float)
    ratio = np.maximum(1 + g * z, 1e-12)
    root = np.sign(z) * np.sqrt(np.maximum(2 * (ratio * np.log(ratio) - ratio + 1), 0.0)) / np.abs(g)
    return np.where(felt, root, z).astype(np.float32)


def score_filter(scan: Scan, expectation: FloatArray, rows: IntArray) -> ScoreFilter:
    """The filter of some hypotheses, at an expectation of the whole spectrum.

    Args:
        scan: plain counts, with backgrounds that are linear and free.
        expectation: of every bin of the axis, shape (n,).
        rows: the hypotheses, in the order of their positions.
    """
    blocks = tuple(_blocks(scan, expectation, rows))
    skewness = [expectation[low:high] @ (matrix * matrix * matrix).astype(float) for low, high, matrix in blocks]
    leverage = np.concatenate([np.abs(matrix).max(axis=0) for _, _, matrix in blocks])
    return ScoreFilter(blocks, np.concatenate(skewness).astype(np.float32), leverage)


def _blocks(scan: Scan, expectation: FloatArray, rows: IntArray) -> Iterator[tuple[int, int, Single]]:
    below = np.concatenate([[0.0], np.cumsum(expectation)])
    first, last = scan.windows.ends
    for start in range(0, rows.size, BLOCK):
        chosen = rows[start : start + BLOCK]
        low, high = int(first[chosen].min()), int(last[chosen].max())
        matrix = np.zeros((high - low, chosen.size), np.float32)
        column = np.empty(len(scan.grid), np.int64)
        column[chosen] = np.arange(chosen.size)
        for batch in batches(scan, chosen):
            problem = batch.problem()
            edges = scan.windows.edge_indices(batch.rows, problem.counts.shape[1])
            expected = np.maximum(below[edges[:, 1:]] - below[edges[:, :-1]], LEAST)
            weights = efficient_score(problem, expected).bins / np.sqrt(expected)
            parts = np.diff(edges, axis=1)
            for row, weight, part in zip(batch.rows, weights, parts, strict=True):
                matrix[first[row] - low : last[row] - low, column[row]] = np.repeat(weight, part)
        yield low, high, matrix
