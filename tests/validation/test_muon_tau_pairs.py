"""e+e- -> mu+ mu- tau+ tau-: its amplitude against that of four muons, its cross section against dispersion integrals.

Parts with an even and an odd number of photons on one line do not interfere in the total (Furry's theorem), so that the
cross section is the sum of two virtual photons that turn into pairs, taus radiated off muons, and muons off taus.
"""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.generation import cross_section, make_process
from gloam.generation.processes import four_muons, muon_tau_pairs
from gloam.kinematics import two_body_momentum
from gloam.theory.three_body import lepton_pair_cross_section

from .test_four_muon_parts import log_grid, two_vectors

pytestmark = pytest.mark.validation

S, MU, TAU, ALPHA, CONVERSION = 10.58, 0.1056583755, 1.77686, 1 / 137.036, 0.3893794e12


def spectral(square, lepton):
    """The density of pairs of a lepton in a virtual photon of mass squared `square`."""
    ratio = 4 * lepton**2 / square
    return ALPHA / (3 * np.pi * square) * (1 + ratio / 2) * np.sqrt(1 - ratio)


def converted():
    total = 0.0
    for a, weight in zip(*log_grid(4 * MU**2, (S - 2 * TAU) ** 2), strict=True):
        inner = zip(*log_grid(4 * TAU**2, (S - np.sqrt(a)) ** 2), strict=True)
        total += weight * spectral(a, MU) * sum(w * spectral(b, TAU) * two_vectors(a, b) for b, w in inner)
    return CONVERSION * total


def radiated(line, pair):
    """Pairs off a line: vectors of mass sqrt(q^2) that couple like photons, summed with their spectral density."""
    square, weights = log_grid(4 * pair**2, (S - 2 * line) ** 2)
    emitted = lepton_pair_cross_section(np.sqrt(square), "vector", line) * 4 * np.pi * ALPHA
    return float(np.sum(weights * spectral(square, pair) * emitted))


def test_the_cross_section_is_that_of_dispersion_integrals():
    expected = converted() + radiated(MU, TAU) + radiated(TAU, MU)
    found = cross_section(make_process("mumutautau"), 300_000, seed=3)
    assert abs(found.cross_section - expected) < 4 * found.cross_section_error
    assert found.cross_section_error < 0.005 * expected


def test_leptons_of_one_mass_have_the_amplitude_of_different_muons(monkeypatch):
    monkeypatch.setattr(muon_tau_pairs, "TAU", MU)
    energy = np.full(50, S)
    momenta, volume = four_muons.points(random_stream(1, "points"), energy)
    inside = volume > 0
    kept, energy = momenta[..., inside], energy[inside]
    expected = four_muons._two_pairs(kept, (0, 1), (2, 3), energy)
    np.testing.assert_allclose(muon_tau_pairs.amplitude(kept, energy), expected, rtol=1e-9, atol=1e-12)


def test_points_fill_phase_space_with_their_density():
    """The mean of 1/density is the volume of phase space, here by quadrature of two-body volumes over both masses."""
    energy = np.full(200_000, S)
    _, volume = muon_tau_pairs.points(random_stream(2, "volume"), energy)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    one = 2 * MU + (nodes + 1) / 2 * (S - 2 * TAU - 2 * MU)
    total = 0.0
    for mass, weight in zip(one, weights * (S - 2 * TAU - 2 * MU) / 2, strict=True):
        top = S - mass
        two = 2 * TAU + (nodes + 1) / 2 * (top - 2 * TAU)
        inner = np.sum(weights * (top - 2 * TAU) / 2 * 2 * two * beta(S, mass, two) * beta(two, TAU, TAU))
        total += weight * 2 * mass * float(beta(mass, MU, MU)) * inner
    expected = total / (2 * np.pi) ** 2
    assert abs(volume.mean() - expected) < 4 * volume.std() / np.sqrt(volume.size)


def beta(parent, first, second):
    return two_body_momentum(np.asarray(parent), first, second) / (4 * np.pi * parent)
