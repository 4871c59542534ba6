"""The functions of the kernel with arrays that a fit would never pass: refused or answered, never a crash."""

from dataclasses import fields, replace

import numpy as np
import pytest

from gloam.fit import Problem, SharedDesign
from gloam.fit.interior_point import interior_point
from gloam.kernel import (
    MOST_COEFFICIENTS,
    MOST_SHARED,
    LaneMinima,
    LaneProblem,
    Windows,
    interior_lanes,
    newton_lanes,
    pair_lanes,
    rise,
)
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = range(1 + (library().gloam_best() if library() else 0))
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: INSTRUCTION_SETS[v])


def lane_fits(rows=5, bins=20, coefficients=3, *, shared=True, seed=1, **arrays):
    """A problem, and minima that are to be found; `arrays` replace some of either."""
    random = np.random.default_rng(seed)
    t = np.linspace(-1, 1, bins) if bins else np.zeros(0)
    matrix = np.polynomial.legendre.legvander(t, coefficients - 1) if coefficients else np.zeros((bins, 0))
    theta = np.zeros((rows, coefficients))
    theta[:, :1] = 10.0
    values = {
        "counts": random.poisson(10.0, (rows, bins)).astype(float),
        "exposure": None,
        "known": None,
        "signal": np.tile(np.exp(-50 * t * t), (rows, 1)),
        "matrix": matrix.T.copy() if shared else np.tile(matrix, (rows, 1, 1)),
        "rising": np.eye(1, coefficients)[0],
        "theta": theta,
        "yields": np.zeros(rows),
        "expected": np.full((rows, bins), 10.0),
        "gap": np.full(rows, np.inf),
        **{name: np.full(rows, np.nan) for name in ("slope", "curvature", "information")},
        "ridge": np.zeros((rows, coefficients)),
        "certified": np.zeros(rows, np.int64),
        "passes": np.zeros(rows, np.int64),
    }
    values |= arrays
    return tuple(
        kind(**{field.name: values[field.name] for field in fields(kind)}) for kind in (LaneProblem, LaneMinima)
    )


def pairs_of(problem, variant, tolerance=1e-11):
    return pair_lanes(problem, tolerance, 1e5, variant, covariance=True)


@every_variant
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 17])
@pytest.mark.parametrize("shared", [True, False])
def test_every_row_is_fitted_whether_or_not_the_registers_are_full(variant, rows, shared):
    problem, fits = lane_fits(rows, shared=shared)
    newton_lanes(problem, fits, True, 1e-11, variant)
    assert fits.certified.all()
    assert (fits.gap <= 1e-11).all()
    matrix = problem.matrix.T if shared else problem.matrix[0]
    mu = fits.theta @ matrix.T + fits.yields[:, None] * problem.signal
    np.testing.assert_allclose(fits.expected, mu, rtol=1e-12)
    # where the yield floats -ln L has no slope in it: sum f (1 - n / mu) = 0
    np.testing.assert_allclose((problem.signal * (1 - problem.counts / mu)).sum(axis=1), 0.0, atol=1e-6)


@every_variant
@pytest.mark.parametrize("shared", [True, False])
def test_pairs_are_the_fits_that_newton_finds(variant, shared):
    problem, fits = lane_fits(11, shared=shared)
    pairs = pairs_of(problem, variant)
    assert pairs.certified.all()
    newton_lanes(problem, fits, True, 1e-11, variant)
    error = 1 / np.sqrt(fits.curvature)
    np.testing.assert_allclose(pairs.yields / error, fits.yields / error, atol=1e-5)
    np.testing.assert_allclose(pairs.covariance[:, -1, -1], error**2, rtol=1e-3)
    matrix = problem.matrix.T if shared else problem.matrix[0]
    without, free = pairs.theta_background @ matrix.T, fits.expected
    q = 2 * (without - free - problem.counts * np.log(without / free)).sum(axis=1)
    np.testing.assert_allclose(pairs.ratio, q, atol=1e-9)
    # the covariance is the inverse of sum x x' n / mu^2
    x = np.concatenate([np.tile(matrix, (11, 1, 1)), problem.signal[..., None]], axis=2)
    hessian = np.einsum("bmi,bm,bmj->bij", x, problem.counts / free**2, x)
    np.testing.assert_allclose(pairs.covariance @ hessian, np.tile(np.eye(4), (11, 1, 1)), atol=1e-4)


