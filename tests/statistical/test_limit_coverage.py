"""Coverage of every kind of limit in few counts: windows of three-photon spectra with 10, 100 and 1000 entries.

The background is the fourth-order polynomial fitted to the workload, scaled; 100 bins, five background parameters.
"""

import dataclasses
from functools import cache

import numpy as np
import pytest
from scipy import stats

from gloam.benchmarking.workloads import three_photons
from gloam.execution import random_stream
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, SlidingWindows, fit_scan
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import coverage
from gloam.statistics.elsewhere.expectation import global_expectation

pytestmark = pytest.mark.statistical

LEVEL, ENTRIES = 0.90, (10, 100, 1000)
SIGNALS = np.arange(0, 5.1, 1.0)
LARGER = (8.0, 20.0)


@cache
def window(entries):
    """The fits to the expectation of one window with so many entries."""
    full = three_photons()[0].take(np.array([250]))
    expected = global_expectation(full, fit_scan(full), np.array([0]))
    contents = with_flow(entries / expected.sum() * expected, full.spectrum.axes)
    spectrum = dataclasses.replace(full.spectrum, contents=contents, asimov=True)
    return fit_scan(dataclasses.replace(full, spectrum=spectrum))


def covered(entries, method, signals, toys, least, **options):
    found = coverage(window(entries), [0], signals, LEVEL, method, toys, seed=1, **options)
    assert found.n_failed.sum() <= 0.01 * found.limits.trials.sum()
    # the Wilson interval of two standard deviations around the least coverage
    error = np.sqrt(least * (1 - least) / found.limits.trials)
    assert (found.limits.value >= least - 2.5 * error).all(), found.limits.value
    return found


@pytest.mark.parametrize("entries", ENTRIES)
def test_asymptotic_cls_covers(entries):
    """Also with ten entries, where 2000 toys gave 0.898 +- 0.007 for 8 events and more for others."""
    found = covered(entries, "cls", [*SIGNALS, *LARGER], 1500, LEVEL)
    assert found.limits.value[0, 0] == 1


@pytest.mark.parametrize(("entries", "least"), [(10, 0.875), (100, 0.875), (1000, 0.89)])
def test_profile_limits_nearly_cover(entries, least):
    """As measured: up to 0.03 too little in few counts, from 2 events on; at 1000 entries as asked."""
    covered(entries, "profile", [*SIGNALS, *LARGER], 1500, least)


@pytest.mark.parametrize(("entries", "toys"), [(10, 150), (100, 300), (1000, 1000)])
def test_bayesian_limits_cover(entries, toys):
    found = covered(entries, "bayes", [0.0, 2.0, 4.0, 8.0], toys, LEVEL)
    assert found.limits.value[0, 0] == 1


@pytest.mark.parametrize(("entries", "toys"), [(10, 200), (100, 200)])
def test_cls_with_toys_covers(entries, toys):
    covered(entries, "cls-toys", [3.0, 8.0], toys, LEVEL, inner=300)


@pytest.mark.parametrize("entries", [100, 1000])
def test_errors_cover_as_gaussian_ones(entries):
    found = coverage(window(entries), [0], [0.0, 5.0, 20.0], LEVEL, "profile", 2000, seed=2)
    assert np.abs(found.errors.value - 0.6827).max() < 0.025 + 3 * found.errors.error.max()


def test_q0_of_many_counts_is_half_a_chi_square():
    """1000 entries, 2000 toys as windows of one long axis: half of q0 is 0, the rest follows chi^2 of one parameter."""
    bins, toys = 40, 2000
    axis = uniform_axis(0.0, float(bins * toys), bins=bins * toys)
    counts = random_stream(1, "q0 toys").poisson(1000 / bins, bins * toys).astype(float)
    first = bins * np.arange(toys)
    scan = Scan(
        Spectrum((axis,), with_flow(counts, (axis,))), Gaussian(1.5), Polynomial(1), Grid.of(first + 20.0),
        SlidingWindows(first, first + bins, True),
    )  # fmt: skip
    found = fit_scan(scan)
    positive = found.n_sig > 0
    assert abs(positive.mean() - 0.5) < 4 * 0.5 / np.sqrt(toys)
    assert stats.kstest(found.q0[positive], "chi2", (1,)).pvalue > 0.01
