"""Cross sections with three bodies against helicity amplitudes, each mass with random numbers of its own."""

import numpy as np
import pytest

from gloam.constants import ALPHA, MUON_MASS, TAU_MASS
from gloam.execution import random_stream
from gloam.theory.three_body import lepton_pair_cross_section
from gloam.theory.trident import photon_cross_section

from .amplitudes import radiated_cross_section, trident_cross_section

pytestmark = pytest.mark.validation


def pulls(kind, lepton, masses, points):
    """Monte Carlo minus quadrature over the statistical error, one for each mass."""
    found = [
        radiated_cross_section(kind, mass, lepton, random_stream(1, f"{kind} {lepton}", index), points)
        for index, mass in enumerate(masses)
    ]
    value, error = np.array(found).T
    return (value - lepton_pair_cross_section(masses, kind, lepton)) / error, error / value


@pytest.mark.parametrize("kind", ["vector", "scalar", "pseudoscalar"])
@pytest.mark.parametrize(("lepton", "masses"), [(MUON_MASS, [0.3, 3.0, 9.0]), (TAU_MASS, [1.0, 5.0])])
def test_helicity_amplitudes(kind, lepton, masses):
    pull, relative = pulls(kind, lepton, masses, 6000)
    assert (relative < 0.02).all()
    assert (np.abs(pull) < 4).all()


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["vector", "scalar", "pseudoscalar"])
@pytest.mark.parametrize(("lepton", "highest"), [(MUON_MASS, 10.0), (TAU_MASS, 6.8)])
def test_pulls_of_helicity_amplitudes(kind, lepton, highest):
    pull, relative = pulls(kind, lepton, np.geomspace(0.05, highest, 30), 40_000)
    assert (relative < 0.01).all()
    assert 11.6 < np.sum(pull**2) < 59.7  # chi^2 of 30: 0.1 % on either side
    assert abs(pull.mean()) < 3.3 / np.sqrt(pull.size)


def test_four_muons_from_the_final_state_follow_from_the_zprime():
    """A photon of mass m that becomes a pair: sigma_1(m) e^2 (alpha/3 pi) (1 + 2r) beta dm^2/m^2, r = mmu^2/m^2.

    A Monte Carlo of the twelve diagrams of e+e- -> 4 mu, made before gloam, has 51.28 +- 0.16 fb for this part.
    """
    low, high = np.log(2 * MUON_MASS), np.log(10.58 - 2 * MUON_MASS)
    node, weight = np.polynomial.legendre.leggauss(100)
    bent = ((node + 1) / 2) ** 2  # the velocity is a square root at the threshold
    mass = np.exp(low + (high - low) * bent)
    r = (MUON_MASS / mass) ** 2
    pair = ALPHA / (3 * np.pi) * (1 + 2 * r) * np.sqrt(1 - 4 * r)
    density = 4 * np.pi * ALPHA * pair * lepton_pair_cross_section(mass, "vector", MUON_MASS)
    total = (density * 2 * (high - low) * (node + 1) / 2) @ weight
    assert total == pytest.approx(51.11, abs=0.006)  # another program, the same integral
    assert abs(total - 51.28) < 3 * 0.16


def test_the_trident_of_a_real_photon():
    """The vector and the axial part, near the threshold and far above it."""
    scale = 2 / (9 * np.pi**2)
    for index, (s, axial) in enumerate(
        [(0.1, False), (0.1, True), (1.0, False), (1.0, True), (100.0, False), (100.0, True)]
    ):
        value, error = trident_cross_section(s, axial, random_stream(1, "trident", index), 10_000)
        assert error / value < 0.02
        assert abs(value - scale * photon_cross_section([s], axial)[0]) < 4 * error
