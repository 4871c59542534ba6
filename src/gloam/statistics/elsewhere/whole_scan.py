"""Whole-scan toys: the largest significance anywhere in spectra without a signal, every maximum refitted exactly.

Each toy is one spectrum, drawn from one background expectation, so that overlapping windows share their fluctuations as
they do in data. The score filter says where its maximum may be, to first order; those hypotheses are fitted like the
data, with all others that the filter does not put clearly below the best of these fits. How far below is clear is found
on the first toys, in which far more hypotheses are fitted; where even that may not be enough (less than about one event
per bin), every hypothesis of every toy is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.execution import PoissonTables, map_batches, poisson_tables
from gloam.fit import Problem
from gloam.scans import Scan, ScanResult, batches
from gloam.statistics.elsewhere.expectation import global_expectation
from gloam.statistics.elsewhere.filter import ScoreFilter, Single, score_filter
from gloam.statistics.elsewhere.refits import fit_pairs
from gloam.statistics.elsewhere.score import usable_hypotheses

__all__ = ["ScanSearch", "ScanToys", "largest_of_toys", "scan_toys"]

CALIBRATION = 200
"""Toys on which the margin is found."""

WIDE = 1.5
"""Margin in those toys."""

SPARE = 0.1
"""Added to the margin that was found."""

ELEMENTS = 5_000_000
"""Hypotheses, or bins, times toys that are held at a time."""

DRAWN = 50
"""Toys that one thread draws at a time."""

FITS = 100_000
"""Pairs of toys and hypotheses that are fitted at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class ScanToys:
    """The largest significance of each toy.

    Attributes:
        largest: shape (toys,).
        row: the hypothesis it is at, shape (toys,).
        failed: toys with a fit without a certificate among those made, shape (toys,).
        margin: by how much the approximate significance may lie below the best exact one for a hypothesis to be
            fitted; infinite where all were.
        fits: number of hypotheses fitted, over all toys.
    """

    largest: FloatArray = field(repr=False)
    row: IntArray = field(repr=False)
    failed: BoolArray = field(repr=False)
    margin: float
    fits: int


