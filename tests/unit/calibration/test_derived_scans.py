"""Scans of slices side by side, and of particles of a natural width, from prepared ones."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.calibration import PreparedScan, broad_scan, unrolled_scan
from gloam.models import expected_fractions

MASS = np.array([0.5, 2.0, 5.0, 8.0])


def prepared(part=1.0, sigma=0.2):
    ones, edges = np.ones(4), np.linspace(-2.0, 70.0, 361)
    each = np.stack([np.full(360, 2.0), np.exp(-np.linspace(0, 5, 360))]) * part
    return PreparedScan(
        mass=MASS, position=MASS**2, mean=0 * ones, sigma=sigma * ones, alpha=-1.5 * ones, n=4 * ones,
        alpha_high=0 * ones, n_high=0 * ones, errors=np.zeros((4, 4)), quality=ones,
        efficiency=part * np.array([0.06, 0.05, 0.04, 0.01]), efficiency_error=0.001 * ones, edges=edges,
        wrong_per_right=np.zeros(1), wrong_below=np.zeros((0, 361)), expected=each.sum(axis=0),
        variance=0.1 * each.sum(axis=0), expected_of=each,
    )  # fmt: skip


def test_slices_hold_the_signal_and_the_background_of_the_whole():
    slices = [prepared(0.3), prepared(0.5, 0.3), prepared(0.2)]
    found = unrolled_scan(slices)
    np.testing.assert_allclose(found.efficiency, prepared().efficiency)
    np.testing.assert_allclose(found.expected.reshape(3, 360).sum(axis=0), prepared().expected)
    assert found.expected_of.shape == (2, 1080)
    assert found.edges.shape == (1081,)
    assert (np.diff(found.edges) > 0).all()
    assert found.edges[-1] == pytest.approx(-2.0 + 3 * 72.0)
    fractions = expected_fractions(found.signal(), found.edges[None], np.array([25.0])).reshape(3, 360)
    np.testing.assert_allclose(fractions.sum(axis=1), [0.3, 0.5, 0.2], rtol=1e-3)
    np.testing.assert_allclose(fractions[0], 0.3 * expected_fractions(slices[0].signal(), slices[0].edges[None],
                                                                       np.array([25.0]))[0], atol=1e-12)  # fmt: skip


def falling(mass):
    return 1e4 * np.maximum(1 - np.asarray(mass) / 10.4, 0.0) ** 2


def test_the_efficiency_of_a_broad_particle_is_a_mean_over_its_line():
    scan = replace(prepared(), efficiency=np.full(4, 0.05))
    found = broad_scan(scan, 0.1, falling, 10.4)
    np.testing.assert_allclose(found.efficiency[:3], 0.05, rtol=0.03)  # but for what is heavier than any simulated mass
    assert (found.efficiency <= 0.05 + 1e-12).all()
    changing = broad_scan(prepared(), 0.1, falling, 10.4).efficiency
    assert (changing > 0.01).all()
    assert (changing < 0.06).all()
    assert changing[3] > prepared().efficiency[3]  # the lighter part of the line is seen better


def test_a_narrow_line_gives_the_prepared_efficiency():
    found = broad_scan(prepared(), 1e-4, falling, 10.4)
    np.testing.assert_allclose(found.efficiency[1:3], prepared().efficiency[1:3], rtol=0.02)


def test_backgrounds_of_broad_particles_are_the_prepared_ones():
    scan = prepared()
    found = broad_scan(scan, 0.1, falling, 10.4)
    assert found.expected_of is scan.expected_of
    np.testing.assert_allclose(found.template(10.0).expected, 10 * scan.expected)
    np.testing.assert_allclose(found.signal().resolution(np.array([25.0])), [np.hypot(0.2, 2.5)])
