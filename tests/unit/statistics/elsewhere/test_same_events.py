"""Scans of the same events are one search: their toys are the same spectra, and their crossings are counted once."""

import dataclasses
import math

import numpy as np
import pytest

import gloam
from gloam.execution import random_stream
from gloam.scans import fit_scan
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import correlation_of_all, largest_of_fields, scans_of_same_events, score_correlation
from gloam.statistics.elsewhere.whole_scan import ScanSearch, scan_toys


def spectrum(seed=1):
    counts = random_stream(seed, "same events").poisson(30.0, 400).astype(float)
    return gloam.Spectrum((Axis(np.linspace(0.0, 4.0, 401)),), np.pad(counts, 1))


def scanned(data, width):
    return gloam.scan(data, gloam.Gaussian(width), gloam.Polynomial(1), np.arange(0.2, 3.8, 0.01), window=10)


@pytest.fixture(scope="module")
def narrow():
    return scanned(spectrum(), 0.02)


@pytest.fixture(scope="module")
def broad():
    return scanned(spectrum(), 0.03)


def test_equal_spectra_are_the_same_events(narrow, broad):
    other = scanned(spectrum(2), 0.02)
    assert scans_of_same_events([narrow, other, broad]) == [0, 1, 0]


def test_one_scan_twice_is_one_scan(narrow):
    once, twice = score_correlation(narrow), correlation_of_all([narrow, narrow])
    for z in (1.0, 3.0, 5.0, 8.0):
        assert twice.log_p_value(z) == pytest.approx(once.log_p_value(z), rel=0.01, abs=1e-4)


def test_two_shapes_have_the_p_value_of_fields_with_all_correlations(narrow, broad):
    chain = correlation_of_all([narrow, broad])
    largest = np.maximum(*(largest_of_fields(each, 20_000) for each in (narrow, broad)))
    alone = score_correlation(narrow)
    for z in (2.5, 3.0, 3.5):
        p = np.mean(largest > z)
        assert math.exp(chain.log_p_value(z)) == pytest.approx(p, abs=4 * math.sqrt(p / largest.size) + 0.03 * p)
        assert alone.log_p_value(z) < chain.log_p_value(z) < alone.log_p_value(z) + math.log(2)


def test_scans_of_other_data_stay_independent(narrow):
    other = scanned(spectrum(2), 0.02)
    chain = correlation_of_all([narrow, other])
    p = [math.exp(score_correlation(each).log_p_value(3.5)) for each in (narrow, other)]
    assert math.exp(chain.log_p_value(3.5)) == pytest.approx(p[0] + p[1] - p[0] * p[1], rel=1e-3)


def test_scans_at_other_positions_stay_independent(narrow):
    moved = dataclasses.replace(narrow.setup, signal=gloam.Gaussian(0.03)).take(np.arange(100))
    chain = correlation_of_all([narrow, fit_scan(moved)])
    assert chain.pieces == 2


def test_toys_of_both_are_the_same_spectra(narrow, broad):
    first = ScanSearch.of(narrow)
    second = ScanSearch.of(broad, same_events_as=first)
    np.testing.assert_array_equal(first.truth.expected[0], second.truth.expected[0])
    own, shared = scan_toys(broad, 60), scan_toys(broad, 60, same_events_as=narrow)
    alone = scan_toys(narrow, 60)
    assert np.corrcoef(alone.largest, shared.largest)[0, 1] > 0.5
    assert np.corrcoef(own.largest, shared.largest)[0, 1] > 0.98  # its own expectation is nearly that of the other


def test_toys_and_crossings_agree(narrow, broad):
    analytic = global_significance([narrow, broad])
    toys = global_significance([narrow, broad], "toys", toys=500)
    assert toys.p_global == pytest.approx(analytic.p_global, abs=4 * toys.p_global_err)
