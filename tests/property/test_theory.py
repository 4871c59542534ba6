"""What must hold for predictions, whatever the mass and the coupling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gloam.constants import ALPHA, FB_PER_INVERSE_GEV2, MUON_MASS, TAU_MASS
from gloam.theory import MODELS, dark_higgsstrahlung, gminus2, predict, trident, zprime
from gloam.theory.b_dark_photons import final_states as two_dark_photons
from gloam.theory.dark_higgsstrahlung import final_states as three_dark_photons
from gloam.theory.dark_photon import cross_section as dark_photon
from gloam.theory.dark_photon import differential_cross_section
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.vacuum_polarisation import leptonic_shift

MASS = st.floats(0.02, 10.4)
COUPLING = st.floats(1e-6, 0.1)
KIND = st.sampled_from(["vector", "scalar", "pseudoscalar"])
LEPTON = st.sampled_from([MUON_MASS, TAU_MASS])


def point(model, mass, coupling=1e-3):
    return predict(model, mass, 1.0 if model == "dark-higgsstrahlung" else None, coupling)


@given(st.sampled_from([*MODELS]), MASS, COUPLING)
def test_branching_fractions_add_up_to_one(model, mass, coupling):
    found = point(model, mass, coupling).branching_fractions
    assert all(0 <= value <= 1 for value in found.values())
    assert sum(value for name, value in found.items() if name != "pipi") == pytest.approx(1.0, abs=1e-12)
    assert found.get("pipi", 0.0) <= found.get("hadrons", 0.0) + 1e-12


@given(st.sampled_from([*MODELS]), MASS, COUPLING, st.floats(0.1, 3.0))
def test_a_cross_section_goes_with_a_power_of_the_coupling(model, mass, coupling, factor):
    power = 1 if model.startswith("b-") else 2  # the coupling of a B decay is a branching fraction
    one, other = point(model, mass, coupling).cross_section, point(model, mass, coupling * factor).cross_section
    assert other == pytest.approx(one * factor**power, rel=1e-9)


@given(st.sampled_from([*MODELS]), st.floats(10.7, 50.0))
def test_nothing_is_made_above_the_threshold(model, mass):
    found = point(model, mass)
    assert found.cross_section == 0
    assert found.one_plus_delta is None
    assert all(made.cross_section == 0 for made in found.processes.values())


@given(KIND, LEPTON, st.floats(0.05, 0.999))
def test_only_ratios_of_masses_matter(kind, lepton, fraction):
    mass = fraction * (10.58 - 2 * lepton)
    one = lepton_pair_cross_section(mass, kind, lepton)
    other = lepton_pair_cross_section(3 * mass, kind, 3 * lepton, 3 * 10.58)
    assert float(other) * 9 == pytest.approx(float(one), rel=1e-9)


@given(KIND, LEPTON, st.floats(1e-4, 1.0 - 1e-10))
def test_the_stated_error_of_the_quadrature_holds(kind, lepton, fraction):
    mass = max(1e-3, fraction * (10.58 - 2 * lepton))
    used, fine = (float(lepton_pair_cross_section(mass, kind, lepton, nodes=nodes)) for nodes in (32, 128))
    half = float(lepton_pair_cross_section(mass, kind, lepton, nodes=16))
    assert abs(half / used - 1) < 1e-4
    assert used == pytest.approx(fine, rel=1e-9)
    assert abs(used - fine) < abs(half - used) + 1e-12 * fine


@given(KIND, LEPTON)
def test_a_cross_section_falls_with_the_mass_to_nothing_at_the_threshold(kind, lepton):
    top = 10.58 - 2 * lepton
    mass = np.concatenate([np.geomspace(0.01, top, 300)[:-1], [top - 1e-6]])
    found = lepton_pair_cross_section(mass, kind, lepton)
    assert (np.diff(found) < 0).all()
    assert found[-1] < 1e-6 * found[0]
    assert lepton_pair_cross_section([top, top + 1], kind, lepton).tolist() == [0, 0]


@given(st.floats(0.5, 9.0))
def test_a_vector_off_massless_leptons_is_a_massive_gluon(mass):
    """The Dalitz plot of hep-ph/9512336, integrated by brute force."""
    s, e = 10.58**2, (mass / 10.58) ** 2
    node, weight = np.polynomial.legendre.leggauss(200)
    # 1 - x1 and 1 - x2 are D/s of the propagators; between e and 1 of one the other runs from e/(...) to 1 + e - ...
    log1 = (node + 1) / 2 * np.log(1 / e)
    first = e * np.exp(log1)
    low, high = e / first, 1 + e - first
    low = np.minimum(low, high)
    log2 = np.log(low)[:, None] + (node + 1) / 2 * np.log(high / low)[:, None]
    second = np.exp(log2)
    d1, d2 = first[:, None], second
    square = ((1 - d1 + e) ** 2 + (1 - d2 + e) ** 2) / (d1 * d2) - e * (1 / d1**2 + 1 / d2**2)
    inner = (square * d2 * weight * np.log(high / low)[:, None] / 2).sum(axis=1)
    integral = (inner * first * weight).sum() * np.log(1 / e) / 2
    expected = 4 * np.pi * ALPHA**2 / (3 * s) * FB_PER_INVERSE_GEV2 * integral / (8 * np.pi**2)
    assert float(lepton_pair_cross_section(mass, "vector", 1e-6)) == pytest.approx(expected, rel=1e-5)


@given(st.floats(0.5, 9.0))
def test_scalar_and_pseudoscalar_are_alike_without_lepton_mass(mass):
    one, other = (float(lepton_pair_cross_section(mass, kind, 1e-5)) for kind in ("scalar", "pseudoscalar"))
    assert one == pytest.approx(other, rel=1e-6)


@given(st.floats(0.01, 10.0), st.floats(0.1, 0.99))
def test_the_angular_density_of_the_photon_integrates_to_the_cross_section(mass, cosine):
    node, weight = np.polynomial.legendre.leggauss(200)
    found = cosine * (differential_cross_section(cosine * node, mass) @ weight)
    assert found == pytest.approx(float(dark_photon(mass, most_cosine=cosine)), rel=1e-6)  # the electron mass


@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0))
def test_the_angular_density_of_dark_higgsstrahlung_is_normalised(mass, higgs):
    node, weight = np.polynomial.legendre.leggauss(4)
    assert dark_higgsstrahlung.angular_density(node, mass, higgs) @ weight == pytest.approx(1.0)


def test_loops_of_the_muon_moment_for_light_and_heavy_bosons():
    assert gminus2.vector_loop(1e-12) == pytest.approx(1 / (8 * np.pi**2), rel=1e-9)
    assert gminus2.vector_loop(1e4) == pytest.approx(MUON_MASS**2 / (12 * np.pi**2 * 1e8), rel=1e-6)
    assert gminus2.scalar_loop(1e-12) == pytest.approx(3 / (16 * np.pi**2), rel=1e-9)
    assert gminus2.pseudoscalar_loop(1e-12) == pytest.approx(-1 / (16 * np.pi**2), rel=1e-9)


@pytest.mark.parametrize("mass", [0.001, 0.05, 1.0, 60.0])
def test_the_propagator_only_weakens_a_trident_limit(mass):
    limit = float(trident.coupling_limit(mass))
    assert limit >= float(trident.coupling_limit(1e5)) * mass / 1e5
    assert trident.ratio(mass, limit) == pytest.approx(0.82 + 1.96 * 0.28, rel=1e-9)


@given(st.floats(8.0, 13.0))
def test_the_leptonic_shift_is_its_dispersion_integral(energy):
    """-(alpha s/3 pi) P int R(s')/(s'(s'-s)) ds' of one lepton, here the tau, with R = sqrt(1-r) (1 + r/2)."""
    s, low = energy**2, (2 * TAU_MASS) ** 2

    def ratio(other):
        return np.sqrt(np.clip(1 - low / other, 0, None)) * (1 + low / (2 * other))

    node, weight = np.polynomial.legendre.leggauss(400)
    v = (node + 1) / 2
    other, jacobian = low / (1 - v**2) ** 2, low * 4 * v / (1 - v**2) ** 3  # from the threshold to infinity
    regular = (ratio(other) - ratio(s)) / (other * (other - s))
    principal = ratio(s) / s * np.log(low / (s - low))
    found = -ALPHA * s / (3 * np.pi) * ((regular * jacobian) @ weight / 2 + principal)
    light = ALPHA / (3 * np.pi) * sum(np.log(s / m**2) - 5 / 3 - 6 * m**2 / s for m in (0.00051099895, MUON_MASS))
    assert float(leptonic_shift(energy)) - light == pytest.approx(found, rel=1e-3)


@given(st.floats(0.2, 10.3))
def test_the_branching_fraction_of_the_zprime_to_neutrinos_is_the_rest(mass):
    found = zprime.predict(mass).branching_fractions["invisible"]
    assert found == pytest.approx(float(zprime.invisible_fraction(mass)), rel=1e-12)


@given(st.floats(0.01, 10.4))
def test_final_states_are_powers_of_the_pairs(mass):
    shares = predict("dark-photon", mass).branching_fractions
    pairs = shares["ee"] + shares["mumu"] + shares["pipi"]
    assert sum(three_dark_photons(mass, 2.1 * mass).values()) == pytest.approx(pairs**3)
    assert sum(two_dark_photons(mass).values()) == pytest.approx(pairs**2)
    assert sum(three_dark_photons(mass, mass / 2).values()) == pytest.approx(pairs)
    assert three_dark_photons(mass, 1.5 * mass) == {}
