"""Closure of the search for three dark photons: injected signals come out with their size, and limits cover them."""

import numpy as np
import pytest

from gloam.scans import count_windows
from gloam.searches import load_search
from gloam.statistics import counting_scan_limits
from gloam.statistics.counting import CombinedCounts, combined_upper_of_rare
from gloam.workflow.combined_counts import OFF, contributions
from gloam.workflow.counting_data import pseudo_counts
from gloam.workflow.coupling import plane_coupling
from gloam.workflow.declaring_counts import counted_factors, declare_counts, windows_at
from gloam.workflow.pseudo_data import Injection

pytestmark = pytest.mark.statistical

SEARCH = load_search("belle_dark_higgsstrahlung")
POINTS = np.array([[0.5, 3.0], [1.2, 5.0], [2.0, 6.0]])
SETS = 150


def coupling_for(channel, point, events):
    """The coupling at which a channel expects so many events in the window around a point."""
    windows = windows_at(SEARCH, channel, point[None])
    unit = plane_coupling(SEARCH, windows.mass, windows.mass2, channel.share).at_one(windows.mass)
    return float(events / (unit * counted_factors(SEARCH, channel, windows).events_per_fb(windows.mass))[0])


@pytest.mark.parametrize("name", ["mumu_mumu_mumu", "ee_mumu_pipi", "pipi_pipi_pipi", "ee_mumu_x"])
def test_injected_signals_are_found_with_their_size_and_limits_cover_them(name):
    channel = next(each for each in SEARCH.channels if each.name == name)
    point, size = POINTS[1 if name != "ee_mumu_x" else 2], 6.0
    signal = Injection(float(point[0]), coupling_for(channel, point, size), float(point[1]))
    excess, covered = np.empty(SETS), np.empty(SETS, bool)
    windows = windows_at(SEARCH, channel, point[None])
    for seed in range(SETS):
        data = pseudo_counts(SEARCH, channel, seed, signal)
        result = count_windows(declare_counts(SEARCH, channel, data, windows))
        excess[seed] = result.observed[0] - result.background[0]
        covered[seed] = counting_scan_limits(result, 0.90, "bayes", bands=False).observed[0] > size
    error = excess.std() / np.sqrt(SETS)
    assert abs(excess.mean() - size) < 4 * error + 0.05 * size  # the bins of an ellipse are a few per cent off
    assert covered.mean() > 0.90 - 4 * np.sqrt(0.09 / SETS)


def test_the_combined_limit_covers_a_signal_that_is_in_all_channels():
    """At three points, with three events in all channels together."""
    covered = []
    for place, point in enumerate(POINTS):
        parts = [
            contributions(SEARCH, each, pseudo_counts(SEARCH, each, 0, None), point[None]) for each in SEARCH.channels
        ]
        those = [each for each in parts if each.signal[0] > 0]
        signal, background, error = (
            np.array([getattr(each, key)[0] for each in those]) for key in ("signal", "background", "background_error")
        )
        strength = 3.0 / signal.sum()
        counts = CombinedCounts(signal, np.full(signal.size, OFF), OFF / np.maximum(background, 1e-12), error, 0.06)
        random = np.random.default_rng(place)
        for _ in range(100):
            observed = random.poisson(strength * signal + background)
            covered.append(combined_upper_of_rare(counts, observed, 0.90) > strength)
    assert np.mean(covered) > 0.90 - 4 * np.sqrt(0.09 / len(covered))
    assert np.mean(covered) < 0.995  # a limit that always covers would say nothing