@every_variant
def test_pairs_allow_for_what_is_known_and_for_exposure(variant):
    exposure = np.tile(np.r_[np.full(10, 1.0), np.full(8, 2.0), 0.0, 0.5], (5, 1))
    known = np.full((5, 20), 4.0)
    problem, _ = lane_fits(5, shared=False, exposure=exposure, known=known)
    problem.counts[:, 18] = 0.0
    pairs = pairs_of(problem, variant)
    assert pairs.certified.all()
    mu = pairs.theta @ problem.matrix[0].T + known + pairs.yields[:, None] * problem.signal
    residual = exposure - problem.counts / mu
    np.testing.assert_allclose((problem.signal * residual).sum(axis=1), 0.0, atol=1e-5)
    np.testing.assert_allclose(np.einsum("bm,bmk->bk", residual, problem.matrix), 0.0, atol=1e-5)


@every_variant
@pytest.mark.parametrize("coefficients", range(MOST_COEFFICIENTS + 1))
def test_every_number_of_coefficients_is_fitted(variant, coefficients):
    """At the minimum the residuals are orthogonal to each column of the background."""
    problem, fits = lane_fits(3, 60, coefficients, shared=False)
    if not coefficients:  # nothing but the signal: the start has to be positive
        start = {"signal": np.ones((3, 60)), "yields": np.full(3, 10.0)}
        problem, fits = lane_fits(3, 60, 0, shared=False, **start)
    newton_lanes(problem, fits, True, 1e-11, variant)
    assert fits.certified.all()
    residual = 1 - problem.counts / fits.expected
    np.testing.assert_allclose(np.einsum("bm,bmk->bk", residual, problem.matrix), 0.0, atol=1e-5)
    if coefficients:
        np.testing.assert_allclose(pairs_of(problem, variant).yields, fits.yields, rtol=1e-4, atol=1e-4)


@every_variant
@pytest.mark.parametrize("coefficients", range(1, MOST_SHARED + 1))
def test_one_matrix_for_all_rows_gives_the_fits_of_one_each(variant, coefficients):
    one, each = (pairs_of(lane_fits(3, 60, coefficients, shared=shared)[0], variant) for shared in (True, False))
    np.testing.assert_allclose(one.theta, each.theta, rtol=1e-10, atol=1e-10)


@every_variant
def test_a_row_does_not_depend_on_its_neighbours(variant):
    exposure = np.ones((9, 20))
    exposure[3, 17:] = 0.0
    together, fits = lane_fits(9, seed=3, exposure=exposure)
    together.counts[3, 17:] = 0.0
    poisoned, _ = lane_fits(9, counts=together.counts.copy(), exposure=exposure)
    poisoned.counts[4] = np.nan
    found, spoilt = pairs_of(together, variant), pairs_of(poisoned, variant)
    newton_lanes(together, fits, True, 1e-11, variant)
    for i in range(9):
        row = slice(i, i + 1)
        alone, one = lane_fits(1, counts=together.counts[row], exposure=exposure[row])
        newton_lanes(alone, one, True, 1e-11, variant)
        assert one.yields[0] == fits.yields[i]
        pair = pairs_of(alone, variant)
        assert (pair.yields[0], pair.ratio[0]) == (found.yields[i], found.ratio[i])
    others = np.arange(9) != 4
    np.testing.assert_array_equal(spoilt.yields[others], found.yields[others])
    assert spoilt.certified.tolist() == others.astype(int).tolist()


