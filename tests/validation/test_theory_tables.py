"""`gloam.theory` against tables that two independent computations made (tests/validation/data/theory/README.md)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from gloam.constants import ALPHA, ELECTRON_MASS, FB_PER_INVERSE_GEV2, HIGGS_VALUE, MUON_MASS, TAU_MASS
from gloam.experiments import BELLE_UPSILON
from gloam.theory import (
    alp_lepton,
    alp_photon,
    b_dark_baryon,
    b_dark_photons,
    dark_higgsstrahlung,
    dark_photon,
    gminus2,
    leptophilic_scalar,
    radiators,
    trident,
    vacuum_polarisation,
    zprime,
)
from gloam.theory.effective_luminosity import effective_luminosity
from gloam.theory.three_body import lepton_pair_cross_section

pytestmark = pytest.mark.validation

FOLDER = Path(__file__).parent / "data" / "theory"
PRINTED = 5e-6  # six digits
ROUNDED = 6e-5  # four decimals of a number near 1


def table(name):
    """The columns of a table, the first that are not numbers left out."""
    with (FOLDER / f"{name}.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    return {key: np.array([float(row[key] or "nan") for row in rows]) for key in rows[0]}


def test_the_zprime():
    rows = table("zprime")
    np.testing.assert_allclose(zprime.cross_section(rows["mZ_GeV"]), rows["sigma_over_g2_fb"], rtol=PRINTED)
    for number, mass in enumerate(rows["mZ_GeV"]):
        found = zprime.predict(float(mass))
        for key, column in (("mumu", "BF_mumu"), ("tautau", "BF_tautau"), ("invisible", "BF_nunu")):
            assert found.branching_fractions[key] == pytest.approx(rows[column][number], abs=6e-6)
        assert found.width == pytest.approx(rows["Gamma_over_g2_GeV"][number], rel=PRINTED)


def test_the_zprime_against_the_helicity_amplitudes_of_the_table():
    rows = table("zprime")
    pull = (rows["helMC_fb"] - zprime.cross_section(rows["mZ_GeV"])) / rows["helMC_err_fb"]
    assert np.sum(pull**2) < 42  # 19 masses: probability 0.2 %
    assert abs(pull.mean()) < 4 / np.sqrt(pull.size)


def test_bosons_of_spin_0():
    rows = table("spin_0")
    mass = rows["m_GeV"]
    scalar = lepton_pair_cross_section(mass, "scalar", MUON_MASS)
    pseudoscalar = lepton_pair_cross_section(mass, "pseudoscalar", MUON_MASS)
    np.testing.assert_allclose(scalar, rows["sigmaS_over_y2_fb"], rtol=PRINTED)
    np.testing.assert_allclose(pseudoscalar, rows["sigmaP_over_y2_fb"], rtol=PRINTED)
    taus = lepton_pair_cross_section(mass, "scalar", TAU_MASS)
    np.testing.assert_allclose(taus, rows["sigma_tautauS_over_ytau2_fb"], rtol=PRINTED)
    for number, value in enumerate(mass):
        found = leptophilic_scalar.predict(float(value)).cross_section
        assert found == pytest.approx(rows["sigmaS_xi1_fb"][number], rel=PRINTED)
        found = alp_lepton.predict(float(value), 1e-3).cross_section  # C/Lambda = 1/TeV
        assert found == pytest.approx(rows["sigmaP_C_over_Lambda_1perTeV_fb"][number], rel=PRINTED)


def test_dark_higgsstrahlung():
    rows = table("dark_higgsstrahlung")
    found = 1e-6 * ALPHA * dark_higgsstrahlung.cross_section(rows["mA_GeV"], rows["mh_GeV"])
    np.testing.assert_allclose(found, rows["sigma_fb"], rtol=PRINTED)


def test_the_dark_photon():
    rows = table("dark_photon")
    for column, cosine in (("sigma_30_150cms_fb", np.cos(np.pi / 6)), ("sigma_absc_lt_0p9_fb", 0.9)):
        found = 1e-6 * dark_photon.cross_section(rows["mA_GeV"], most_cosine=cosine)
        np.testing.assert_allclose(found, rows[column], rtol=PRINTED)


def test_the_alp_with_photons():
    rows = table("alp_photon")
    mass = rows["ma_GeV"]
    np.testing.assert_allclose(1e-6 * alp_photon.cross_section(mass), rows["sigma_ee_gamma_a_fb"], rtol=PRINTED)
    fusion = 1e-6 * alp_photon.fusion_cross_section(mass)
    np.testing.assert_allclose(fusion, rows["sigma_ee_ee_a_LowEPA_fb"], rtol=PRINTED)
    np.testing.assert_allclose(1e-6 * alp_photon.width(mass), rows["Gamma_GeV"], rtol=PRINTED)
    length = alp_photon.decay_length(mass, 1e-3) / 1e3
    np.testing.assert_allclose(length, rows["lab_cms_decay_length_m"], rtol=PRINTED)


def test_the_muon_moment_and_the_contact_limit_of_tridents():
    rows = table("gminus2_trident")
    mass = rows["m_GeV"]
    np.testing.assert_allclose(gminus2.vector_loop(mass), rows["amuV_over_g2"], rtol=1e-6)
    np.testing.assert_allclose(gminus2.scalar_loop(mass), rows["amuS_over_y2"], rtol=1e-6)
    np.testing.assert_allclose(gminus2.pseudoscalar_loop(mass), rows["amuP_over_y2"], rtol=1e-6)
    low, high = gminus2.coupling_band(mass, "2021")
    np.testing.assert_allclose(low, rows["g_lo2sig_2021"], rtol=ROUNDED)
    np.testing.assert_allclose(high, rows["g_hi2sig_2021"], rtol=ROUNDED)
    nothing, most = gminus2.coupling_band(mass, "2025")
    assert nothing is None
    np.testing.assert_allclose(most, rows["g_95up_WP25"], rtol=ROUNDED)
    for column, experiment in (("g_CCFR_contact", trident.CCFR), ("g_CHARMII_contact", trident.CHARM_II)):
        most = experiment.ratio.value + 1.96 * experiment.ratio.error
        np.testing.assert_allclose(trident.contact_ratio(mass, rows[column]), most, rtol=2e-4)
        heavy = trident.coupling_limit(1e4, experiment) / 1e4 * mass  # with the muon's mass in the axial part
        np.testing.assert_allclose(heavy, rows[column], rtol=0.04)


def test_radiation_from_the_beams():
    rows = table("one_plus_delta")
    for number, mass in enumerate(rows["mZ_GeV"]):
        for column, cut in (("1+delta_Egamma_lt_0.5GeV", 0.5), ("1+delta_inclusive", None)):
            found = radiators.radiative_factor(
                lambda energy, mass=mass: zprime.cross_section(mass, energy), mass + 2 * MUON_MASS, photon_cut=cut
            )
            assert found == pytest.approx(rows[column][number], abs=ROUNDED)


def test_the_effective_luminosity():
    rows = table("effective_luminosity")
    column = "Leff4S_fb_for_L_5.7_24.9_2.9_711_121.4"
    nominal = BELLE_UPSILON[3].sqrt_s.value
    found = effective_luminosity(zprime.cross_section, rows["mZ_GeV"], BELLE_UPSILON, nominal)
    np.testing.assert_allclose(found, rows[column], rtol=1e-3)
    for data_set, name in zip(BELLE_UPSILON, ("1S", "2S", "3S", "4S", "5S"), strict=True):
        energy = data_set.sqrt_s.value
        ratio = zprime.cross_section(rows["mZ_GeV"], energy) / zprime.cross_section(rows["mZ_GeV"], nominal)
        np.testing.assert_allclose(ratio, rows[f"sigma_ratio_{name}_to_4S"], atol=ROUNDED, rtol=1e-3)


def test_branching_fractions_of_the_dark_photon():
    rows = table("dark_photon_branching")
    for number, mass in enumerate(rows["mA_GeV"]):
        found = dark_photon.predict(float(mass)).branching_fractions
        # near the omega, the phi and the J/psi half a width in mass or a prescription for mixing decides
        wide = 0.03 if 0.75 < mass < 0.8 else 0.016
        if abs(mass - 3.3) < 0.1:
            wide = 0.05  # DARKCAST's table is smeared over the J/psi
        assert found["ee"] == pytest.approx(rows["darkcast_ee"][number], abs=wide)
        assert found["mumu"] == pytest.approx(rows["darkcast_mumu"][number], abs=wide)
        assert found["tautau"] == pytest.approx(rows["darkcast_tautau"][number], abs=wide)
        assert found["pipi"] == pytest.approx(rows["darkcast_pipi"][number], abs=wide)
        if mass < 0.75:  # where the cruder R of the table holds
            assert found["ee"] == pytest.approx(rows["BF_ee"][number], abs=9e-3)


SINGLE = {
    "sigma(mumuZ')/g'^2 m=0.1 sqrts=10.58": lambda: zprime.cross_section(0.1),
    "sigma(mumuZ')/g'^2 m=1 sqrts=10.58": lambda: zprime.cross_section(1.0),
    "sigma(mumuZ')/g'^2 m=3 sqrts=10.58": lambda: zprime.cross_section(3.0),
    "sigma(mumuZ')/g'^2 m=9 sqrts=10.58": lambda: zprime.cross_section(9.0),
    "sigma(mumuS)/y^2 m=0.212": lambda: lepton_pair_cross_section(0.212, "scalar", MUON_MASS),
    "sigma(mumuS)/y^2 m=3": lambda: lepton_pair_cross_section(3.0, "scalar", MUON_MASS),
    "sigma(mumuS)/y^2 m=6": lambda: lepton_pair_cross_section(6.0, "scalar", MUON_MASS),
    "sigma(mumuP)/y^2 m=0.212": lambda: lepton_pair_cross_section(0.212, "pseudoscalar", MUON_MASS),
    "sigma(mumuP)/y^2 m=1": lambda: lepton_pair_cross_section(1.0, "pseudoscalar", MUON_MASS),
    "sigma(mumuP)/y^2 m=6": lambda: lepton_pair_cross_section(6.0, "pseudoscalar", MUON_MASS),
    "sigma(mumuP)/y^2 m=9": lambda: lepton_pair_cross_section(9.0, "pseudoscalar", MUON_MASS),
    "amu_V/g^2 m=0.01": lambda: gminus2.vector_loop(0.01),
    "amu_V/g^2 m=1": lambda: gminus2.vector_loop(1.0),
    "amu_V/g^2 m->0": lambda: gminus2.vector_loop(1e-9),
    "sigma(ee->gamma a) g=1e-3/GeV m=0.2": lambda: 1e-6 * alp_photon.cross_section(0.2),
    "sigma(ee->gamma a) g=1e-3/GeV m=3": lambda: 1e-6 * alp_photon.cross_section(3.0),
    "sigma(A'h') eps=1e-3 aD=a mA=0.5 mh=1.0": lambda: 1e-6 * ALPHA * dark_higgsstrahlung.cross_section(0.5, 1.0),
    "sigma(A'h') eps=1e-3 aD=a mA=4 mh=2.0": lambda: 1e-6 * ALPHA * dark_higgsstrahlung.cross_section(4.0, 2.0),
    "sigma(gamma A') eps=1e-3 30-150deg cms m=0.5": lambda: 1e-6 * dark_photon.cross_section(0.5, 10.58, 0.75**0.5),
    "sigma(gamma A') eps=1e-3 30-150deg cms m=3": lambda: 1e-6 * dark_photon.cross_section(3.0, 10.58, 0.75**0.5),
    "B0->Lambda psi p* m_psi=2": lambda: b_dark_baryon.predict(2.0).momentum,
    "B0->Lambda psi p* m_psi=3": lambda: b_dark_baryon.predict(3.0).momentum,
    "B0->Lambda psi p* m_psi=4": lambda: b_dark_baryon.predict(4.0).momentum,
    "B0->A'A' p* m=0.5": lambda: b_dark_photons.predict(0.5).momentum,
    "B0->A'A' p* m=2": lambda: b_dark_photons.predict(2.0).momentum,
    "B0->A'A' p* m=2.6": lambda: b_dark_photons.predict(2.6).momentum,
}


def test_single_values():
    with (FOLDER / "single_values.csv").open() as stream:
        values = {row["quantity"]: row["value"] for row in csv.DictReader(stream)}
    assert SINGLE.keys() <= values.keys()
    for name, calculate in SINGLE.items():
        assert float(calculate()) == pytest.approx(float(values[name]), rel=1e-5), name
    for mass in (0.5, 3, 8):
        row = [float(number) for number in values[f"Z' BF mumu,tautau,nunu m={mass}"].split()]
        found = zprime.predict(mass).branching_fractions
        assert [found["mumu"], found["tautau"], found["invisible"]] == pytest.approx(row, abs=1e-5)


def test_the_massless_limit_of_the_leptons_in_the_vacuum():
    s = 10.58**2
    limit = ALPHA / (3 * np.pi) * sum(np.log(s / mass**2) - 5 / 3 for mass in (ELECTRON_MASS, MUON_MASS, TAU_MASS))
    assert limit == pytest.approx(0.02141, abs=1e-5)  # the row of single_values.csv
    assert 0.99 < vacuum_polarisation.leptonic_shift(10.58) / limit < 1


def test_the_constants_of_the_tables():
    assert pytest.approx(0.3893794e12) == FB_PER_INVERSE_GEV2
    assert pytest.approx(246.22, abs=1e-3) == HIGGS_VALUE
