"""belle_zprime_mumu: signals put into its pseudo-data come back, limits cover, and toys give the analytic p-values."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest

from gloam.fit import is_certified
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.statistics import coverage, upper_limits
from gloam.statistics.elsewhere import ScanSearch, correlation_of_all, largest_of_toys, score_correlation
from gloam.workflow.coupling import search_coupling
from gloam.workflow.declaring import channel_factors, declare_channel
from gloam.workflow.pseudo_data import Injection, event_ranks, expected_spectrum, pseudo_spectrum
from gloam.workflow.width_calibration import calibrated_width

pytestmark = pytest.mark.statistical

NEIGHBOURS = 30
"""Hypotheses on either side that are fitted: 30 MeV, several resolutions."""


@pytest.fixture(scope="module")
def search():
    """The search without nuisance parameters: a yield has only the fluctuations of counts."""
    return load_search("belle_zprime_mumu").model_copy(update={"systematics": ()})


@pytest.fixture(scope="module")
def rows():
    """Fifty hypotheses from 0.2 to 9 GeV, none in the veto."""
    chosen = np.linspace(200, 9000, 50).astype(int)
    return chosen[(chosen < 3000) | (chosen > 3200)]


@pytest.fixture(scope="module")
def found(search, rows):
    """For each injection of 7 sigma: fits around its mass, the row in them, and the yield that was injected."""
    channel, outcomes = search.channels[0], []
    scan = declare_channel(search, channel, expected_spectrum(search, channel))
    without = fit_scan(scan.take(rows))
    mass = without.mass
    per_coupling = search_coupling(search).at_one(mass) * channel_factors(search, channel).events_per_fb(mass)
    for seed, (row, at, error, unit) in enumerate(zip(rows, mass, without.n_sig_err, per_coupling, strict=True), 1):
        events = 7 * error + 25  # where there is no background 7 sigma are more events than 7 of its errors
        signal = Injection(float(at), float(np.sqrt(events / unit)))
        drawn = declare_channel(search, channel, pseudo_spectrum(search, channel, seed, signal))
        near = np.arange(row - NEIGHBOURS, row + NEIGHBOURS + 1)
        outcomes.append((fit_scan(drawn.take(near)), events))
    return outcomes


def test_signals_are_found_at_their_mass(found):
    near = 0
    for fits, _ in found:
        highest = int(np.nanargmax(fits.z_local))
        sigma = fits.scan.signal.resolution(fits.position[NEIGHBOURS : NEIGHBOURS + 1])[0]
        near += abs(fits.position[highest] - fits.position[NEIGHBOURS]) <= 1.01 * sigma
    assert near >= 0.95 * len(found)


def test_their_yields_are_unbiased(found):
    pulls = np.array([(fits.n_sig[NEIGHBOURS] - events) / fits.n_sig_err[NEIGHBOURS] for fits, events in found])
    assert abs(pulls.mean()) < 0.3 + 3 / np.sqrt(len(found))
    assert 0.7 < pulls.std() < 1.3


def test_every_fit_is_certified(found):
    assert all(is_certified(fits.status).all() for fits, _ in found)


def test_without_a_signal_significances_are_normal(search, rows):
    channel, z = search.channels[0], []
    for seed in range(100, 130):
        scan = declare_channel(search, channel, pseudo_spectrum(search, channel, seed))
        z.append(fit_scan(scan.take(rows[::4])).z_local)
    z = np.concatenate(z)
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    # a signed root is skewed where a window holds a few events
    assert kstest(z, "norm").pvalue > 1e-4


def test_the_width_from_j_psi_scatters_as_its_errors_say(search):
    channel = search.channels[0]
    found = [calibrated_width(search, channel, pseudo_spectrum(search, channel, seed)) for seed in range(200, 240)]
    pulls = np.array([(each.factor - 1) / each.error for each in found])
    assert abs(pulls.mean()) < 3 / np.sqrt(pulls.size)
    assert pulls.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * pulls.size))


def test_limits_cover_at_three_masses():
    """Signals of half the limit and of the limit, with all uncertainties: 0.90 minus two errors or more."""
    search = load_search("belle_zprime_mumu")
    channel, toys = search.channels[0], 300
    scan = declare_channel(search, channel, expected_spectrum(search, channel)).take(np.array([500, 3000, 8000]))
    fits = fit_scan(scan)
    limits = upper_limits(fits, search.level, search.method)
    yields = limits.observed[:, None] * [0.5, 1.0]
    found = coverage(fits, np.arange(3), yields, search.level, search.method, toys=toys)
    assert (found.n_failed == 0).all()
    assert (found.limits.value >= 0.90 - 2 * np.sqrt(0.9 * 0.1 / toys)).all()


@pytest.fixture(scope="module")
def scanned():
    """Both channels of the whole scan, fitted to the same pseudo-data."""
    search = load_search("belle_zprime_mumu")
    scans = [declare_channel(search, each, pseudo_spectrum(search, each, 0)) for each in search.channels]
    return [fit_scan(scan.without_yield_nuisances()) for scan in scans]


@pytest.fixture(scope="module")
def ranks():
    search = load_search("belle_zprime_mumu")
    return event_ranks(search, search.channels[0])


@pytest.fixture(scope="module")
def toys(scanned, ranks):
    """The largest significances of 400 toys of whole events: of the first channel, and of both."""
    first = ScanSearch.of(scanned[0], ranks=ranks)
    second = ScanSearch.of(scanned[1], same_events_as=first)
    made = [largest_of_toys(each, np.arange(400), 1) for each in (first, second)]
    assert not any(each.failed.any() for each in made)
    return made[0].largest, np.maximum(made[0].largest, made[1].largest)


def test_filtered_maxima_are_those_of_every_hypothesis(scanned, ranks):
    """30 toys of 9700 hypotheses, all of them fitted, against those that the filter leaves, with its final margin."""
    search = ScanSearch.of(scanned[0], ranks=ranks)
    margin = largest_of_toys(search, np.arange(200), 2).margin
    filtered = largest_of_toys(search, np.arange(1000, 1030), 2, margin=margin)
    everything = ScanSearch.of(scanned[0], search.truth, exhaustive=True)
    exhaustive = largest_of_toys(everything, np.arange(1000, 1030), 2)
    assert filtered.fits < 0.05 * exhaustive.fits
    np.testing.assert_allclose(filtered.largest, exhaustive.largest, atol=1e-6)


@pytest.mark.parametrize("z", [3.0, 3.5, 3.75, 4.0])
def test_toys_of_the_whole_scan_have_the_analytic_p_value(scanned, toys, z):
    """Of one channel, and of both at once: one search, not two."""
    chains = score_correlation(scanned[0]), correlation_of_all(scanned)
    for largest, chain in zip(toys, chains, strict=True):
        p = np.exp(chain.log_p_value(z))
        assert np.mean(largest > z) == pytest.approx(p, abs=3 * np.sqrt(p * (1 - p) / largest.size))


def test_four_pairs_of_an_event_change_the_largest_significance_little(scanned, toys):
    """They lie in one window of the fit in few events: the mean largest significance moves by less than 0.1."""
    apart = largest_of_toys(ScanSearch.of(scanned[0]), np.arange(400), 1).largest
    together = toys[0]
    assert together.mean() - apart.mean() == pytest.approx(0.0, abs=0.1)
    assert ks_2samp(apart, together).pvalue > 1e-3
