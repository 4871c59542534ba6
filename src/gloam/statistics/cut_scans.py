"""Cuts on a score that make the figure of merit best: one for all masses, one each, or smooth in mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.statistics.figures_of_merit import punzi_sensitivity

__all__ = [
    "CutAverage",
    "WindowScores",
    "averaged",
    "best_cuts",
    "best_single_cut",
    "best_smooth_cut",
    "expected_near",
    "punzi_merit",
    "sensitivities",
    "window_scores",
]

CutAverage: TypeAlias = Literal["mean", "geometric"]

CANDIDATES = 800
"""Cuts that a smooth one is made of: quantiles of the scores of all signal events."""

SMOOTHNESS = 1.0
"""A smooth cut that passes all signal scores on its way through the masses costs this in the logarithm of one mass."""

AGREEMENT = 2.0
"""Standard errors by which a neighbouring window must disagree about a background to count half as much as the own."""

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


def best_cuts(
    windows: Sequence[WindowScores], merit: Merit, caution: float = 0.0, neighbours: bool = False
) -> FloatArray:
    """The best cut in each window, of all different cuts there are, shape (windows,).

    Only scores of signal events are tried: between two of them a lower cut adds background alone. On the sample that
    they are chosen on, such cuts look better than they are.

    Args:
        windows: see `window_scores`.
        merit: see `punzi_merit`.
        caution: standard errors that the background is taken larger while cuts are chosen, so that none is chosen
            because few simulated events happen to pass it.
        neighbours: whether the windows before and after tell about the background too, see `expected_near`; the
            windows are then in the order of their mass, and their scores mean the same.
    """
    found = []
    for number, window in enumerate(windows):
        cuts = window.signal
        reached = merit(window.above(cuts)[0], expected_near(windows, number, cuts, caution, neighbours))
        found.append(cuts[np.argmin(reached)])
    return np.array(found)


def expected_near(
    windows: Sequence[WindowScores], number: int, cut: npt.ArrayLike, caution: float = 0.0, neighbours: bool = True
) -> FloatArray:
    """The background expected above cuts in a window, with what the windows before and after say, of the cut's shape.

    Where one simulated event passes, or none, its own window hardly knows the background, on which the cross section
    depends most steeply there. The part of the background that passes in a neighbouring window, times the background in
    this one, is another measurement. It counts as much as the own one where both agree, half of it where they are
    `AGREEMENT` standard errors apart, and nothing where they are far apart, so that no background is drawn far from
    what many events say.

    Args:
        windows: in the order of their mass.
        number: of the window.
        cut: events with this score or more are kept.
        caution: standard errors of the simulation that are added.
        neighbours: False: the own window alone.

    Example:
        >>> own, near = (window_scores(m, [2.0], 0.1, [0.0, 1.0], [3.0, k]) for m, k in ((1.0, 1.0), (2.0, 3.0)))
        >>> expected_near([own, near], 0, [0.5, 1.5]).round(1)
        array([1.5, 0. ])
    """
    own, cuts = windows[number], np.asarray(cut, float)
    expected, spread = _expected_and_spread(own, cuts)
    total, square, shares = expected, spread**2, np.ones_like(expected)
    for other in (number - 1, number + 1) if neighbours else ():
        if 0 <= other < len(windows) and windows[other].expected[0] > 0:
            factor = own.expected[0] / windows[other].expected[0]
            near, error = (factor * each for each in _expected_and_spread(windows[other], cuts))
            variance = np.maximum(spread**2 + error**2, 1e-300)
            share = 1 / (1 + (near - expected) ** 2 / (AGREEMENT**2 * variance))
            total, square, shares = total + share * near, square + (share * error) ** 2, shares + share
    return np.asarray((total + caution * np.sqrt(square)) / shares)


def _expected_and_spread(window: WindowScores, cut: FloatArray) -> tuple[FloatArray, FloatArray]:
    place = np.searchsorted(window.background, cut)
    return window.expected[place], window.spread[place]


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
    windows: Sequence[WindowScores], merit: Merit, caution: float = 0.0, smoothness: float = SMOOTHNESS
) -> FloatArray:
    """The cut in each window that is best where jumps from one mass to the next have a price, shape (windows,).

    The sum over the windows of the logarithm of what is reached, plus `smoothness` times the part of all signal scores
    that the cut moves across between neighbours, is the smallest there is for any such curve (Viterbi's algorithm on
    `CANDIDATES` cuts). The price is the same for any monotonic function of the score. It keeps cuts from following
    fluctuations of the sample that they are chosen on, and does not forbid a jump that is worth it. The background is
    that of `expected_near`.

    Args:
        windows: in rising order of their mass.
        merit: see `punzi_merit`.
        caution: see `best_cuts`.
        smoothness: 0 chooses cuts separately; the larger, the fewer jumps.
    """
    cuts = np.unique(np.quantile(np.concatenate([window.signal for window in windows]), np.linspace(0, 1, CANDIDATES)))
    with np.errstate(divide="ignore"):
        costs = [
            np.log(merit(window.above(cuts)[0], expected_near(windows, number, cuts, caution)))
            for number, window in enumerate(windows)
        ]
    return np.asarray(cuts[_cheapest_path(np.array(costs), smoothness / max(cuts.size - 1, 1))])


def _cheapest_path(costs: FloatArray, price: float) -> IntArray:
    """The column in each row with the smallest sum of costs and of the price of each column moved, shape (rows,)."""
    columns = np.arange(costs.shape[1])
    moves = price * np.abs(columns[:, None] - columns)
    total, origins = costs[0], []
    for row in costs[1:]:
        reached = total[:, None] + moves
        origins.append(np.argmin(reached, axis=0))
        total = np.min(reached, axis=0) + row
    path = [int(np.argmin(total))]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])
