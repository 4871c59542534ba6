"""Events of every process: conserved, on their mass shells, distributed as they should be."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from gloam.generation import PROCESSES, TAU_PAIRS, generate, make_process
from gloam.generation.radiation import radiated_power, radiator
from gloam.kinematics import (
    boost_to_rest_frame,
    helicity_cosine,
    mass_squared,
    momentum,
    recoil_mass,
    two_body_momentum,
)

S = 10.58
SETTINGS = {
    "mumu-zprime": {"mass": 3.0},
    "gamma-alp": {"mass": 2.0},
    "gamma-dark-photon": {"mass": 4.0},
    "dark-higgsstrahlung": {"mass": 1.5, "mass2": 2.5},
    "three-dark-photons": {"mass": 1.0, "mass2": 3.5, "decay": "ee-mumu-pipi"},
    "mumu-scalar": {"mass": 0.5},
    "tautau-scalar": {"mass": 5.0},
    "b-dark-photons": {"mass": 1.0},
    "b-dark-baryon": {"mass": 2.0},
    "mumugamma": {},
    "3gamma": {},
    "4mu": {},
    "eemumu": {},
    "mumutautau": {},
    "tautau": {},
    "tautau-1x3": {},
}
RADIATING = ["mumu-zprime", "gamma-alp", "gamma-dark-photon", "dark-higgsstrahlung", "mumu-scalar", "tautau-scalar",
             "4mu", "mumutautau", "tautau", "tautau-1x3", "mumugamma", "3gamma"]  # fmt: skip
DECAYING = [("mumu-zprime", "tautau", 5.0), ("mumu-scalar", "ee", 1.0), ("tautau-scalar", "mumu", 2.0),
            ("gamma-dark-photon", "mumu", 4.0), ("b-dark-photons", "ee", 1.0)]  # fmt: skip
CASES = (
    [(name, {}) for name in SETTINGS]
    + [(name, {"isr": 3.0}) for name in RADIATING]
    + [(name, {"decay": decay, "mass": mass}) for name, decay, mass in DECAYING]
    + [("tautau", {"tau_decay": pair}) for pair in TAU_PAIRS]
    + [
        ("tautau", {"tau_decay": "mumu", "isr": 3.0}),
        ("tautau-scalar", {"tau_decay": "murho"}),
        ("mumu-zprime", {"decay": "tautau", "mass": 5.0, "tau_decay": "pirho", "isr": 3.0}),
        ("gamma-dark-photon", {"decay": "tautau", "tau_decay": "epi"}),
    ]
)


def sample(name, events=2000, isr=None, weighted=True, seed=1, **changes):
    process = make_process(name, isr=isr, **(SETTINGS[name] | changes))
    return process, *generate(process, events, seed=seed, weighted=weighted)


def cosine(p):
    return p[:, 3] / momentum(p)


def test_every_process_is_tested_here():
    assert set(SETTINGS) == set(PROCESSES)


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_energy_and_momentum_are_conserved(name, changes):
    process, events, _ = sample(name, **changes)
    beams = np.array([S, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(events.final.sum(1), np.tile(beams, (len(events), 1)), rtol=0, atol=1e-9)
    for index, particle in enumerate(process.particles):
        if not particle.final:
            daughters = [n for n, other in enumerate(process.particles) if other.parent == index]
            assert daughters
            np.testing.assert_allclose(events.momenta[:, daughters].sum(1), events.momenta[:, index], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_particles_have_their_masses(name, changes):
    process, events, _ = sample(name, **changes)
    for index, particle in enumerate(process.particles):
        found = mass_squared(events.momenta[:, index])
        np.testing.assert_allclose(found, particle.mass**2, rtol=0, atol=1e-9)
        assert (events.momenta[:, index, 0] >= particle.mass).all()


@pytest.mark.parametrize("name", ["3gamma", "mumugamma"])
def test_photons_pass_their_cuts(name):
    process, events, _ = sample(name, min_energy=0.7, min_angle=25.0)
    photons = events.momenta[:, [n for n, particle in enumerate(process.particles) if particle.name == "gamma"]]
    assert photons[..., 0].min() >= 0.7
    assert np.abs(photons[..., 3] / photons[..., 0]).max() <= np.cos(np.radians(25.0))


@pytest.mark.parametrize("name", ["3gamma", "mumugamma"])
def test_photons_pass_their_cuts_in_the_centre_of_mass_of_the_beams_that_radiated(name):
    process, events, _ = sample(name, isr=4.0, min_energy=0.7, min_angle=25.0)
    photons = events.momenta[:, [n for n, p in enumerate(process.particles[:-1]) if p.name == "gamma"]]
    assert photons[..., 0].min() >= 0.7
    assert np.abs(photons[..., 3] / photons[..., 0]).max() <= np.cos(np.radians(25.0))
    assert events.momenta[:, -1, 0].max() > 3.0


def binned_agreement(values, cumulative, ends=(-1, 1), bins=25):
    """The p-value of chi^2 of unweighted values against a cumulative distribution."""
    edges = np.linspace(*ends, bins + 1)
    expected = np.diff(cumulative(edges)) * values.size
    return stats.chisquare(np.histogram(values, edges)[0], expected * (values.size / expected.sum())).pvalue


@pytest.mark.parametrize("mass", [0.2, 2.0, 9.0])
def test_the_photon_beside_an_axion_like_particle_follows_one_plus_cosine_squared(mass):
    _, events, _ = sample("gamma-alp", 20_000, mass=mass, weighted=False)
    assert binned_agreement(cosine(events.momenta[:, 0]), lambda c: (c + c**3 / 3 + 4 / 3) * 3 / 8) > 1e-3
    photon = boost_to_rest_frame(events.momenta[:, 2], events.momenta[:, 1])
    assert binned_agreement(cosine(photon), lambda c: (1 + c) / 2) > 1e-3


@pytest.mark.parametrize(("mass", "mass2"), [(0.3, 1.0), (3.0, 3.0), (5.0, 5.0)])
def test_higgsstrahlung_follows_its_closed_form(mass, mass2):
    """8 m^2/s + lambda sin^2; the weights of the decay must not bend it."""
    _, events, _ = sample("dark-higgsstrahlung", 20_000, mass=mass, mass2=mass2, weighted=False)
    x, y = (mass / S) ** 2, (mass2 / S) ** 2
    square = (1 - x - y) ** 2 - 4 * x * y

    def cumulative(c):
        return 8 * x * (c + 1) + square * (c - c**3 / 3 + 2 / 3)

    kept = events.weights == 1  # the few above 1 cannot move a chi^2 of this size
    assert kept.mean() > 0.99
    assert binned_agreement(cosine(events.momenta[kept, 0]), cumulative) > 1e-3


@pytest.mark.parametrize("mass", [0.3, 1.0, 4.0])
def test_muons_of_a_dark_photon_know_its_helicity(mass):
    """Longitudinal: 1 - beta^2 c^2 about the flight of the A'; transverse: 1 - beta^2 (1 - c^2)/2."""
    _, events, _ = sample("dark-higgsstrahlung", 20_000, mass=mass, weighted=False)
    found = helicity_cosine(events.momenta[:, 2], events.momenta[:, 0])
    energy = events.momenta[0, 0, 0]
    longitudinal = energy**2 / (energy**2 + 2 * mass**2)  # E^2/m^2 sin^2 against 1 + cos^2, both integrated
    beta = 1 - (2 * 0.1056583755 / mass) ** 2

    def cumulative(c):
        along, across = c - beta * c**3 / 3, c - beta * (c - c**3 / 3) / 2
        return longitudinal * along + (1 - longitudinal) * across

    kept = events.weights == 1
    assert binned_agreement(found[kept], lambda c: cumulative(c) - cumulative(-1.0)) > 1e-3


