"""belle2_zprime_invisible_2018: signals put into its pseudo-data are found, and limits cover."""

import numpy as np
import pytest

from gloam.searches import load_search
from gloam.workflow.counting_data import pseudo_counts
from gloam.workflow.coupling import search_coupling
from gloam.workflow.declaring_counts import channel_windows, counted_factors
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.run_counts import count_channel

pytestmark = pytest.mark.statistical

FULL = load_search("belle2_zprime_invisible_2018")
SEARCH = FULL.model_copy(update={"channels": FULL.channels[:1], "cross_checks": ()})
MUMU = SEARCH.channels[0]
MASSES = (1.5, 4.0, 7.0)
INJECTIONS = 100


def coupling_for(mass, events):
    """The coupling that makes a mean number of events in the window of a mass."""
    at = np.array([mass])
    per_fb = counted_factors(SEARCH, MUMU, channel_windows(SEARCH, MUMU)).events_per_fb(at)
    return float(np.sqrt(events / (per_fb * search_coupling(SEARCH).at_one(at)))[0])


def events_for(z, background):
    """The yield whose expected significance over a known background is z (arXiv:1007.1727, eq. 97)."""
    s = np.geomspace(0.1, 1e3, 4000)
    return float(np.interp(z, np.sqrt(2 * ((s + background) * np.log1p(s / background) - s)), s))


@pytest.fixture(scope="module")
def found():
    """For each injection of 7 sigma: mass, events put into its window, the channel that was found."""
    windows = channel_windows(SEARCH, MUMU)
    background = count_channel(SEARCH, MUMU, pseudo_counts(SEARCH, MUMU, 0, None)).result.background
    outcomes = []
    for seed, mass in enumerate(np.resize(MASSES, INJECTIONS).tolist(), 1):
        row = int(np.abs(windows.mass - mass).argmin())
        centre = float(windows.mass[row])
        events = events_for(7.0, max(float(background[row]), 0.02))
        signal = Injection(centre, coupling_for(centre, events))
        channel = count_channel(SEARCH, MUMU, pseudo_counts(SEARCH, MUMU, seed, signal))
        outcomes.append((row, events, float(background[row]), channel))
    return outcomes


def test_signals_of_seven_sigma_are_found_at_their_mass(found):
    """In 95 of 100 or more the largest excess is in a window that overlaps that of the signal, above 3 sigma."""
    near = 0
    for row, _, _, channel in found:
        best = int(np.nanargmax(channel.z_local))
        windows = channel.result.windows
        apart = abs(windows.position[best] - windows.position[row])
        overlap = apart < windows.half_width[best] + windows.half_width[row]
        near += overlap and channel.z_local[best] > 3
    assert near >= 95


def test_the_counts_are_those_that_were_put_in(found):
    """Pulls of the counts about background plus signal have mean 0 and width 1."""
    pulls = [(channel.result.observed[row] - events - b) / np.sqrt(events + b) for row, events, b, channel in found]
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))
    assert np.std(pulls) == pytest.approx(1.0, abs=4 / np.sqrt(2 * len(pulls)))


@pytest.mark.parametrize("mass", MASSES)
def test_limits_cover_signals_of_their_own_size(mass):
    """Signals as large as the median expected limit: at least 0.90 minus two errors of 200 toys."""
    windows = channel_windows(SEARCH, MUMU)
    row = int(np.abs(windows.mass - mass).argmin())
    centre, toys = float(windows.mass[row]), 200
    only = MUMU.model_copy(update={"masses": ((centre, centre + 1e-3),)})
    search = SEARCH.model_copy(update={"channels": (only,)})
    median = float(count_channel(search, only, pseudo_counts(search, only, 0, None)).limits.expected[0, 2])
    signal = Injection(centre, coupling_for(centre, median))
    limits = [
        float(count_channel(search, only, pseudo_counts(search, only, 1000 + toy, signal)).limits.observed[0])
        for toy in range(toys)
    ]
    share = np.mean(np.array(limits) >= median)
    assert share >= 0.90 - 2 * np.sqrt(0.09 / toys)
