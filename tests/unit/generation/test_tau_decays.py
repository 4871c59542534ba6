"""Decays of taus: spectra against closed forms, spins, branching fractions, what is refused."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from gloam.errors import InputError
from gloam.events import EventBatch, Particle
from gloam.execution import random_stream
from gloam.generation import TAU_PAIRS, cross_section, decay_taus, generate, make_process
from gloam.generation.tau_decays import _polarised
from gloam.generation.tau_modes import MODES, leptonic, pion_amplitude, two_pions
from gloam.kinematics import boost_to_rest_frame, mass_squared

S, TAU, PION = 10.58, 1.77686, 0.13957039
BETA = np.sqrt(1 - (2 * TAU / S) ** 2)
DECAYS = 40_000


def rest_frame(pair, events=20_000, **settings):
    process = make_process("tautau", tau_decay=pair, **settings)
    batch, _ = generate(process, events, seed=2)
    return {
        (particle.name, particle.parent): boost_to_rest_frame(batch.momenta[:, n], batch.momenta[:, particle.parent])
        for n, particle in enumerate(process.particles) if particle.parent in (0, 1)
    }, batch  # fmt: skip


@pytest.mark.parametrize("lepton", [0.00051099895, 0.1056583755, 0.7])
def test_leptons_follow_the_michel_spectrum_with_their_mass(lepton):
    """p E (3 W - 2 E - m^2/E) with W = (m_tau^2 + m^2)/(2 m_tau), the highest energy (Kinoshita, Sirlin 1957)."""
    energy = leptonic(random_stream(1, "michel"), DECAYS, TAU, lepton=lepton)[0, 0]
    highest = (TAU**2 + lepton**2) / (2 * TAU)

    def density(e):
        return np.sqrt(max(e**2 - lepton**2, 0)) * (3 * highest * e - 2 * e**2 - lepton**2)

    edges = np.linspace(lepton, highest, 26)
    expected = np.array([integrate.quad(density, low, high)[0] for low, high in pairwise(edges)])
    found = np.histogram(energy, edges)[0]
    assert found.sum() == DECAYS
    assert stats.chisquare(found, expected * DECAYS / expected.sum()).pvalue > 1e-3


def test_moments_of_the_energies_of_massless_leptons():
    """x = 2 E/m: 2 x^2 (3 - 2 x) for lepton and tau neutrino, 12 x^2 (1 - x) for the other antineutrino."""
    decays = leptonic(random_stream(2, "moments"), DECAYS, TAU, lepton=0.0)
    for place, moments in ((0, (7 / 10, 8 / 15)), (1, (6 / 10, 6 / 15)), (2, (7 / 10, 8 / 15))):
        x = 2 * decays[place, 0] / TAU
        for power, expected in enumerate(moments, start=1):
            assert abs((x**power).mean() - expected) < 4 * (x**power).std() / np.sqrt(DECAYS)


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_products_in_the_rest_frame(mode):
    plane = mode.draw(random_stream(3, "rest"), 1000, TAU)
    assert plane.shape == (len(mode.products), 3, 1000)
    np.testing.assert_allclose(plane.sum(0), np.array([TAU, 0, 0])[:, None] * np.ones(1000), atol=1e-12)
    for (_, mass), (energy, across, along) in zip(mode.products, plane, strict=True):
        np.testing.assert_allclose(energy**2 - across**2 - along**2, mass**2, atol=1e-12)


def test_two_pions_have_the_mass_spectrum_of_the_rho_and_its_angle():
    plane = two_pions(random_stream(4, "rho"), DECAYS, TAU)
    pair = plane[0] + plane[1]
    square = pair[0] ** 2 - pair[1] ** 2 - pair[2] ** 2

    def density(s):
        x, velocity = s / TAU**2, 1 - (PION + 0.1349768) ** 2 / s
        return (1 - x) ** 2 * (1 + 2 * x) * velocity**1.5 * np.abs(pion_amplitude(np.array([s]))[0]) ** 2

    edges = np.linspace(0.3, 1.2, 31) ** 2
    expected = np.array([integrate.quad(density, low, high)[0] for low, high in pairwise(edges)])
    found = np.histogram(square, edges)[0]
    assert found.sum() > 0.95 * DECAYS
    assert stats.chisquare(found, expected * found.sum() / expected.sum()).pvalue > 1e-3
    peak = np.sqrt(edges[np.argmax(found)])
    assert 0.72 < peak < 0.79


def test_the_rho_of_a_tau_is_mostly_longitudinal():
    """In its rest frame the pions' density is 1 + (m_tau^2/Q^2 - 1) c^2 in the cosine to the neutrino."""
    plane = two_pions(random_stream(5, "rho"), DECAYS, TAU)
    flat = np.concatenate([plane, np.zeros((3, 1, DECAYS))], axis=1).transpose(2, 0, 1)
    pair = flat[:, 0] + flat[:, 1]
    charged, neutrino = (boost_to_rest_frame(flat[:, place], pair)[:, 1:] for place in (0, 2))
    cosine = (charged * neutrino).sum(1) / np.linalg.norm(charged, axis=1) / np.linalg.norm(neutrino, axis=1)
    strength = TAU**2 / mass_squared(pair) - 1
    expected = ((1 / 3 + strength / 5) / (1 + strength / 3)).mean()
    assert abs((cosine**2).mean() - expected) < 4 * (cosine**2).std() / np.sqrt(DECAYS)


