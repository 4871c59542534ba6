"""Global p-values of data without a signal are uniform, and the filter of whole-scan toys misses no maximum."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import kstest

import gloam
from gloam.benchmarking.workloads import dimuon, three_photons
from gloam.calibration import select_order
from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.scans import Variant, Variants, fit_scan, fit_variants
from gloam.spectra import Axis, EventBootstrap
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import ChosenBackground, scan_toys, score_correlation, variant_toys
from gloam.statistics.elsewhere.expectation import global_expectation

pytestmark = pytest.mark.statistical


def test_global_p_values_of_a_real_spectrum_are_uniform():
    upsilon = gloam.run("cms_dimuon").channels[-1].result
    expectation = global_expectation(upsilon.setup, upsilon, np.arange(len(upsilon.setup.grid)))
    p_values = []
    for toy in range(1000):
        counts = random_stream(5, "without a signal", toy).poisson(expectation).astype(float)
        spectrum = dataclasses.replace(upsilon.scan.spectrum, contents=np.pad(counts, 1))
        fits = fit_scan(dataclasses.replace(upsilon.setup, spectrum=spectrum))
        p_values.append(global_significance(fits, "fields", toys=2000).p_global)
    assert kstest(p_values, "uniform").pvalue > 0.01


def test_filter_misses_no_maximum_of_a_large_scan():
    scan = dimuon()
    result = fit_scan(scan.take(np.arange(3000, 4500)))
    # beyond the toys on which the margin is found
    filtered, exhaustive = scan_toys(result, 400), scan_toys(result, 400, exhaustive=True)
    assert np.isfinite(filtered.margin)
    np.testing.assert_allclose(filtered.largest, exhaustive.largest, atol=1e-6)
    assert filtered.fits < 0.2 * exhaustive.fits


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_toys_of_a_large_scan_follow_the_second_order(scale):
    """With some 50 and 1500 events per resolution, and with signals of many standard deviations in the data."""
    result = fit_scan(dimuon(scale))
    toys, analytic = scan_toys(result, 10_000, seed=2).largest, score_correlation(result)
    for z in (3.5, 4.0, 4.5):
        p = math.exp(analytic.log_p_value(z))
        # 3 %: what is left of the second order, and far correlations
        assert np.mean(toys > z) == pytest.approx(p, abs=3 * math.sqrt(p * (1 - p) / toys.size) + 0.03 * p)


def test_bounds_of_variants_miss_no_maximum():
    variants = Variants(tuple(Variant(f"variant {n}", scan) for n, scan in enumerate(three_photons())))
    results = fit_variants(variants)
    found, everything = variant_toys(results, 15), variant_toys(results, 15, exhaustive=True)
    np.testing.assert_allclose(found.largest, everything.largest, atol=1e-6)
    assert found.fits < 0.05 * everything.fits


AXIS = Axis(np.linspace(0.0, 2.0, 101))


def scanned(spectrum, order=1, masses=20):
    return gloam.scan(spectrum, gloam.Gaussian(0.04), gloam.Polynomial(order), np.linspace(0.3, 1.7, masses), 50)


def test_global_p_values_of_correlated_entries_are_uniform():
    """Events of four entries that lie together; taken as independent they are far too significant."""
    p_values, naive = [], []
    for number in range(150):
        random = random_stream(9, "events without a signal", number)
        event = np.repeat(np.arange(random.poisson(3000)), 4)
        center = random.uniform(0.0, 2.0, event.max() + 1)
        values = np.clip(center[event] + 0.004 * random.standard_normal(event.size), 0.0, 2.0)
        events = EventBootstrap.of(event, values, AXIS)
        fits = scanned(events.spectrum())
        p_values.append(global_significance(fits, "toys", toys=150, replay=events).p_global)
        naive.append(global_significance(fits, "toys", toys=150).p_global)
    assert kstest(p_values, "uniform").pvalue > 0.01
    assert np.mean(np.array(naive) < 0.05) > 0.3


def test_global_p_values_of_a_chosen_order_are_uniform():
    """The order is chosen in side bands, in every toy as in the data."""

    def choose(spectrum):
        return gloam.Polynomial(select_order(spectrum, (0.8, 1.2), highest=5).order)

    p_values = []
    expected = 60.0 * np.exp(-0.4 * AXIS.centers)
    for number in range(120):
        counts = random_stream(9, "spectra without a signal", number).poisson(expected).astype(float)
        spectrum = gloam.Spectrum((AXIS,), np.pad(counts, 1))
        try:
            order = choose(spectrum).order
        except InputError:  # data on which nobody would have gone on
            continue
        fits = scanned(spectrum, order, masses=10)
        rule = ChosenBackground(fits.setup, choose)
        p_values.append(global_significance(fits, "toys", toys=120, replay=rule).p_global)
    assert len(p_values) > 90
    assert kstest(p_values, "uniform").pvalue > 0.01
