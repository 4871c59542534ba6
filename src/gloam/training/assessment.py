"""What a network is worth on independent events: with one cut, with a smooth cut and with a cut for each mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.execution import random_stream
from gloam.selection.network_selection import NetworkSelection
from gloam.selection.networks import Network, network_logits, sigmoid
from gloam.statistics.cut_scans import (
    Merit,
    WindowScores,
    best_cuts,
    best_single_cut,
    best_smooth_cut,
    punzi_merit,
    sensitivities,
    window_scores,
)
from gloam.training.blocks import Placed, place_pairs
from gloam.training.expected_limit import expected_limit
from gloam.training.hypotheses import Hypotheses
from gloam.training.settings import LossSettings
from gloam.training.table import TrainingTable

__all__ = [
    "LEVEL",
    "Comparison",
    "Cuts",
    "Interval",
    "NetworkReport",
    "Reached",
    "Scored",
    "choose_cuts",
    "ends_of",
    "importance",
    "merit_of",
    "ratio_interval",
    "reached",
    "resampled",
    "score",
]

REPLICAS = 200

LEVEL = 0.95
"""Of intervals from resampled events."""

Interval: TypeAlias = tuple[float, float, float]
"""A value and both ends of its interval."""

CAUTION = 0.1
"""Standard errors of the simulated background that it is taken larger while cuts are chosen."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Events once for each window that they lie in, with the logit of the network of that window.

    Attributes:
        pairs: see `place_pairs`.
        logit: shape (n,).
        windows: the same by window.
        network: number of the network of each window, shape (h,): logits of different ones are not to be compared.
    """

    pairs: Placed
    logit: FloatArray
    windows: tuple[WindowScores, ...]
    network: IntArray


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts in the logit, chosen on one sample to be used on another.

    Attributes:
        single: for all masses.
        smooth: of each hypothesis, not far from those of its neighbours, shape (h,).
        each: the best for each hypothesis, shape (h,).
    """

    single: float
    smooth: FloatArray
    each: FloatArray