def test_pions_of_unpolarised_taus_have_a_flat_spectrum():
    _, batch = rest_frame("pipi")
    momentum = (TAU**2 - PION**2) / (2 * TAU)
    middle, half = S / 2 * (TAU - momentum) / TAU, S / 2 * BETA * momentum / TAU
    energy = batch.momenta[:, 2, 0]
    assert stats.kstest((energy - middle) / half, stats.uniform(-1, 2).cdf).pvalue > 1e-3


@pytest.mark.parametrize(("name", "settings", "sign"), [
    ("tautau", {}, 1), ("mumu-scalar", {"mass": 5.0, "decay": "tautau"}, -1),
])  # fmt: skip
def test_pions_from_a_photon_are_fast_together_and_from_a_scalar_one_or_the_other(name, settings, sign):
    """Opposite helicities and equal ones. In the frame of the pair, energies are along and against the flight."""
    process = make_process(name, tau_decay="pipi", **settings)
    batch, _ = generate(process, 20_000, seed=5)
    first = [particle.name for particle in process.particles].index("tau-")
    pair = batch.momenta[:, first] + batch.momenta[:, first + 1]
    names = [particle.name for particle in process.particles]
    energies = [boost_to_rest_frame(batch.momenta[:, names.index(pion)], pair)[:, 0] for pion in ("pi-", "pi+")]
    found = np.corrcoef(energies)[0, 1]
    assert sign * found > 10 / np.sqrt(len(batch))
    if name == "mumu-scalar":  # C_zz = -1: -1/3 for energies that are flat
        assert abs(found + 1 / 3) < 4 / np.sqrt(len(batch))


def test_no_direction_is_preferred_by_a_tau_alone():
    found, _ = rest_frame("pimu")
    for momenta in found.values():
        axes = momenta[:, 1:] / np.linalg.norm(momenta[:, 1:], axis=1, keepdims=True)
        assert np.abs(axes.mean(0)).max() < 4 / np.sqrt(3 * len(axes))


@pytest.mark.parametrize("size", [0.0, 1e-12, 0.3, 1.0])
def test_directions_follow_a_polarisation(size):
    axis = np.array([0.48, -0.6, -0.64])
    drawn = _polarised(random_stream(6, "axis").random((2, DECAYS)), np.repeat(size * axis[:, None], DECAYS, 1))
    np.testing.assert_allclose((drawn**2).sum(0), 1, rtol=1e-12)
    cosine = axis @ drawn
    assert stats.kstest(cosine, lambda c: ((1 + c) + size * (c**2 - 1) / 2) / 2).pvalue > 1e-3


def test_the_cross_section_includes_the_branching_fractions():
    bare = cross_section(make_process("tautau"), 2048, seed=1).cross_section
    point = 0.3893794e12 * 4 * np.pi / 137.036**2 / (3 * S**2)
    assert bare == pytest.approx(point * BETA * (3 - BETA**2) / 2, rel=1e-12)
    found = cross_section(make_process("tautau", tau_decay="emu"), 2048, seed=1).cross_section
    assert found == pytest.approx(bare * 0.1782 * 0.1739, rel=1e-12)
    total = sum(float(mode.branching_fraction) for mode in MODES.values())
    every = sum(cross_section(make_process("tautau", tau_decay=pair), 2048, seed=1).cross_section for pair in TAU_PAIRS)
    assert every == pytest.approx(bare * total**2, rel=1e-12)
    assert 0.70 < total < 0.73


def test_taus_of_any_events_decay():
    """Events of another program, with a spectator before the taus."""
    random = random_stream(7, "events")
    momenta = np.zeros((500, 3, 4))
    momenta[:, 0] = [1.0, 0, 0, 1.0]
    p = np.sqrt(4.0**2 - TAU**2)
    momenta[:, 1], momenta[:, 2] = [4.0, p, 0, 0], [4.0, 0, p, 0]
    particles = (Particle("gamma", 0.0), Particle("tau+", TAU), Particle("tau-", TAU))
    weights = random.random(500)
    found = decay_taus(EventBatch(particles, momenta, weights), "murho", random)
    assert [(particle.name, particle.parent) for particle in found.particles[3:]] == [
        ("mu-", 2), ("anti-nu_mu", 2), ("nu_tau", 2),
        ("pi+", 1), ("pi0", 1), ("anti-nu_tau", 1), ("gamma", 7), ("gamma", 7),
    ]  # fmt: skip
    np.testing.assert_allclose(found.final.sum(1), momenta.sum(1), atol=1e-12)
    np.testing.assert_array_equal(found.weights, weights)
    axes = boost_to_rest_frame(found.momenta[:, 3], momenta[:, 2])[:, 1:]
    assert np.abs((axes / np.linalg.norm(axes, axis=1, keepdims=True)).mean(0)).max() < 4 / np.sqrt(1500)


def test_events_without_a_pair_of_taus_are_refused():
    batch = EventBatch((Particle("tau-", TAU),), np.zeros((1, 1, 4)), np.ones(1))
    with pytest.raises(InputError, match=r"decay of the taus: got 1 tau-, 0 tau\+"):
        decay_taus(batch, "ee", random_stream(1, "none"))


def test_a_process_that_does_not_know_its_spins_says_so():
    process = make_process("gamma-dark-photon", mass=5.0, decay="tautau", tau_decay="pipi")
    assert any("without polarisation and without correlations" in note for note in process.notes)
    assert not any("without correlations" in note for note in make_process("tautau", tau_decay="pipi").notes)
