"""The functions of the kernel with arrays that a fit would never pass: refused or answered, never a crash."""

import numpy as np
import pytest

from gloam.kernel import MOST_COEFFICIENTS, MOST_SHARED, LaneFits, newton_lanes, rise
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = range(1 + (library().gloam_best() if library() else 0))
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: INSTRUCTION_SETS[v])


def lane_fits(rows=5, bins=20, coefficients=3, *, shared=True, seed=1, **arrays):
    random = np.random.default_rng(seed)
    t = np.linspace(-1, 1, bins) if bins else np.zeros(0)
    matrix = np.polynomial.legendre.legvander(t, coefficients - 1) if coefficients else np.zeros((bins, 0))
    theta = np.zeros((rows, coefficients))
    theta[:, :1] = 10.0
    values = {
        "counts": random.poisson(10.0, (rows, bins)).astype(float),
        "exposure": None,
        "signal": np.tile(np.exp(-50 * t * t), (rows, 1)),
        "matrix": matrix.T.copy() if shared else np.tile(matrix, (rows, 1, 1)),
        "theta": theta,
        "yields": np.zeros(rows),
        "expected": np.full((rows, bins), 10.0),
        "gap": np.full(rows, np.inf),
        **{name: np.full(rows, np.nan) for name in ("slope", "curvature", "information")},
        "ridge": np.zeros((rows, coefficients)),
        "certified": np.zeros(rows, np.int64),
        "passes": np.zeros(rows, np.int64),
    }
    return LaneFits(**{**values, **arrays})


@every_variant
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 17])
@pytest.mark.parametrize("shared", [True, False])
def test_every_row_is_fitted_whether_or_not_the_registers_are_full(variant, rows, shared):
    fits = lane_fits(rows, shared=shared)
    newton_lanes(fits, True, 1e-11, variant)
    assert fits.certified.all()
    assert (fits.gap <= 1e-11).all()
    matrix = fits.matrix.T if shared else fits.matrix[0]
    mu = fits.theta @ matrix.T + fits.yields[:, None] * fits.signal
    np.testing.assert_allclose(fits.expected, mu, rtol=1e-12)
    # where the yield floats -ln L has no slope in it: sum f (1 - n / mu) = 0
    np.testing.assert_allclose((fits.signal * (1 - fits.counts / mu)).sum(axis=1), 0.0, atol=1e-6)


@every_variant
@pytest.mark.parametrize("coefficients", range(MOST_COEFFICIENTS + 1))
def test_every_number_of_coefficients_is_fitted(variant, coefficients):
    """At the minimum the residuals are orthogonal to each column of the background."""
    theta = np.zeros((3, coefficients))
    theta[:, :1] = 10.0
    fits = lane_fits(3, 60, coefficients, shared=False, theta=theta)
    if not coefficients:  # nothing but the signal: the start has to be positive
        fits = lane_fits(3, 60, 0, shared=False, signal=np.ones((3, 60)), yields=np.full(3, 10.0))
    newton_lanes(fits, True, 1e-11, variant)
    assert fits.certified.all()
    residual = 1 - fits.counts / fits.expected
    np.testing.assert_allclose(np.einsum("bm,bmk->bk", residual, fits.matrix), 0.0, atol=1e-5)


@every_variant
def test_a_row_does_not_depend_on_its_neighbours(variant):
    together = lane_fits(9, seed=3)
    alone = [
        lane_fits(1, counts=together.counts[i : i + 1].copy(), signal=together.signal[i : i + 1]) for i in range(9)
    ]
    poisoned = lane_fits(9, seed=3)
    poisoned.counts[4] = np.nan
    for fits in (together, poisoned, *alone):
        newton_lanes(fits, True, 1e-11, variant)
    others = np.arange(9) != 4
    np.testing.assert_array_equal(together.yields, [fits.yields[0] for fits in alone])
    np.testing.assert_array_equal(poisoned.yields[others], together.yields[others])
    assert poisoned.certified.tolist() == others.astype(int).tolist()


@every_variant
@pytest.mark.parametrize("name", ["counts", "signal", "theta", "yields", "expected", "matrix"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 5e-324])
def test_anything_in_one_row_never_crashes_nor_certifies_what_is_not_finite(variant, name, value):
    fits = lane_fits(3, shared=False)
    getattr(fits, name)[1] = value
    start = fits.yields.copy(), fits.expected.copy()
    newton_lanes(fits, True, 1e-11, variant)
    assert fits.certified[[0, 2]].all()
    if fits.certified[1]:
        assert np.isfinite(fits.gap[1])
    else:
        np.testing.assert_array_equal(fits.yields[1], start[0][1])
        np.testing.assert_array_equal(fits.expected[1], start[1][1])


@every_variant
@pytest.mark.parametrize(("rows", "bins"), [(0, 20), (3, 0), (0, 0), (3, 1), (3, 2)])
def test_no_rows_and_windows_of_no_length_are_no_crash(variant, rows, bins):
    fits = lane_fits(rows, bins)
    newton_lanes(fits, True, 1e-11, variant)
    assert not fits.certified.any()
    assert rise(fits.counts, None, fits.expected, fits.expected, variant).tolist() == [0.0] * rows


@every_variant
def test_a_row_in_which_every_bin_is_vetoed_is_not_certified(variant):
    exposure = np.ones((3, 20))
    exposure[1] = 0.0
    fits = lane_fits(3, exposure=exposure)
    fits.counts[1] = 0.0
    newton_lanes(fits, True, 1e-11, variant)
    assert fits.certified.tolist() == [1, 0, 1]


@pytest.mark.parametrize(("coefficients", "shared"), [(MOST_COEFFICIENTS + 1, False), (MOST_SHARED + 1, True)])
def test_too_many_coefficients_are_refused(coefficients, shared):
    with pytest.raises(ValueError, match="does not fit so many"):
        newton_lanes(lane_fits(coefficients=coefficients, shared=shared), True, 1e-11, 0)


@pytest.mark.parametrize("name", ["theta", "expected", "gap", "certified"])
def test_arrays_that_cannot_be_written_in_place_are_refused(name):
    fits = lane_fits(4, 20)
    array = getattr(fits, name)
    wrong = np.repeat(array, 2, axis=0)[::2]  # the right shape, but not contiguous
    with pytest.raises(ValueError, match="cannot be written"):
        newton_lanes(lane_fits(4, 20, **{name: wrong}), True, 1e-11, 0)


@every_variant
def test_rise_is_the_difference_of_logarithms_of_likelihoods(variant):
    random = np.random.default_rng(4)
    counts = random.poisson(3.0, (6, 37)).astype(float)
    at, reference = random.uniform(0.01, 50, (2, 6, 37))
    exposure = random.integers(0, 3, (6, 37)).astype(float)
    expected = (exposure * (at - reference) - counts * np.log(at / reference)).sum(axis=1)
    np.testing.assert_allclose(rise(counts, exposure, at, reference, variant), expected, rtol=1e-13, atol=1e-12)


@every_variant
@pytest.mark.parametrize("centre", [1.0, 0.75, 1.4142135623730951, 1e-200, 1e200, 2.2250738585072014e-308, 1e308])
def test_the_logarithm_is_that_of_the_library(variant, centre):
    x = centre * np.r_[1.0, 1 + np.logspace(-15, -1, 500), 1.5, 1.7]
    one, zero = np.ones((x.size, 1)), np.zeros((x.size, 1))
    found = -rise(one, zero, x[:, None], one, variant)
    np.testing.assert_allclose(found, np.log(x), rtol=5e-16, atol=0)
