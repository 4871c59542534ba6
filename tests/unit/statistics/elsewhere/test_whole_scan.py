import dataclasses

import numpy as np
import pytest

import gloam
from gloam.benchmarking.workloads import dimuon, three_photons
from gloam.errors import InputError
from gloam.execution import poisson_tables
from gloam.fit import fit_pair_in_spectra
from gloam.models import YieldNuisance, resolution_nuisance
from gloam.scans import JointScan, fit_scan
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import scan_toys
from gloam.statistics.elsewhere.expectation import PASSES, background_truth, global_expectation
from gloam.statistics.elsewhere.filter import score_filter


def small(level=30.0, seed=5):
    counts = np.random.default_rng(seed).poisson(level, 120).astype(float)
    spectrum = gloam.Spectrum((Axis(np.linspace(0.0, 1.2, 121)),), np.pad(counts, 1))
    return gloam.scan(spectrum, gloam.Gaussian(0.02), gloam.Polynomial(1), np.arange(0.1, 1.1, 0.01), 15)


@pytest.fixture(scope="module")
def result():
    return small()


@pytest.fixture(scope="module")
def expectation(result):
    return global_expectation(result.setup, result, np.arange(len(result.setup.grid)))


def redrawn(result, expectation, toy, seed=1):
    """The scan of a toy spectrum, made as a user would make it."""
    counts = poisson_tables(expectation).draw(seed, "scan toys", [toy])[0]
    spectrum = dataclasses.replace(result.scan.spectrum, contents=np.pad(counts, 1))
    return fit_scan(dataclasses.replace(result.setup, spectrum=spectrum))


def test_expectation_of_one_window_is_its_fit():
    spectrum = gloam.Spectrum((Axis(np.linspace(0.0, 1.0, 41)),), np.pad(np.linspace(20.0, 59.0, 40).round(), 1))
    fits = gloam.scan(spectrum, gloam.Gaussian(0.03), gloam.Polynomial(1), np.array([0.4, 0.6]), 50)
    found = global_expectation(fits.setup, fits, np.arange(2))
    np.testing.assert_allclose(found, spectrum.values(), rtol=1e-9)  # a straight line, which the fit reproduces


def test_expectation_lies_in_the_model_of_every_window():
    fits = fit_scan(dimuon().take(np.arange(2800, 3200)))
    rows = np.arange(400)

    def found_in(passes):
        """The r.m.s. significance that a scan of the expectation itself finds."""
        expected = background_truth(fits.setup, fits, rows, passes).expected[0]
        scorer = score_filter(fits.setup, expected, rows)
        z = [expected[low:high] @ matrix.astype(float) for low, high, matrix in scorer.blocks]
        return np.concatenate(z).std()

    assert found_in(0) > 0.08
    assert found_in(PASSES) < 0.02


def test_expectation_of_binned_windows_keeps_their_counts():
    fits = fit_scan(three_photons(bins=60)[0].take(np.array([120])))
    scan = fits.scan
    first, last = (int(end[0]) for end in scan.windows.ends)
    found = global_expectation(scan, fits, np.arange(1))
    # the score equation of the constant: the expectation has as many events as the data
    assert found[first:last].sum() == pytest.approx(scan.spectrum.values()[first:last].sum(), rel=1e-6)
    assert not found[:first].any()
    assert not found[last:].any()


def test_maxima_are_those_of_ordinary_scans(result, expectation):
    toys = scan_toys(result, 12)
    for toy in range(12):
        fits = redrawn(result, expectation, toy)
        assert toys.largest[toy] == pytest.approx(fits.z_local.max(), abs=1e-6)
        assert toys.row[toy] == fits.z_local.argmax()
    assert not toys.failed.any()


def test_filter_equals_exhaustive_fits(result):
    filtered, exhaustive = scan_toys(result, 200), scan_toys(result, 200, exhaustive=True)
    np.testing.assert_allclose(filtered.largest, exhaustive.largest, atol=1e-6)
    assert np.isfinite(filtered.margin)
    assert exhaustive.margin == np.inf
    assert exhaustive.fits == 200 * len(result.setup.grid)
    # and with the margin that was found instead of the wide one of the first toys
    more = scan_toys(result, 300)
    np.testing.assert_allclose(more.largest[200:], scan_toys(result, 300, exhaustive=True).largest[200:], atol=1e-6)


def test_toys_do_not_depend_on_chunks_number_or_threads(result, monkeypatch):
    whole = scan_toys(result, 250, seed=7)
    monkeypatch.setattr("gloam.statistics.elsewhere.maxima.ELEMENTS", 2500)
    cut = scan_toys(result, 230, seed=7, threads=2)
    np.testing.assert_allclose(cut.largest, whole.largest[:230], atol=1e-6)
    assert not np.array_equal(scan_toys(result, 20, seed=8).largest, whole.largest[:20])


