"""The flavour-changing Z', of which only kinematics and a width are known."""

import pytest

from gloam.errors import InputError
from gloam.theory import lepton_flavour
from gloam.theory.lepton_decays import vector_width


def test_without_a_model_there_is_no_cross_section():
    found = lepton_flavour.predict(2.0, 0.01)
    assert found.cross_section is None
    assert not found.processes["emu-zprime"].valid
    assert found.branching_fractions == {"emu": 1.0}
    assert any("no model" in note for note in found.notes)


def test_above_the_highest_mass_nothing_is_made():
    most = lepton_flavour.highest_mass(10.0)
    assert lepton_flavour.predict(most, sqrt_s=10.0).cross_section == 0.0
    assert lepton_flavour.predict(most - 1e-6, sqrt_s=10.0).cross_section is None


def test_equal_masses_make_twice_the_width_of_a_vector():
    assert lepton_flavour.pair_width(0.5, 0.1, 0.1) == pytest.approx(2 * float(vector_width(0.5, 0.1)))


def test_below_the_threshold_nothing_decays():
    found = lepton_flavour.predict(0.1)
    assert found.width == 0.0
    assert found.ctau_mm is None
    assert found.branching_fractions == {"emu": 0.0}


@pytest.mark.parametrize(("mass", "coupling"), [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_numbers_that_cannot_be_are_refused(mass, coupling):
    with pytest.raises(InputError, match="finite number"):
        lepton_flavour.predict(mass, coupling)