@pytest.mark.parametrize("name", ["b-dark-photons", "b-dark-baryon"])
def test_mesons_follow_sin_squared_and_decay_without_direction(name):
    _, events, _ = sample(name, 20_000)
    assert binned_agreement(cosine(events.momenta[:, 0]), lambda c: (3 * c - c**3 + 2) / 4) > 1e-3
    daughter = boost_to_rest_frame(events.momenta[:, 2], events.momenta[:, 0])
    assert binned_agreement(cosine(daughter), lambda c: (1 + c) / 2) > 1e-3


@pytest.mark.parametrize(
    ("name", "mass", "expected"),
    [("b-dark-photons", 0.5, 2.59208), ("b-dark-photons", 2.6, 0.45701),
     ("b-dark-baryon", 2.0, 2.10109), ("b-dark-baryon", 4.0, 0.54688)],
)  # fmt: skip
def test_momenta_in_the_rest_frame_of_the_b(name, mass, expected):
    """Numbers found without this code, to their digits."""
    _, events, _ = sample(name, 100, mass=mass)
    daughters = boost_to_rest_frame(events.momenta[:, [2, 3]], events.momenta[:, :1])
    np.testing.assert_allclose(momentum(daughters), expected, atol=2e-5)


def test_the_recoil_of_the_muons_is_the_zprime():
    _, events, _ = sample("mumu-zprime")
    np.testing.assert_allclose(recoil_mass(np.array([S, 0, 0, 0]), events.momenta[:, :2]), 3.0, rtol=1e-9)


