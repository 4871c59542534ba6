import dataclasses

import numpy as np
import pytest

import gloam
from gloam.execution import random_stream
from gloam.models import (
    Component,
    Components,
    Peak,
    ShapeNuisance,
    TemplateBackground,
    YieldNuisance,
    resolution_nuisance,
)
from gloam.scans import JointScan, batches, fit_scan
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import scan_toys
from gloam.statistics.elsewhere.expectation import background_truth
from gloam.statistics.elsewhere.toy_data import ToyData, toy_problems

EDGES = np.linspace(0.0, 1.2, 61)


LINE = gloam.Polynomial(1)


def scan(background=LINE, level=60.0, seed=5, nuisances=(), masses=12):
    counts = np.random.default_rng(seed).poisson(level, 60).astype(float)
    spectrum = gloam.Spectrum((Axis(EDGES),), np.pad(counts, 1))
    plain = gloam.scan(spectrum, gloam.Gaussian(0.03), gloam.Polynomial(1), np.linspace(0.3, 0.9, masses), 50).setup
    return dataclasses.replace(plain, background=background, nuisances=nuisances)


def known_peak(error=0.3, constraint="gaussian", yield_=100.0):
    peak = Component("peak", Peak(gloam.Gaussian(0.03), 0.6), yield_, error, constraint)
    return Components((Component("smooth", gloam.Polynomial(1)), peak))


def drawn(result, toys):
    rows = np.arange(len(result.setup.grid))
    truth = background_truth(result.setup, result, rows)
    return ToyData.drawn(truth, np.arange(toys), 1, "scan toys")


def test_toys_of_a_constrained_yield_are_those_of_a_user():
    setup = scan(known_peak())
    result = fit_scan(setup)
    toys, data = scan_toys(result, 6), drawn(result, 6)
    column = 2  # behind the two of the polynomial
    for toy in range(6):
        # what a user would do: other counts, and another measured yield
        measured = 100.0 * data.truth.theta[0, column] + 30.0 * data.control((0, "peak", 0))[toy]
        counts = np.pad(np.diff(data.below[0][toy]), 1)
        again = dataclasses.replace(
            setup,
            spectrum=dataclasses.replace(setup.spectrum, contents=counts),
            background=known_peak(30.0 / measured, yield_=measured),
        )
        z = fit_scan(again).z_local
        assert toys.largest[toy] == pytest.approx(z.max(), abs=1e-5)
        assert toys.row[toy] == z.argmax()
    assert toys.margin == np.inf


def test_control_measurements_are_shared_by_all_hypotheses():
    result = fit_scan(scan(known_peak(constraint="lognormal"), nuisances=(YieldNuisance("luminosity", 0.1),)))
    data = drawn(result, 4)
    rows = np.arange(12)
    batch = next(batches(result.setup, rows))
    problem = batch.problem()
    fits, row = toy_problems(result.setup, batch.rows, problem, data, slice(None))
    moves = (fits.constraint.origin - data.truth.theta[batch.rows[row]]).reshape(4, batch.rows.size, -1)
    np.testing.assert_allclose(moves, np.broadcast_to(moves[:, :1], moves.shape), atol=1e-12)
    np.testing.assert_allclose(moves[:, 0, -2], data.control("luminosity"))
    np.testing.assert_allclose(moves[:, 0, -1], data.control("peak yield"))
    assert not moves[:, :, :2].any()  # the polynomial floats


def test_uncertainties_of_the_signal_yield_change_no_toy():
    plain = fit_scan(scan())
    uncertain = fit_scan(scan(nuisances=(YieldNuisance("luminosity", 0.1, constraint="lognormal"),)))
    expected = scan_toys(plain, 20, exhaustive=True)
    found = scan_toys(uncertain, 20)
    # the yield is another one, the likelihood ratio against none is not
    np.testing.assert_allclose(found.largest, expected.largest, atol=2e-3)


