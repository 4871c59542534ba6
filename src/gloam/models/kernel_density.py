"""Kernel density estimates of simulated events as signal shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.models.gaussian import Gaussian
from gloam.models.parameter import Parameter
from gloam.models.signal import positive_width
from gloam.models.standard import StandardTable

__all__ = ["KernelDensity", "SimulatedSample", "kernel_density"]

REACH = 8.5  # of a kernel, in bandwidths: what lies beyond is 1e-17
NODES = 32  # of the table for the narrowest bandwidth: cubic interpolation is then good to 3e-9
MOST_NODES = 400_000
BLOCK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedSample:
    """Signal events simulated at one position.

    Attributes:
        position: the hypothesis, in the unit of the observable.
        values: of the observable, shape (n,).
        weights: of the events, >= 0, shape (n,); None: all alike. They are scaled to sum to 1, and events without
            weight are dropped.
    """

    position: float
    values: FloatArray
    weights: FloatArray | None = None

    def __post_init__(self) -> None:
        values = np.array(self.values, float)
        weights = np.ones(values.shape) if self.weights is None else np.array(self.weights, float)
        asked = f"sample simulated at {self.position:g}"
        if values.ndim != 1 or weights.shape != values.shape or values.size < 2:
            raise InputError(
                asked, f"values of shape {values.shape}, weights of shape {weights.shape}",
                "two or more events in one row", "give one weight for each value",
            )  # fmt: skip
        if not (np.isfinite(values).all() and np.isfinite(weights).all() and np.isfinite(self.position)):
            raise InputError(asked, "a number that is not finite", "finite numbers", "remove these events")
        if weights.min() < 0 or weights.sum() == 0:
            raise InputError(
                asked, "negative weights" if weights.min() < 0 else "no weight at all", "weights >= 0",
                "an estimate with negative weights may be negative: merge or drop these events",
            )  # fmt: skip
        if np.ptp(values[weights > 0]) == 0:
            raise InputError(asked, "one value only", "values that differ", "simulate the resolution")
        object.__setattr__(self, "values", values[weights > 0])
        object.__setattr__(self, "weights", weights[weights > 0] / weights.sum())


@dataclass(frozen=True, slots=True, eq=False)
class KernelDensity:
    """A shape estimated from simulation; made by `kernel_density`.

    Attributes:
        width: of the resolution; the unit in which the estimate is moved and scaled from mass to mass.
        positions: that were simulated, increasing, shape (k,).
        tables: the distribution function at each of them in z = (x - position) / width.
        nearest: whether the nearest simulated position is taken; otherwise the distribution functions at the
            neighbours are interpolated linearly at the same z.
    """

    width: Parameter
    positions: FloatArray
    tables: tuple[StandardTable, ...]
    nearest: bool

    def resolution(self, position: FloatArray) -> FloatArray:
        """The width at each position."""
        return positive_width(self.width, position)

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal below x.

        Raises:
            InputError: if a position lies outside the simulated ones and the estimate is interpolated.
        """
        position = np.asarray(position, float)
        z = np.asarray((x - position) / self.resolution(position))
        lower, part = self._place(position)
        index, share = np.broadcast_to(lower, z.shape), np.broadcast_to(part, z.shape)
        total = np.empty(z.shape)
        for row in np.unique(lower).tolist():
            chosen = index == row
            below = self.tables[row](z[chosen])
            if share.any():
                above = self.tables[min(row + 1, len(self.tables) - 1)](z[chosen])
                below += share[chosen] * (above - below)
            total[chosen] = below
        return total

    def _place(self, position: FloatArray) -> tuple[IntArray, FloatArray]:
        """The simulated position at or below each position, and how far it is to the next one, 0 to 1."""
        if self.nearest:
            middle = 0.5 * (self.positions[1:] + self.positions[:-1])
            return np.searchsorted(middle, position, side="right"), np.zeros(position.shape)
        return place_between(self.positions, position, "simulated positions of a signal shape")


def place_between(nodes: FloatArray, position: FloatArray, name: str) -> tuple[IntArray, FloatArray]:
    """The node at or below each position, and how far it is from there to the next node, 0 to 1.

    Raises:
        InputError: if a position lies outside the nodes.
    """
    if position.size and not (nodes[0] <= position.min() and position.max() <= nodes[-1]):
        raise InputError(
            f"{name} for {position.min():g} to {position.max():g}", f"{nodes[0]:g} to {nodes[-1]:g}",
            "positions between them", "simulate more, or scan a shorter range",
        )  # fmt: skip
    lower = np.clip(np.searchsorted(nodes, position, side="right") - 1, 0, max(nodes.size - 2, 0))
    if nodes.size == 1:
        return lower, np.zeros(position.shape)
    return lower, (position - nodes[lower]) / (nodes[lower + 1] - nodes[lower])


