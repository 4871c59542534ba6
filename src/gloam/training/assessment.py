"""What a network is worth on independent events: with one cut, with a smooth cut and with a cut for each mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gloam.arrays import BoolArray, FloatArray
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
    "Cuts",
    "NetworkReport",
    "Reached",
    "Scored",
    "choose_cuts",
    "importance",
    "merit_of",
    "ratio_interval",
    "reached",
    "score",
]

REPLICAS = 200

CAUTION = 0.1
"""Standard errors of the simulated background that it is taken larger while cuts are chosen."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Events once for each window that they lie in, with the logit of the network of that window.

    Attributes:
        pairs: see `place_pairs`.
        logit: shape (n,).
        windows: the same by window.
    """

    pairs: Placed
    logit: FloatArray
    windows: tuple[WindowScores, ...]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts in the logit, chosen on one sample to be used on another.

    Attributes:
        single: for all masses.
        knots: masses in GeV between which the smooth cut is linear.
        smooth: the smooth cut at the knots.
        each: the best for each hypothesis, shape (h,).
    """

    single: float
    knots: FloatArray
    smooth: FloatArray
    each: FloatArray

    def at(self, mass: FloatArray) -> FloatArray:
        """The smooth cut at these masses."""
        return np.interp(mass, self.knots, self.smooth)


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
    count = len(pairs.hypotheses)
    logit = np.empty(pairs.weight.size)
    networks = [network_of(float(mass)) for mass in pairs.hypotheses.mass]
    window = pairs.group % count
    for network in {id(each): each for each in networks}.values():
        mine = np.array([each is network for each in networks])[window]
        mass = pairs.features[mine, -1] if network.mass_input else None
        logit[mine] = network_logits(network, pairs.features[mine, :-1], mass)
    return Scored(pairs, logit, _by_window(pairs, logit))


def _by_window(pairs: Placed, logit: FloatArray) -> tuple[WindowScores, ...]:
    count = len(pairs.hypotheses)
    order = np.argsort(pairs.group, kind="stable")
    ends = np.searchsorted(pairs.group[order], np.arange(2 * count + 1))
    parts = [order[ends[number] : ends[number + 1]] for number in range(2 * count)]
    return tuple(
        window_scores(mass, logit[signal], pairs.weight[signal], logit[background], pairs.weight[background])
        for mass, background, signal in zip(pairs.hypotheses.mass, parts[:count], parts[count:], strict=True)
    )


def choose_cuts(scored: Scored, loss: LossSettings, knots: int = 10) -> Cuts:
    """The best cuts on this sample; of the validation sample, to be used on the test sample."""
    merit = merit_of(loss, scored.pairs.luminosity)
    single = best_single_cut(scored.windows, merit, loss.average, CAUTION)
    masses, smooth = best_smooth_cut(scored.windows, merit, loss.average, knots, CAUTION)
    return Cuts(single, masses, smooth, best_cuts(scored.windows, merit, CAUTION))


def reached(scored: Scored, cuts: Cuts, loss: LossSettings) -> Reached:
    """What these cuts reach on this sample."""
    merit = merit_of(loss, scored.pairs.luminosity)
    mass = scored.pairs.hypotheses.mass
    single, smooth, each, half = (
        sensitivities(scored.windows, cut, merit) for cut in (cuts.single, cuts.at(mass), cuts.each, 0.0)
    )
    return Reached(single, smooth, each, half, _soft(scored, merit))


def _soft(scored: Scored, merit: Merit) -> FloatArray:
    pairs, count = scored.pairs, len(scored.pairs.hypotheses)
    sums = np.bincount(pairs.group, pairs.weight * sigmoid(scored.logit), 2 * count).astype(float)
    return merit(sums[count:], sums[:count])


def ratio_interval(
    one: tuple[Scored, FloatArray], other: tuple[Scored, FloatArray], loss: LossSettings, seed: int,
    level: float = 0.68,
) -> tuple[float, float, float]:  # fmt: skip
    """The geometric mean over masses of one cross section over another, and its interval from resampled events.

    Each event counts with a Poisson number of mean 1, the same in all its windows and for both: what is common cancels.

    Args:
        one: scores of the events and the cut in each window.
        other: the same of the other, on the same events.
        loss: what is compared.
        seed: of the resampling.
        level: of the interval.
    """
    pairs, count = one[0].pairs, len(one[0].pairs.hypotheses)
    merit, random = merit_of(loss, pairs.luminosity), random_stream(seed, "bootstrap of a figure of merit")
    rows, place = np.unique(pairs.row, return_inverse=True)
    kept = [scored.logit >= cut[pairs.group % count] for scored, cut in (one, other)]

    def ratio(weight: FloatArray) -> float:
        sums = [np.bincount(pairs.group[keep], weight[keep], 2 * count).astype(float) for keep in kept]
        first, second = (merit(each[count:], each[:count]) for each in sums)
        return float(np.exp(np.mean(np.log(first) - np.log(second))))

    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = [ratio(pairs.weight * random.poisson(1.0, rows.size)[place]) for _ in range(REPLICAS)]
    low, high = np.nanquantile(drawn, (0.5 - level / 2, 0.5 + level / 2))
    return ratio(pairs.weight), float(low), float(high)


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
