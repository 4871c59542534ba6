"""Whole-scan toys: the largest significance anywhere in spectra without a signal, every maximum refitted exactly.

Each toy is one data set, drawn from one background expectation, so that overlapping windows share their fluctuations as
they do in data: of the counts of all channels and of the control measurements. The score filter says where its maximum
may be, to first order; those hypotheses are fitted like the data, with all others that the filter does not put clearly
below the best of these fits. How far below is clear is found on the first toys, in which far more hypotheses are
fitted; where even that may not be enough (less than about one event per bin), every hypothesis of every toy is fitted.
So it is where the filter does not hold: with a background that is constrained or has nuisance parameters, or several
channels in one fit. Nuisance parameters of the signal do not matter to first order, and to no order where they only
multiply its yield.

Several scans of the same events, such as of two signal shapes, have the same toys: `ScanSearch.of` is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.models.nuisance import SIGNAL
from gloam.scans import JointScan, Scan, ScanResult, batches
from gloam.spectra import EventRanks
from gloam.statistics.elsewhere.expectation import Truth, background_truth, channels_of, is_plain
from gloam.statistics.elsewhere.filter import ScoreFilter, score_filter
from gloam.statistics.elsewhere.maxima import Maxima, ScanToys, check_toys, filtered_maxima, largest_of_toys
from gloam.statistics.elsewhere.refits import fit_every_hypothesis, fit_pairs
from gloam.statistics.elsewhere.score import usable_hypotheses
from gloam.statistics.elsewhere.toy_data import ToyData

__all__ = ["ScanSearch", "ScanToys", "plain_scan", "refuse_weights", "scan_toys"]


def scan_toys(
    result: ScanResult,
    toys: int = 1000,
    seed: int = 1,
    *,
    same_events_as: ScanResult | None = None,
    ranks: EventRanks | None = None,
    exhaustive: bool = False,
    stream: str = "scan toys",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ScanToys:
    """The largest significances of toys of a scan without a signal.

    Args:
        result: the fits; its background-only fits make the expectation, see `background_truth`. Hypotheses without a
            certified fit are left out.
        toys: how many.
        seed: of the random streams, one for each toy: toy k is the same whatever their number.
        same_events_as: another scan of these events: its toys of the same seed and stream are taken.
        ranks: how the entries of one event go together; None: toys draw each by itself.
        exhaustive: fit every hypothesis of every toy.
        stream: name of these streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of toys finished, after some of them.

    Raises:
        InputError: for weighted data, whose fluctuations need to be known event by event.
    """
    check_toys(toys)
    source = None if same_events_as is None else ScanSearch.of(same_events_as, exhaustive=True, threads=threads)
    search = ScanSearch.of(result, same_events_as=source, ranks=ranks, exhaustive=exhaustive, threads=threads)
    return largest_of_toys(search, np.arange(toys), seed, stream, threads, progress)


@dataclass(slots=True, eq=False)
class ScanSearch:
    """The search for the largest significance of a scan in toys.

    Attributes:
        result: the fits to the data, whose backgrounds the fits start from.
        setup: what is fitted to toys: without nuisance parameters where no significance depends on them.
        rows: hypotheses to look at, in the order of their positions, shape (h',).
        truth: what the toys are drawn from.
        scorer: approximate significances; None: fit every hypothesis.
        threads: how many to use.
        fits: hypotheses fitted so far.
    """

    result: ScanResult
    setup: Scan | JointScan
    rows: IntArray
    truth: Truth
    scorer: ScoreFilter | None
    threads: int | None
    fits: int = 0

    @classmethod
    def of(
        cls, result: ScanResult, truth: Truth | None = None, *, same_events_as: ScanSearch | None = None,
        ranks: EventRanks | None = None, exhaustive: bool = False, threads: int | None = None,
    ) -> ScanSearch:  # fmt: skip
        """The search in toys of a scan.

        Args:
            result: the fits to the data.
            truth: what toys are drawn from; None: its own background-only fits.
            same_events_as: the search of another scan of the same events, whose expectation this one takes.
            ranks: how the entries of one event go together; None: toys draw each by itself.
            exhaustive: fit every hypothesis of every toy.
            threads: how many to use.
        """
        refuse_weights(result)
        rows, (setup, bare) = usable_hypotheses(result), _without_nuisances(result)
        if same_events_as is not None:
            truth = replace(same_events_as.truth, theta=result.theta_background)
        elif truth is None:
            truth = background_truth(setup if bare is None else bare, result, rows)
        if ranks is not None:
            truth = replace(truth, ranks=ranks)
        scorer = None if bare is None or exhaustive else score_filter(bare, truth.expected[0], rows)
        return cls(result, setup, rows, truth, scorer, threads)

    @property
    def filtered(self) -> bool:
        """Whether there are approximate significances."""
        return self.scorer is not None

    @property
    def size(self) -> int:
        """The number of hypotheses."""
        return self.rows.size

    def maxima(self, toys: ToyData, margin: float) -> Maxima:
        """The maxima of some toys; an infinite margin is every hypothesis."""
        scan = self.setup
        if self.scorer is None or np.isinf(margin) or isinstance(scan, JointScan):
            self.fits += toys.numbers.size * self.rows.size
            return Maxima.of_everything(*fit_every_hypothesis(scan, self.rows, toys, self.threads), self.rows)
        below = toys.below[0]
        shifts = np.stack([toys.control(name) for name in scan.nuisance_names], axis=1) if scan.nuisance_names else None

        def fit(toy: IntArray, place: IntArray, _: FloatArray) -> tuple[FloatArray, BoolArray]:
            self.fits += toy.size
            start, rows = self.result.theta_background, self.rows[place]
            return fit_pairs(scan, start, below, toy, rows, self.threads, shifts)

        linear = self.scorer(np.diff(below).astype(np.float32), self.threads)
        return filtered_maxima(linear, self.scorer.scale, margin, self.rows, fit)


def plain_scan(result: ScanResult) -> Scan | None:
    """The scan, if its fits are of one spectrum with a background that is linear and free; else None.

    Nuisance parameters that no significance depends on are left out.
    """
    setup, bare = _without_nuisances(result)
    return None if setup.nuisance_names else bare


def _without_nuisances(result: ScanResult) -> tuple[Scan | JointScan, Scan | None]:
    """What has to be fitted to toys, and the scan without nuisance parameters where only the signal has some."""
    if isinstance(result.setup, JointScan):
        return result.setup, None
    scan = result.setup.without_yield_nuisances()
    if scan.nuisance_names:  # some matter: all stay, in the order that the fits to the data have
        scan = result.setup
    bare = replace(scan, nuisances=())
    if bare.nuisance_names or any(each.target != SIGNAL for each in scan.nuisances):
        return scan, None
    first = usable_hypotheses(result)[:1]
    return scan, bare if all(is_plain(batch.problem()) for batch in batches(bare, first)) else None


def refuse_weights(result: ScanResult) -> None:
    """Refuse weighted data.

    Raises:
        InputError: for weighted data.
    """
    if any(channel.spectrum.is_weighted for channel in channels_of(result.setup)):
        raise InputError(
            "whole-scan toys", "weighted data", "counts of events",
            "take the analytic global significance (method 'crossings')",
        )  # fmt: skip
