"""The score of the signal yield in every window, and how the scores of neighbouring hypotheses are correlated.

Close to the background-only expectation b the significance of a hypothesis is linear in the counts, z = k . n, where k
is its signal made orthogonal to the background in the metric 1 / b, divided by b and by its own norm. K diag(b) K' is
then the covariance of the whole scan, known without a single toy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import Point, Problem, is_certified, tangent_problem
from gloam.fit.elimination import solve_positive
from gloam.scans import Scan, ScanResult, batches
from gloam.statistics.elsewhere.gaussian_scan import LAG, GaussianScan

__all__ = [
    "Beside", "Score", "axis_scores", "correlation_beside", "efficient_score", "on_axis", "score_correlation",
    "usable_hypotheses",
]  # fmt: skip

LEAST = 1e-12
"""Of the largest expectation in a window: below it stands for none, on the boundary of what is possible."""

ELEMENTS = 2_000_000
"""Hypotheses times bins of the axis that are held at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Scores of unit variance, as combinations of independent variables of unit variance.

    Attributes:
        bins: weight of (n - b) / sqrt(variance) of each bin, 0 where it is not used; shape (b, m).
        control: weights of the control measurements that constrain parameters, shape (b, K).
        skewness: of the scores, from that of the counts, shape (b,).
    """

    bins: FloatArray
    control: FloatArray
    skewness: FloatArray


def efficient_score(problem: Problem, expected: FloatArray) -> Score:
    """The scores of the signal yield at s = 0, the background being profiled.

    Args:
        problem: b fits, linear in their parameters.
        expected: background expectation before exposure, positive, shape (b, m).
    """
    weight = np.asarray(problem.weight / expected)
    mean = problem.weight * expected
    if problem.spread is not None:  # of templates: a further variance of the expectation, bin by bin
        weight = weight / (1 + weight * problem.spread**2)
    gram, right = problem.design.gram(weight), problem.design.adjoint(weight * problem.signal).T
    if problem.constraint is not None:
        gram = gram + problem.constraint.precision
    with np.errstate(all="ignore"):
        (slide,), _ = solve_positive(gram, [right], np)
        bins = (problem.signal - problem.design.apply(slide.T)) * np.sqrt(weight)
        control = _control(problem, slide.T)
        norm = np.sqrt(np.vecdot(bins, bins) + np.vecdot(control, control))[:, None]
        # a signal that the background imitates has no score: it is correlated with nothing
        possible = np.isfinite(norm) & (norm > 0)
        bins, control = np.where(possible, bins / norm, 0.0), np.where(possible, control / norm, 0.0)
        # what multiplies n in each bin, cubed, and the third cumulant of n, which is its mean
        skewness = (np.where(bins != 0, bins * np.sqrt(weight) / problem.weight, 0.0) ** 3 * mean).sum(axis=1)
        return Score(bins, control, skewness)


def _control(problem: Problem, slide: FloatArray) -> FloatArray:
    """How far each control measurement moves with the yield, in its standard deviations, shape (b, K)."""
    if problem.constraint is None:
        return np.zeros_like(slide)
    # the symmetric root: it has the same axes for neighbours with the same constraint
    variance, axes = np.linalg.eigh(np.moveaxis(problem.constraint.precision, 2, 0))
    along = np.einsum("bij,bi->bj", axes, slide) * np.sqrt(np.maximum(variance, 0.0))
    return np.asarray(np.einsum("bij,bj->bi", axes, along))


def score_correlation(result: ScanResult) -> GaussianScan:
    """The correlations of neighbouring significances of a scan without a signal, at its background-only fits.

    Hypotheses without a certified fit are passed over. Of two windows with different backgrounds the geometric mean is
    taken in each bin, so that every hypothesis keeps a variance of 1. Windows that move with the mass lose and gain
    bins at their ends: in steps far below the resolution this adds crossings that come in clusters (7 % in steps of a
    tenth of it, for windows of +- 25 sigma), and the global p-value is larger by as much.

    Args:
        result: the fits of a scan of one spectrum; nuisance parameters and template statistics are taken into account.

    Raises:
        InputError: for several spectra fitted together, or without a single certified fit.
    """
    scan, rows = _of_one_spectrum(result), usable_hypotheses(result)
    first, last = scan.windows.ends
    span = int((last - first)[rows].max())
    length = max(ELEMENTS // span, 1)
    chain = _Chain()
    for start in range(0, rows.size, length):
        part = rows[start : start + length]
        chain.extend(_scores(scan, result, part, span), first[part])
    skewness = np.concatenate(chain.skewness)
    pairs = 0.5 * (skewness[1:] + skewness[:-1]) if skewness.size > 1 else skewness
    return GaussianScan(np.concatenate(chain.angles), np.concatenate(chain.memories, axis=1), skewness=pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The correlations of the significances of two scans of the same events at the same h' positions.

    Attributes:
        same: at one position, shape (h',).
        behind: of each but the first hypothesis of the first scan with the one before of the second, shape (h' - 1,).
    """

    same: FloatArray
    behind: FloatArray


