"""At least one published number for each process."""

import csv
from pathlib import Path

import numpy as np
import pytest

from gloam.theory import alp_photon, b_decays, dark_higgsstrahlung, dark_photon, gminus2, trident, zprime
from gloam.theory.hadrons import HIGHEST_ENERGY, continuum_ratio, hadronic_ratio
from gloam.theory.vacuum_polarisation import hadronic_shift, leptonic_shift, vacuum_polarisation_factor

pytestmark = pytest.mark.validation


def test_the_alp_coupling_of_belle2_follows_from_its_cross_section():
    """Figures 4 and 5 of arXiv:2007.13071, both read off."""
    with (Path(__file__).parent / "data" / "theory" / "belle2_alp.csv").open() as stream:
        rows = [[float(value) for value in row.values()] for row in csv.DictReader(stream)]
    mass, cross_section, coupling = np.array(rows).T
    ratio = np.sqrt(1e3 * cross_section / alp_photon.cross_section(mass)) / coupling
    assert np.median(ratio) == pytest.approx(1.0, abs=0.02)


def test_the_zprime_limit_of_belle2_is_a_few_events():
    """g' < 0.051 below 1.16 GeV with 276 pb^-1 and an efficiency of 2.6 to 4.9 % (arXiv:1912.11276)."""
    events = 0.051**2 * zprime.cross_section(1.0) * 0.276 * np.array([0.026, 0.049])
    assert 1.5 < events[0] < 2.3 < events[1] < 4.5  # a limit without background is at 2.3


def test_the_dark_higgsstrahlung_limits_of_belle2_agree_with_each_other():
    """eps^2 alpha_D < 1.7e-8 at best, and cross section times B(A' -> mu mu) 1.7 to 5.0 fb (arXiv:2207.00509)."""
    coupling = [
        1.7 / (dark_higgsstrahlung.cross_section(m, h) * dark_photon.predict(m).branching_fractions["mumu"])
        for m in (4.5, 6.0, 7.5)
        for h in (0.5, 2.0)
    ]
    assert 0.5 < min(coupling) / 1.7e-8 < 2


def test_the_band_of_2021():
    low, high = gminus2.coupling_band(1.0, "2021")
    assert float(low) == pytest.approx(3.93e-3, rel=1e-3)
    assert float(high) == pytest.approx(6.55e-3, rel=1e-3)
    assert float(gminus2.coupling_band(1.0, "2025")[1]) == pytest.approx(4.4e-3, rel=0.01)


def test_the_difference_of_2023_is_that_of_its_parts():
    """116592059(22)e-11, also in the abstract of arXiv:2505.21476v1 (26(66)e-11 above 116592033(62)e-11)."""
    found = gminus2.BANDS["2023"].difference
    assert found.value * 1e11 == pytest.approx(116592059 - 116591810)
    assert found.error * 1e11 == pytest.approx(np.hypot(22, 43), abs=0.5)


def test_tridents_leave_no_zprime_above_400_mev_to_the_muon():
    """A Z' of more than about 400 MeV cannot explain the (g-2) of its time (arXiv:1406.2332, abstract)."""
    mass = np.linspace(0.1, 1.0, 91)
    allowed = trident.coupling_limit(mass) > gminus2.coupling_band(mass, "2006")[0]
    assert allowed[mass < 0.35].all()
    assert 0.35 < mass[allowed].max() < 0.55


def test_the_contact_limit_of_ccfr():
    """m/g' above 550 GeV (arXiv:1406.2332)."""
    assert 1e3 / float(trident.coupling_limit(1e3)) == pytest.approx(550, rel=0.02)


@pytest.mark.parametrize(
    ("energy", "low", "high"),
    [(0.77, 9.0, 11.0), (2.5, 2.1, 2.4), (3.9, 2.4, 3.3), (7.25, 3.3, 3.8), (10.45, 3.3, 3.8)],
)
def test_the_hadronic_ratio(energy, low, high):
    """Rows of PDG, PTEP 2020, 083C01, with their spread; those above 4.6 GeV are not in our table."""
    assert low < float(hadronic_ratio(energy)) < high


def test_the_hadronic_ratio_has_no_gaps():
    energy = np.linspace(0.3, HIGHEST_ENERGY, 20_000)
    ratio = continuum_ratio(energy)
    steep = (np.abs(energy - 0.78) < 0.03) | (np.abs(energy - 1.02) < 0.03) | ((energy > 3.6) & (energy < 4.7))
    assert np.abs(np.diff(ratio))[~steep[1:]].max() < 0.1


def test_the_running_of_alpha_at_the_z():
    """Delta alpha_had(5 flavours) = 0.0278(1) (PDG); leptons 0.0314 at one loop."""
    assert hadronic_shift(91.1876) == pytest.approx(0.0278, rel=0.03)
    assert float(leptonic_shift(91.1876)) == pytest.approx(0.031421, rel=1e-3)


def test_vacuum_polarisation_and_radiation_of_belle():
    """Their product is 0.945 on average (arXiv:2109.08596), 0.868 of it radiation."""
    factor, valid = vacuum_polarisation_factor(10.58)
    assert valid
    assert 0.868 * factor == pytest.approx(0.945, rel=0.015)


def test_the_sensitivity_of_belle_to_dark_photons_of_b_mesons():
    """Limits of 1e-8 with 772e6 pairs (arXiv:2012.02538): a few events at efficiencies of tens of per cent."""
    cross_section, _ = b_decays.produced_decays(1e-8)
    assert 2.3 < cross_section * 711 < 23
