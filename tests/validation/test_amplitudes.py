"""Matrix elements against Dirac matrices, event by event, and the identities that currents must obey."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.generation import PhotonCuts
from gloam.generation.decays import lepton_decay
from gloam.generation.fermion_lines import (
    annihilation_with_two,
    emission_amplitude,
    emission_current,
    photon_from_beams,
    vector_current,
)
from gloam.generation.phase_space import decay as two_bodies
from gloam.generation.processes import four_muons, lepton_pairs, muon_pair_photon, three_photons
from gloam.generation.spinors import contraction, spin_sum, squared, vector

from . import dirac

pytestmark = pytest.mark.validation

S = 10.58
EVENTS = 6
MU, TAU = 0.1056583755, 1.77686


def energies(n=EVENTS):
    return np.full(n, S)


def single(momenta):
    """The events one by one, each as (particles, 4)."""
    return np.moveaxis(momenta, -1, 0)


@pytest.mark.parametrize(("lepton", "mass"), [(MU, 0.1), (MU, 3.0), (MU, 9.5), (TAU, 5.0)])
@pytest.mark.parametrize("kind", ["vector", "scalar"])
def test_a_particle_off_a_lepton_pair(lepton, mass, kind):
    momenta, _ = lepton_pairs.radiated(random_stream(1, "amplitudes"), energies(), lepton, mass)
    if kind == "vector":
        found, vertices = spin_sum(emission_current(*momenta, lepton)), list(dirac.GAMMA)
    else:
        found, vertices = squared(emission_amplitude(*momenta, lepton)), [dirac.UNIT]
    expected = [dirac.emission(*event, lepton, S, vertices) for event in single(momenta)]
    np.testing.assert_allclose(2 * found / S**4, expected, rtol=1e-9)


def test_muon_pair_and_photon():
    cuts = PhotonCuts(0.2, 10.0)
    momenta = muon_pair_photon._points(random_stream(2, "amplitudes"), energies(), cuts)
    found = 2 * spin_sum(muon_pair_photon.current(momenta, energies()))
    expected = [dirac.muon_pair_photon(*event, MU, S) for event in single(momenta)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_four_muons():
    momenta, volume = four_muons.points(random_stream(3, "amplitudes"), energies(12))
    momenta = momenta[..., volume > 0][..., :4]
    found = 2 * squared(four_muons.amplitude(momenta, energies(4)))
    expected = [dirac.four_muons(event, MU, S) for event in single(momenta)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_three_photons():
    momenta = three_photons._points(random_stream(4, "amplitudes"), energies(3), PhotonCuts(0.2, 10.0))
    charge = (4 * np.pi / 137.036) ** 3
    expected = [charge * dirac.three_photons(event, S) for event in single(momenta)]
    np.testing.assert_allclose(three_photons.spin_sum(momenta, energies(3)), expected, rtol=1e-9)


def test_both_chiralities_of_the_beams_give_the_same():
    """Mirror images: what the left-handed electron does with one is what the right-handed one does with the other."""
    momenta, volume = four_muons.points(random_stream(5, "amplitudes"), energies(1000))
    momenta = momenta[..., volume > 0]
    mirrored = momenta * np.array([1, 1, -1, 1])[:, None]
    roots = energies(momenta.shape[-1])
    found = squared(four_muons.amplitude(momenta, roots))
    np.testing.assert_allclose(squared(four_muons.amplitude(mirrored, roots)), found, rtol=1e-9)


@pytest.mark.parametrize(("lepton", "mass"), [(MU, 3.0), (TAU, 1.0)])
def test_the_current_of_a_radiating_pair_is_conserved(lepton, mass):
    momenta, _ = lepton_pairs.radiated(random_stream(6, "amplitudes"), energies(1000), lepton, mass)
    current = emission_current(*momenta, lepton)
    along = np.abs(contraction(current, vector(momenta[2])[:, None, None]))
    assert along.max() < 1e-10 * np.abs(current).max() * S


def test_a_photon_has_no_longitudinal_part():
    """Emission by beams and muons is conserved together, and each part is on its own (charge times current)."""
    momenta = muon_pair_photon._points(random_stream(7, "amplitudes"), energies(1000), PhotonCuts(0.2, 10.0))
    minus, plus, photon = momenta
    muons = vector_current(minus, plus, MU).reshape(4, 4, -1)
    from_beams = photon_from_beams(muons, (photon, minus + plus), energies(1000))
    for current in (from_beams, muon_pair_photon.current(momenta, energies(1000))):
        along = np.abs(contraction(current, vector(photon)[:, None]))
        assert along.max() < 1e-9 * np.abs(current).max() * S


def test_the_exchange_of_equal_muons_changes_the_sign():
    momenta, volume = four_muons.points(random_stream(8, "amplitudes"), energies(1000))
    momenta = momenta[..., volume > 0]
    roots = energies(momenta.shape[-1])
    found = four_muons.amplitude(momenta, roots)
    exchanged = four_muons.amplitude(momenta[[2, 1, 0, 3]], roots).transpose(2, 1, 0, 3, 4)
    np.testing.assert_allclose(exchanged, -found, atol=1e-9 * np.abs(found).max())


def test_two_photons_from_the_beams_are_both_transverse():
    momenta, volume = four_muons.points(random_stream(9, "amplitudes"), energies(1000))
    momenta = momenta[..., volume > 0]
    pairs = momenta[0] + momenta[1], momenta[2] + momenta[3]
    current = vector_current(momenta[0], momenta[1], MU).reshape(4, 4, -1)
    roots = energies(momenta.shape[-1])
    longitudinal = vector(pairs[1])[:, None]
    found = np.abs(annihilation_with_two(current, longitudinal, pairs, roots))
    assert found.max() < 1e-9 * np.abs(current).max() * S


@pytest.mark.parametrize("mass", [0.2, 3.0, 8.0])
def test_gamma_a_is_the_amplitude_with_the_epsilon_tensor(mass):
    for cosine in (-0.9, 0.0, 0.4):
        flight = np.array([1.0, np.sqrt(1 - cosine**2), 0.0, cosine]) * (S**2 - mass**2) / (2 * S)
        found = rate(4 * np.pi / 137.036 * dirac.photon_and_pseudoscalar(flight, S), flight[0])
        assert found == pytest.approx((1 - mass**2 / S**2) ** 3 * (1 + cosine**2) / 137.036 / 64, rel=1e-12)


@pytest.mark.parametrize(("mass", "mass2"), [(0.5, 1.0), (4.0, 2.0), (5.0, 5.0)])
def test_dark_higgsstrahlung_is_the_amplitude_of_its_vertex(mass, mass2):
    x, y = mass**2 / S**2, mass2**2 / S**2
    square = (1 - x - y) ** 2 - 4 * x * y
    momentum = S / 2 * np.sqrt(square)
    for cosine in (-0.9, 0.0, 0.4):
        flight = np.array([np.hypot(mass, momentum), momentum * np.sqrt(1 - cosine**2), 0.0, momentum * cosine])
        couplings = 4 * np.pi / 137.036 * 16 * np.pi * mass**2  # e^2 (2 g_D m_A)^2 over alpha_D
        found = rate(couplings * dirac.vector_and_scalar(flight, mass, S), momentum)
        shape = np.pi / 137.036 / (3 * S**2) * np.sqrt(square) / (1 - x) ** 2
        # the integral of 8x + lambda (1 - c^2) over c is 4/3 (lambda + 12 x)
        assert found == pytest.approx(shape * 3 / 4 * (8 * x + square * (1 - cosine**2)), rel=1e-12)


@pytest.mark.parametrize("mass", [0.5, 3.0, 8.0])
def test_gamma_dark_photon_is_the_amplitude_of_two_diagrams(mass):
    x = mass**2 / S**2
    for cosine in (-0.8, 0.0, 0.4):
        photon = np.array([1.0, np.sqrt(1 - cosine**2), 0.0, cosine]) * (S**2 - mass**2) / (2 * S)
        other = np.array([S, 0, 0, 0]) - photon
        found = rate((4 * np.pi / 137.036) ** 2 * dirac.photon_and_vector(photon, other, S), photon[0])
        shape = 2 * (1 + x**2) / (1 - x) ** 2 / (1 - cosine**2) - 1
        assert found == pytest.approx(2 * np.pi / 137.036**2 / S**2 * (1 - x) * shape, rel=1e-12)


def directions():
    """Cosines, azimuths and weights that average polynomials of second degree over the sphere exactly."""
    nodes, weights = np.polynomial.legendre.leggauss(3)
    azimuths = 2 * np.pi * np.arange(5) / 5
    return np.repeat(nodes, 5), np.tile(azimuths, 3), np.repeat(weights / 2, 5) / 5


@pytest.mark.parametrize(("decay", "mass"), [("mumu", 0.25), ("mumu", 3.0), ("tautau", 6.0)])
def test_a_decay_replaces_the_sum_over_polarisations(decay, mass):
    """Averaged over the directions of the leptons, |M|^2 with the decay is that without, at every point."""
    cosines, azimuths, weights = directions()
    pair = lepton_decay(decay, mass, "test", (decay,))
    momenta, _ = lepton_pairs.radiated(random_stream(10, "amplitudes"), energies(), MU, mass)
    for event in single(momenta):
        repeated = np.repeat(event[:, :, None], cosines.size, axis=2)
        leptons = two_bodies(repeated[2], (mass, pair.mass, pair.mass), cosines, azimuths)
        decayed = lepton_pairs._vector(np.concatenate([repeated, leptons]), MU, pair)
        expected = lepton_pairs._vector(event[:, :, None], MU, None)
        assert (decayed * weights).sum() == pytest.approx(expected[0], rel=1e-9)
        assert np.ptp(decayed) > 0.01 * expected[0]  # the leptons do know where they come from


def test_the_decay_of_a_dark_photon_does_not_change_its_cross_section():
    cosines, azimuths, weights = directions()
    mass, cosine = 3.0, 0.6
    pair = lepton_decay("ee", mass, "test", ("ee",))
    photon, other = (
        np.repeat(p[:, None], cosines.size, axis=1) for p in two_bodies(
            np.array([[S], [0.0], [0.0], [0.0]]), (S, 0.0, mass), np.array([cosine]), np.array([0.3])
        )[..., 0]
    )  # fmt: skip
    leptons = two_bodies(other, (mass, pair.mass, pair.mass), cosines, azimuths)
    found = spin_sum(photon_from_beams(pair.current(leptons), (photon, other), energies(cosines.size)))
    expected = dirac.photon_and_vector(photon[:, 0], other[:, 0], S)
    assert 2 * (found * weights).sum() == pytest.approx(expected, rel=1e-9)


def rate(spin_sum, momentum):
    """dsigma/dc in GeV^-2 of a two-body final state: flux, average over the beams' spins, beta/(16 pi)."""
    return spin_sum / 4 / (2 * S**2) * (2 * momentum / S) / (16 * np.pi)