def scan_toys(
    result: ScanResult,
    toys: int = 1000,
    seed: int = 1,
    *,
    exhaustive: bool = False,
    stream: str = "scan toys",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest significances of toys of a scan without a signal.

    Args:
        result: the fits of plain counts with a free background; its background-only fits make the expectation, see
            `global_expectation`. Hypotheses without a certified fit are left out.
        toys: how many.
        seed: of the random streams, one for each toy: toy k is the same whatever their number.
        exhaustive: fit every hypothesis of every toy.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.

    Raises:
        InputError: for scans whose toys would need more than counts: weighted data, constraints, nuisance parameters,
            several spectra in one fit.
    """
    if toys < 1:
        raise InputError("number of toys", toys, "at least 1", "10000 give p-values down to 1e-3 well")
    search = ScanSearch.of(result, exhaustive=exhaustive, threads=threads)
    return largest_of_toys(search, np.arange(toys), seed, stream, progress=progress)


def largest_of_toys(
    search: ScanSearch, numbers: IntArray, seed: int, stream: str = "scan toys", *, margin: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:  # fmt: skip
    """The largest significances of toys of some numbers.

    Args:
        search: how they are found; one serves any number of calls.
        numbers: of the toys, shape (t,).
        seed: of the random streams, one for each toy.
        stream: name of these streams.
        margin: of the filter, as other toys of the same scan have it; None finds it on the first of these.
        progress: called with the number of toys finished, after some of them.
    """
    done, before = _Maxima.none(), search.fits
    if search.scorer is None:
        margin = np.inf
    elif margin is None:
        first = _Maxima.joined(search.in_chunks(numbers[:CALIBRATION], WIDE, seed, stream))
        margin = _margin(first)
        if np.isfinite(margin):
            done = first
            if progress is not None:
                progress(done.largest.size)
    rest = search.in_chunks(numbers[done.largest.size :], margin, seed, stream, progress)
    found = _Maxima.joined([done, *rest])
    return ScanToys(found.largest, search.rows[found.place], found.failed, margin, search.fits - before)


def _plain(result: ScanResult) -> Scan:
    scan = result.setup
    if not isinstance(scan, Scan):
        found = "several spectra fitted together"
    elif scan.spectrum.is_weighted:
        found = "weighted data"
    elif scan.nuisance_names:
        found = "nuisance parameters"
    elif any(not _counts_alone(batch.problem()) for batch in batches(scan, usable_hypotheses(result)[:1])):
        found = "a background with constrained or known parts"
    else:
        return scan
    raise InputError(
        "whole-scan toys", found, "plain counts of one spectrum and a free background",
        "take the analytic global significance (method 'crossings')",
    )  # fmt: skip


def _counts_alone(problem: Problem) -> bool:
    return problem.is_unconstrained and problem.effects is None and problem.offset is None


@dataclass(frozen=True, slots=True, eq=False)
class _Maxima:
    """The maxima of some toys.

    Attributes:
        largest: the exact significances, shape (t,).
        place: where they are among the hypotheses that are used, shape (t,).
        failed: toys with a fit without a certificate, shape (t,).
        shift: how much larger than the approximate ones they are, shape (t,).
    """

    largest: FloatArray
    place: IntArray
    failed: BoolArray
    shift: FloatArray

    @classmethod
    def none(cls) -> _Maxima:
        return cls(np.empty(0), np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0))

    @classmethod
    def joined(cls, parts: list[_Maxima]) -> _Maxima:
        return cls(
            np.concatenate([part.largest for part in parts]), np.concatenate([part.place for part in parts]),
            np.concatenate([part.failed for part in parts]), np.concatenate([part.shift for part in parts]),
        )  # fmt: skip


def _margin(first: _Maxima) -> float:
    """The margin for all further toys: the largest needed, as much again as that is above the mean, and a little.

    Infinite, which is every hypothesis, where more than half of the wide margin was needed: more may have been.
    """
    shift = first.shift[~first.failed]
    if shift.size == 0 or shift.max() > 0.5 * WIDE:
        return np.inf
    return min(float(2 * shift.max() - shift.mean()) + SPARE, WIDE)


@dataclass(slots=True, eq=False)
class ScanSearch:
    """The search for the largest significance of a scan in toys.

    Attributes:
        scan: what was fitted.
        result: the fits to the data, whose backgrounds the fits start from.
        rows: hypotheses to look at, shape (h',).
        tables: what the toys are drawn from.
        scorer: approximate significances; None: fit every hypothesis.
        threads: how many to use.
        fits: hypotheses fitted so far.
    """

    scan: Scan
    result: ScanResult
    rows: IntArray
    tables: PoissonTables
    scorer: ScoreFilter | None
    threads: int | None = None
    fits: int = 0

    @classmethod
    def of(cls, result: ScanResult, *, exhaustive: bool = False, threads: int | None = None) -> ScanSearch:
        """The search in toys drawn from the background-only fits of a scan."""
        scan, rows = _plain(result), usable_hypotheses(result)
        expectation = global_expectation(scan, result, rows)
        scorer = None if exhaustive else score_filter(scan, expectation, rows)
        return cls(scan, result, rows, poisson_tables(expectation), scorer, threads)

    def in_chunks(
        self, numbers: IntArray, margin: float, seed: int, stream: str, progress: Callable[[int], object] | None = None
    ) -> list[_Maxima]:
        """The maxima of some toys."""
        each = max(self.rows.size, self.tables.expectation.size)
        size = max((FITS if np.isinf(margin) else ELEMENTS) // each, 1)
        parts = []
        for start in range(0, numbers.size, size):
            part = numbers[start : start + size]
            parts.append(self._maxima(self._draw(part, seed, stream), margin))
            if progress is not None:
                progress(part.size)
        return parts

    def _draw(self, numbers: IntArray, seed: int, stream: str) -> Single:
        counts = np.empty((numbers.size, self.tables.expectation.size), np.float32)

        def work(part: slice) -> None:
            counts[part] = self.tables.draw(seed, stream, numbers[part], np.float32)

        map_batches(work, (slice(at, at + DRAWN) for at in range(0, numbers.size, DRAWN)), self.threads)
        return counts

    def _maxima(self, counts: Single, margin: float) -> _Maxima:
        toys = counts.shape[0]
        below = np.zeros((toys, counts.shape[1] + 1))
        np.cumsum(counts, axis=1, dtype=float, out=below[:, 1:])
        if self.scorer is None or np.isinf(margin):
            toy, place = np.divmod(np.arange(toys * self.rows.size), self.rows.size)
            z, good = self._fit(below, toy, place)
            z, good = z.reshape(toys, -1), good.reshape(toys, -1)
            best = z.argmax(axis=1)
            return _Maxima(z.max(axis=1), best, np.asarray(~good.all(axis=1)), np.full(toys, np.nan))
        return self._filtered(below, self.scorer(counts, self.threads), margin)

    def _filtered(self, below: FloatArray, linear: Single, margin: float) -> _Maxima:
        """The maxima among the hypotheses that the filter does not exclude."""
        toys = np.arange(linear.shape[0])
        place = linear.argmax(axis=1)
        best, good = self._fit(below, toys, place)
        threshold = np.where(good, best, linear[toys, place]) - margin
        highest = linear[toys, place]
        linear[toys, place] = -np.inf  # not fitted twice
        toy, other = np.nonzero(linear >= threshold[:, None].astype(np.float32))
        linear[toys, place] = highest
        z, certified = self._fit(below, toy, other)
        failed = ~good
        failed[toy[~certified]] = True
        np.maximum.at(best, toy, z)
        last = np.flatnonzero(z == best[toy])
        place[toy[last]] = other[last]
        return _Maxima(best, place, failed, best - linear[toys, place])

    def _fit(self, below: FloatArray, toy: IntArray, place: IntArray) -> tuple[FloatArray, BoolArray]:
        """The exact significances of pairs of a toy and a place among the hypotheses, and which are certified."""
        self.fits += toy.size
        return fit_pairs(self.scan, self.result, below, toy, self.rows[place], self.threads)
