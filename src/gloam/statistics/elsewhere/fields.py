"""The largest significance of Gaussian fields with the covariance of a scan: toys without counts and without fits."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.scans import ScanResult
from gloam.statistics.elsewhere.gaussian_scan import MOST_SKEW
from gloam.statistics.elsewhere.score import Score, axis_scores

__all__ = ["largest_of_fields"]

BLOCK = 64
"""Neighbouring hypotheses that are made together."""

ELEMENTS = 5_000_000
"""Bins times fields that are held at a time."""


def largest_of_fields(
    result: ScanResult, fields: int, seed: int = 1, stream: str = "Gaussian fields"
) -> FloatArray:  # fmt: skip
    """The largest of the significances of each of some fields, shape (fields,).

    A field is K diag(sqrt b) x with independent normal variables x, one for each bin of the axis and for each control
    measurement: it has all correlations that the significances have without a signal, not those of neighbours alone.
    It matters where windows are a few resolutions long, so that far hypotheses know of each other. Their means are
    those of signed roots of Poisson likelihood ratios, see `GaussianScan`.

    Args:
        result: the fits of a scan of one spectrum.
        fields: how many.
        seed: of the random stream.
        stream: name of that.
    """
    if fields < 1:
        raise InputError("number of fields", fields, "at least 1", "20000 take a second for 10^6 bins x hypotheses")
    score, first = axis_scores(result)
    bins = len(result.spectrum.axis)  # the noise of scans of the same events is the same
    length = max(ELEMENTS // bins, 1)
    largest = [
        _largest(score, first, random_stream(seed, stream, chunk), min(length, fields - start), bins)
        for chunk, start in enumerate(range(0, fields, length))
    ]
    return np.concatenate(largest)


def _largest(
    score: Score, first: IntArray, random: np.random.Generator, fields: int, axis: int
) -> FloatArray:  # fmt: skip
    bins, control, span = score.bins, score.control, score.bins.shape[1]
    mean = (-np.clip(score.skewness, -MOST_SKEW, MOST_SKEW) / 6).astype(np.float32)
    noise = random.standard_normal((fields, axis), np.float32)
    noise = np.pad(noise, ((0, 0), (0, max(int(first.max()) + span - axis, 0))))  # beyond the end nothing counts
    common = random.standard_normal((fields, control.shape[1]), np.float32)
    largest = np.full(fields, -np.inf)
    for start in range(0, first.size, BLOCK):
        part = slice(start, start + BLOCK)
        low, high = int(first[part].min()), int(first[part].max()) + span
        matrix = np.zeros((first[part].size, high - low), np.float32)
        np.put_along_axis(matrix, (first[part] - low)[:, None] + np.arange(span), bins[part].astype(np.float32), axis=1)
        z = noise[:, low:high] @ matrix.T + common @ control[part].T.astype(np.float32) + mean[part]
        np.maximum(largest, z.max(axis=1), out=largest)
    return largest