@dataclass(frozen=True, slots=True)
class Reached:
    """Cross sections in fb that are found (or excluded) at each mass, shape (h,) each.

    Attributes:
        single: with one cut.
        smooth: with the smooth cut.
        each: with the cuts of each mass.
        half: with outputs of 1/2 or more.
        soft: with outputs as weights, as the loss has it.
    """

    single: FloatArray
    smooth: FloatArray
    each: FloatArray
    half: FloatArray
    soft: FloatArray


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the cross sections of one selection compare with those of another.

    Attributes:
        mean: geometric mean of the ratios over masses.
        each: the ratio of each mass, shape (h,).
        low: lower end of its interval, shape (h,).
        high: upper end.
    """

    mean: Interval
    each: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def worst(self) -> int:
        """Number of the hypothesis with the largest ratio."""
        return int(np.argmax(np.nan_to_num(self.each, nan=0.0, posinf=np.inf)))

    @property
    def largest(self) -> Interval:
        """The largest ratio. Of many it is the larger, the fewer events there are; the interval is that of its mass."""
        return float(self.each[self.worst]), float(self.low[self.worst]), float(self.high[self.worst])


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """What there is to tell and to draw of a selection on a sample.

    Attributes:
        document: what `--json` prints.
        selection: what was assessed.
        scored: the sample as its networks see it.
        cuts: chosen on another sample, or on this one where `cuts_are_own`.
        reached: cross sections in fb.
        baseline: the same of networks trained on the cross entropy, with cuts of each mass.
        names: of the features.
        importance: of each feature.
        histories: of the losses, for each network.
        over_baseline: the smooth cut compared with the baseline.
        trained_on: cross sections on the training sample.
    """

    document: dict[str, Any]
    selection: NetworkSelection
    scored: Scored
    cuts: Cuts
    reached: Reached
    baseline: Reached | None
    names: tuple[str, ...]
    importance: FloatArray
    histories: tuple[FloatArray, ...] = ()
    over_baseline: Comparison | None = None
    trained_on: Reached | None = None


def merit_of(loss: LossSettings, luminosity: float) -> Merit:
    """The cross section that a loss is about, as a function of efficiency and background.

    The statistics of the simulation are part of the loss alone, not of this.
    """
    if loss.kind == "punzi":
        settings = {"significance": loss.significance, "power": loss.power, "form": loss.form, "floor": loss.floor}
        punzi = punzi_merit(luminosity, **settings)
        return lambda efficiency, background: punzi(loss.scaling * efficiency, loss.scaling * background)

    def limit(efficiency: FloatArray, background: FloatArray) -> FloatArray:
        expected = loss.scaling * background + loss.floor
        with np.errstate(divide="ignore"):
            allowed = expected_limit(expected, (loss.background_error * expected) ** 2, loss.level)
            return allowed / (loss.scaling * efficiency * luminosity)

    return limit


def score(network_of: Callable[[float], Network], table: TrainingTable, hypotheses: Hypotheses) -> Scored:
    """The events of a table as the networks see them.

    Args:
        network_of: the network for a mass.
        table: events.
        hypotheses: masses and windows.
    """
    pairs = place_pairs(table, hypotheses)
    return score_pairs(network_of, pairs)


def score_pairs(network_of: Callable[[float], Network], pairs: Placed) -> Scored:
    """The same for events that are placed already."""
    networks = [network_of(float(mass)) for mass in pairs.hypotheses.mass]
    different = list({id(each): each for each in networks}.values())
    number = np.array([next(n for n, each in enumerate(different) if each is network) for network in networks])
    logit = np.empty(pairs.weight.size)
    for each, network in enumerate(different):
        mine = (number == each)[pairs.group % number.size]
        mass = pairs.features[mine, -1] if network.mass_input else None
        logit[mine] = network_logits(network, pairs.features[mine, :-1], mass)
    return Scored(pairs, logit, _by_window(pairs, logit), number)


def _by_window(pairs: Placed, logit: FloatArray) -> tuple[WindowScores, ...]:
    count = len(pairs.hypotheses)
    order = np.argsort(pairs.group, kind="stable")
    ends = np.searchsorted(pairs.group[order], np.arange(2 * count + 1))
    parts = [order[ends[number] : ends[number + 1]] for number in range(2 * count)]
    return tuple(
        window_scores(mass, logit[signal], pairs.weight[signal], logit[background], pairs.weight[background])
        for mass, background, signal in zip(pairs.hypotheses.mass, parts[:count], parts[count:], strict=True)
    )


def choose_cuts(scored: Scored, loss: LossSettings) -> Cuts:
    """The best cuts on this sample; of the validation sample, to be used on the test sample."""
    merit = merit_of(loss, scored.pairs.luminosity)
    single = best_single_cut(scored.windows, merit, loss.average, CAUTION)
    smooth, each = np.empty(scored.network.size), np.empty(scored.network.size)
    for network in range(scored.network.max() + 1):
        mine = np.flatnonzero(scored.network == network)
        windows = [scored.windows[number] for number in mine]
        smooth[mine] = best_smooth_cut(windows, merit, CAUTION)
        each[mine] = best_cuts(windows, merit, CAUTION, neighbours=True)
    return Cuts(single, smooth, each)


def reached(scored: Scored, cuts: Cuts, loss: LossSettings) -> Reached:
    """What these cuts reach on this sample."""
    merit = merit_of(loss, scored.pairs.luminosity)
    single, smooth, each, half = (
        sensitivities(scored.windows, cut, merit) for cut in (cuts.single, cuts.smooth, cuts.each, 0.0)
    )
    return Reached(single, smooth, each, half, _soft(scored, merit))


def _soft(scored: Scored, merit: Merit) -> FloatArray:
    pairs, count = scored.pairs, len(scored.pairs.hypotheses)
    sums = np.bincount(pairs.group, pairs.weight * sigmoid(scored.logit), 2 * count).astype(float)
    return merit(sums[count:], sums[:count])


def resampled(selections: Sequence[tuple[Scored, FloatArray]], loss: LossSettings, seed: int) -> FloatArray:
    """Cross sections from resampled events, shape (REPLICAS, selections, h).

    Each event counts with a Poisson number of mean 1, the same in all its windows and for all selections: what is
    common to two of them cancels in their ratio.

    Args:
        selections: scores and the cut in each window, all on the same events.
        loss: what is reached.
        seed: of the resampling.
    """
    pairs = selections[0][0].pairs
    count = len(pairs.hypotheses)
    kept = np.array([passes(*each) for each in selections])
    some = kept.any(axis=0)
    kept, group, weight = kept[:, some], pairs.group[some], pairs.weight[some]
    rows, place = np.unique(pairs.row[some], return_inverse=True)
    merit, random = merit_of(loss, pairs.luminosity), random_stream(seed, "bootstrap of a figure of merit")
    found = np.empty((REPLICAS, len(selections), count))
    for replica in range(REPLICAS):
        drawn = weight * random.poisson(1.0, rows.size)[place]
        for number, mine in enumerate(kept):
            sums = np.bincount(group[mine], drawn[mine], 2 * count).astype(float)
            found[replica, number] = merit(sums[count:], sums[:count])
    return found


def ratio_interval(
    one: tuple[Scored, FloatArray], other: tuple[Scored, FloatArray], loss: LossSettings, seed: int,
    level: float = LEVEL,
) -> Comparison:  # fmt: skip
    """Cross sections over others: the geometric mean over masses and the largest, with intervals.

    The events of both are resampled together.

    Args:
        one: scores of the events and the cut in each window.
        other: the same of the other, on the same events.
        loss: what is compared.
        seed: of the resampling.
        level: of the intervals.
    """
    merit = merit_of(loss, one[0].pairs.luminosity)
    first, second = (sensitivities(scored.windows, cut, merit) for scored, cut in (one, other))
    drawn = resampled([one, other], loss, seed)
    with np.errstate(invalid="ignore"):  # where no signal is left for one, or for both
        each, logs = np.log(first) - np.log(second), np.log(drawn[:, 0]) - np.log(drawn[:, 1])
        mean, means = each.mean(), logs.mean(axis=1)
    low, high = ends_of(np.exp(logs), level)
    ends = [float(end) for end in ends_of(np.exp(means), level)]
    return Comparison((float(np.exp(mean)), ends[0], ends[1]), np.exp(each), low, high)


def ends_of(replicas: FloatArray, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Both ends of the central interval of replicas (first axis); those that are no number are left out."""
    ends = (0.5 - level / 2, 0.5 + level / 2)
    known = np.where(np.isnan(replicas).all(axis=0), np.inf, replicas)
    low, high = np.nanquantile(known, ends, axis=0, method="nearest")
    return low, high