def kernel_density(
    samples: Sequence[SimulatedSample], width: Parameter, *, adaptive: bool = True, interpolate: bool = False
) -> KernelDensity:
    """The shape of simulated events, with Gaussian kernels.

    The bandwidth is 0.9 min(s, IQR / 1.34) n^(-1/5) (B. W. Silverman, Density Estimation (1986), eq. 3.31), with n the
    effective number of events. If it is adaptive, each event's own is that times sqrt(g / f(x)) with the estimate f
    of fixed bandwidth there and its geometric mean g (I. S. Abramson, Ann. Stat. 10 (1982) 1217; Silverman, section
    5.3; K. Cranmer, hep-ex/0011057). The sum over the kernels is tabulated once, in some 0.1 ms an event.

    Args:
        samples: one or more, at increasing positions.
        width: standard deviation of the resolution; between samples the estimate moves with the position and scales
            with this width.
        adaptive: whether bandwidths follow the density.
        interpolate: between neighbouring samples; False takes the nearest one.

    Example:
        >>> events = SimulatedSample(1.0, 1.0 + 0.01 * np.linspace(-2, 2, 401))
        >>> shape = kernel_density([events], 0.01)
        >>> shape.cumulative(np.array([1.99, 2.0]), np.array([2.0])).round(4)
        array([0.2495, 0.5   ])
    """
    positions = increasing_positions([sample.position for sample in samples], "simulated samples of a signal")
    widths = positive_width(width, positions)
    tables = tuple(
        _table((sample.values - sample.position) / sigma, np.asarray(sample.weights), adaptive)
        for sample, sigma in zip(samples, widths, strict=True)
    )
    return KernelDensity(width, positions, tables, not interpolate)


def increasing_positions(positions: Sequence[float], asked: str) -> FloatArray:
    """The positions as an array that is read-only.

    Raises:
        InputError: if there is none or they do not increase.
    """
    array = np.array(positions, float)
    if array.size == 0 or not (np.diff(array) > 0).all() or not np.isfinite(array).all():
        raise InputError(asked, f"at {array.tolist()}", "one or more, at increasing positions", "sort them")
    array.flags.writeable = False
    return array


def _table(z: FloatArray, weights: FloatArray, adaptive: bool) -> StandardTable:
    fixed = np.full(z.size, silverman_bandwidth(z, weights))
    estimate = _estimate(z, weights, fixed)
    if not adaptive:
        return estimate
    slope = estimate.coefficients[1] / estimate.step
    density = np.interp(z, estimate.low + estimate.step * np.arange(slope.size), slope)
    mean = np.exp(np.sum(weights * np.log(density)))
    return _estimate(z, weights, fixed * np.sqrt(mean / density))


def silverman_bandwidth(values: FloatArray, weights: FloatArray) -> float:
    """The bandwidth of Silverman's rule of thumb; weights sum to 1.

    Example:
        >>> round(silverman_bandwidth(np.linspace(-1, 1, 1001), np.full(1001, 1 / 1001)), 4)
        0.1305
    """
    order = np.argsort(values)
    middle = np.cumsum(weights[order]) - 0.5 * weights[order]
    low, high = np.interp([0.25, 0.75], middle, values[order])
    mean = np.sum(weights * values)
    deviation = float(np.sqrt(np.sum(weights * (values - mean) ** 2)))
    spread = min(deviation, float(high - low) / 1.34) or deviation
    return float(0.9 * spread * np.sum(weights**2) ** 0.2)


def _estimate(z: FloatArray, weights: FloatArray, bandwidths: FloatArray) -> StandardTable:
    """The distribution function of the sum of the kernels, at equal steps."""
    low, high = float((z - REACH * bandwidths).min()), float((z + REACH * bandwidths).max())
    step = max(float(bandwidths.min()) / NODES, (high - low) / MOST_NODES)
    nodes = int(np.ceil((high - low) / step)) + 2
    value, density = np.zeros(nodes), np.zeros(nodes)
    for rows in _blocks(bandwidths, step):
        h, w = bandwidths[rows, None], weights[rows, None]
        reach = int(np.ceil(REACH * float(h.max()) / step))
        node = np.rint((z[rows, None] - low) / step).astype(np.int64) + np.arange(-reach, reach + 1)
        t = (low + step * node - z[rows, None]) / h
        inside = np.clip(node, 0, nodes - 1).ravel()
        there = (node >= 0) & (node < nodes)
        rise = w * Gaussian(1.0).cumulative(t, np.zeros(1)) * there
        value += np.bincount(inside, rise.ravel(), nodes)
        density += np.bincount(inside, (w * np.exp(-0.5 * t * t) / (h * np.sqrt(2 * np.pi)) * there).ravel(), nodes)
        # beyond the reach of a kernel all of it lies below
        value += np.cumsum(np.bincount(np.minimum(node[:, -1] + 1, nodes), w.ravel(), nodes + 1))[:nodes]
    middle = 0.5 * (low + high)
    return StandardTable.from_nodes(low, step, value, density, lambda z: (z > middle).astype(float))


def _blocks(bandwidths: FloatArray, step: float) -> Iterator[IntArray]:
    """Events of bandwidths within a factor of 2, as many as bound the memory."""
    octave = np.floor(np.log2(bandwidths / bandwidths.min()))
    for number in np.unique(octave):
        rows = np.flatnonzero(octave == number)
        length = max(1, int(BLOCK / (2 * REACH * bandwidths[rows].max() / step + 3)))
        for start in range(0, rows.size, length):
            yield rows[start : start + length]
