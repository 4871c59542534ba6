"""Cuts on scores: all distinct ones are tried, in the logit, for one mass or for all."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.statistics.cut_scans import (
    _cheapest_path,
    averaged,
    best_cuts,
    best_single_cut,
    best_smooth_cut,
    expected_near,
    punzi_merit,
    sensitivities,
    window_scores,
)

MERIT = punzi_merit(50.0)


def some_windows(number=6, shift=0.0):
    random = random_stream(3, "windows of a test")
    windows = []
    for m in range(number):
        signal, background = random.normal(2 + shift * m, 1, 200), random.normal(shift * m, 1, 400)
        windows.append(window_scores(m + 1, signal, 1 / 500, background, random.uniform(0, 2, 400)))
    return windows


def by_hand(window, cut):
    """The sensitivity of one window from its arrays alone."""
    weights = -np.diff(window.expected), -np.diff(window.efficiency)
    background = weights[0][window.background >= cut].sum()
    return MERIT(weights[1][window.signal >= cut].sum(), background)


def test_the_best_cut_of_a_mass_is_the_best_of_all_scores():
    windows = some_windows()
    for window, cut in zip(windows, best_cuts(windows, MERIT), strict=True):
        tried = [by_hand(window, each) for each in np.concatenate([window.signal, window.background])]
        assert by_hand(window, cut) == pytest.approx(np.min(tried), rel=1e-9)


@pytest.mark.parametrize("average", ["mean", "geometric"])
def test_the_best_single_cut_is_the_best_of_all_scores(average):
    windows = some_windows(4)
    cut = best_single_cut(windows, MERIT, average)
    scores = np.concatenate([each for window in windows for each in (window.signal, window.background)])
    tried = [averaged(sensitivities(windows, each, MERIT), average) for each in scores]
    assert averaged(sensitivities(windows, cut, MERIT), average) == pytest.approx(np.nanmin(tried), rel=1e-9)


def test_a_smooth_cut_follows_scores_that_move_with_the_mass():
    windows = some_windows(12, shift=1.0)
    cut = best_smooth_cut(windows, MERIT)
    smooth, single, each = (
        averaged(sensitivities(windows, cuts, MERIT), "geometric")
        for cuts in (cut, best_single_cut(windows, MERIT), best_cuts(windows, MERIT))
    )
    assert each <= smooth < 0.6 * single
    line = [averaged(sensitivities(windows, c + np.arange(12), MERIT), "geometric") for c in np.linspace(0, 4, 81)]
    assert smooth < 1.1 * min(line)
    assert np.polyfit(np.arange(12), cut, 1)[0] == pytest.approx(1.0, abs=0.1)


def test_a_smooth_cut_is_the_cheapest_of_all_paths():
    """Costs of a few cuts, every path tried."""
    costs = random_stream(5, "costs").uniform(0, 1, (5, 6))
    for price in (0.0, 0.05, 0.2, 5.0):
        found = _cheapest_path(costs, price)

        def total(path, price=price):
            return costs[np.arange(5), list(path)].sum() + price * np.abs(np.diff(path)).sum()

        assert total(found) == pytest.approx(min(total(path) for path in product(range(6), repeat=5)))


def test_between_no_price_and_a_high_one_lie_cuts_of_each_mass_and_a_single_one():
    windows = some_windows(8)
    free = best_smooth_cut(windows, MERIT, smoothness=0.0)
    best = averaged(sensitivities(windows, best_cuts(windows, MERIT, neighbours=True), MERIT), "geometric")
    assert averaged(sensitivities(windows, free, MERIT), "geometric") == pytest.approx(best, rel=0.05)
    assert np.ptp(best_smooth_cut(windows, MERIT, smoothness=1e6)) == 0
    moved = [np.abs(np.diff(best_smooth_cut(windows, MERIT, smoothness=price))).sum() for price in (0.0, 1.0, 100.0)]
    assert moved[0] > moved[1] > moved[2]


def test_a_smooth_cut_does_not_change_with_a_monotonic_function_of_the_score():
    windows = some_windows(5)
    curved = [replace(each, signal=np.exp(each.signal), background=np.exp(each.background)) for each in windows]
    found, other = (sensitivities(each, best_smooth_cut(each, MERIT), MERIT) for each in (windows, curved))
    np.testing.assert_allclose(found, other, rtol=0.05)


def test_neighbours_say_how_large_a_background_is_that_no_event_of_the_window_shows():
    """Windows of the same background with one event above the cut on average: three know more than one, unbiased."""
    random = random_stream(6, "neighbours")
    alone, pooled = [], []
    for _ in range(300):
        windows = [window_scores(m, [2.0], 0.1, random.uniform(0, 1, 20), 1.0) for m in range(1, 4)]
        alone.append(expected_near(windows, 1, 0.95, neighbours=False))
        pooled.append(expected_near(windows, 1, 0.95))
    assert np.mean(alone) == pytest.approx(1.0, abs=0.2)
    assert np.mean(pooled) == pytest.approx(1.0, abs=0.15)
    assert np.std(pooled) < 0.7 * np.std(alone)


def test_neighbours_that_disagree_hardly_count_where_a_window_has_many_events():
    many, other = np.linspace(0, 1, 5000), np.linspace(-10, 1, 5000)
    windows = [window_scores(m, [2.0], 0.1, scores, 1.0) for m, scores in ((1.0, other), (2.0, many), (3.0, other))]
    assert expected_near(windows, 1, 0.5) == pytest.approx(2500, rel=0.02)
    lonely = [replace(windows[0], background=np.empty(0), expected=np.zeros(1), spread=np.zeros(1)), windows[1]]
    assert expected_near(lonely, 0, 0.5) == 0
    assert expected_near(lonely, 1, 0.5) == windows[1].above(0.5)[1]


def test_logits_keep_apart_what_outputs_of_single_precision_do_not():
    """Outputs of 1 in float32 are ties: a scan of outputs cannot cut between them."""
    signal, background = np.linspace(20, 40, 100), np.linspace(18, 30, 100)
    outputs = [(1 / (1 + np.exp(-each.astype(np.float32)))).astype(float) for each in (signal, background)]
    assert {*outputs[0], *outputs[1]} == {1.0}
    best = [
        MERIT(*window.above(best_cuts([window], MERIT)[0]))
        for window in (
            window_scores(1.0, *pair, 5.0) for pair in ((signal, 1e-3, background), (outputs[0], 1e-3, outputs[1]))
        )
    ]
    assert best[0] < 0.3 * best[1]


def test_equal_scores_are_kept_together():
    window = window_scores(1.0, [1.0, 1.0, 2.0], 0.1, [1.0, 1.0, 0.0], 3.0)
    efficiency, background = window.above([1.0, 2.0])
    np.testing.assert_allclose(efficiency, [0.3, 0.1])
    np.testing.assert_allclose(background, [6.0, 0.0])


def test_caution_counts_an_event_more_than_there_are():
    window = window_scores(1.0, [0.0, 2.0], 0.1, [1.0, 1.0], 3.0)
    np.testing.assert_allclose(window.above([0.0, 2.0], caution=1.0)[1], [6 + 3 * np.sqrt(3), 3.0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([], [], [1.0], 1.0), "signal in the window of 2 GeV"),
        (([1.0], 0.0, [1.0], 1.0), "signal in the window of 2 GeV: got none"),
        (([1.0], 0.1, [1.0], -1.0), "weights of 0 or more"),
        (([np.nan], 0.1, [1.0], 1.0), "not a number"),
    ],
)
def test_what_is_no_window(arguments, said):
    with pytest.raises(InputError, match=said):
        window_scores(2.0, *arguments)
