"""belle2_tautau_resonance: signals put into its pseudo-data are found where they are, as large as they went in."""

import numpy as np
import pytest
from scipy.stats import kstest

from gloam.fit import is_certified
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.statistics import upper_limits
from gloam.workflow.coupling import search_coupling
from gloam.workflow.declaring import channel_factors, declare_channel
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum

pytestmark = pytest.mark.statistical

PER_CHANNEL = 12


@pytest.fixture(scope="module")
def search():
    """The search without nuisance parameters: a yield has only the fluctuations of counts."""
    return load_search("belle2_tautau_resonance").model_copy(update={"systematics": ()})


def coupling_for(search, channel, mass, events):
    at_one = search_coupling(search).at_one(np.array([mass]))
    return float(np.sqrt(events / (at_one * channel_factors(search, channel).events_per_fb(np.array([mass])))[0]))


@pytest.fixture(scope="module")
def found(search):
    """For each injection of 7 errors: the channel, its fits, the row of the mass, the yield put in."""
    outcomes = []
    for channel in search.channels:
        without = fit_scan(declare_channel(search, channel, expected_spectrum(search, channel)))
        rows = np.linspace(1, without.mass.size - 2, PER_CHANNEL).astype(int)
        for seed, row in enumerate(rows.tolist(), 1):
            mass = float(without.mass[row])
            events = 10.0 + 7 * float(without.n_sig_err[row])
            signal = Injection(mass, coupling_for(search, channel, mass, events))
            fits = fit_scan(declare_channel(search, channel, pseudo_spectrum(search, channel, seed, signal)))
            outcomes.append((channel.name, fits, row, events, float(without.n_sig[row])))
    return outcomes


def test_signals_are_found_at_their_mass(found):
    near = 0
    for _, fits, row, _, _ in found:
        highest = int(np.nanargmax(fits.z_local))
        sigma = fits.scan.signal.resolution(fits.position[row : row + 1])[0]
        near += abs(fits.position[highest] - fits.position[row]) <= 1.01 * sigma
    assert near >= 0.9 * len(found)


def test_their_yields_are_unbiased(found):
    """Apart from what the polynomial makes of the template itself, which each run states."""
    pulls = np.array([(f.n_sig[row] - events - bias) / f.n_sig_err[row] for _, f, row, events, bias in found])
    assert abs(pulls.mean()) < 0.35
    assert 0.75 < pulls.std() < 1.25


def test_every_fit_is_certified(found):
    assert all(is_certified(fits.status).all() for _, fits, *_ in found)


def test_p_values_are_uniform_without_a_signal(search):
    significances = []
    for channel in search.channels[:6]:  # above, counts in the windows are so few that they are no normal numbers
        without = fit_scan(declare_channel(search, channel, expected_spectrum(search, channel)))
        rows = np.linspace(0, without.mass.size - 1, 5).astype(int)
        for seed in range(100, 130):
            fits = fit_scan(declare_channel(search, channel, pseudo_spectrum(search, channel, seed)).take(rows))
            significances.append(fits.z_local - (without.n_sig / without.n_sig_err)[rows])
    z = np.concatenate(significances)
    assert kstest(z, "norm").pvalue > 1e-3
    assert abs(z.mean()) < 4 / np.sqrt(z.size)


def test_limits_cover_a_signal_as_often_as_they_say(search):
    """A signal as large as the expected limit is excluded in at most a tenth of pseudo-data, as CLs promises."""
    excluded, total = 0, 0
    for channel in search.channels[::2]:
        scan = declare_channel(search, channel, expected_spectrum(search, channel))
        middle = np.array([scan.grid.mass.size // 2])
        mass = float(scan.grid.mass[middle[0]])
        expected = upper_limits(fit_scan(scan.take(middle)), 0.90, "cls").expected[0, 2]
        signal = Injection(mass, coupling_for(search, channel, mass, float(expected)))
        for seed in range(200, 240):
            data = declare_channel(search, channel, pseudo_spectrum(search, channel, seed, signal)).take(middle)
            excluded += upper_limits(fit_scan(data), 0.90, "cls").observed[0] < expected
            total += 1
    assert excluded <= total * 0.10 + 3 * np.sqrt(total * 0.09)
