"""Cuts on scores: all distinct ones are tried, in the logit, for one mass or for all."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.statistics.cut_scans import (
    averaged,
    best_cuts,
    best_single_cut,
    best_smooth_cut,
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
    mass, cut = best_smooth_cut(windows, MERIT, knots=4)
    assert mass.tolist() == [1, 5, 8, 12]
    smooth, single, each = (
        averaged(sensitivities(windows, cuts, MERIT), "geometric")
        for cuts in (
            np.interp([window.mass for window in windows], mass, cut),
            best_single_cut(windows, MERIT),
            best_cuts(windows, MERIT),
        )
    )
    assert each <= smooth < 0.6 * single
    line = [averaged(sensitivities(windows, c + np.arange(12), MERIT), "geometric") for c in np.linspace(0, 4, 81)]
    assert smooth < 1.02 * min(line)
    np.testing.assert_allclose(np.diff(cut) / np.diff(mass), 1.0, atol=0.4)


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
