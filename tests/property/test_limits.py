"""What holds for every limit: it rises with the level and with counts under the peak, and knows no units."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Axis, Spectrum, with_flow
from gloam.statistics import Prior, upper_limits

quick = settings(max_examples=15, deadline=None)
EDGES = np.linspace(2.0, 3.0, 41)
seeds = st.integers(0, 2**32 - 1)
means = st.floats(0.05, 300.0)
positions = st.floats(2.2, 2.8)
widths = st.floats(0.02, 0.06)
methods = pytest.mark.parametrize("method", ["cls", "profile"])


def counts_of(seed, mean):
    return np.random.default_rng(seed).poisson(mean, EDGES.size - 1).astype(float)


def limits(counts, position, width, level, method, unit=1.0):
    axis = Axis(EDGES * unit)
    position = np.atleast_1d(position) * unit
    windows = sliding_windows(axis, position, 10.0 * unit)
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
    result = fit_scan(Scan(spectrum, Gaussian(width * unit), Polynomial(1), Grid.of(position), windows))
    return result, upper_limits(result, level, method)


@methods
@quick
@given(seeds, means, positions, widths, st.lists(st.floats(0.55, 0.999), min_size=2, max_size=3, unique=True))
def test_limits_rise_with_the_level(method, seed, mean, position, width, levels):
    levels = sorted(levels)
    counts = counts_of(seed, mean)
    found = [limits(counts, position, width, level, method)[1] for level in levels]
    for low, high, step in zip(found[:-1], found[1:], np.diff(levels), strict=True):
        assert low.n_failed == high.n_failed == 0
        assert high.observed[0] > low.observed[0] or step < 1e-3
        assert (high.expected[0] > low.expected[0]).all() or step < 1e-3


@methods
@quick
@given(seeds, means, positions, widths, st.integers(1, 20))
def test_counts_under_the_peak_raise_the_limit(method, seed, mean, position, width, more):
    counts = counts_of(seed, mean)
    added = counts.copy()
    added[np.searchsorted(EDGES, position) - 1] += more
    before, after = (limits(n, position, width, 0.9, method)[1].observed[0] for n in (counts, added))
    assert after > before


@methods
@quick
@given(seeds, means, positions, widths, st.integers(-30, 30))
def test_units_do_not_matter(method, seed, mean, position, width, power):
    counts = counts_of(seed, mean)
    _, one = limits(counts, position, width, 0.9, method)
    _, other = limits(counts, position, width, 0.9, method, unit=2.0**power)
    np.testing.assert_allclose(other.observed, one.observed, rtol=1e-9)
    np.testing.assert_allclose(other.expected, one.expected, rtol=1e-9)


@methods
@quick
@given(seeds, means, positions, widths)
def test_limits_exceed_the_best_yield_and_zero(method, seed, mean, position, width):
    result, found = limits(counts_of(seed, mean), position, width, 0.9, method)
    assert found.observed[0] > max(result.n_sig[0], 0)
    assert (np.diff(found.expected[0]) > 0).all()
    assert found.expected[0, 0] > 0


@quick
@example(237, 0.125, 2.5, 0.0234375)  # no counts under the peak, where -ln L has no curvature
@given(seeds, means, positions, widths)
def test_cls_is_never_below_the_profile_limit(seed, mean, position, width):
    """CLs divides the p-value of the profile limit by a probability: it is the weaker limit of the two."""
    counts = counts_of(seed, mean)
    weaker = limits(counts, position, width, 0.9, "cls")[1].observed[0]
    stronger = limits(counts, position, width, 0.9, "profile")[1].observed[0]
    assert weaker >= stronger - 1e-4 * abs(stronger)


def bayesian(counts, position, width, level, unit=1.0, prior="flat"):
    axis = Axis(EDGES * unit)
    position = np.atleast_1d(position) * unit
    windows = sliding_windows(axis, position, 10.0 * unit)
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
    result = fit_scan(Scan(spectrum, Gaussian(width * unit), Polynomial(1), Grid.of(position), windows))
    return upper_limits(result, level, "bayes", prior=Prior(prior), bands=False)


many = st.floats(20.0, 3000.0)


@quick
@given(seeds, many, positions, widths, st.floats(0.55, 0.98))
def test_bayesian_limits_rise_with_the_level_and_know_no_units(seed, mean, position, width, level):
    counts = counts_of(seed, mean)
    low, high = (bayesian(counts, position, width, x) for x in (level, level + 0.01))
    assert low.n_failed == high.n_failed == 0
    assert 0 < low.observed[0] < high.observed[0]
    other = bayesian(counts, position, width, level, unit=2.0**7)
    np.testing.assert_allclose(other.observed, low.observed, rtol=1e-9)


@quick
@given(seeds, many, positions, widths, st.integers(1, 20))
def test_counts_under_the_peak_raise_the_bayesian_limit(seed, mean, position, width, more):
    counts = counts_of(seed, mean)
    added = counts.copy()
    added[np.searchsorted(EDGES, position) - 1] += more
    before, after = (bayesian(n, position, width, 0.9) for n in (counts, added))
    assert after.observed[0] > before.observed[0]


@quick
@given(seeds, st.floats(0.05, 5.0), positions, widths, st.sampled_from(["flat", "jeffreys", "reference"]))
def test_bayesian_limits_exist_for_few_counts(seed, mean, position, width, prior):
    found = bayesian(counts_of(seed, mean), position, width, 0.9, prior=prior)
    assert found.n_failed == 0
    assert found.observed[0] > 0
    assert found.error[0] < 0.05 * found.observed[0]
