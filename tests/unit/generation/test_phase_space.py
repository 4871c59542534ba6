"""Phase space: its volume, its flatness, and the densities with which steep parts of it are drawn."""

import numpy as np
import pytest
from scipy import integrate, stats

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.generation.cuts import PhotonCuts
from gloam.generation.mappings import cosine_between_poles, cosine_density, logarithmic, logarithmic_density
from gloam.generation.phase_space import (
    at_rest,
    decay,
    massless_bodies,
    massless_volume,
    two_body_volume,
    unit_vector,
)
from gloam.generation.process import cross_section_weight
from gloam.generation.processes import four_muons, lepton_pairs, muon_pair_photon, three_photons
from gloam.generation.spinors import spin_sum
from gloam.kinematics import mass_squared

S = 10.58
MU = 0.1056583755


def energies(n):
    return np.full(n, S)


def masses_squared(momenta):
    return mass_squared(np.moveaxis(momenta, 0, -1))


@pytest.mark.parametrize(("first", "second"), [(0.1, 0.1), (3.0, 0.0), (1.5, 4.0)])
def test_a_decay_conserves_momentum_and_keeps_masses(first, second):
    random = random_stream(1, "decay")
    u = random.random((4, 1000))
    parent_mass = 5.6
    flight = 20 * u[0] * unit_vector(2 * u[1] - 1, 6 * u[2])
    parent = np.concatenate([np.hypot(parent_mass, np.sqrt((flight**2).sum(0)))[None], flight])
    daughters = decay(parent, (parent_mass, first, second), 2 * u[3] - 1, 6 * u[0])
    np.testing.assert_allclose(daughters.sum(0), parent, atol=1e-13 * parent.max())
    for daughter, mass in zip(daughters, (first, second), strict=True):
        np.testing.assert_allclose(masses_squared(daughter), mass**2, atol=1e-12 * parent.max() ** 2)


@pytest.mark.parametrize("bodies", [2, 3, 4, 6])
def test_massless_bodies_share_the_energy_and_are_massless(bodies):
    momenta = massless_bodies(random_stream(2, "rambo"), bodies, energies(500))
    np.testing.assert_allclose(momenta.sum(0), at_rest(energies(500)), atol=1e-10)
    assert np.abs(masses_squared(np.moveaxis(momenta, 1, 0))).max() < 1e-9


@pytest.mark.parametrize("bodies", [3, 4, 5])
def test_massless_volumes_follow_from_each_other(bodies):
    """dPS_n = dM^2/(2 pi) dPS_2(s; M^2, 0) dPS_(n-1)(M^2)."""

    def part(square):
        root = np.array([np.sqrt(square)])
        outer = two_body_volume(np.array([S]), root, 0.0)
        return float(outer[0] * massless_volume(bodies - 1, root)[0] / (2 * np.pi))

    found, _ = integrate.quad(part, 0, S**2)
    assert found == pytest.approx(massless_volume(bodies, S), rel=1e-10)


def test_pairs_of_three_massless_bodies_fill_the_dalitz_triangle():
    """The mass squared of a pair of three has the density 2 (1 - x)/s at x = m^2/s."""
    momenta = massless_bodies(random_stream(3, "rambo"), 3, energies(20_000))
    x = 1 - 2 * momenta[0, 0] / S
    assert stats.kstest(x, lambda x: 1 - (1 - x) ** 2).pvalue > 1e-3
    assert stats.kstest(momenta[0, 3] / momenta[0, 0], lambda c: (1 + c) / 2).pvalue > 1e-3


def test_pairs_of_four_massless_bodies():
    """The mass squared of a pair of four: the momentum of both pairs, integrated over the mass of the other."""
    momenta = massless_bodies(random_stream(4, "rambo"), 4, energies(20_000))
    pair = momenta[0] + momenta[1]
    x = (pair[0] ** 2 - (pair[1:] ** 2).sum(0)) / S**2

    def density(x):
        return integrate.quad(lambda y: np.sqrt((1 - x - y) ** 2 - 4 * x * y), 0, (1 - np.sqrt(x)) ** 2)[0]

    grid = np.linspace(0, 1, 201)
    cumulative = integrate.cumulative_simpson([density(x) for x in grid], x=grid, initial=0)
    assert stats.kstest(x, lambda x: np.interp(x, grid, cumulative / cumulative[-1])).pvalue > 1e-3


def three_body_volume(lepton, mass):
    def part(pair):
        root = np.array([pair])
        volume = two_body_volume(np.array([S]), root, lepton) * two_body_volume(root, lepton, mass)
        return float(volume[0]) * 2 * pair / (2 * np.pi)

    return integrate.quad(part, lepton + mass, S - lepton, epsrel=1e-10)[0]


