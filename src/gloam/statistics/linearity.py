"""Linearity: how the mean fitted yield follows the yield that was put in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.averages import Average, Estimate, weighted_average
from gloam.statistics.bias import ToyYields

__all__ = ["Linearity", "linearity"]


@dataclass(frozen=True, slots=True, eq=False)
class Linearity:
    """Straight lines n_sig = offset + slope n_true through the mean yields of each hypothesis; 0 and 1 without bias.

    Attributes:
        offset: in events, shape (r,).
        offset_in_sigma: the same in standard deviations of one fit at the smallest injected yield, shape (r,).
        slope: shape (r,).
        chi2: of the means around the line, shape (r,).
        ndf: shape (r,).
        mean_offset: average of the offsets in standard deviations over all hypotheses.
        mean_slope: average of the slopes.
    """

    offset: Estimate
    offset_in_sigma: Estimate
    slope: Estimate
    chi2: FloatArray
    ndf: IntArray
    mean_offset: Average
    mean_slope: Average


def linearity(found: ToyYields) -> Linearity:
    """The straight lines through the mean fitted yields against the true ones.

    The yields of toy k share their background under all signals. Their covariance, taken from the toys themselves, is
    in the errors; toys with a failed fit under one of the signals are left out.

    Raises:
        InputError: with fewer than two signals.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> from gloam.statistics.bias import toy_yields
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> line = linearity(toy_yields(result, [0], [0.0, 20.0, 40.0], "background", toys=400))
        >>> line.slope.value.round(2), line.slope.error.round(2)
        (array([1.]), array([0.01]))
    """
    if found.n_true.shape[1] < 2:
        raise InputError("linearity", f"{found.n_true.shape[1]} injected yield", "two or more", "inject 0 too")
    lines = [_line(x, toys) for x, toys in zip(found.n_true, found.n_sig, strict=True)]
    values, errors, chi2, ndf, sigma = (np.array(column) for column in zip(*lines, strict=True))
    offset, slope = Estimate(values[:, 0], errors[:, 0]), Estimate(values[:, 1], errors[:, 1])
    in_sigma = Estimate(offset.value / sigma, offset.error / sigma)
    return Linearity(
        offset, in_sigma, slope, chi2, ndf,
        weighted_average(in_sigma.value, in_sigma.error), weighted_average(slope.value, slope.error),
    )  # fmt: skip


def _line(x: FloatArray, toys: FloatArray) -> tuple[FloatArray, FloatArray, float, int, float]:
    """Offset and slope, their errors, chi^2, ndf and the standard deviation of one fit, for yields (i, toys)."""
    good = toys[:, np.isfinite(toys).all(axis=0)]
    nothing = np.full(2, np.nan)
    if np.unique(x).size < 2 or good.shape[1] <= x.size + 2:
        return nothing, nothing, np.nan, 0, np.nan
    covariance = np.cov(good)
    weight = np.linalg.pinv(covariance / good.shape[1], hermitian=True)
    model = np.column_stack([np.ones_like(x), x])
    of_line = np.linalg.inv(model.T @ weight @ model)
    mean = good.mean(axis=1)
    line = of_line @ model.T @ weight @ mean
    residual = mean - model @ line
    sigma = float(np.sqrt(covariance[x.argmin(), x.argmin()]))
    return line, np.sqrt(np.diag(of_line)), float(residual @ weight @ residual), x.size - 2, sigma
