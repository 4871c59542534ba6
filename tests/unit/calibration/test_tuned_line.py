"""A tuned line: the best of what is tried, for samples whose best choice is known."""

from itertools import product

import numpy as np
import pytest

from gloam.calibration import LineGrid, LineParameters, LineSample, tune_line
from gloam.statistics.figures_of_merit import punzi_yield

GRID = LineGrid(
    np.array([0.0, 1.0]), np.radians([0.0, 45.0, 90.0]), np.linspace(-1.0, 2.0, 31), 3.0, 1.2816, "poisson"
)  # fmt: skip


def sample(n, weight, seed, shift=(0.0, 0.0), column=0.0):
    random = np.random.default_rng(seed)
    return LineSample(
        random.random(n) + column, random.random(n) + shift[0], random.random(n) + shift[1], np.full(n, weight)
    )


def merit(signal, background, least, angle, offset):
    """The smallest yield over the efficiency of one choice, counted event by event."""
    one = (background.weights**2).sum() / background.weights.sum()
    kept = [
        s.weights[(s.column > least) & (np.cos(angle) * s.x + np.sin(angle) * s.y > offset)].sum()
        for s in (signal, background)
    ]
    return float(punzi_yield(kept[1], GRID.significance, GRID.power, floor=one)) / kept[0] if kept[0] else np.inf


@pytest.mark.parametrize(("shift", "column"), [((0.6, 0.0), 0.0), ((0.0, 0.7), 0.5), ((0.4, 0.4), 0.9)])
def test_the_choice_is_the_best_of_all_that_are_tried(shift, column):
    signal, background = sample(300, 1 / 300, 1, shift, column), sample(400, 0.1, 2)
    every = [merit(signal, background, *choice) for choice in product(GRID.least, GRID.angle, GRID.offset)]
    assert merit(signal, background, *tune_line([signal], [background], GRID)[0]) == pytest.approx(min(every))


def test_neighbours_make_one_choice_of_masses_that_differ_by_chance():
    signals = [sample(60, 1 / 60, seed, (0.5, 0.0)) for seed in range(5)]
    backgrounds = [sample(60, 0.3, 10 + seed) for seed in range(5)]
    alone = tune_line(signals, backgrounds, GRID, neighbours=0)
    together = tune_line(signals, backgrounds, GRID, neighbours=4)
    assert np.ptp(together, axis=0).max() == 0
    assert np.ptp(alone, axis=0).max() > 0


def test_without_background_everything_is_kept():
    none = LineSample(*(np.empty(0) for _ in range(4)))
    least, _, offset = tune_line([sample(100, 0.01, 3, column=0.5)], [none], GRID)[0]
    assert (least, offset) == (0.0, -1.0)


def test_parameters_are_linear_between_masses_and_nan_is_not_kept():
    line = LineParameters(np.array([0.0, 4.0]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 3.0]]))
    x = np.array([1.9, 2.1, np.nan])
    np.testing.assert_array_equal(line.passes(np.full(3, 2.0), np.ones(3), x, np.zeros(3)), [False, True, False])
    np.testing.assert_array_equal(line.passes(np.full(3, 9.0), np.ones(3), x + 1, np.zeros(3)), [False, True, False])
