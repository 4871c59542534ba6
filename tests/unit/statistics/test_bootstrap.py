import dataclasses

import numpy as np
import pytest

import gloam
from gloam.errors import InputError
from gloam.models import YieldNuisance
from gloam.scans import fit_scan
from gloam.spectra import Axis, EventBootstrap
from gloam.statistics import bootstrap_fits, global_significance
from gloam.statistics.elsewhere import centred_toys

AXIS = Axis(np.linspace(0.0, 2.0, 101))


def pairs(seed, events=1500, entries=4, spread=0.004):
    """Events of several entries that lie together: event numbers and values."""
    random = np.random.default_rng(seed)
    number = np.repeat(np.arange(random.poisson(events)), entries)
    center = random.uniform(0.0, 2.0, number.max() + 1)
    return number, np.clip(center[number] + spread * random.standard_normal(number.size), 0.0, 2.0)


def scanned(events):
    return gloam.scan(events.spectrum(), gloam.Gaussian(0.04), gloam.Polynomial(1), np.array([0.7, 1.0, 1.3]), 50)


@pytest.fixture(scope="module")
def events():
    return EventBootstrap.of(*pairs(1), AXIS)


@pytest.fixture(scope="module")
def result(events):
    return scanned(events)


def test_replicas_are_fitted_as_ordinary_spectra(events, result):
    fits = bootstrap_fits(result, events, 3)
    for replica in range(3):
        again = fit_scan(dataclasses.replace(result.setup, spectrum=events.spectrum(replica)))
        np.testing.assert_allclose(fits.n_sig[replica], again.n_sig, atol=1e-2)
        np.testing.assert_allclose(fits.n_sig_err[replica], again.n_sig_err, rtol=5e-3)
        wald = (again.n_sig - result.n_sig) / again.n_sig_err
        assert (np.abs(fits.centred[replica] - wald) < 0.05 + 0.1 * wald**2).all()
    assert not fits.failed.any()


def test_errors_are_those_of_a_direct_simulation(events, result):
    """Four entries of an event close together: twice the Poisson error, which a simulation of events confirms."""
    fits = bootstrap_fits(result, events, 400)
    simulated = np.array([scanned(EventBootstrap.of(*pairs(seed), AXIS)).n_sig for seed in range(100, 350)])
    # errors of standard deviations: 4 % and 5 %
    np.testing.assert_allclose(fits.error, simulated.std(axis=0), rtol=0.2)
    plain = np.median(result.n_sig_err)
    assert (simulated.std(axis=0) > 1.6 * plain).all()
    np.testing.assert_allclose(fits.inflation, 2.0, atol=0.3)


def test_independent_entries_have_their_usual_errors(events, result):
    alone = EventBootstrap.of(np.arange(events.bins.size), AXIS.centers[np.clip(events.bins - 1, 0, 99)], AXIS)
    fits = bootstrap_fits(result, alone, 400)
    np.testing.assert_allclose(fits.inflation, 1.0, atol=0.15)
    np.testing.assert_allclose(fits.error, result.n_sig_err, rtol=0.15)


def test_far_yields_of_one_event_are_correlated():
    random = np.random.default_rng(2)
    first = random.uniform(0.0, 1.4, 4000)
    values = np.concatenate([first, first + 0.6])  # every event has two entries, 0.6 apart
    number = np.concatenate([np.arange(4000)] * 2)
    events = EventBootstrap.of(number, values, AXIS)
    result = scanned(events)
    together, alone = (bootstrap_fits(result, each, 300).correlation[0, 2] for each in (events, alone_of(events)))
    assert together > 0.3
    assert abs(alone) < 0.25


def test_global_significance_of_correlated_entries(events, result):
    found = global_significance(result, "toys", toys=300, replay=events)
    independent = global_significance(result, "toys", toys=300)
    assert found.p_global > independent.p_global
    toys = centred_toys(result, events, 300)
    assert found.p_global == np.mean(toys.largest >= found.z_local)
    # twice the width of a standard normal variable
    assert np.std(toys.largest) > 1.5 * np.std(centred_toys(result, alone_of(events), 300).largest)


def alone_of(events):
    return dataclasses.replace(events, event=np.arange(events.bins.size), events=events.bins.size)


def test_answers_do_not_depend_on_chunks_or_threads(events, result, monkeypatch):
    whole = centred_toys(result, events, 40)
    monkeypatch.setattr("gloam.statistics.elsewhere.centred.FITS", 20)
    np.testing.assert_allclose(centred_toys(result, events, 40, threads=2).largest, whole.largest, atol=1e-6)


def test_refused_bootstraps(events, result):
    other = EventBootstrap.of(*pairs(2), AXIS)
    with pytest.raises(InputError, match="not those of the spectrum"):
        bootstrap_fits(result, other)
    with pytest.raises(InputError, match="another axis"):
        bootstrap_fits(result, EventBootstrap.of(*pairs(1), Axis(np.linspace(0.0, 2.0, 51))))
    with pytest.raises(InputError, match="weighted"):
        bootstrap_fits(result, dataclasses.replace(events, weights=np.ones(events.bins.size)))
    uncertain = fit_scan(dataclasses.replace(result.setup, nuisances=(YieldNuisance("luminosity", 0.1),)))
    with pytest.raises(InputError, match="nuisance"):
        bootstrap_fits(uncertain, events)
    with pytest.raises(InputError, match="0 replicas"):
        bootstrap_fits(result, events, 0)
