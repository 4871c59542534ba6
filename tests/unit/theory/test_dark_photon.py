"""Conventions and edges of the dark photon's formulas."""

import numpy as np
import pytest

from gloam.constants import ALPHA, ELECTRON_MASS, FB_PER_INVERSE_GEV2, MUON_MASS
from gloam.theory import dark_higgsstrahlung, dark_photon
from gloam.theory.hadrons import NARROW, hadronic_ratio, near_resonance, pion_share


def test_the_convention_of_the_paper_has_no_hadrons_below_two_muons():
    assert dark_photon.widths(0.2, convention="paper")["hadrons"] == 0
    near, far = (
        dark_photon.widths(m, convention="paper")["hadrons"] / dark_photon.widths(m)["hadrons"] for m in (0.3, 3.5)
    )
    assert near < 0.9
    assert far == pytest.approx(1.0, abs=1e-4)


def test_at_full_angle_the_rate_is_that_of_radiative_return():
    """12 pi^2 Gamma_ee / m delta(s (1 - x) - m^2), folded with the first-order collinear radiator."""
    mass, s = 2.0, 10.58**2
    x = 1 - mass**2 / s
    radiator = 2 * ALPHA / (np.pi * x) * (np.log(s / ELECTRON_MASS**2) - 1) * (1 - x + x**2 / 2)
    expected = 12 * np.pi**2 * dark_photon.widths(mass)["ee"] / (mass * s) * radiator * FB_PER_INVERSE_GEV2
    assert float(dark_photon.cross_section(mass)) == pytest.approx(expected, rel=1e-6)
    assert float(dark_photon.cross_section(mass, most_cosine=1.0)) == pytest.approx(expected, rel=1e-6)


def test_the_photon_energy_is_that_of_two_bodies():
    energy = dark_photon.photon_energy(3.0)
    assert (10.58 - energy) ** 2 - energy**2 == pytest.approx(9.0)


def test_hadrons_below_two_pions_and_above():
    assert hadronic_ratio([0.1, 0.27]).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert pion_share([0.1, 0.29, 3.0]) == pytest.approx([0, 1, 0], abs=1e-4)


def test_a_narrow_resonance_has_its_area():
    """The integral of R over ln s is 9 pi Gee B_had/(alpha^2 M)."""
    mass, width, electronic, hadronic = NARROW["psi(2S)"]
    distance = 200 * width * np.tan(np.linspace(-1, 1, 20_001) * np.arctan(10)) / 10
    energy = mass + distance
    area = np.trapezoid(hadronic_ratio(energy) - hadronic_ratio(energy[[0, -1]]).mean(), 2 * np.log(energy))
    expected = 9 * np.pi * electronic * hadronic * 137.036**2 / mass
    assert area == pytest.approx(expected, rel=0.02)
    assert near_resonance(mass)
    assert not near_resonance(mass + 0.1)


@pytest.mark.parametrize(
    ("higgs", "words"), [(3.0, "three dark photons"), (1.5, "one virtual dark photon"), (0.5, "long-lived")]
)
def test_the_topology_follows_from_the_masses(higgs, words):
    assert dark_higgsstrahlung.topology(1.0, higgs) == words
    assert dark_higgsstrahlung.predict(1.0, higgs).notes[-1]


def test_leptons_have_thresholds():
    assert dark_photon.widths(2 * MUON_MASS - 1e-6)["mumu"] == 0
    assert dark_photon.widths(2 * MUON_MASS + 1e-6)["mumu"] > 0
