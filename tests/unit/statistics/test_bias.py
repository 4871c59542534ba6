"""Toys with a known signal: which they are, what they vary, and what is refused."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.fit import FitStatus
from gloam.models import Component, Components, Gaussian, Polynomial, TemplateBackground
from gloam.scans import Grid, JointScan, Scan, SlidingWindows, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import corrected_yields, coverage, linearity, toy_yields, yield_bias

AXIS = uniform_axis(0.0, 60.0, bins=60)
CONTENTS = random_stream(2, "bias test").poisson(40 - 0.3 * np.arange(60)).astype(float)


def declared(contents=CONTENTS, background=None, **changes):
    grid = Grid.of(np.array([12.0, 20.0, 31.5, 45.0]))
    spectrum = Spectrum((AXIS,), with_flow(contents, (AXIS,)))
    windows = sliding_windows(AXIS, grid.position, 12.0)
    return dataclasses.replace(Scan(spectrum, Gaussian(1.2), background or Polynomial(1), grid, windows), **changes)


@pytest.fixture(scope="module")
def result():
    return fit_scan(declared())


@pytest.mark.parametrize("base", ["data", "background"])
def test_a_toy_is_the_same_whatever_else_is_made(result, base):
    everything = toy_yields(result, [0, 1, 2, 3], [0.0, 10.0], base, 30, seed=4, threads=2)
    fewer = toy_yields(result, [0, 1, 2, 3], [0.0, 10.0], base, 11, seed=4)
    np.testing.assert_allclose(fewer.n_sig, everything.n_sig[:, :, :11], rtol=1e-12)
    alone = toy_yields(result, [2], [10.0], base, 30, seed=4)
    np.testing.assert_allclose(alone.n_sig[0, 0], everything.n_sig[2, 1], rtol=1e-9)
    other = toy_yields(result, [2], [10.0], base, 30, seed=5)
    assert (np.abs(other.n_sig - alone.n_sig) > 1e-3).all()


def test_many_toys_begin_with_the_few(result):
    """More than are fitted together: the streams go on from batch to batch."""
    many, few = (toy_yields(result, [1], [5.0], "data", toys).n_sig for toys in (450, 250))
    np.testing.assert_allclose(many[:, :, :250], few, rtol=1e-9)


def test_background_of_a_toy_is_the_same_under_every_signal(result):
    found = toy_yields(result, [1], [0.0, 10.0], "background", 400)
    together = np.corrcoef(found.n_sig[0])[0, 1]
    assert together > 0.8


def test_true_yields_of_each_base(result):
    injected = np.array([0.0, 10.0])
    flat = Spectrum((AXIS,), with_flow(np.full(60, 20.5), (AXIS,)), asimov=True)
    given = np.tile(CONTENTS, (3, 1))
    for base, fitted in (("data", result.n_sig), ("background", 0), (flat, 0), (given, result.n_sig)):
        found = toy_yields(result, [0, 3], injected, base, 3)
        expected = np.broadcast_to(fitted, 4)[[0, 3], None] + injected
        np.testing.assert_allclose(found.n_true, expected)
        np.testing.assert_array_equal(found.n_injected, np.tile(injected, (2, 1)))


def test_given_spectra_are_fitted_as_they_are(result):
    spectra = random_stream(1, "given").poisson(CONTENTS, (5, 60)).astype(float)
    found = toy_yields(result, [1, 2], [0.0], spectra, 5)
    for toy, contents in enumerate(spectra):
        alone = fit_scan(declared(contents))
        np.testing.assert_allclose(found.n_sig[:, 0, toy], alone.n_sig[[1, 2]], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.n_sig_err[:, 0, toy], alone.n_sig_err[[1, 2]], rtol=1e-5)


def test_a_hypothesis_without_a_fit_has_no_toys():
    result = fit_scan(declared(vetoes=((30.0, 33.0),)))
    assert result.status[2] == FitStatus.VETOED.value
    found = toy_yields(result, [1, 2], [3.0], "data", 20)
    assert found.n_failed.tolist() == [[0], [20]]
    assert np.isfinite(yield_bias(found).pull.value[0]).all()
    assert np.isnan(yield_bias(found).pull.value[1]).all()


def test_vetoed_bins_stay_empty_in_toys():
    """With the bins beside the peak vetoed, a signal far wider than the fitted one is lost there."""
    vetoes = ((10.0, 17.0), (23.0, 30.0))
    result = fit_scan(declared(vetoes=vetoes))
    found = toy_yields(result, [1], [40.0], "background", 200)
    assert found.n_failed.tolist() == [[0]]
    assert abs(yield_bias(found).pull.value[0, 0]) < 0.3


@pytest.mark.parametrize("constraint", ["gaussian", "lognormal"])
@pytest.mark.parametrize("base", ["data", "background"])
def test_control_measurements_are_drawn(base, constraint):
    """400 +- 40 events under the peak and nothing beside it: n_sig is known to sqrt(400 + 40^2) = 44.7 events.

    Toys of the counts alone would spread by 20.
    """
    axis = uniform_axis(0.0, 3.0, bins=3)
    known = TemplateBackground(axis.edges, np.array([0.1, 400.0, 0.1]))
    scan = Scan(
        Spectrum((axis,), with_flow([0.0, 400.0, 0.0], (axis,))), Gaussian(0.05),
        Components((Component("peaking", known, 400.2, 0.1, constraint),)), Grid.of(np.array([1.5])),
        SlidingWindows(np.array([0]), np.array([3]), True),
    )  # fmt: skip
    found = toy_yields(fit_scan(scan), [0], [0.0], base, 1500)
    assert found.n_sig.std() == pytest.approx(44.7, rel=0.08)
    assert yield_bias(found).pull_width.value[0, 0] == pytest.approx(1, abs=0.08)


def test_linearity_needs_two_signals(result):
    with pytest.raises(InputError, match="linearity"):
        linearity(toy_yields(result, [0], [3.0], "data", 5))


def test_linearity_of_too_few_toys_is_not_known(result):
    found = linearity(toy_yields(result, [0], [0.0, 3.0, 6.0], "data", 4))
    assert np.isnan(found.slope.value).all()
    assert np.isnan(found.mean_slope.value)


def test_corrected_yields():
    """The biases of 3 % and 4 % published in arXiv:2109.08596: 0.97 N and 0.96 of its error."""
    n_sig, error = corrected_yields(np.array([100.0, -20.0]), np.array([10.0, 5.0]), 0.03, 0.04)
    np.testing.assert_allclose(n_sig, [97.0, -19.4])
    np.testing.assert_allclose(error, [9.6, 4.8])


@pytest.mark.parametrize("study", [toy_yields, coverage])
@pytest.mark.parametrize("yields", [[-1.0], [np.nan], [], [np.inf], [[1.0], [2.0], [3.0]]])
def test_impossible_yields_are_refused(result, study, yields):
    with pytest.raises(InputError, match="yields of the signal"):
        study(result, [0, 1], yields, toys=10)


@pytest.mark.parametrize("study", [toy_yields, coverage])
@pytest.mark.parametrize("rows", [[0, 0], [4], [-1]])
def test_hypotheses_named_twice_or_not_there_are_refused(result, study, rows):
    with pytest.raises(InputError, match="hypotheses"):
        study(result, rows, [1.0], toys=10)


def test_impossible_bases_are_refused(result):
    with pytest.raises(InputError, match="data or background"):
        toy_yields(result, [0], [1.0], "simulation", 10)
    with pytest.raises(InputError, match=r"shape \(10, 60\)"):
        toy_yields(result, [0], [1.0], np.ones((9, 60)), 10)
    with pytest.raises(InputError, match="at least 2"):
        toy_yields(result, [0], [1.0], "data", 1)


def test_given_spectra_need_plain_counts_of_one_spectrum():
    weighted = Spectrum((AXIS,), with_flow(CONTENTS, (AXIS,)), sum_w2=with_flow(2 * CONTENTS, (AXIS,)))
    other = fit_scan(declared(spectrum=weighted))
    joint = fit_scan(JointScan(("one", "two"), (declared(), declared()), np.array([[0.5], [0.5]])))
    for fits in (other, joint):
        assert toy_yields(fits, [1], [2.0], "data", 5).n_failed.sum() == 0
        with pytest.raises(InputError, match="plain counts"):
            toy_yields(fits, [1], [2.0], np.ones((5, 60)), 5)
        with pytest.raises(InputError, match="another shape"):
            toy_yields(fits, [1], [2.0], "data", 5, shape=Gaussian(3.0))


def test_coverage_counts_are_the_same_whatever_else_is_made(result):
    both = coverage(result, [0, 2], [0.0, 15.0], toys=60, threads=2)
    one = coverage(result, [2], [15.0], toys=60)
    assert one.limits.passed[0, 0] == both.limits.passed[1, 1]
    assert one.errors.passed[0, 0] == both.errors.passed[1, 1]
    assert both.limits.trials.tolist() == [[60, 60], [60, 60]]


@pytest.mark.parametrize("method", ["cls", "profile", "bayes", "cls-toys", "clsb-toys"])
def test_no_signal_is_always_inside_a_limit(result, method):
    found = coverage(result, [1], [0.0], method=method, toys=20, inner=50)
    assert found.limits.value.tolist() == [[1.0]]
    assert np.isfinite(found.median).all() == (not method.endswith("toys"))


def test_coverage_of_an_unknown_method_is_refused(result):
    with pytest.raises(InputError, match="method of the limit"):
        coverage(result, [0], [1.0], method="classical")
