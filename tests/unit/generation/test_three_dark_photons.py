"""Three dark photons: masses of pairs and of the h', cross section, and which of them decays to what."""

import numpy as np
import pytest

from gloam.generation import generate, make_process
from gloam.generation.processes.three_dark_photons import TRIPLETS
from gloam.kinematics import mass_squared
from gloam.theory.dark_higgsstrahlung import cross_section, final_states

MASSES = {"mass": 0.8, "mass2": 3.0}


@pytest.fixture(scope="module")
def events():
    return generate(make_process("three-dark-photons", decay="ee-mumu-pipi", **MASSES), 4000, seed=1)


def test_every_pair_has_the_mass_of_the_dark_photon_and_all_adds_up(events):
    batch, _ = events
    names = [particle.name for particle in batch.particles]
    assert names == ["A'", "A'", "A'", "e-", "e+", "mu-", "mu+", "pi+", "pi-"]
    for place in range(3):
        pair = batch.momenta[:, 3 + 2 * place : 5 + 2 * place].sum(axis=1)
        np.testing.assert_allclose(np.sqrt(mass_squared(pair)), 0.8, rtol=1e-6)
    np.testing.assert_allclose(batch.momenta[:, 3:].sum(axis=1), np.tile([10.58, 0, 0, 0], (4000, 1)), atol=1e-9)


def test_two_of_the_three_make_the_dark_higgs_and_each_is_left_over_as_often(events):
    photons = events[0].momenta[:, :3]
    others = np.stack([mass_squared(photons.sum(axis=1) - photons[:, place]) for place in range(3)], axis=1)
    nearest = np.abs(np.sqrt(others) - 3.0)
    np.testing.assert_allclose(nearest.min(axis=1), 0.0, atol=1e-6)
    share = np.bincount(nearest.argmin(axis=1), minlength=3) / 4000
    np.testing.assert_allclose(share, 1 / 3, atol=4 * np.sqrt(2 / 9 / 4000))


def test_the_cross_section_is_that_of_dark_higgsstrahlung(events):
    assert events[1].cross_section == pytest.approx(float(cross_section(0.8, 3.0)), rel=1e-9)


def test_the_decays_are_the_ten_final_states():
    assert {name.replace("-", " ") for name in TRIPLETS} == set(final_states(0.8, 3.0))
