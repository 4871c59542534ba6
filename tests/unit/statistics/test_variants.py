"""The most cautious of several variants: by hand, where some have no answer, and where all are one."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Scan, VariantResults, background_variants, fit_variants, grid_in_steps, sliding_windows
from gloam.spectra import fill, uniform_axis
from gloam.statistics import UpperLimits, combine_variants, least_stringent, upper_limits, variant_limits

GRID = grid_in_steps(1.2, 2.8, 0.2)
NAMES = ("nominal", "order-1", "order+1")


@pytest.fixture(scope="module")
def variants():
    values = np.random.default_rng(3).uniform(1, 3, 4000)
    axis = uniform_axis(1.0, 3.0, bins=200)
    windows = sliding_windows(axis, GRID.position, 0.3)
    scan = Scan(fill(values, axis), Gaussian(0.03), Polynomial(1), GRID, windows, ((1.75, 1.85),))
    return fit_variants(background_variants(scan, order=1))


def with_z(variants, z):
    """Three variants with significances as given for the first hypotheses; NaN: a fit without a certificate."""
    results = []
    for result, row in zip(variants.results, np.asarray(z, float), strict=True):
        n_sig, q0, status = result.n_sig.copy(), result.q0.copy(), result.status.copy()
        n_sig[: row.size], q0[: row.size] = np.sign(row), row**2
        status[: row.size] = np.where(np.isnan(row), FitStatus.NOT_CERTIFIED.value, FitStatus.OK.value)
        results.append(dataclasses.replace(result, n_sig=n_sig, q0=q0, status=status))
    return VariantResults(variants.names, tuple(results))


def limits_of(observed, expected=None, **changes):
    h = len(GRID)
    full = np.full(h, 1.0)
    full[: len(observed)] = observed
    bands = np.ones((h, 5)) if expected is None else np.broadcast_to(expected, (h, 5))
    return UpperLimits(**{"observed": full, "expected": bands, "level": 0.9, "method": "cls", "n_failed": 0} | changes)


@pytest.mark.parametrize(
    ("z", "smallest", "active"),
    [
        ([3.0, 2.0, 2.5], 2.0, 1),
        ([-3.0, -2.0, -2.5], -2.0, 1),
        ([1.0, -0.2, 0.5], -0.2, 1),
        ([np.nan, 2.0, 2.5], 2.0, 1),
        ([2.0, np.nan, np.nan], 2.0, 0),
        ([np.nan, np.nan, np.nan], np.nan, -1),
        ([0.0, 1.0, -1.0], 0.0, 0),
    ],
)
def test_the_smallest_significance(variants, z, smallest, active):
    summary = combine_variants(with_z(variants, np.array(z)[:, None]))
    np.testing.assert_equal(summary.z_local[0], smallest)
    assert summary.active_z[0] == active
    np.testing.assert_array_equal(summary.n_failed, np.isnan(z))
    assert np.isnan(summary.observed).all()
    assert (summary.active_limit == -1).all()
    assert summary.expected.shape == (len(GRID), 5)


def test_the_least_stringent_limit_and_its_bands(variants):
    first, second = np.arange(1, 6.0), np.array([2, 2, 2, 4, 7.0])
    limits = [limits_of([5, np.nan, np.nan], first), limits_of([7, 2, np.nan], second), limits_of([6, 3, np.nan])]
    summary = combine_variants(variants, limits)
    np.testing.assert_array_equal(summary.observed[:3], [7, 3, np.nan])
    np.testing.assert_array_equal(summary.active_limit[:3], [1, 2, -1])
    np.testing.assert_array_equal(summary.expected[0], [2, 2, 3, 4, 7])
    np.testing.assert_array_equal(summary.n_failed, [2, 1, 1])
    combined = least_stringent(summary, limits[0])
    assert combined.observed is summary.observed
    assert combined.expected is summary.expected
    assert (combined.level, combined.method) == (0.9, "cls")
    assert combined.n_failed == 1


def test_vetoed_masses_are_no_failures(variants):
    summary = combine_variants(variants, variant_limits(variants, bands=False))
    vetoed = variants.nominal.status == FitStatus.VETOED
    assert vetoed.any()
    np.testing.assert_array_equal(np.isnan(summary.z_local), vetoed)
    np.testing.assert_array_equal(np.isnan(summary.observed), vetoed)
    assert not summary.n_failed.any()


def test_limits_are_those_of_the_single_scans(variants):
    limits = variant_limits(variants, 0.95, "profile")
    for result, each in zip(variants.results, limits, strict=True):
        alone = upper_limits(result, 0.95, "profile")
        np.testing.assert_array_equal(each.observed, alone.observed)
        np.testing.assert_array_equal(each.expected, alone.expected)
    summary = combine_variants(variants, limits)
    stacked = np.stack([each.observed for each in limits])
    rows = np.flatnonzero(variants.nominal.status != FitStatus.VETOED)
    np.testing.assert_array_equal(summary.observed[rows], stacked.max(axis=0)[rows])
    np.testing.assert_array_equal(stacked[summary.active_limit[rows], rows], summary.observed[rows])
    np.testing.assert_array_equal(variants.z_local[summary.active_z[rows], rows], summary.z_local[rows])
    assert (np.abs(summary.z_local[rows]) <= np.abs(variants.z_local[:, rows])).all()


def test_one_variant_is_the_plain_scan(variants):
    alone = VariantResults(("nominal",), (variants.nominal,))
    (limits,) = variant_limits(alone)
    combined = least_stringent(combine_variants(alone, [limits]), limits)
    np.testing.assert_array_equal(combined.observed, limits.observed)
    np.testing.assert_array_equal(combined.expected, limits.expected)
    np.testing.assert_array_equal(combine_variants(alone).z_local, variants.nominal.z_local)


@pytest.mark.parametrize(
    "limits",
    [
        [limits_of([])],
        [limits_of([])] * 2 + [limits_of([], level=0.95)],
        [dataclasses.replace(limits_of([]), observed=np.ones(3))] * 3,
    ],
)
def test_limits_that_do_not_belong_together_are_refused(variants, limits):
    with pytest.raises(InputError, match=r"limits of variants: .* Compute them with variant_limits"):
        combine_variants(variants, limits)
