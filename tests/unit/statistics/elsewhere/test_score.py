"""The score correlation against matrices written down bin by bin."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

import gloam
from gloam.benchmarking.workloads import three_photons
from gloam.errors import InputError
from gloam.models import ShapeNuisance, YieldNuisance, expected_fractions
from gloam.scans import fit_scan
from gloam.spectra import Axis
from gloam.statistics.elsewhere import largest_of_fields, score_correlation


def spectrum(level, bins=200, seed=5):
    counts = np.random.default_rng(seed).poisson(level, bins).astype(float)
    return gloam.Spectrum((Axis(np.linspace(0.0, 2.0, bins + 1)),), np.pad(counts, 1))


def dense_scores(result):
    """Rows of K diag(sqrt b) on the bins of the axis, by weighted least squares."""
    scan, axis = result.scan, result.scan.spectrum.axis
    rows = np.zeros((len(scan.grid), len(axis)))
    for h, position in enumerate(scan.grid.position):
        edges = scan.windows.edge_indices(np.array([h]), int(scan.windows.bins[h]))[0]
        width = np.diff(axis.edges[edges])
        x = 0.5 * (axis.edges[edges[1:]] + axis.edges[edges[:-1]])
        middle, half = 0.5 * (x[0] + x[-1]), 0.5 * (x[-1] - x[0])
        order = int(result.parameters[h]) - 1
        counts = np.diff(np.concatenate([[0.0], np.cumsum(scan.spectrum.values())])[edges])
        # in equal bins these span what the integrals over the bins span
        basis = np.polynomial.legendre.legvander((x - middle) / half, order) * width[:, None]
        theta = np.linalg.lstsq(basis, counts, rcond=None)[0]
        for _ in range(30):  # the maximum of the Poisson likelihood, by reweighting
            root = np.sqrt(np.maximum(basis @ theta, 1e-9))
            theta = np.linalg.lstsq(basis / root[:, None], counts / root, rcond=None)[0]
        signal = expected_fractions(scan.signal, axis.edges[edges][None], np.array([position]))[0]
        weighted = signal / root
        perp = weighted - (basis / root[:, None]) @ np.linalg.lstsq(basis / root[:, None], weighted, rcond=None)[0]
        perp /= np.linalg.norm(perp)
        for bin_, (low, high) in enumerate(itertools.pairwise(edges)):
            inside = np.diff(axis.edges[low : high + 1])
            rows[h, low:high] = perp[bin_] * np.sqrt(inside / inside.sum())
    return rows


@pytest.fixture(scope="module")
def plain():
    grid = np.arange(0.2, 1.8, 0.013)
    return gloam.scan(spectrum(80.0), gloam.Gaussian(0.03), gloam.Polynomial(2), grid, 12)


def test_agrees_with_dense_matrices(plain):
    rows = dense_scores(plain)
    expected = np.vecdot(rows[:-1], rows[1:])
    np.testing.assert_allclose(np.cos(score_correlation(plain).angle), expected, atol=1e-6)


def test_windows_with_binnings_of_their_own():
    scan = three_photons(bins=60)[0]
    result = fit_scan(scan.take(np.arange(100, 130)))
    rows = dense_scores(result)
    np.testing.assert_allclose(np.cos(score_correlation(result).angle), np.vecdot(rows[:-1], rows[1:]), atol=1e-6)


def test_order_of_the_grid_does_not_matter(plain):
    order = np.random.default_rng(1).permutation(len(plain.setup.grid))
    shuffled = fit_scan(plain.setup.take(order))
    np.testing.assert_allclose(score_correlation(shuffled).angle, score_correlation(plain).angle, atol=1e-6)


def test_blocks_do_not_matter(plain, monkeypatch):
    whole = score_correlation(plain).angle
    monkeypatch.setattr("gloam.statistics.elsewhere.score.ELEMENTS", 700)
    np.testing.assert_allclose(score_correlation(plain).angle, whole, rtol=1e-6)


def test_uncertainties_of_the_signal_do_not_matter(plain):
    up = gloam.Gaussian(0.033)
    nuisances = (YieldNuisance("luminosity", 0.1), ShapeNuisance("resolution", up))
    result = fit_scan(dataclasses.replace(plain.setup, nuisances=nuisances))
    np.testing.assert_allclose(score_correlation(result).angle, score_correlation(plain).angle, atol=1e-5)


def test_vetoed_hypotheses_are_passed_over(plain):
    vetoed = fit_scan(dataclasses.replace(plain.setup, vetoes=((0.9, 1.1),)))
    left = np.count_nonzero(np.isfinite(vetoed.z_local))
    found = score_correlation(vetoed)
    assert left < len(vetoed.setup.grid)
    assert found.angle.size == left - 1
    assert found.angle.max() > np.pi / 4  # the two sides of the veto hardly know of each other


def test_weighted_data_scale_out(plain):
    values = plain.scan.spectrum.contents
    weighted = dataclasses.replace(plain.scan.spectrum, contents=2.0 * values, sum_w2=4.0 * values)
    result = fit_scan(dataclasses.replace(plain.setup, spectrum=weighted))
    np.testing.assert_allclose(score_correlation(result).angle, score_correlation(plain).angle, atol=1e-5)


def test_fields_have_the_covariance_of_the_scores(plain):
    rows = dense_scores(plain)
    noise = np.random.default_rng(3).standard_normal((20_000, rows.shape[1]))
    expected, found = (noise @ rows.T).max(axis=1), largest_of_fields(plain, 20_000)
    assert found.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / 100)
    assert found.std() == pytest.approx(expected.std(), rel=4 / 100)


def test_fields_do_not_depend_on_blocks_of_hypotheses(plain, monkeypatch):
    whole = largest_of_fields(plain, 50)
    monkeypatch.setattr("gloam.statistics.elsewhere.fields.BLOCK", 5)
    np.testing.assert_allclose(largest_of_fields(plain, 50), whole, rtol=1e-4)
    with pytest.raises(InputError, match="number of fields"):
        largest_of_fields(plain, 0)


def test_fields_in_an_unequal_binning():
    result = fit_scan(three_photons(bins=60)[0].take(np.arange(100, 130)))
    p = np.mean(largest_of_fields(result, 400) > 1.0)
    assert p == pytest.approx(math.exp(score_correlation(result).log_p_value(1.0)), abs=4 * math.sqrt(0.25 / 400))
