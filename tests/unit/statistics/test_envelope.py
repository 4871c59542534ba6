"""The envelope of several backgrounds: one member, corrections, members without a fit, and what is refused."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus, likelihood_difference, minimise, profile
from gloam.models import Gaussian, Polynomial, ShapeNuisance, Steps, YieldNuisance
from gloam.scans import (
    JointScan,
    Scan,
    VariantResults,
    background_variants,
    batches,
    fit_scan,
    fit_variants,
    grid_in_steps,
    sliding_windows,
)
from gloam.spectra import fill, uniform_axis
from gloam.statistics import profile_envelope, upper_limits

AXIS = uniform_axis(1.0, 3.0, bins=200)
GRID = grid_in_steps(1.05, 2.95, 0.05)


def scan_of(order=2, *, vetoes=(), half_width=0.4, seed=1, number=6000, signal=None):
    values = np.random.default_rng(seed).uniform(1, 3, number)
    windows = sliding_windows(AXIS, GRID.position, half_width)
    return Scan(fill(values, AXIS), signal or Gaussian(0.03), Polynomial(order), GRID, windows, vetoes)


@pytest.fixture(scope="module")
def three():
    return fit_variants(background_variants(scan_of(), order=1))


@pytest.mark.parametrize("number", [6000, 60])
def test_one_member_is_the_plain_profile(number):
    result = fit_scan(scan_of(number=number))
    found = profile_envelope(VariantResults(("alone",), (result,)), 0.95, correction=3.0)
    plain = upper_limits(result, 0.95, "profile", bands=False)
    np.testing.assert_allclose(found.upper_limit, plain.observed, rtol=1e-6)
    assert (np.abs(found.n_sig - result.n_sig) <= 1e-5 * result.n_sig_err).all()
    np.testing.assert_allclose(found.z_local, result.z_local, atol=1e-6)
    assert (found.low < found.n_sig).all()
    assert (found.n_sig < found.high).all()
    assert not found.cost.any()
    assert not found.active.any()
    if number == 6000:  # nearly parabolic
        np.testing.assert_allclose(found.high - found.low, 2 * result.n_sig_err, rtol=0.02)
    assert found.n_failed == 0


def test_a_member_more_never_raises_the_corrected_minimum(three):
    """E_min of all members is below that of some: the cost of a member only grows when others join."""
    two = profile_envelope(VariantResults(three.names[:2], three.results[:2]))
    all_ = profile_envelope(three)
    assert (all_.cost[:2] >= two.cost - 1e-9).all()
    np.testing.assert_allclose(all_.cost.min(axis=0), 0)


def test_the_correction_is_per_coefficient_of_each_member(three):
    plain, corrected = (profile_envelope(three, correction=c) for c in (0.0, 1.0))
    coefficients = np.array([3, 2, 4])[:, None]
    moved = plain.cost + coefficients
    np.testing.assert_allclose(corrected.cost, moved - moved.min(axis=0), atol=1e-9)
    assert (plain.active == 2).all()  # without a correction the largest of nested functions always wins
    np.testing.assert_array_equal(corrected.active, moved.argmin(axis=0))
    assert set(corrected.active) >= {0, 1}


def test_members_that_are_alike_add_nothing(three):
    twice = VariantResults(("nominal", "again"), (three.nominal, three.nominal))
    once = profile_envelope(VariantResults(("nominal",), (three.nominal,)))
    found = profile_envelope(twice)
    for name in ("n_sig", "low", "high", "q0", "upper_limit"):
        np.testing.assert_allclose(getattr(found, name), getattr(once, name), rtol=1e-9, err_msg=name)


def test_heavily_penalised_members_are_never_active(three):
    once = profile_envelope(VariantResults(("order-1",), three.results[1:2]))
    found = profile_envelope(three, correction=1e3)
    assert (found.active == 1).all()
    assert (found.active_background == 1).all()
    assert (found.active_limit == 1).all()
    np.testing.assert_allclose(found.upper_limit, once.upper_limit, rtol=1e-6)


def test_the_order_of_the_members_does_not_matter(three):
    found = profile_envelope(three)
    turned = profile_envelope(VariantResults(three.names[::-1], three.results[::-1]))
    # an end comes out of an iteration that may start elsewhere: 1e-5 standard deviations
    for name in ("n_sig", "low", "high", "upper_limit"):
        assert (np.abs(getattr(found, name) - getattr(turned, name)) < 2e-5 * (found.high - found.low)).all()
    np.testing.assert_allclose(turned.cost, found.cost[::-1], atol=1e-9)
    np.testing.assert_allclose(turned.q0, found.q0, atol=1e-9)


def test_forms_may_change_with_mass_differently(three):
    spectrum_scan = scan_of()
    steps = dataclasses.replace(spectrum_scan, background=Polynomial(Steps((2.01,), (3, 1))))
    mixed = VariantResults(("nominal", "steps"), (three.nominal, fit_scan(steps)))
    found = profile_envelope(mixed)
    low = GRID.position < 2.01
    for member, rows in ((three.results[2], low), (three.results[1], ~low)):
        other = profile_envelope(VariantResults(("nominal", "x"), (three.nominal, member)))
        np.testing.assert_allclose(found.upper_limit[rows], other.upper_limit[rows], rtol=1e-6)
        np.testing.assert_array_equal(found.active[rows], other.active[rows])


def test_members_without_a_fit_do_not_count(three):
    status = three.nominal.status.copy()
    status[:5] = FitStatus.NOT_CERTIFIED.value
    gone = [dataclasses.replace(three.nominal, status=status, n_sig=np.where(status > 1, np.nan, three.nominal.n_sig))]
    found = profile_envelope(VariantResults(three.names, (*gone, *three.results[1:])))
    without = profile_envelope(VariantResults(three.names[1:], three.results[1:]))
    np.testing.assert_array_equal(np.isnan(found.cost[0]), status > 1)
    np.testing.assert_allclose(found.upper_limit[:5], without.upper_limit[:5], rtol=1e-6)
    np.testing.assert_allclose(found.upper_limit[5:], profile_envelope(three).upper_limit[5:], rtol=1e-6)
    assert found.n_failed == 0


def test_vetoed_masses_have_no_answer():
    variants = fit_variants(background_variants(scan_of(vetoes=((1.97, 2.13),)), order=1))
    advances = []
    found = profile_envelope(variants, progress=advances.append)
    vetoed = variants.nominal.status == FitStatus.VETOED
    assert vetoed.any()
    for name in ("n_sig", "low", "high", "q0", "upper_limit", "z_local"):
        np.testing.assert_array_equal(np.isnan(getattr(found, name)), vetoed)
    np.testing.assert_array_equal(found.active == -1, vetoed)
    assert sum(advances) == np.count_nonzero(~vetoed)
    assert found.n_failed == 0


@pytest.mark.parametrize(
    "nuisance",
    [
        YieldNuisance("efficiency", 0.2),
        YieldNuisance("efficiency", 0.2, constraint="gaussian"),
        ShapeNuisance("width", Gaussian(0.036), Gaussian(0.024)),
    ],
)
def test_nuisance_parameters_are_profiled_in_every_member(nuisance):
    """Both ends of the interval are where the profile, asked once more, has risen by one."""
    peak = np.random.default_rng(8).normal(2.0, 0.03, 150)
    plain = scan_of(1)
    spectrum = fill(np.concatenate([np.random.default_rng(1).uniform(1, 3, 6000), peak]), AXIS)
    scan = dataclasses.replace(plain, spectrum=spectrum, nuisances=(nuisance,))
    results = fit_variants(background_variants(scan, order=1))
    alone = VariantResults(("alone",), (results.nominal,))
    found = profile_envelope(alone, 0.95)
    assert found.n_failed == profile_envelope(results).n_failed == 0
    limits = upper_limits(results.nominal, 0.95, "profile", bands=False)
    unit = found.high - found.low
    assert (np.abs(found.upper_limit - limits.observed) < 1e-4 * unit).all()
    rows = np.flatnonzero(np.abs(GRID.position - 2.0) < 0.3)
    for batch in batches(scan, rows):
        problem, at = batch.problem(), batch.rows
        free = minimise(problem, results.nominal.theta[at, : problem.parameters], results.nominal.n_sig[at])
        for end in (found.low, found.high):
            there = profile(problem, free.theta, end[at])
            slope = np.abs(there.slope) * unit[at]
            risen = 2 * likelihood_difference(problem, there, free)
            assert (np.abs(risen - 1) < 1e-3 * np.maximum(slope, 1)).all()


def test_several_spectra_together():
    one, other = scan_of(seed=1), scan_of(seed=2, number=2000)
    joint = JointScan(("one", "other"), (one, other), np.array([[0.7], [0.3]]))
    result = fit_scan(joint)
    found = profile_envelope(VariantResults(("alone",), (result,)), 0.95)
    limits = upper_limits(result, 0.95, "profile", bands=False)
    assert (np.abs(found.upper_limit - limits.observed) < 1e-4 * (found.high - found.low)).all()


def test_threads_do_not_matter(three):
    one, two = (profile_envelope(three, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.upper_limit, two.upper_limit)


@pytest.mark.parametrize("other", [scan_of(half_width=0.3), scan_of(seed=2), scan_of(signal=Gaussian(0.04))])
def test_other_bins_or_signals_are_refused(three, other):
    with pytest.raises(InputError, match="envelope with 'other': got fits to other bins"):
        profile_envelope(VariantResults(("nominal", "other"), (three.nominal, fit_scan(other))))


@pytest.mark.parametrize("correction", [-1.0, np.nan, np.inf])
def test_corrections_that_are_none(three, correction):
    with pytest.raises(InputError, match="correction of the envelope"):
        profile_envelope(three, correction=correction)
    with pytest.raises(InputError, match="level of the limit"):
        profile_envelope(three, 90)


def test_variants_of_the_window_are_no_members():
    varied = fit_variants(background_variants(scan_of(), window=3))
    with pytest.raises(InputError, match="Vary only the background"):
        profile_envelope(varied)
