"""The look-elsewhere effect against closed forms, other integrators and simulated Gaussian processes."""

import math

import numpy as np
import pytest

import gloam
from gloam.execution import random_stream
from gloam.spectra import Axis
from gloam.statistics import global_significance
from gloam.statistics.elsewhere import (
    GaussianScan,
    count_upcrossings,
    mean_upcrossings,
    scan_toys,
    score_correlation,
    stationary_scan,
    upper_bound,
)
from gloam.statistics.elsewhere.gaussian_scan import crossing_probability


def test_stationary_scan_of_a_hundred_widths():
    assert mean_upcrossings(0.0, 100, 1) == pytest.approx(11.25395, abs=5e-6)
    assert upper_bound(3.0, 100, 1) == pytest.approx(0.12637, abs=5e-6)
    assert upper_bound(5.0, 100, 1) == pytest.approx(4.22262e-5, abs=5e-11)
    assert math.exp(stationary_scan(100, 1).log_p_value(3.0)) == pytest.approx(0.1209, abs=2 * 0.0017)  # simulated


def test_a_published_excess_has_the_resolution_of_its_experiment():
    """BaBar's Z' -> mumu (arXiv:1606.03501): 4.3 sigma somewhere from 0.212 to 10 GeV are 1.6 sigma globally.

    A soft check: with one resolution over the whole range, which it has not, this asks for 1.9 MeV, near half the mean
    step of its 2219 hypotheses.
    """
    p = gloam.statistics.normal.survival(np.array([4.3, 1.6]))
    widths = (p[1] - p[0]) / mean_upcrossings(4.3, 1.0, 1.0)
    width = (10 - 0.212) / widths
    assert width == pytest.approx(1.9e-3, abs=0.1e-3)
    assert 0.3 < width / ((10 - 0.212) / 2218) < 1


@pytest.mark.parametrize(("step", "expected"), [(0.01, 0.1250), (0.5, 0.1182), (1.0, 0.1014), (2.0, 0.0656)])
def test_coarse_steps_miss_crossings(step, expected):
    assert stationary_scan(100, 1, step).mean_upcrossings(3.0) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("z", [-1.0, 0.5, 3.0])
@pytest.mark.parametrize("correlation", [-0.5, 0.3, 0.94, 0.999])
def test_crossing_probability_is_that_of_scipy(z, correlation):
    from scipy.stats import multivariate_normal, norm

    both = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([z, z])
    expected = norm.cdf(z) - both  # the first below z, and not both
    found = crossing_probability(np.array([math.acos(correlation)]), z)[0]
    assert found == pytest.approx(expected, abs=1e-9)


def processes(scans, length, step, seed):
    """Stationary Gaussian processes with the correlation exp(-d^2 / 4) on a grid: shape (scans, h)."""
    points = round(length / step) + 1
    # on a ring, so long that the two ends do not know of each other
    size = points + round(15 / step)
    distance = step * np.minimum(np.arange(size), size - np.arange(size))
    spectrum = np.maximum(np.fft.rfft(np.exp(-0.25 * distance**2)).real, 0.0)
    noise = random_stream(seed, "Gaussian processes").standard_normal((scans, size))
    return np.fft.irfft(np.fft.rfft(noise, axis=1) * np.sqrt(spectrum), size, axis=1)[:, :points]


@pytest.mark.parametrize("length", [9, 100])
@pytest.mark.parametrize("step", [0.2, 1.0])
def test_simulated_processes(length, step):
    z = processes(10_000, length, step, seed=3)
    scan = stationary_scan(length, 1, step)
    for level in (0.0, 2.0):
        counted = count_upcrossings(z, level)
        assert counted.mean == pytest.approx(scan.mean_upcrossings(level), abs=4 * counted.error)
    largest = z.max(axis=1)
    for threshold in (-0.5, 0.0, 1.0, 2.0, 2.5, 3.0, 3.5):
        p = math.exp(scan.log_p_value(threshold))
        above = np.mean(largest > threshold)
        # what is neglected beyond a memory of two: 1 % of p
        assert above == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / largest.size) + 0.01 * p)


@pytest.mark.parametrize("z", [-1.0, 0.7, 2.5])
def test_three_hypotheses_are_exact(z):
    from scipy.stats import multivariate_normal

    one, two, far = 0.8, 0.6, 0.3  # correlations of the first two, of the last two, of first and last
    covariance = np.array([[1, one, far], [one, 1, two], [far, two, 1]])
    scan = GaussianScan(np.arccos([one, two]), np.array([[0.0, one], [0.0, far]]))
    expected = 1 - multivariate_normal([0, 0, 0], covariance, abseps=1e-9, releps=1e-9, maxpts=10**7).cdf([z, z, z])
    assert math.exp(scan.log_p_value(z)) == pytest.approx(expected, abs=1e-6)


def test_score_correlation_of_a_flat_spectrum_is_the_stationary_scan():
    axis = Axis(np.linspace(0.0, 400.0, 4001))
    spectrum = gloam.Spectrum((axis,), np.pad(np.full(4000, 400.0), 1))
    grid = np.arange(180.0, 220.01, 0.1)
    result = gloam.scan(spectrum, gloam.Gaussian(1.0), gloam.Polynomial(1), grid, 400.0)  # one window: the axis
    found = score_correlation(result)
    for z in (0.0, 3.0):
        # a constant takes 2 sqrt(pi) / 400 of the peak's squared norm, half of which goes into the rate
        assert found.mean_upcrossings(z) == pytest.approx(mean_upcrossings(z, 40.0, 1.0), rel=0.01)


def test_known_particle_in_real_data():
    upsilon = gloam.run("cms_dimuon").channels[-1].result
    found = global_significance(upsilon)
    assert found.p_global < 1e-9
    assert found.z_local - 0.3 < found.z_global < found.z_local
    counted = global_significance(upsilon, "counted")
    assert counted.p_global < 1e-9


def test_toys_of_a_flat_spectrum_follow_the_stationary_scan():
    axis = Axis(np.linspace(0.0, 160.0, 801))
    spectrum = gloam.Spectrum((axis,), np.pad(np.full(800, 2000.0), 1))
    grid = np.arange(30.0, 130.01, 0.5)
    result = gloam.scan(spectrum, gloam.Gaussian(1.0), gloam.Polynomial(1), grid, 200.0)  # one window: the axis
    toys = scan_toys(result, 2000)
    assert not toys.failed.any()
    scan = stationary_scan(100, 1, 0.5)
    for threshold in (2.0, 2.5, 3.0):
        p = math.exp(scan.log_p_value(threshold))
        # the constant takes 2 sqrt(pi) / 160 of the squared norm: 1.1 % more crossings
        above = np.mean(toys.largest > threshold)
        assert above == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 2000) + 0.011 * p)
