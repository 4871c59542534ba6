"""Cuts on a score that make the figure of merit best: one for all masses, one each, or smooth in mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.figures_of_merit import punzi_sensitivity

__all__ = [
    "CutAverage",
    "WindowScores",
    "averaged",
    "best_cuts",
    "best_single_cut",
    "best_smooth_cut",
    "punzi_merit",
    "sensitivities",
    "window_scores",
]

CutAverage: TypeAlias = Literal["mean", "geometric"]

WORTH = 5e-4
"""Relative gain below which a knot of a smooth cut stays where it is."""

Merit: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""The cross section that is reached with an efficiency and a background."""


@dataclass(frozen=True, slots=True)
class WindowScores:
    """Scores of the events in the window of one hypothesis, sorted, with what lies at or above each.

    Attributes:
        mass: of the hypothesis in GeV.
        signal: scores of signal events, rising, shape (n,).
        efficiency: sum of weights of signal[i:], shape (n + 1,).
        background: scores of background events, rising, shape (k,).
        expected: sum of weights of background[i:], shape (k + 1,).
        spread: standard error of that, as if there were one event of mean weight more: without any the background is
            not known to be 0.
    """

    mass: float
    signal: FloatArray
    efficiency: FloatArray
    background: FloatArray
    expected: FloatArray
    spread: FloatArray

    def above(self, cut: npt.ArrayLike, caution: float = 0.0) -> tuple[FloatArray, FloatArray]:
        """Efficiency and background of scores at or above the cut, each of its shape.

        With caution the background is that many standard errors of the simulation larger.
        """
        cuts = np.asarray(cut, float)
        signal, background = (np.searchsorted(scores, cuts) for scores in (self.signal, self.background))
        return self.efficiency[signal], self.expected[background] + caution * self.spread[background]


def window_scores(
    mass: float, signal: npt.ArrayLike, signal_weight: npt.ArrayLike, background: npt.ArrayLike,
    background_weight: npt.ArrayLike,
) -> WindowScores:  # fmt: skip
    """The scores in one window, sorted.

    Any score does: the logit of a network, a momentum. Of a network the output itself does not: near 0 and 1 different
    logits are the same rounded output.

    Args:
        mass: of the hypothesis in GeV.
        signal: scores of the signal events in the window.
        signal_weight: such that the sum over all generated events is 1.
        background: scores of the background events in the window.
        background_weight: expected events.

    Raises:
        InputError: no signal, a negative weight, a score that is not a number.

    Example:
        >>> scores = window_scores(2.0, [1.0, 3.0], [0.1, 0.2], [0.0, 2.0], [5.0, 1.0])
        >>> scores.above([0.5, 2.5])
        (array([0.3, 0.2]), array([1., 0.]))
    """
    sides = []
    for name, score, weight in (("signal", signal, signal_weight), ("background", background, background_weight)):
        values = np.asarray(score, float)
        weights = np.broadcast_to(np.asarray(weight, float), values.shape)
        asked = f"{name} in the window of {mass:g} GeV"
        if np.isnan(values).any():
            raise InputError(asked, "a score that is not a number", "numbers", "look at the inputs of the score")
        if not (weights >= 0).all():
            raise InputError(asked, f"a weight of {weights.min():g}", "weights of 0 or more", "correct the weights")
        order = np.argsort(values, kind="stable")
        sides += [values[order], _sums_from(weights[order])]
    if not sides[1][0] > 0:
        remedy = "leave the mass out, or simulate it"
        raise InputError(f"signal in the window of {mass:g} GeV", "none", "a sum of weights above 0", remedy)
    squares = _sums_from(np.square(weights[order]))
    spread = np.sqrt(squares + (squares[0] / max(sides[3][0], 1e-300)) ** 2)
    return WindowScores(float(mass), sides[0], sides[1], sides[2], sides[3], spread)


def _sums_from(weights: FloatArray) -> FloatArray:
    """The sums of weights[i:], shape (n + 1,)."""
    return np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])