@pytest.mark.parametrize("level", [0.03, 0.15])
def test_sparse_spectra(level):
    sparse = small(level)
    toys = scan_toys(sparse, 40)
    everything = scan_toys(sparse, 40, exhaustive=True)
    assert not everything.failed.any()
    np.testing.assert_allclose(toys.largest, everything.largest, atol=1e-6)


def test_binnings_of_their_own_and_vetoes():
    fits = fit_scan(three_photons(bins=60)[0].take(np.arange(100, 140)))
    np.testing.assert_allclose(scan_toys(fits, 30).largest, scan_toys(fits, 30, exhaustive=True).largest, atol=1e-6)
    base = small()
    vetoed = fit_scan(dataclasses.replace(base.setup, vetoes=((0.5, 0.6),)))
    expectation = global_expectation(vetoed.setup, vetoed, np.flatnonzero(np.isfinite(vetoed.z_local)))
    toys = scan_toys(vetoed, 5)
    for toy in range(5):
        assert toys.largest[toy] == pytest.approx(np.nanmax(redrawn(vetoed, expectation, toy).z_local), abs=1e-6)


def test_filter_has_unit_variance(result, expectation):
    scorer = score_filter(result.setup, expectation, np.arange(len(result.setup.grid)))
    low, high, matrix = scorer.blocks[0]
    np.testing.assert_allclose(expectation[low:high] @ matrix.astype(float) ** 2, 1.0, rtol=1e-5)


def test_global_significance_from_toys(result):
    asked = []
    found = global_significance(result, "toys", toys=400, seed=3, progress=asked.append)
    analytic = global_significance(result)
    assert sum(asked) == found.toys == 400
    assert found.n_failed == 0
    assert found.p_global == pytest.approx(analytic.p_global, abs=4 * found.p_global_err)
    assert found.z_global == pytest.approx(analytic.z_global, abs=0.3)


def test_no_toy_as_significant_is_a_bound():
    strong = small()
    strong.q0[50] = 400.0
    strong.n_sig[50] = 100.0
    found = global_significance(strong, "toys", toys=100)
    assert found.p_global == found.trials_factor == 0
    assert 0.009 < found.p_global_err < 0.011
    assert 2.2 < found.z_global < 2.5


def test_failed_toys_are_counted_and_left_out(result, monkeypatch):
    def failing(problem, windows, start, tol, **how):
        found = fit_pair_in_spectra(problem, windows, start, tol, **how)
        found.gap[windows.below[windows.spectrum, 60] % 9 == 0] = 1.0
        return found

    monkeypatch.setattr("gloam.statistics.elsewhere.refits.fit_pair_in_spectra", failing)
    toys = scan_toys(result, 60)
    assert 0 < toys.failed.sum() < 60
    assert global_significance(result, "toys", toys=60).n_failed == toys.failed.sum()


def test_weighted_data_and_no_toys_are_refused(result):
    contents = result.scan.spectrum.contents
    weighted = dataclasses.replace(result.scan.spectrum, contents=2 * contents, sum_w2=4 * contents)
    with pytest.raises(InputError, match="weighted data"):
        scan_toys(fit_scan(dataclasses.replace(result.setup, spectrum=weighted)))
    with pytest.raises(InputError, match="at least 1"):
        scan_toys(result, 0)


def test_joint_scans_have_no_analytic_answer(result):
    joint = fit_scan(JointScan(("a", "b"), (result.setup, result.setup), np.array([[0.5], [0.5]])))
    with pytest.raises(InputError, match="several spectra"):
        global_significance(joint, "crossings")


def test_a_nuisance_that_scales_the_yield_costs_nothing(result):
    """Toys of a free yield are those without it, filter and all."""
    luminosity = YieldNuisance("luminosity", 0.1, constraint="gaussian")
    scaled = fit_scan(dataclasses.replace(result.setup, nuisances=(luminosity,)))
    np.testing.assert_allclose(scaled.z_local, result.z_local, atol=1e-6)
    found, plain = scan_toys(scaled, 30), scan_toys(result, 30)
    np.testing.assert_allclose(found.largest, plain.largest, atol=1e-6)
    assert found.fits == plain.fits


def test_filter_equals_exhaustive_fits_with_an_uncertain_width(result):
    """The control measurement of the width fluctuates from toy to toy, and the yields of both fits are scaled too."""
    width = resolution_nuisance("width", result.setup.signal, 0.1)
    luminosity = YieldNuisance("luminosity", 0.1, constraint="gaussian")
    uncertain = fit_scan(dataclasses.replace(result.setup, nuisances=(luminosity, width)))
    filtered, exhaustive = scan_toys(uncertain, 60), scan_toys(uncertain, 60, exhaustive=True)
    np.testing.assert_allclose(filtered.largest, exhaustive.largest, atol=1e-6)
    assert filtered.fits < 0.9 * exhaustive.fits
    assert np.abs(filtered.largest - scan_toys(result, 60).largest).max() > 1e-3
