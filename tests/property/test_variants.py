"""What holds for variants and envelopes of any data."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, VariantResults, background_variants, fit_variants, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import combine_variants, profile_envelope, variant_limits

quick = settings(max_examples=20, deadline=None)
AXIS = uniform_axis(2.0, 3.0, bins=40)
seeds = st.integers(0, 2**32 - 1)
means = st.floats(0.1, 300.0)
positions = st.floats(2.3, 2.7)


def fits_of(seed, mean, position, **variation):
    counts = np.random.default_rng(seed).poisson(mean, len(AXIS)).astype(float)
    grid = Grid.of([position])
    windows = sliding_windows(AXIS, grid.position, 0.28)
    spectrum = Spectrum((AXIS,), with_flow(counts, (AXIS,)))
    scan = Scan(spectrum, Gaussian(0.04), Polynomial(1), grid, windows)
    return fit_variants(background_variants(scan, **variation))


@quick
@given(seeds, means, positions)
def test_no_variant_is_more_cautious_than_the_combination(seed, mean, position):
    results = fits_of(seed, mean, position, window=2, order=1)
    limits = variant_limits(results, bands=False)
    summary = combine_variants(results, limits)
    assert all(each.observed[0] <= summary.observed[0] for each in limits)
    assert np.abs(summary.z_local[0]) == np.abs(results.z_local[:, 0]).min()
    assert summary.z_local[0] in results.z_local[:, 0]
    assert not summary.n_failed.any()


@quick
@given(seeds, means, positions, st.permutations(range(3)), st.floats(0.0, 3.0))
def test_members_never_raise_the_envelope(seed, mean, position, order, correction):
    results = fits_of(seed, mean, position, order=1)
    several = [
        VariantResults(tuple(map(str, order[:k])), tuple(results.results[i] for i in order[:k])) for k in (1, 2, 3)
    ]
    found = [profile_envelope(each, correction=correction) for each in several]
    for fewer, more in pairwise(found):
        # the minimum moves down by as much as the cost of the members there before goes up
        down = more.cost[: len(fewer.names), 0] - fewer.cost[:, 0]
        np.testing.assert_allclose(down, down[0], atol=1e-8)
        assert down[0] > -1e-8
    assert all(each.n_failed == 0 for each in found)


@quick
@given(seeds, means, positions, st.floats(0.0, 3.0))
def test_an_envelope_is_as_wide_as_the_member_it_is_made_of(seed, mean, position, correction):
    results = fits_of(seed, mean, position, order=1)
    found = profile_envelope(results, correction=correction)
    active = results.results[found.active[0]]
    alone = profile_envelope(VariantResults(("active",), (active,)), correction=correction)
    slack = 1e-4 * (alone.high - alone.low)[0]
    assert found.n_sig[0] == alone.n_sig[0]
    assert found.low[0] <= alone.low[0] + slack
    assert found.high[0] >= alone.high[0] - slack
    assert found.q0[0] <= alone.q0[0] + 1e-8
