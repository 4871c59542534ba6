"""Closure of the search for dark Higgsstrahlung: injected signals are found with their size, limits cover them."""

import dataclasses

import numpy as np
import pytest

from gloam.scans import count_windows
from gloam.searches import load_search
from gloam.spectra import with_flow
from gloam.statistics import counting_scan_limits
from gloam.workflow.counting_data import pseudo_counts
from gloam.workflow.declaring_counts import channel_windows, declare_counts
from gloam.workflow.prepared import prepared_counts

pytestmark = pytest.mark.statistical

FULL = load_search("belle2_dark_higgsstrahlung")
CHANNEL = FULL.channels[0].model_copy(update={"step": 6.0})
SEARCH = FULL.model_copy(update={"channels": (CHANNEL,)})
SIZE, SETS = 15.0, 200


def test_injected_signals_are_found_with_their_size_and_limits_cover_them():
    """In each set a signal of 15 events in one window, at random: the excess over the background has that mean."""
    found, windows = prepared_counts(SEARCH)["mumu"], channel_windows(SEARCH, CHANNEL)
    random = np.random.default_rng(7)
    excess, covered = np.empty(SETS), np.empty(SETS, bool)
    for number in range(SETS):
        row = int(random.integers(len(windows)))
        mass = np.array([windows.mass[row], windows.mass2[row]])
        shape = found.signal_in_bins(mass) / float(found.at_masses("efficiency", mass[None])[0])
        spectrum = pseudo_counts(SEARCH, CHANNEL, number, None)
        counts = spectrum.values() + random.poisson(SIZE * shape)
        data = dataclasses.replace(spectrum, contents=with_flow(counts, spectrum.axes))
        result = count_windows(declare_counts(SEARCH, CHANNEL, data))
        excess[number] = result.observed[row] - result.background[row]
        limit = counting_scan_limits(result, 0.90, "bayes", bands=False).observed[row]
        covered[number] = limit > SIZE
    error = excess.std() / np.sqrt(SETS)
    assert abs(excess.mean() - SIZE) < 4 * error + 0.03 * SIZE  # the bins of an ellipse are a few per cent off
    assert covered.mean() > 0.90 - 4 * np.sqrt(0.09 / SETS)
