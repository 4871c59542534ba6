"""The largest significance of each of many toys, found in parts, behind a filter whose margin the first toys tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.elsewhere.expectation import Truth
from gloam.statistics.elsewhere.filter import Single
from gloam.statistics.elsewhere.toy_data import ToyData

__all__ = ["Maxima", "ScanToys", "Search", "check_toys", "filtered_maxima", "largest_of_toys"]

CALIBRATION = 200
"""Toys on which the margin is found."""

WIDE = 1.0
"""Margin in those toys."""

SPARE = 0.1
"""Added to the margin that was found."""

LIKELY = 0.7
"""Part of the margin by which a hypothesis may miss it and still not be fitted in the first round."""

ELEMENTS = 10_000_000
"""Hypotheses, or bins, times toys that are held at a time."""

FITS = 100_000
"""Pairs of toys and hypotheses that are fitted at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class ScanToys:
    """The largest significance of each toy.

    Attributes:
        largest: shape (toys,).
        row: the hypothesis it is at, shape (toys,); -1 where the procedure does not tell.
        failed: toys with a fit without a certificate among those made, shape (toys,).
        margin: by how much the approximate significance may lie below the best exact one for a hypothesis to be
            fitted, and more where single events matter more than usual (see `ScoreFilter.scale`); infinite where all
            were.
        fits: number of hypotheses fitted, over all toys and variants.
    """

    largest: FloatArray = field(repr=False)
    row: IntArray = field(repr=False)
    failed: BoolArray = field(repr=False)
    margin: float
    fits: int


@dataclass(frozen=True, slots=True, eq=False)
class Maxima:
    """The maxima of some toys.

    Attributes:
        largest: the exact significances, shape (t,).
        row: the hypotheses they are at, shape (t,).
        failed: toys with a fit without a certificate, shape (t,).
        shift: how much larger than the approximate ones they are, over the scale of their hypotheses (see
            `ScoreFilter`), shape (t,).
    """

    largest: FloatArray
    row: IntArray
    failed: BoolArray
    shift: FloatArray

    @classmethod
    def none(cls) -> Maxima:
        """Those of no toys."""
        return cls(np.empty(0), np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0))

    @classmethod
    def joined(cls, parts: list[Maxima]) -> Maxima:
        """Those of several parts, one after the other."""
        return cls(
            np.concatenate([part.largest for part in parts]), np.concatenate([part.row for part in parts]),
            np.concatenate([part.failed for part in parts]), np.concatenate([part.shift for part in parts]),
        )  # fmt: skip

    @classmethod
    def of_everything(cls, z: FloatArray, good: BoolArray, rows: IntArray) -> Maxima:
        """Those among all hypotheses.

        Args:
            z: significances, shape (t, h').
            good: which fits are certified, same shape.
            rows: the hypotheses, shape (h',).
        """
        return cls(z.max(axis=1), rows[z.argmax(axis=1)], np.asarray(~good.all(axis=1)), np.full(z.shape[0], np.nan))


class Search(Protocol):
    """What finds the largest significance in toys.

    Attributes:
        fits: hypotheses fitted so far.
    """

    fits: int

    @property
    def truth(self) -> Truth:
        """What the toys are drawn from."""
        ...

    @property
    def filtered(self) -> bool:
        """Whether it knows approximate significances."""
        ...

    @property
    def size(self) -> int:
        """The number of hypotheses, over all variants."""
        ...

    def maxima(self, toys: ToyData, margin: float) -> Maxima:
        """The maxima of some toys; an infinite margin is every hypothesis."""
        ...


def largest_of_toys(
    search: Search, numbers: IntArray, seed: int, stream: str = "scan toys", threads: int | None = None,
    progress: Callable[[int], object] | None = None, *, margin: float | None = None,
) -> ScanToys:  # fmt: skip
    """The largest significances of toys of some numbers.

    Args:
        search: how they are found; one serves any number of calls.
        numbers: of the toys, shape (t,).
        seed: of the random streams, one for each toy.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.
        margin: of the filter, as other toys of the same scan have it; None finds it on the first of these.
    """

    def in_chunks(chosen: IntArray, margin: float, tell: Callable[[int], object] | None) -> list[Maxima]:
        each = max(search.size, *(expected.size for expected in search.truth.expected))
        size, parts = max((FITS if np.isinf(margin) else ELEMENTS) // each, 1), []
        for start in range(0, chosen.size, size):
            toys = ToyData.drawn(search.truth, chosen[start : start + size], seed, stream, threads)
            parts.append(search.maxima(toys, margin))
            if tell is not None:
                tell(toys.numbers.size)
        return parts

    done, before = Maxima.none(), search.fits
    if not search.filtered:
        margin = np.inf
    elif margin is None:
        first = Maxima.joined(in_chunks(numbers[:CALIBRATION], WIDE, None))
        margin = _margin(first)
        if np.isfinite(margin):
            done = first
            if progress is not None:
                progress(done.largest.size)
    found = Maxima.joined([done, *in_chunks(numbers[done.largest.size :], margin, progress)])
    return ScanToys(found.largest, found.row, found.failed, margin, search.fits - before)


def filtered_maxima(
    linear: Single,
    scale: Single,
    margin: float,
    rows: IntArray,
    fit: Callable[[IntArray, IntArray, FloatArray], tuple[FloatArray, BoolArray]],
) -> Maxima:
    """The maxima of some toys among the hypotheses that a filter does not exclude.

    Args:
        linear: approximate significances, or what bounds them, shape (t, h').
        scale: of the margin of each hypothesis, see `ScoreFilter`, shape (h',).
        margin: by how much the approximate significance may be too low, in units of these.
        rows: the hypotheses, shape (h',).
        fit: exact significances and which are certified, shapes (p,), of pairs of a toy and a place among the
            hypotheses, where each toy has the third argument elsewhere: a pair that cannot reach it may be -inf.
    """
    toys = np.arange(linear.shape[0])
    place = linear.argmax(axis=1)
    best, good = fit(toys, place, np.full(toys.size, -np.inf))
    failed, known = ~good, np.where(good, best, linear[toys, place])
    bound = linear + np.float32(margin) * scale
    bound[toys, place] = -np.inf  # not fitted twice
    for likely in (LIKELY, 0.0):  # the likely ones first: they raise what the others have to reach
        toy, other = np.nonzero(bound >= (known + likely * margin)[:, None].astype(np.float32))
        bound[toy, other] = -np.inf
        z, certified = fit(toy, other, best[toy])
        failed[toy[~certified]] = True
        np.maximum.at(best, toy, z)
        last = np.flatnonzero(z == best[toy])
        place[toy[last]] = other[last]
        known = np.maximum(known, best)
    return Maxima(best, rows[place], failed, (best - linear[toys, place]) / scale[place])


def check_toys(toys: int) -> None:
    """Refuse less than one toy."""
    if toys < 1:
        raise InputError("number of toys", toys, "at least 1", "10000 give p-values down to 1e-3 well")


def _margin(first: Maxima) -> float:
    """The margin for all further toys: the largest needed, half of what that is above the mean, and a little.

    Infinite, which is every hypothesis, where more than half of the wide margin was needed: more may have been.
    """
    shift = first.shift[~first.failed]
    if shift.size == 0 or shift.max() > 0.5 * WIDE:
        return np.inf
    return min(float(1.5 * shift.max() - 0.5 * shift.mean()) + SPARE, WIDE)
