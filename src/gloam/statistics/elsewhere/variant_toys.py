"""Whole-scan toys of the smallest significance over background variants: the procedure replayed on every toy.

At each mass the signed significance of the variant in which it is smallest in size is quoted, and of these the largest
over the scan (see `combine_variants`). It lies below the significance of each variant, and is not normally distributed:
no asymptotic formula knows its global p-value.

What is quoted is at most min(max_v z_v, min_v |z_v|). The score filters of the variants tell that bound to first order;
masses where it may be the largest are fitted in one variant after the other, and given up as soon as one significance
is smaller in size than the best that was quoted elsewhere in the toy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.fit import is_certified
from gloam.scans import Scan, ScanResult, VariantResults
from gloam.statistics.elsewhere.expectation import Truth, background_truth, channels_of
from gloam.statistics.elsewhere.filter import ScoreFilter, Single, score_filter
from gloam.statistics.elsewhere.maxima import Maxima, ScanToys, check_toys, filtered_maxima, largest_of_toys
from gloam.statistics.elsewhere.refits import fit_every_hypothesis, fit_pairs
from gloam.statistics.elsewhere.score import usable_hypotheses
from gloam.statistics.elsewhere.toy_data import ToyData
from gloam.statistics.elsewhere.whole_scan import plain_scan, refuse_weights

__all__ = ["VariantSearch", "smallest_in_size", "variant_toys"]


def variant_toys(
    results: VariantResults,
    toys: int = 1000,
    seed: int = 1,
    *,
    exhaustive: bool = False,
    stream: str = "scan toys",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest over the masses of the smallest significances over the variants, in toys without a signal.

    Args:
        results: the fits of the variants to one spectrum, or to the same channels. The background-only fits of the
            nominal variant make the expectation; hypotheses without a certified fit are left out of each variant.
        toys: how many.
        seed: of the random streams, one for each toy.
        exhaustive: fit every hypothesis of every variant.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.

    Raises:
        InputError: for weighted data, and for variants of different data.
    """
    check_toys(toys)
    search = VariantSearch.of(results, exhaustive=exhaustive, threads=threads)
    return largest_of_toys(search, np.arange(toys), seed, stream, threads, progress)


def smallest_in_size(z: FloatArray) -> FloatArray:
    """The signed value that is smallest in size along the first axis; infinite ones count only where all are.

    Example:
        >>> smallest_in_size(np.array([[3.0, -2.0], [2.5, 1.0], [-np.inf, -3.0]]))
        array([2.5, 1. ])
    """
    return np.asarray(np.take_along_axis(z, np.abs(z).argmin(axis=0)[None], axis=0)[0])