def correlation_beside(result: ScanResult, other: ScanResult) -> Beside:
    """The correlations of two scans of the same events, whose usable hypotheses are at the same positions."""
    pair = (result, other)
    rows, ends = [usable_hypotheses(each) for each in pair], [each.scan.windows.ends for each in pair]
    span = max(int((last - first)[at].max()) for at, (first, last) in zip(rows, ends, strict=True))
    length = max(ELEMENTS // span, 2)
    parts = []
    for start in range(0, max(rows[0].size - 1, 1), length - 1):  # neighbouring parts have one hypothesis in common
        chosen = [at[start : start + length] for at in rows]
        scores = [_scores(each.scan, each, at, span) for each, at in zip(pair, chosen, strict=True)]
        bins, control = (_stacked([getattr(score, name) for score in scores]) for name in ("bins", "control"))
        first = np.concatenate([low[at] for (low, _), at in zip(ends, chosen, strict=True)])
        at = np.arange(chosen[0].size)
        pairs = ((at[start > 0 :], at[start > 0 :]), (at[1:], at[:-1]))
        parts.append([_correlation(bins, control, first, one, two + at.size) for one, two in pairs])
    return Beside(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _stacked(parts: list[FloatArray]) -> FloatArray:
    """Rows of several arrays below each other, the shorter ones with zeros in front."""
    width = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(part, ((0, 0), (width - part.shape[1], 0))) for part in parts])


@dataclass(slots=True, eq=False)
class _Chain:
    """The correlations found so far, and the last scores, which those to come are correlated with."""

    bins: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    control: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    first: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    angles: list[FloatArray] = field(default_factory=lambda: [np.empty(0)])
    memories: list[FloatArray] = field(default_factory=lambda: [np.empty((2, 0))])
    skewness: list[FloatArray] = field(default_factory=list)

    def extend(self, score: Score, first: IntArray) -> None:
        """Take in the next scores, and where their windows start."""
        bins, control = score.bins, score.control
        self.skewness.append(score.skewness)
        known = self.first.size
        if known:
            bins, control = np.concatenate([self.bins, bins]), np.concatenate([self.control, control])
            first = np.concatenate([self.first, first])
        now = np.arange(first.size - 1)
        # the sine of half the angle keeps the digits of correlations close to 1
        distance = np.clip(0.5 * (1 - _correlation(bins, control, first, now, now + 1)), 0.0, 1.0)
        angle = 2 * np.arcsin(np.sqrt(distance))
        path = np.concatenate([[0.0], np.cumsum(angle)])
        earlier = np.maximum(np.searchsorted(path, path - LAG, side="right") - 1, 0)
        new = now[max(known - 1, 0) :]
        past = earlier[new]
        memory = np.stack([_correlation(bins, control, first, past, new + step) for step in (0, 1)])
        self.angles.append(angle[new])
        self.memories.append(np.where(past < new, memory, 0.0))
        keep = slice(earlier[-1], None)
        self.bins, self.control, self.first = bins[keep], control[keep], first[keep]


def axis_scores(result: ScanResult) -> tuple[Score, IntArray]:
    """The scores of all hypotheses of a scan, in the order of their positions.

    Returns:
        Scores on the bins of the axis, from the start of each window on; the bins at which the windows start, shape
        (h',).
    """
    scan, rows = _of_one_spectrum(result), usable_hypotheses(result)
    first, last = scan.windows.ends
    return _scores(scan, result, rows, int((last - first)[rows].max())), first[rows]


