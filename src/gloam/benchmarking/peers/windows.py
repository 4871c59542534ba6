"""The data of each hypothesis, as a peer sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.models import CrystalBall, Displaced, Gaussian, Mixture, SignalShape, WithCombinatorial, evaluate
from gloam.scans import Scan

__all__ = ["Window", "windows"]


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One hypothesis.

    Attributes:
        counts: shape (m,).
        edges: of its equal bins, shape (m + 1,).
        components: of the signal, a row each: fraction, position, width, alpha (0: Gaussian; negative: tail above), n.
        order: of the background polynomial.
    """

    counts: FloatArray
    edges: FloatArray
    components: FloatArray
    order: int


def windows(scan: Scan, rows: IntArray) -> Iterator[Window]:
    """The hypotheses of a scan, one by one; what can be done for all at once is."""
    axis = scan.spectrum.axes[0]
    below = np.concatenate([[0.0], np.cumsum(scan.spectrum.counts())])
    bins = scan.windows.bins[rows]
    indices = scan.windows.edge_indices(rows, int(bins.max(initial=1)))
    edges, counts = axis.edges[indices], np.diff(below[indices], axis=1)
    components = _components(scan.signal, scan.grid.position[rows])
    orders = scan.background.variant(scan.grid.position[rows])
    for i, (m, order) in enumerate(zip(bins.tolist(), orders.tolist(), strict=True)):
        yield Window(counts[i, :m], edges[i, : m + 1], components[i], order)


def _components(signal: SignalShape, position: FloatArray) -> FloatArray:
    """The Gaussians and Crystal Balls of a signal, shape (h', components, 5)."""
    sigma = signal.resolution(position)
    match signal:
        case Mixture():
            parts = [_components(shape, position) for shape in signal.shapes]
            for part, fraction in zip(parts, signal.weights(position), strict=True):
                part[:, :, 0] *= fraction[:, None]
            return np.concatenate(parts, axis=1)
        case WithCombinatorial():
            broad = _components(signal.combinatorial, position)
            broad[:, :, 0] *= signal.ratios(position)[:, None]
            return np.concatenate([_components(signal.peak, position), broad], axis=1)
        case Displaced():
            moved = _components(signal.shape, position)
            moved[:, :, 1] += evaluate(signal.by, position, "displacement of a shape")[:, None]
            return moved
        case CrystalBall():
            tail = (evaluate(signal.alpha, position, "alpha"), evaluate(signal.n, position, "n"))
            return _one(1.0, position, sigma, *tail)
        case Gaussian():
            return _one(1.0, position, sigma, 0.0, 0.0)
    raise TypeError(f"no peer knows the signal {signal!r}")


def _one(
    fraction: float, position: FloatArray, width: FloatArray, alpha: float | FloatArray, n: float | FloatArray
) -> FloatArray:
    columns = np.broadcast_arrays(fraction, position, width, alpha, n)
    return np.stack(columns, axis=1)[:, None, :]
