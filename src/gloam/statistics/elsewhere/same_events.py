"""Several scans of the same events, such as of two signal shapes: their significances rise and fall together.

Of two scans of one spectrum at the same positions the larger significance, max(y, z), crosses a threshold upwards where
one of them does while the other is below. As P(z_i < z < z_{i+1}, y < z) is known (`crossing_hazard`), the crossings of
the maximum follow from the correlations of y and z alone: once where the two are the same, twice where they are
independent.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.scans import CountingResult, JointScan, ScanResult, VariantResults
from gloam.statistics.elsewhere.gaussian_scan import GaussianScan, joined
from gloam.statistics.elsewhere.score import Beside, correlation_beside, score_correlation, usable_hypotheses

__all__ = ["correlation_of_all", "scans_of_same_events"]


def scans_of_same_events(results: Sequence[ScanResult | VariantResults | CountingResult]) -> list[int]:
    """For each of some scans the number of the first one with the same events: its own if there is none before it.

    Fits of one spectrum that have equal bins and contents are fits to the same events.
    """
    first: list[int] = []
    for number, result in enumerate(results):
        same = (other for other in range(number) if first[other] == other and _share(result, results[other]))
        first.append(next(same, number))
    return first


def _share(
    one: ScanResult | VariantResults | CountingResult, two: ScanResult | VariantResults | CountingResult
) -> bool:  # fmt: skip
    if not (isinstance(one, ScanResult) and isinstance(two, ScanResult)):
        return False
    if isinstance(one.setup, JointScan) or isinstance(two.setup, JointScan):
        return False
    return one.spectrum.has_data_of(two.spectrum)


def correlation_of_all(results: Sequence[ScanResult]) -> GaussianScan:
    """The correlations of neighbouring significances of several scans, those of the same events told of each other.

    Scans of the same events at other positions are taken as independent.

    Args:
        results: their fits, each of one spectrum.
    """
    chains = [score_correlation(result) for result in results]
    first = scans_of_same_events(results)
    for source in dict.fromkeys(first):
        members = [number for number in range(len(results)) if first[number] == source]
        members = [number for number in members if _same_positions(results[number], results[source])]
        for before, number in itertools.pairwise(members):
            beside = correlation_beside(results[before], results[number])
            chains[number] = _second(chains[number], beside)
            if before == source:
                chains[source] = _first(chains[source], beside)
    return joined(chains)


def _same_positions(one: ScanResult, two: ScanResult) -> bool:
    rows: tuple[IntArray, IntArray] = (usable_hypotheses(one), usable_hypotheses(two))
    return np.array_equal(one.position[rows[0]], two.position[rows[1]])


def _first(chain: GaussianScan, other: Beside) -> GaussianScan:
    """The chain of the first of two scans: the other has been below the threshold up to each hypothesis."""
    return replace(chain, beside=np.stack([other.same[:-1], other.behind]))


def _second(chain: GaussianScan, other: Beside) -> GaussianScan:
    """The chain of the second: the first is below the threshold at the next hypothesis already.

    It begins with the step from the first to itself.
    """
    step = np.arccos(np.clip(other.same[:1], -1.0, 1.0))
    beside: FloatArray = np.pad(np.stack([other.behind, other.same[1:]]), ((0, 0), (1, 0)))
    return GaussianScan(
        np.append(step, chain.angle), np.pad(chain.memory, ((0, 0), (1, 0))), chain.pieces - 1,
        np.append(chain.skewness[:1], np.broadcast_to(chain.skewness, chain.angle.shape)), beside,
    )  # fmt: skip