def usable_hypotheses(result: ScanResult) -> IntArray:
    """The hypotheses with a certified fit, in the order of their positions."""
    certified = is_certified(result.status) & np.isfinite(result.z_local)
    rows = np.argsort(result.position, kind="stable")
    rows = rows[certified[rows]]
    if rows.size == 0:
        raise InputError("global significance", "no certified fit", "a scan with at least one", "see the status codes")
    return rows


def _of_one_spectrum(result: ScanResult) -> Scan:
    if not isinstance(result.setup, Scan):
        raise InputError(
            "global significance", "several spectra fitted together", "a scan of one spectrum",
            "quote the local significance, or the global ones of single spectra",
        )  # fmt: skip
    return result.setup


def _scores(scan: Scan, result: ScanResult, rows: IntArray, span: int) -> Score:
    """The scores of some hypotheses on the bins of the axis, each from the start of its window on."""
    place = np.empty(len(scan.grid), np.int64)
    place[rows] = np.arange(rows.size)
    bins, control = np.zeros((rows.size, span)), np.zeros((rows.size, result.theta.shape[1]))
    skewness = np.empty(rows.size)
    for chosen, problem, expected in background_fits(scan, result, rows):
        score = efficient_score(problem, expected)
        at, k = place[chosen], score.control.shape[1]
        edges = scan.windows.edge_indices(chosen, expected.shape[1])
        bins[at] = on_axis(score.bins, edges, scan.spectrum.axis.edges, span)
        control[at, control.shape[1] - k :], skewness[at] = score.control, score.skewness
    return Score(bins, control, skewness)


def background_fits(
    scan: Scan, result: ScanResult, rows: IntArray
) -> Iterator[tuple[IntArray, Problem, FloatArray]]:  # fmt: skip
    """Rows, linear problems and expectations of the background-only fits of some hypotheses, batch by batch."""
    for batch in batches(scan, rows):
        problem = batch.problem()
        theta, none = result.theta_background[batch.rows, : problem.parameters], np.zeros(problem.size)
        expected = problem.expected(theta, none)
        expected = np.maximum(expected, LEAST * expected.max(axis=1, keepdims=True) + np.finfo(np.float32).tiny)
        # without fluctuations the tangent has no curvature but that of the counts
        asimov = problem.asimov(theta, none, expected)
        yield batch.rows, tangent_problem(asimov, theta, none, Point(expected, none)), expected


def on_axis(values: FloatArray, edges: IntArray, axis: FloatArray, span: int) -> FloatArray:
    """Weights of the bins of windows, spread over the bins of the axis inside them: by the root of their widths.

    Args:
        values: one for each bin of the windows, shape (b, m).
        edges: their edge indices, padded by repeating the last one, shape (b, m + 1).
        axis: edges of the axis.
        span: bins of the axis in the longest window.

    Returns:
        Shape (b, span), 0 beyond the end of a window.
    """
    parts = np.diff(edges, axis=1)
    length = edges[:, -1] - edges[:, 0]
    inside = np.arange(span) < length[:, None]
    out = np.zeros((values.shape[0], span))
    if parts.max() <= 1:
        out[inside] = values[parts > 0]
        return out
    share = values / np.sqrt(np.where(parts > 0, axis[edges[:, 1:]] - axis[edges[:, :-1]], 1.0))
    width = np.diff(axis)[np.minimum(edges[:, :1] + np.arange(span), axis.size - 2)]
    out[inside] = np.repeat(share.ravel(), parts.ravel())
    return np.asarray(out * np.sqrt(width))


def _correlation(bins: FloatArray, control: FloatArray, first: IntArray, one: IntArray, two: IntArray) -> FloatArray:
    """The correlations of pairs of hypotheses, from scores that each start at the beginning of their window."""
    span = bins.shape[1]
    shift = np.clip(first[two] - first[one], -span, span)
    pad = int(np.abs(shift).max(initial=0))
    # rows between zeros, one after the other: a shifted row is a stretch of them
    flat = np.pad(bins, ((0, 0), (pad, pad))).ravel()
    shifted = np.lib.stride_tricks.sliding_window_view(flat, span)[one * (span + 2 * pad) + pad + shift]
    return np.asarray(np.vecdot(shifted, bins[two]) + np.vecdot(control[one], control[two]))