def test_a_control_region_that_knows_nothing_changes_no_toy():
    signal, control = scan(), scan(seed=6)
    plain = scan_toys(fit_scan(signal), 20, exhaustive=True)
    joint = fit_scan(JointScan(("signal", "control"), (signal, control), np.array([[1.0], [0.0]])))
    found = scan_toys(joint, 20)
    np.testing.assert_allclose(found.largest, plain.largest, atol=1e-5)
    assert np.array_equal(found.row, plain.row)
    assert global_significance(joint, "toys", toys=20).toys == 20


def test_channels_of_a_toy_are_independent_and_joined():
    parts = (scan(), scan(seed=6))
    joint = fit_scan(JointScan(("a", "b"), parts, np.array([[0.5], [0.5]])))
    data, found = drawn(joint, 3), scan_toys(joint, 3)
    for toy in range(3):
        channels = tuple(
            dataclasses.replace(part, spectrum=dataclasses.replace(part.spectrum, contents=np.pad(np.diff(below), 1)))
            for part, below in zip(parts, (each[toy] for each in data.below), strict=True)
        )
        again = fit_scan(dataclasses.replace(joint.setup, channels=channels))
        assert found.largest[toy] == pytest.approx(again.z_local.max(), abs=1e-5)
    assert not np.array_equal(data.below[0], data.below[1])


def test_a_parameter_of_one_name_is_measured_once():
    parts = (scan(nuisances=(resolution_nuisance("resolution", gloam.Gaussian(0.03), 0.1),)),) * 2
    joint = fit_scan(JointScan(("a", "b"), parts, np.array([[0.5], [0.5]])))
    assert len(joint.setup.nuisance_names) == 1
    toys = scan_toys(joint, 5)
    assert not toys.failed.any()
    assert np.isfinite(toys.largest).all()


def test_templates_fluctuate_together_under_all_hypotheses():
    contents = np.full(60, 40.0)
    smooth = TemplateBackground(EDGES, contents, variances=contents)
    result = fit_scan(scan(smooth))
    data = drawn(result, 200)
    batch = next(batches(result.setup, np.arange(12)))
    problem = batch.problem()
    fits, _ = toy_problems(result.setup, batch.rows, problem, data, slice(None))
    shift = fits.offset.reshape(200, batch.rows.size, -1)
    spread = problem.spread_at(data.truth.theta[batch.rows, : problem.parameters])
    np.testing.assert_allclose(shift.std(axis=0)[:, 10] / spread[:, 10], 1.0, atol=0.2)
    wide = (shift - shift.mean(axis=0))[..., :60] / spread[:, :60]  # without what pads the window
    np.testing.assert_allclose(wide[:, 0], wide[:, -1], atol=1e-6)  # one window: the axis
    assert not scan_toys(result, 5).failed.any()


def test_toys_of_control_measurements_do_not_depend_on_their_number(monkeypatch):
    result = fit_scan(scan(known_peak()))
    whole = scan_toys(result, 9, seed=4)
    monkeypatch.setattr("gloam.statistics.elsewhere.maxima.FITS", 30)
    np.testing.assert_allclose(scan_toys(result, 7, seed=4, threads=2).largest, whole.largest[:7], atol=1e-6)


def test_streams_have_names():
    result = fit_scan(scan())
    data = drawn(result, 3)
    counts = random_stream(1, "scan toys", 2).poisson(data.truth.expected[0])
    assert np.array_equal(np.diff(data.below[0][2]), counts)
    assert not np.array_equal(data.control("a"), data.control("b"))


def test_morphs_of_the_background_are_drawn():
    tilted = TemplateBackground(EDGES, np.linspace(0.9, 1.1, 60))
    flat = TemplateBackground(EDGES, np.ones(60))
    slope = ShapeNuisance("tilt", tilted, target="background")
    toys = scan_toys(fit_scan(scan(flat, nuisances=(slope,))), 5)
    assert not toys.failed.any()
