"""belle2_zprime_invisible_2020: signals put into its pseudo-data are found, without bias, and limits cover."""

import numpy as np
import pytest
from scipy.stats import kstest

from gloam.fit import is_certified
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.statistics import upper_limits
from gloam.workflow.coupling import channel_coupling
from gloam.workflow.declaring import channel_factors, declare_channel
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum

pytestmark = pytest.mark.statistical

SEARCH = load_search("belle2_zprime_invisible_2020").model_copy(update={"systematics": ()})
CHANNELS = {channel.name: channel for channel in SEARCH.channels}
NARROW = CHANNELS["fully_invisible"]


def coupling_for(channel, mass, events):
    per_fb = channel_factors(SEARCH, channel).events_per_fb(np.array([mass]))
    return float(np.sqrt(events / (per_fb * channel_coupling(SEARCH, channel).at_one(np.array([mass]))))[0])


def injected(channel, row, without, seed, sizes):
    """The scan of pseudo-data with a signal of so many errors, its own fluctuation included, and the yield put in.

    From s = k sqrt(b^2 + s), with b the error without a signal: few events are expected, and the signal adds to them.
    """
    square = sizes**2
    events = 0.5 * (square + np.sqrt(square**2 + 4 * square * float(without.n_sig_err[row]) ** 2))
    signal = Injection(float(without.mass[row]), coupling_for(NARROW, float(without.mass[row]), events))
    return declare_channel(SEARCH, channel, pseudo_spectrum(SEARCH, channel, seed, signal)), events


@pytest.fixture(scope="module", params=["fully_invisible", "in_slices"])
def found(request):
    """A hundred signals of 7 errors at masses all over the range."""
    channel = CHANNELS[request.param]
    without = fit_scan(declare_channel(SEARCH, channel, expected_spectrum(SEARCH, channel)))
    outcomes = []
    for seed, row in enumerate(np.linspace(2, without.mass.size - 3, 100).astype(int).tolist(), 1):
        scan, events = injected(channel, row, without, seed, 7.0)
        near = np.unique(np.clip(np.arange(row - 6, row + 7), 0, without.mass.size - 1))
        outcomes.append((fit_scan(scan.take(near)), int(np.searchsorted(near, row)), events))
    return outcomes


def test_signals_of_seven_sigma_are_found(found):
    """At their mass, give or take a resolution, with five sigma and more: 95 of 100."""
    seen = 0
    for fits, row, _ in found:
        highest = int(np.nanargmax(fits.z_local))
        sigma = fits.scan.signal.resolution(fits.position[row : row + 1])[0]
        seen += fits.z_local[highest] > 5 and abs(fits.position[highest] - fits.position[row]) <= 1.01 * sigma
    assert seen >= 95


def test_their_yields_are_unbiased_and_pulls_have_width_one(found):
    pulls = np.array([(fits.n_sig[row] - events) / fits.n_sig_err[row] for fits, row, events in found])
    assert abs(pulls.mean()) < 4 / np.sqrt(pulls.size)
    assert 0.75 < pulls.std() < 1.25


def test_every_fit_is_certified(found):
    assert all(is_certified(fits.status).all() for fits, *_ in found)


def test_significances_are_normal_without_a_signal():
    """Where windows hold enough events; yields of backgrounds are those of their constraints."""
    scan = declare_channel(SEARCH, NARROW, expected_spectrum(SEARCH, NARROW))
    rows = np.linspace(0, len(scan.grid) - 1, 12).astype(int)
    z = np.concatenate([
        fit_scan(declare_channel(SEARCH, NARROW, pseudo_spectrum(SEARCH, NARROW, seed)).take(rows)).z_local
        for seed in range(100, 150)
    ])  # fmt: skip
    assert kstest(z, "norm").pvalue > 1e-3


@pytest.mark.parametrize("mass", [0.5, 3.0, 6.5])
def test_limits_cover_a_signal_as_often_as_they_say(mass):
    """A signal as large as the expected limit is excluded in at most a tenth of pseudo-data, within two errors."""
    scan = declare_channel(SEARCH, NARROW, expected_spectrum(SEARCH, NARROW))
    row = np.array([int(np.argmin(np.abs(scan.grid.mass - mass)))])
    expected = float(upper_limits(fit_scan(scan.take(row)), 0.90, "cls").expected[0, 2])
    at = float(scan.grid.mass[row[0]])
    signal, drawn = Injection(at, coupling_for(NARROW, at, expected)), 150
    excluded = 0
    for seed in range(200, 200 + drawn):
        data = declare_channel(SEARCH, NARROW, pseudo_spectrum(SEARCH, NARROW, seed, signal)).take(row)
        excluded += upper_limits(fit_scan(data), 0.90, "cls", bands=False).observed[0] < expected
    assert excluded <= drawn * 0.10 + 2 * np.sqrt(drawn * 0.09)
