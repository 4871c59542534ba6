"""The fits of all hypotheses of a channel as curves for the page: computed from saved parameters, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit import Problem, is_certified
from gloam.report.views import bin_groups, used_and_exposure
from gloam.scans import Batch, ScanResult, batches, channel_bins, first_channel

__all__ = ["FitCurves", "fit_curves", "quantised"]

UNKNOWN = -32768
"""Code of a bin that is not fitted."""

LARGEST = 32767


@dataclass(frozen=True, slots=True, eq=False)
class FitCurves:
    """The fitted expectation of each hypothesis in the bins shown, those of one hypothesis behind those of another.

    Hypotheses without a certified fit have no bins.

    Attributes:
        first: edge of the spectrum's axis at which each window starts, shape (h,).
        number: bins shown of each hypothesis, shape (h,).
        widths: how many bins of the axis each bin shown holds, shape (n,).
        background: expected background in the fit with the signal free, NaN in bins that are not fitted, shape (n,).
        signal: fitted signal, shape (n,).
        variance: of the data as expected from the fit, shape (n,); empty unless data are weighted.
    """

    first: IntArray
    number: IntArray
    widths: IntArray
    background: FloatArray
    signal: FloatArray
    variance: FloatArray


def fit_curves(result: ScanResult, most_bins: int) -> FitCurves:
    """The curves of all certified fits of a scan; of several spectra fitted together in the first.

    Args:
        result: the fits.
        most_bins: neighbouring bins are merged until about as many are left in each window.
    """
    size = result.mass.size
    first, number = np.zeros(size, np.int64), np.zeros(size, np.int64)
    parts: list[list[FloatArray]] = [[] for _ in range(size)]
    for batch in batches(result.setup, rows=np.flatnonzero(is_certified(result.status))):
        for row, start, curves in _of_batch(result, batch, most_bins):
            first[row], number[row] = start, curves[0].size
            parts[row] = curves
    ordered = [curves for curves in parts if curves]
    widths, background, signal, variance = (
        np.concatenate([curves[i] for curves in ordered]) if ordered else np.zeros(0) for i in range(4)
    )
    return FitCurves(
        first, number, widths.astype(np.int64), background, signal,
        variance if result.spectrum.is_weighted else np.zeros(0),
    )  # fmt: skip


def _of_batch(result: ScanResult, batch: Batch, most_bins: int) -> list[tuple[int, int, list[FloatArray]]]:
    """Row, first edge, and widths, background, signal and variance of each fit of a batch."""
    problem = batch.problem()
    theta = result.theta[batch.rows, : problem.parameters]
    without = problem.expected(theta, np.zeros(batch.rows.size))
    both = problem.expected(theta, result.n_sig[batch.rows])
    windows = first_channel(result.setup).windows
    made = []
    for number, row in enumerate(batch.rows.tolist()):
        inside = channel_bins(result.setup, row)
        bins = inside.stop - inside.start
        indices = windows.edge_indices(batch.rows[number : number + 1], bins)[0]
        curves = _merged(problem, number, inside, without[number, inside], both[number, inside], indices, most_bins)
        made.append((row, int(indices[0]), curves))
    return made


def _merged(
    problem: Problem, number: int, inside: slice, without: FloatArray, both: FloatArray, indices: IntArray,
    most_bins: int,
) -> list[FloatArray]:  # fmt: skip
    used, exposure = used_and_exposure(problem, inside, number)
    starts, _ = bin_groups(used, most_bins)
    ends = np.append(indices[starts], indices[-1])
    values = (without, both - without, both / exposure)
    summed = [np.where(used[starts], np.add.reduceat(np.where(used, each, 0.0), starts), np.nan) for each in values]
    return [np.diff(ends).astype(float), *summed]


def quantised(values: FloatArray, number: IntArray) -> tuple[FloatArray, IntArray]:
    """The unit of each hypothesis, and its curve in such units as differences of neighbours, which compress well.

    A unit is the largest absolute value over 32767: a curve is off by 1.5e-5 of its highest point at most. Differences
    wrap around at 16 bits. NaN is the code -32768.

    Args:
        values: curves behind each other, shape (n,).
        number: points of each, shape (h,).

    Returns:
        Shapes (h,) and (n,).

    Example:
        >>> quantised(np.array([0.0, 32767.0, 1.0]), np.array([0, 3]))[1]
        array([     0,  32767, -32766], dtype=int16)
    """
    has = number > 0
    starts = np.cumsum(number[has]) - number[has]
    largest = np.zeros(number.size)
    if values.size:
        largest[has] = np.maximum.reduceat(np.abs(np.nan_to_num(values)), starts)
    unit = np.where(largest > 0, largest / LARGEST, 1.0)
    scaled = np.rint(values / np.repeat(unit, number))
    codes = np.where(np.isnan(scaled), UNKNOWN, scaled).astype(np.int64)
    codes[1:] = np.diff(codes)
    return unit, ((codes + 32768) % 65536 - 32768).astype(np.int16)