@every_variant
@pytest.mark.parametrize("name", ["counts", "signal", "theta", "yields", "matrix", "exposure", "known", "rising"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 5e-324])
def test_anything_in_one_row_never_crashes_nor_certifies_what_is_not_finite(variant, name, value):
    problem, fits = lane_fits(3, shared=False, exposure=np.ones((3, 20)), known=np.zeros((3, 20)))
    getattr(problem if hasattr(problem, name) else fits, name)[1] = value
    start = fits.yields.copy(), fits.expected.copy()
    newton_lanes(problem, fits, True, 1e-11, variant)
    pairs = pairs_of(problem, variant)
    assert fits.certified[[0, 2]].all()
    assert name == "rising" or pairs.certified[[0, 2]].all()
    if fits.certified[1]:
        assert np.isfinite(fits.gap[1])
    else:
        np.testing.assert_array_equal(fits.yields[1], start[0][1])
        np.testing.assert_array_equal(fits.expected[1], start[1][1])
    assert np.isfinite(pairs.yields[1]) if pairs.certified[1] else np.isnan(pairs.yields[1])


@every_variant
@pytest.mark.parametrize(("rows", "bins"), [(0, 20), (3, 0), (0, 0), (3, 1), (3, 2)])
def test_no_rows_and_windows_of_no_length_are_no_crash(variant, rows, bins):
    problem, fits = lane_fits(rows, bins)
    newton_lanes(problem, fits, True, 1e-11, variant)
    assert not fits.certified.any()
    assert not pairs_of(problem, variant).certified.any()
    assert rise(problem.counts, None, fits.expected, fits.expected, variant).tolist() == [0.0] * rows


@every_variant
def test_a_row_in_which_every_bin_is_vetoed_is_not_certified(variant):
    exposure = np.ones((3, 20))
    exposure[1] = 0.0
    problem, fits = lane_fits(3, exposure=exposure)
    problem.counts[1] = 0.0
    newton_lanes(problem, fits, True, 1e-11, variant)
    assert fits.certified.tolist() == pairs_of(problem, variant).certified.tolist() == [1, 0, 1]


@every_variant
def test_a_covariance_that_does_not_exist_is_nan(variant):
    """Two columns that are the same one: the minimum may be found, what is known of each is not."""
    problem, _ = lane_fits(3, coefficients=2)
    problem.matrix[1] = problem.matrix[0]
    pairs = pairs_of(problem, variant)
    assert np.isnan(pairs.covariance).all()


@pytest.mark.parametrize(("coefficients", "shared"), [(MOST_COEFFICIENTS + 1, False), (MOST_SHARED + 1, True)])
def test_too_many_coefficients_are_refused(coefficients, shared):
    problem, fits = lane_fits(coefficients=coefficients, shared=shared)
    with pytest.raises(ValueError, match="does not fit so many"):
        newton_lanes(problem, fits, True, 1e-11, 0)
    with pytest.raises(ValueError, match="does not fit so many"):
        pairs_of(problem, 0)


def test_an_instruction_set_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        pairs_of(lane_fits()[0], 7)


@pytest.mark.parametrize("name", ["theta", "expected", "gap", "certified"])
def test_arrays_that_cannot_be_written_in_place_are_refused(name):
    problem, fits = lane_fits(4, 20)
    wrong = np.repeat(getattr(fits, name), 2, axis=0)[::2]  # the right shape, but not contiguous
    with pytest.raises(ValueError, match="cannot be written"):
        newton_lanes(problem, lane_fits(4, 20, **{name: wrong})[1], True, 1e-11, 0)


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


def sparse(rows=9, **arrays):
    """Fits whose minima lie on mu = 0, and starts inside."""
    counts = np.random.default_rng(5).poisson(0.1, (rows, 40)).astype(float)
    counts[:, 20] = 0.0
    values = {"counts": counts, "expected": np.full((rows, 40), np.nan), **arrays}
    theta = np.zeros((rows, 2))
    theta[:, 0] = 0.1
    return lane_fits(rows, 40, 2, theta=theta, **values)