def sensitivities(
    windows: Sequence[WindowScores], cut: npt.ArrayLike, merit: Merit, caution: float = 0.0
) -> FloatArray:
    """The cross section reached in each window with one cut for all or one each, shape (windows,).

    Args:
        windows: see `window_scores`.
        cut: events with this score or more are kept.
        merit: of efficiency and background, see `punzi_merit`.
        caution: standard errors that the background is taken larger.
    """
    cuts = np.broadcast_to(np.asarray(cut, float), len(windows))
    kept = np.array([window.above(each, caution) for window, each in zip(windows, cuts, strict=True)])
    return merit(kept[:, 0], kept[:, 1])


def punzi_merit(luminosity: float, **settings: Any) -> Merit:
    """`punzi_sensitivity` at this luminosity as a function of efficiency and background alone."""
    return partial(punzi_sensitivity, luminosity=luminosity, **settings)


def averaged(values: FloatArray, average: CutAverage) -> float:
    """The arithmetic or geometric mean; infinite if a value is."""
    return float(values.mean()) if average == "mean" else float(np.exp(np.log(values).mean()))


def best_cuts(windows: Sequence[WindowScores], merit: Merit, caution: float = 0.0) -> FloatArray:
    """The best cut in each window, of all different cuts there are, shape (windows,).

    Only scores of signal events are tried: between two of them a lower cut adds background alone. On the sample that
    they are chosen on, such cuts look better than they are.

    Args:
        windows: see `window_scores`.
        merit: see `punzi_merit`.
        caution: standard errors that the background is taken larger while cuts are chosen, so that none is chosen
            because few simulated events happen to pass it.
    """
    return np.array([window.signal[np.argmin(merit(*window.above(window.signal, caution)))] for window in windows])


def best_single_cut(
    windows: Sequence[WindowScores], merit: Merit, average: CutAverage = "geometric", caution: float = 0.0
) -> float:
    """The one cut for all windows with the best average, of all different cuts there are.

    Args:
        windows: see `window_scores`.
        merit: see `punzi_merit`.
        average: "mean" or "geometric".
        caution: see `best_cuts`.

    Raises:
        InputError: no cut leaves signal in all windows (scores of different windows that do not overlap).
    """
    cuts = np.unique(np.concatenate([window.signal for window in windows]))
    # above the highest signal of any window nothing can be found there
    cuts = cuts[cuts <= min(window.signal[np.searchsorted(-window.efficiency, 0) - 1] for window in windows)]
    total = np.zeros(cuts.size)
    for window in windows:
        reached = merit(*window.above(cuts, caution))
        total += reached if average == "mean" else np.log(reached)
    return float(cuts[total.argmin()])


def best_smooth_cut(
    windows: Sequence[WindowScores],
    merit: Merit,
    average: CutAverage = "geometric",
    knots: int = 10,
    caution: float = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """A cut that is linear in mass between knots, as (masses, cuts) of the knots.

    It starts from the best single cut. Each knot in turn moves to where the average is best, by steps that shrink.

    Args:
        windows: in rising order of their mass.
        merit: see `punzi_merit`.
        average: "mean" or "geometric".
        knots: how many, evenly among the windows; not more than there are.
        caution: see `best_cuts`.
    """
    mass = np.array([window.mass for window in windows])
    places = np.unique(np.linspace(0, mass.size - 1, min(knots, mass.size)).round().astype(int))
    position, cut = mass[places], np.full(places.size, best_single_cut(windows, merit, average, caution))

    def total(trial: FloatArray) -> float:
        reached = sensitivities(windows, np.interp(mass, position, trial), merit, caution)
        return averaged(reached, average)

    spread = np.median([np.subtract(*np.quantile(window.signal, (0.84, 0.16))) for window in windows]) or 1.0
    best = total(cut)
    for step in spread * 2.0 ** -np.arange(8):
        improved = True
        while improved:
            cut, found = _sweep(total, cut, step, best)
            improved, best = found < best, found
    return position, cut


def _sweep(total: Callable[[FloatArray], float], cut: FloatArray, step: float, best: float) -> tuple[FloatArray, float]:
    """The cuts after each knot, and each pair of neighbours, could go one step up or down."""
    size = cut.size
    moves = [np.eye(size)[number] for number in range(size)]
    moves += [moves[number] + moves[number + 1] for number in range(size - 1)]
    for move in moves:
        for sign in (1, -1):
            trial = cut + sign * step * move
            value = total(trial)
            if value < best * (1 - WORTH):
                cut, best = trial, value
                break
    return cut, best