@dataclass(slots=True, eq=False)
class VariantSearch:
    """The search for the largest of the smallest significances in toys.

    Attributes:
        results: the fits of the variants to the data.
        rows: hypotheses that some variant can answer, in the order of their positions, shape (h',).
        usable: which variants can, shape (v, h').
        truths: what the toys are drawn from, with the parameters of each variant at it.
        scans: of the variants, where they are plain counts; empty: fit everything.
        scorers: approximate significances of the usable hypotheses of each of these.
        threads: how many to use.
        fits: hypotheses fitted so far.
    """

    results: tuple[ScanResult, ...]
    rows: IntArray
    usable: BoolArray
    truths: tuple[Truth, ...]
    scans: tuple[Scan, ...]
    scorers: tuple[ScoreFilter, ...]
    threads: int | None
    fits: int = 0

    @classmethod
    def of(cls, results: VariantResults, *, exhaustive: bool = False, threads: int | None = None) -> VariantSearch:
        """The search in toys that are drawn from the background-only fits of the nominal variant."""
        for result in results.results:
            refuse_weights(result)
            _refuse_other_data(result, results.nominal)
        known = is_certified(results.status) & np.isfinite(results.z_local)
        order = np.argsort(results.nominal.position, kind="stable")
        rows = order[known[:, order].any(axis=0)]
        nominal = background_truth(results.nominal.setup, results.nominal, usable_hypotheses(results.nominal))
        # the starts of the other variants are their fits to the data: near enough
        truths = (nominal, *(Truth(nominal.expected, each.theta_background) for each in results.results[1:]))
        scans = () if exhaustive else _plain_scans(results)
        scorers = tuple(
            score_filter(scan, nominal.expected[0], rows[known[number, rows]]) for number, scan in enumerate(scans)
        )
        return cls(results.results, rows, known[:, rows], truths, scans, scorers, threads)

    @property
    def truth(self) -> Truth:
        """What the toys are drawn from."""
        return self.truths[0]

    @property
    def filtered(self) -> bool:
        """Whether there are approximate significances."""
        return bool(self.scorers)

    @property
    def size(self) -> int:
        """The number of hypotheses, over all variants."""
        return int(self.usable.sum())

    @property
    def scale(self) -> Single:
        """How much less linear each hypothesis is than the usual one, in the worst of the variants, shape (h',)."""
        scale = np.ones(self.rows.size, np.float32)
        for scorer, usable in zip(self.scorers, self.usable, strict=True):
            scale[usable] = np.maximum(scale[usable], scorer.scale)
        return scale

    def maxima(self, toys: ToyData, margin: float) -> Maxima:
        """The maxima of some toys; an infinite margin is every hypothesis of every variant."""
        if not self.scorers or np.isinf(margin):
            return self._everything(toys)
        counts = np.diff(toys.below[0]).astype(np.float32)
        quoted = partial(self._quoted, toys.below[0])
        return filtered_maxima(self._bound(counts), self.scale, margin, self.rows, quoted)

    def _everything(self, toys: ToyData) -> Maxima:
        shape = (len(self.results), toys.numbers.size, self.rows.size)
        z, good = np.full(shape, -np.inf), np.ones(shape, np.bool_)
        for number, (result, truth, usable) in enumerate(zip(self.results, self.truths, self.usable, strict=True)):
            rows = self.rows[usable]
            z[number][:, usable], good[number][:, usable] = fit_every_hypothesis(
                result.setup, rows, toys.at(truth), self.threads
            )
            self.fits += rows.size * toys.numbers.size
        return Maxima.of_everything(smallest_in_size(z), np.asarray(good.all(axis=0)), self.rows)

    def _bound(self, counts: Single) -> Single:
        """What can be quoted at most, to first order: min(max z, min |z|) over the variants; shape (t, h')."""
        largest = np.full((counts.shape[0], self.rows.size), -np.inf, np.float32)
        smallest = np.full_like(largest, np.inf)
        for scorer, usable in zip(self.scorers, self.usable, strict=True):
            z = scorer(counts, self.threads)
            largest[:, usable] = np.maximum(largest[:, usable], z)
            smallest[:, usable] = np.minimum(smallest[:, usable], np.abs(z))
        return np.minimum(largest, smallest)

    def _quoted(
        self, below: FloatArray, toy: IntArray, place: IntArray, best: FloatArray
    ) -> tuple[FloatArray, BoolArray]:
        """What is quoted for pairs of a toy and a place, and whether all fits are certified; shapes (p,).

        A pair whose significance cannot be as large as the best is given up: its value is minus infinity.

        Args:
            below: cumulative counts of the toys.
            toy: of each pair.
            place: of each pair, among the hypotheses.
            best: what is quoted elsewhere in the toy of each pair.
        """
        quoted, good = np.full(toy.size, -np.inf), np.ones(toy.size, np.bool_)
        alive = np.ones(toy.size, np.bool_)
        for scan, result, usable in zip(self.scans, self.results, self.usable, strict=True):
            pairs = np.flatnonzero(alive & usable[place])
            z, certified = fit_pairs(
                scan, result.theta_background, below, toy[pairs], self.rows[place[pairs]], self.threads
            )
            self.fits += pairs.size
            good[pairs] &= certified
            quoted[pairs] = smallest_in_size(np.stack([quoted[pairs], z]))
            alive = np.abs(quoted) >= best  # minus infinity, nothing known yet, stays
        return np.where(alive, quoted, -np.inf), good


def _plain_scans(results: VariantResults) -> tuple[Scan, ...]:
    """The scans of the variants, if the score filter holds for all of them."""
    if not np.isfinite(results.z_local).any(axis=1).all():
        return ()
    scans = [plain_scan(result) for result in results.results]
    return tuple(scan for scan in scans if scan is not None) if None not in scans else ()


def _refuse_other_data(result: ScanResult, nominal: ScanResult) -> None:
    one, two = channels_of(result.setup), channels_of(nominal.setup)
    same = len(one) == len(two) and all(a.spectrum.has_data_of(b.spectrum) for a, b in zip(one, two, strict=True))
    if not same:
        raise InputError("toys of variants", "variants of different data", "one spectrum", "fit the same data")
