"""Photons as a calorimeter measures them, and the events that are kept."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.generation import generate, make_process
from gloam.kinematics import four_vector, opening_angle
from gloam.searches import load_search
from gloam.sourced import assumed
from gloam.workflow.three_photons import PAIRS, measure, measured_photons

DECLARED = load_search("belle2_alp_3gamma").preparation
PERFECT = DECLARED.model_copy(
    update={name: assumed(1e-9, 0, "", "test") for name in ("resolution_low", "resolution_high", "angular_resolution")}
)


def photons(energy, number=40_000):
    """Photons of one energy perpendicular to the beams, in the laboratory."""
    return np.broadcast_to(four_vector(0.0, energy * np.array([0.6, 0.8, 0.0])), (number, 1, 4))


@pytest.mark.parametrize(
    ("energy", "resolution"), [(0.5, 0.03), (0.65, 0.03), (0.825, 0.025), (1.0, 0.02), (4.0, 0.02)]
)
def test_energies_have_the_declared_resolution(energy, resolution):
    seen = measured_photons(photons(energy), DECLARED, random_stream(1, "test"))[:, 0, 0] / energy
    low, middle, high = np.quantile(seen, [0.1587, 0.5, 0.8413])
    assert (high - middle) / resolution == pytest.approx(1.0, abs=0.1)
    assert middle == pytest.approx(1.0, abs=0.2 * resolution)
    assert high - middle < middle - low  # the tail is below


def test_directions_have_the_declared_resolution():
    true = photons(4.0)
    seen = measured_photons(true, DECLARED, random_stream(2, "test"))
    angle = opening_angle(true[:, 0], seen[:, 0])
    # two directions of 5 mrad / sqrt(4): the mean square of the angle is the sum of their squares
    assert np.sqrt(np.mean(angle**2)) == pytest.approx(np.sqrt(2) * 0.0025, rel=0.02)
    np.testing.assert_allclose(seen[..., 0] ** 2, (seen[..., 1:] ** 2).sum(-1), rtol=1e-12)


@pytest.fixture(scope="module")
def signal():
    return generate(make_process("gamma-alp", mass=3.0), 20_000, seed=4)[0].final


def test_a_perfect_calorimeter_measures_the_mass(signal):
    found = measure(signal, PERFECT, random_stream(3, "test"))
    np.testing.assert_allclose(found.M2_gammagamma[:, 0], 9.0, rtol=1e-6)
    # the recoil against a photon is its pair, whatever the boost
    np.testing.assert_allclose(found.M2_recoil, found.M2_gammagamma, rtol=0, atol=1e-5)
    assert found.M2_gammagamma.sum(axis=1) == pytest.approx(10.58**2, rel=1e-6)
    assert 0.2 < found.kept.mean() < 0.6


def test_events_outside_the_cuts_are_left_out(signal):
    closed = DECLARED.model_copy(update={"mass_low": assumed(1.02, 0, "", "test")})
    assert measure(signal, closed, random_stream(3, "test")).kept.mean() < 0.1
    apart = DECLARED.model_copy(
        update={name: assumed(3.2, 0, "rad", "test") for name in ("separation_polar", "separation_azimuth")}
    )
    assert not measure(signal, apart, random_stream(3, "test")).kept.any()


def test_the_energy_cut_keeps_energetic_photons(signal):
    found = measure(signal, DECLARED, random_stream(3, "test"))
    values, kept = found.observable("M2_recoil", 1.5)
    assert values.shape == (np.count_nonzero(found.least_energy > 1.5), 3)
    assert kept.sum() == len(values)
    assert len(PAIRS) == 3