@pytest.mark.parametrize(("lepton", "mass"), [(MU, 0.5), (MU, 5.0), (1.77686, 3.0)])
def test_the_points_of_a_radiating_pair_fill_phase_space(lepton, mass):
    """The mean of dPS_3 is its integral."""
    _, volume = lepton_pairs.radiated(random_stream(5, "volume"), energies(100_000), lepton, mass)
    error = volume.std() / np.sqrt(volume.size)
    assert abs(volume.mean() - three_body_volume(lepton, mass)) < 4 * error
    assert error < 0.02 * volume.mean()


def test_the_points_of_four_muons_fill_phase_space():
    """The mean of dPS_4 is its integral, although two densities and all exchanges are mixed."""

    width = (S - 4 * MU) / 1000
    first, second = 2 * MU + width * (np.indices((1000, 1000)).reshape(2, -1) + 0.5)
    inside = first + second < S
    pairs = first[inside], second[inside]
    value = two_body_volume(energies(inside.sum()), *pairs)
    for pair in pairs:
        value = value * two_body_volume(pair, MU, MU) * pair / np.pi
    expected = value.sum() * width**2
    _, volume = four_muons.points(random_stream(6, "volume"), energies(200_000))
    error = volume.std() / np.sqrt(volume.size)
    assert abs(volume.mean() - expected) < 4 * error + 1e-4 * expected
    assert error < 0.02 * volume.mean()


def test_three_photons_from_flat_points_have_the_same_cross_section():
    cuts = PhotonCuts(1.0, 40.0)
    n = 200_000
    flat = massless_bodies(random_stream(7, "flat"), 3, energies(n))
    kept = flat[..., cuts.accept(flat)]
    some = energies(kept.shape[-1])
    weights = cross_section_weight(three_photons.spin_sum(kept, some), massless_volume(3, S), some, identical=6)
    compare(weights, n, three_photons.three_photons(cuts).sample(random_stream(8, "steep"), energies(100_000)).weights)


def test_muon_pair_and_photon_from_flat_points_has_the_same_cross_section():
    cuts = PhotonCuts(1.0, 40.0)
    n = 200_000
    u = random_stream(9, "flat").random((5, n))
    pair = 2 * MU + (S - 2 * MU) * u[0]
    photon, system = decay(at_rest(energies(n)), (S, 0.0, pair), 2 * u[1] - 1, 2 * np.pi * u[2])
    muons = decay(system, (pair, MU, MU), 2 * u[3] - 1, 2 * np.pi * u[4])
    momenta = np.concatenate([muons, photon[None]])
    volume = two_body_volume(energies(n), 0.0, pair) * two_body_volume(pair, MU, MU) * pair / np.pi * (S - 2 * MU)
    inside = cuts.accept(momenta[2:])
    some = energies(int(inside.sum()))
    total = 2 * (4 * np.pi / 137.036) ** 3 * spin_sum(muon_pair_photon.current(momenta[..., inside], some))
    weights = cross_section_weight(total, volume[inside], some)
    process = muon_pair_photon.muon_pair_photon(cuts)
    compare(weights, n, process.sample(random_stream(10, "steep"), energies(100_000)).weights)


def compare(flat, trials, steep):
    """The mean of some flat weights (the others are 0) and that of steep ones."""
    mean = flat.sum() / trials
    error = np.sqrt((flat**2).sum() / trials - mean**2) / np.sqrt(trials)
    spread = np.hypot(error, steep.std() / np.sqrt(steep.size))
    assert abs(mean - steep.mean()) < 4 * spread
    assert spread < 0.02 * mean


def test_steep_maps_have_the_densities_they_claim():
    u = random_stream(11, "maps").random(20_000)
    x, slope = logarithmic(u, 0.01, 100.0)
    np.testing.assert_allclose(slope * logarithmic_density(x, 0.01, 100.0), 1, rtol=1e-13)
    assert integrate.quad(lambda t: logarithmic_density(t, 0.01, 100.0), 0.01, 100.0)[0] == pytest.approx(1)
    c, slope = cosine_between_poles(u, 1.01, 0.95)
    np.testing.assert_allclose(slope * cosine_density(c, 1.01, 0.95), 1, rtol=1e-13)
    assert integrate.quad(lambda t: cosine_density(t, 1.01, 0.95), -0.95, 0.95)[0] == pytest.approx(1)
    assert np.abs(c).max() <= 0.95


@pytest.mark.parametrize("angle", [0.0, 90.0, np.nan])
def test_photons_along_massless_beams_are_refused(angle):
    with pytest.raises(InputError, match="smallest photon angle: got"):
        PhotonCuts(0.2, angle)
