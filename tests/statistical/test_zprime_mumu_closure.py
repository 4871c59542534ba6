"""belle_zprime_mumu: signals put into its pseudo-data come back, and without a signal significances are normal."""

import numpy as np
import pytest
from scipy.stats import kstest

from gloam.fit import is_certified
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.workflow.coupling import search_coupling
from gloam.workflow.declaring import channel_factors, declare_channel
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum

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
