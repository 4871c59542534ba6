"""Toys of whole scans against Gaussian fields, exact sums and the law of their own p-values."""

import math

import numpy as np
import pytest

import gloam
from gloam.models import Component, Components, Peak, TemplateBackground
from gloam.scans import JointScan, Scan, fit_scan
from gloam.spectra import Axis
from gloam.statistics.elsewhere import GaussianScan, largest_of_fields, scan_toys, score_correlation
from gloam.statistics.elsewhere.expectation import background_truth
from gloam.statistics.elsewhere.refits import fit_every_hypothesis
from gloam.statistics.elsewhere.toy_data import ToyData

EDGES = np.linspace(0.0, 1.0, 41)


MASSES = np.linspace(0.25, 0.75, 11)


def scan(background, level, position=MASSES):
    """Counts that a flat background expects, and a Gaussian peak anywhere in them."""
    spectrum = gloam.Spectrum((Axis(EDGES),), np.pad(np.full(40, level), 1))
    windows = gloam.scan(spectrum, gloam.Gaussian(0.05), gloam.Polynomial(0), position, 50).setup.windows
    return Scan(spectrum, gloam.Gaussian(0.05), background, gloam.Grid.of(position), windows)


def known_peak(error):
    peak = Component("peak", Peak(gloam.Gaussian(0.05), 0.5), 800.0, error, "gaussian")
    return Components((Component("smooth", gloam.Polynomial(0)), peak))


def one_mass(result, toys):
    """The significances of the first hypothesis in toys."""
    rows = np.array([0])
    data = ToyData.drawn(background_truth(result.setup, result, rows), np.arange(toys), 3, "toys")
    return fit_every_hypothesis(result.setup, rows, data)[0][:, 0]


@pytest.mark.parametrize("position", [0.3, 0.5])
def test_signed_roots_have_the_mean_that_the_skewness_of_the_score_says(position):
    result = fit_scan(scan(gloam.Polynomial(0), 1.0, np.array([position])))
    z = one_mass(result, 10_000)
    skewness = float(score_correlation(result).skewness[0])
    error = z.std() / math.sqrt(z.size)
    assert skewness / 6 > 4 * error  # it can be seen
    assert z.mean() == pytest.approx(-skewness / 6, abs=3 * error + 0.1 * skewness / 6)
    assert z.std() == pytest.approx(1.0, abs=0.03)


def test_mean_of_a_signed_poisson_root_is_minus_a_sixth_of_its_skewness():
    b = 50.0
    n = np.arange(0, 200)
    log_p = n * math.log(b) - b - np.array([math.lgamma(k + 1) for k in n])
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sign(n - b) * np.sqrt(2 * (np.where(n > 0, n * np.log(n / b), 0.0) - n + b))
    exact = float((np.exp(log_p) * root).sum())
    level = GaussianScan(np.zeros(1), np.zeros((2, 1)), skewness=np.array([b**-0.5])).threshold(2.0)
    assert 2.0 - level[0] == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("error", [0.02, 0.3])
def test_constrained_backgrounds_follow_gaussian_fields(error):
    """Fields know the control measurement from linear algebra, toys draw it and fit."""
    result = fit_scan(scan(known_peak(error), 4000.0))
    toys, fields = scan_toys(result, 1500).largest, largest_of_fields(result, 50_000)
    for level in (0.5, 1.0, 1.5, 2.0):
        p = np.mean(fields > level)
        assert np.mean(toys > level) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / toys.size) + 0.005)


def test_statistics_of_templates_follow_gaussian_fields():
    contents = np.full(40, 500.0)
    template = TemplateBackground(EDGES, contents, variances=contents)
    # of a known yield: of a floating one the shifts pull the yield up, by a part of 1 / contents, and signals down
    known = Component("simulated", template, 40_000.0)
    result = fit_scan(scan(Components((known, Component("smooth", gloam.Polynomial(0)))), 1500.0))
    toys, fields = scan_toys(result, 800).largest, largest_of_fields(result, 50_000)
    for level in (0.5, 1.0, 1.5, 2.0):
        p = np.mean(fields > level)
        assert np.mean(toys > level) == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / toys.size) + 0.005)


def test_two_channels_add_in_quadrature():
    """Equal channels with independent data: the joint significance is (z1 + z2) / sqrt 2."""
    part = scan(gloam.Polynomial(0), 4000.0, np.array([0.5]))
    joint = fit_scan(JointScan(("a", "b"), (part, part), np.array([[0.5], [0.5]])))
    rows = np.array([0])
    data = ToyData.drawn(background_truth(joint.setup, joint, rows), np.arange(200), 3, "toys")
    single = fit_scan(part)
    alone = []
    for below in data.below:
        own = ToyData(background_truth(part, single, rows), data.numbers, 3, "toys", (below,))
        alone.append(fit_every_hypothesis(part, rows, own)[0][:, 0])
    together = fit_every_hypothesis(joint.setup, rows, data)[0][:, 0]
    np.testing.assert_allclose(together, (alone[0] + alone[1]) / math.sqrt(2), atol=0.03)
