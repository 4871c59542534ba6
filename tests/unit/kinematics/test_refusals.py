"""What kinematics refuses, and where it answers with a sign instead of NaN."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.kinematics import CrossingBeams, boost, boost_to_rest_frame, mass, recoil_mass, reduced_mass

PHOTON = np.array([1.0, 0.0, 0.0, 1.0])


def test_nothing_is_boosted_to_the_speed_of_light():
    with pytest.raises(InputError, match=r"velocity of a boost: got 1\.0; allowed: less than 1"):
        boost(PHOTON, np.array([0.0, 0.0, 1.0]))
    with pytest.raises(InputError, match="velocity of a boost: got nan"):
        boost(PHOTON, np.array([0.0, 0.0, np.nan]))


def test_a_photon_has_no_rest_frame():
    with pytest.raises(InputError, match=r"rest frame: got m\^2 = 0 .*has no rest frame"):
        boost_to_rest_frame(PHOTON, PHOTON)


def test_space_like_masses_are_negative():
    assert mass(np.array([0.0, 3.0, 0.0, 4.0])) == -5.0
    assert recoil_mass(PHOTON, np.array([[0.5, 0.0, 0.0, -0.5]])) == pytest.approx(-np.sqrt(2.0))
    assert reduced_mass(3.0, 2.5) == -4.0


@pytest.mark.parametrize("energies", [(0.0, 4.0), (7.0, -1.0), (np.nan, 4.0), (7.0, np.inf)])
def test_beams_have_energies(energies):
    with pytest.raises(InputError, match=r"energy of the (electron|positron) beam"):
        CrossingBeams(*energies)


def test_beams_do_not_fly_together():
    with pytest.raises(InputError, match="crossing angle: got 83"):
        CrossingBeams(7.0, 4.0, 83.0)


@pytest.mark.parametrize(
    ("beams", "published"),
    [(CrossingBeams(7.0, 4.0), 0.284), (CrossingBeams(8.0, 3.5), 0.425)],
)
def test_the_boosts_of_belle2_and_belle(beams, published):
    """beta gamma as the collaborations quote it, for beams that meet head on."""
    found = np.sqrt((beams.total[1:] ** 2).sum()) / beams.energy
    assert found == pytest.approx(published, abs=1e-3)