def importance(
    network_of: Callable[[float], Network], scored: Scored, cut: FloatArray, loss: LossSettings, seed: int
) -> FloatArray:
    """How much worse the harmonic mean gets when a feature is shuffled among all events, as a ratio for each.

    The harmonic mean stays finite where no signal is left at some masses.

    Features that say the same share their importance, so that each alone can look unimportant.

    Args:
        network_of: the network for a mass.
        scored: its scores.
        cut: in each window.
        loss: what gets worse.
        seed: of the shuffling.
    """
    merit = merit_of(loss, scored.pairs.luminosity)
    before = float(np.mean(1 / sensitivities(scored.windows, cut, merit)))
    found = []
    for number in range(scored.pairs.features.shape[1] - 1):
        order = random_stream(seed, "shuffled feature", number).permutation(scored.logit.size)
        features = scored.pairs.features.copy()
        features[:, number] = features[order, number]
        shuffled = score_pairs(network_of, replace(scored.pairs, features=features))
        after = float(np.mean(1 / sensitivities(shuffled.windows, cut, merit)))
        found.append(before / np.maximum(after, 1e-6 * before))
    return np.array(found)


def passes(scored: Scored, cut: Sequence[float] | FloatArray) -> BoolArray:
    """Whether each pair of event and window passes the cut of the window."""
    return np.asarray(scored.logit >= np.asarray(cut)[scored.pairs.group % len(scored.pairs.hypotheses)])
