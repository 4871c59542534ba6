"""Global p-values of data without a signal are uniform, and the filter of whole-scan toys misses no maximum."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import kstest

import gloam
from gloam.benchmarking.workloads import dimuon
from gloam.execution import random_stream
from gloam.scans import fit_scan
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import scan_toys
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