def test_muon_energies_follow_the_closed_form_for_massless_muons():
    """Emission of a massive vector by massless fermions (Dokshitzer, Marchesini, Webber), away from slow muons."""
    _, events, _ = sample("mumu-zprime", 100_000, mass=6.0)
    e = (6.0 / S) ** 2

    def density(second, first):
        a, b = 1 - first, 1 - second
        return ((first + e) ** 2 + (second + e) ** 2) / (a * b) - e * (1 / a**2 + 1 / b**2)

    edges = np.linspace(0.15, 0.6, 13)
    expected = np.array(
        [
            integrate.dblquad(density, low, high, lambda x: 1 - e - x, lambda x: 1 - e / (1 - x), epsrel=1e-4)[0]
            for low, high in pairwise(edges)
        ]
    )
    x = 2 * events.momenta[:, 0, 0] / S
    found = np.histogram(x, edges, weights=events.weights)[0]
    error = np.sqrt(np.histogram(x, edges, weights=events.weights**2)[0])
    pulls = found / error - expected * (found.sum() / expected.sum()) / error
    assert np.abs(pulls).max() < 4
    assert (error < 0.03 * found).all()


def test_charges_are_alike_where_no_interference_tells_them_apart():
    _, events, _ = sample("mumu-zprime", 50_000, weighted=False)
    difference = cosine(events.momenta[:, 0]) - cosine(events.momenta[:, 1])
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(difference.size)


def test_beams_and_muons_interfere():
    """In mu mu gamma the muon prefers the electron's direction or avoids it, with the sign of the charges' product."""
    _, events, _ = sample("mumugamma", 200_000, min_energy=1.0, min_angle=30.0)
    weighted = events.weights * np.sign(cosine(events.momenta[:, 0]) - cosine(events.momenta[:, 1]))
    asymmetry = weighted.sum() / events.weights.sum()
    error = np.sqrt((events.weights**2).sum()) / events.weights.sum()
    assert abs(asymmetry) > 10 * error


@pytest.mark.parametrize("largest", [0.3, 2.0])
def test_photons_of_the_beams_take_energy_as_the_radiator_says(largest):
    """Against the density of the radiator times the cross section at s (1 - x), which is closed for gamma a."""
    process, events, _ = sample("gamma-alp", 20_000, isr=largest, weighted=False)
    photon = events.momenta[:, -1]
    assert photon[:, 0].max() <= largest
    np.testing.assert_array_equal(photon[:, 1:3], 0)
    assert stats.binomtest(int((photon[:, 3] > 0).sum()), len(events)).pvalue > 1e-3
    b, threshold = radiated_power(S), (process.threshold / S) ** 2

    def density(y):  # of y = x^b, in which the radiator is flat at 0
        x = y ** (1 / b)
        return radiator(x, S) * (1 - threshold / (1 - x)) ** 3

    kept = events.weights == 1
    found, highest = (2 * photon[kept, 0] / S) ** b, (2 * largest / S) ** b
    cumulative = np.vectorize(lambda y: integrate.quad(density, 1e-9, y)[0] if y > 1e-9 else 0.0)
    assert binned_agreement(found, cumulative, (0, highest)) > 1e-3


def test_two_body_energies():
    _, events, _ = sample("gamma-dark-photon")
    np.testing.assert_allclose(events.momenta[:, 0, 0], two_body_momentum(S, 0.0, 4.0), rtol=1e-12)