@every_variant
@pytest.mark.parametrize("free", [True, False])
def test_the_interior_point_finds_what_that_of_numpy_finds(variant, free):
    problem, fits = sparse()
    reference = interior_point(
        Problem(problem.counts, SharedDesign(problem.matrix.T), problem.signal), fits.theta.copy(), fits.yields.copy(),
        free, 1e-11,
    )  # fmt: skip
    multiplier = np.zeros((9, 40))
    interior_lanes(problem, fits, multiplier, free, 1e-11, variant)
    np.testing.assert_array_equal(fits.certified != 0, reference.gap <= 1e-8)
    np.testing.assert_allclose(fits.yields, reference.s, atol=1e-6)
    np.testing.assert_allclose(fits.expected, reference.expected, atol=1e-6)
    filled = problem.counts > 0
    np.testing.assert_allclose((fits.expected * multiplier)[filled], problem.counts[filled], rtol=1e-4)


@every_variant
@pytest.mark.parametrize("name", ["counts", "signal", "theta", "yields", "exposure"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 5e-324])
def test_anything_in_one_row_never_crashes_the_interior_point(variant, name, value):
    problem, fits = sparse(exposure=np.ones((9, 40)))
    getattr(problem if hasattr(problem, name) else fits, name)[1] = value
    interior_lanes(problem, fits, np.zeros((9, 40)), True, 1e-11, variant)
    assert fits.certified[np.arange(9) != 1].all()
    assert not fits.certified[1] or np.isfinite(fits.gap[1])


def windows_of(template, spectrum, index, edges=31, spectra=3):
    contents = np.random.default_rng(8).poisson(10.0, (spectra, edges - 1)).astype(float)
    below = np.pad(np.cumsum(contents, axis=1), ((0, 0), (1, 0)))
    return Windows(np.asarray(index), below, np.asarray(template), np.asarray(spectrum))


@every_variant
@pytest.mark.parametrize("shared", [True, False])
def test_windows_of_spectra_are_fitted_like_their_counts(variant, shared):
    """Eleven fits with four templates to three spectra; one window is padded, with an exposure of 0 there."""
    exposure = np.ones((4, 20))
    exposure[2, 18:] = 0.0
    index = np.minimum(np.arange(21) + np.arange(4)[:, None], [[30], [30], [20], [30]])
    template, spectrum = np.arange(11) % 4, np.arange(11) % 3
    windows = windows_of(template, spectrum, index)
    few, _ = lane_fits(4, shared=shared, exposure=exposure)
    found = pairs_of(replace(few, counts=windows), variant)
    edges = index[template]
    counts = windows.below[spectrum[:, None], edges[:, 1:]] - windows.below[spectrum[:, None], edges[:, :-1]]
    many, _ = lane_fits(11, shared=shared, counts=counts, exposure=exposure[template])
    expected = pairs_of(many, variant)
    assert found.certified.all()
    np.testing.assert_array_equal(found.yields, expected.yields)
    np.testing.assert_array_equal(found.ratio, expected.ratio)


@pytest.mark.parametrize(
    ("template", "spectrum", "index"),
    [
        ([-1], [0], 0), ([4], [0], 0), ([0], [3], 0), ([0], [-1], 0), ([0], [0], 11), ([0], [0], -1), ([0, 1], [0], 0),
        ([2**62], [0], 0),
    ],
)  # fmt: skip
def test_places_that_are_none_are_refused(template, spectrum, index):
    few, _ = lane_fits(4)
    windows = windows_of(template, spectrum, np.arange(21) + np.full((4, 1), index))
    with pytest.raises(ValueError, match=r"places|windows"):
        pairs_of(replace(few, counts=windows), 0)


def test_no_fits_in_spectra_are_no_crash():
    few, _ = lane_fits(4)
    none = windows_of(np.zeros(0, int), np.zeros(0, int), np.tile(np.arange(21), (4, 1)))
    assert pairs_of(replace(few, counts=none), 0).yields.size == 0
