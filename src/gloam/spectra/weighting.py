"""Weighted spectra as scaled Poisson counts (Bohm and Zech, arXiv:1309.1287)."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.spectra.spectrum import Spectrum

__all__ = ["poisson_counts", "scaled_poisson"]


def poisson_counts(spectrum: Spectrum) -> tuple[FloatArray, FloatArray | None]:
    """The counts that are Poisson distributed, and the factors on their expectation; shape (bins,) per axis.

    Plain counts are returned as they are, with None for the factors. In a weighted spectrum a sum of
    weights W with variance V has the first two moments of s * Poisson(mu / s) with s = V / W
    (arXiv:1309.1287, section 3): counts W / s, and the expectation times 1 / s. A bin without content
    takes the factor of the whole spectrum.

    Raises:
        InputError: a bin with content has no variance.

    Example:
        >>> from gloam.spectra import Axis, fill
        >>> counts, exposure = poisson_counts(fill([0.5, 0.5], Axis([0.0, 1.0]), weights=[2.0, 2.0]))
        >>> counts, exposure
        (array([2.]), array([0.5]))
    """
    values = spectrum.values()
    if not spectrum.is_weighted:
        return values, None
    variances = spectrum.variances()
    filled = values > 0
    total_variance = variances[filled].sum()
    overall = values[filled].sum() / total_variance if total_variance > 0 else 1.0
    exposure = scaled_poisson(values, variances, overall)
    return values * exposure, exposure


def scaled_poisson(values: FloatArray, variances: FloatArray, overall: float) -> FloatArray:
    """The factors W / V that make sums of weights Poisson counts, in the shape of the values.

    Args:
        values: sums of weights W.
        variances: sums of their squares V.
        overall: factor of bins without content.

    Raises:
        InputError: a bin with content has no variance.
    """
    filled = values > 0
    if (variances[filled] <= 0).any():
        where = np.argwhere(filled & (variances <= 0))[0].tolist()
        remedy = "store the sum of squared weights with the histogram (in ROOT Sumw2)"
        raise InputError(f"variance of bin {where}", 0.0, "a number above 0 where there is content", remedy)
    return np.divide(values, variances, out=np.full_like(values, overall), where=filled)
