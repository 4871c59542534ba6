"""Beam-constrained mass, energy difference and missing energy."""

import numpy as np
import pytest

from gloam.kinematics import beam_constrained_mass, energy_difference, four_vector, mass, missing_energy


def test_a_b_meson_has_its_mass_and_no_energy_difference():
    """Of half the energy of the collision."""
    meson = four_vector(5.27966, np.array([0.1, -0.2, 0.2]))
    sqrt_s = 2 * meson[0]
    assert beam_constrained_mass(meson, sqrt_s) == pytest.approx(5.27966, rel=1e-12)
    assert energy_difference(meson, sqrt_s) == pytest.approx(0.0, abs=1e-12)


def test_a_lost_photon_lowers_the_energy_more_than_the_mass():
    """The reason for the window of electrons: radiation shifts Delta E by the photon's energy."""
    lost = np.array([0.05, 0.03, 0.0, 0.04])
    meson = four_vector(5.27966, np.array([0.1, -0.2, 0.2]))
    assert energy_difference(meson - lost, 2 * meson[0]) == pytest.approx(-0.05)
    assert abs(beam_constrained_mass(meson - lost, 2 * meson[0]) - mass(meson)) < 0.005


def test_impossible_momenta_have_a_negative_mass():
    """As other masses here."""
    assert beam_constrained_mass(np.array([7.0, 0.0, 0.0, 6.0]), 10.58) < 0


def test_missing_energy_of_an_empty_event_is_all_of_it():
    """NaN adds nothing."""
    assert missing_energy(np.full((2, 3, 4), np.nan), 10.58) == pytest.approx([10.58, 10.58])
