"""Cross sections with three bodies against helicity amplitudes, each mass with random numbers of its own."""

import numpy as np
import pytest

from gloam.constants import MUON_MASS, TAU_MASS
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


def test_the_trident_of_a_real_photon():
    """The vector and the axial part, near the threshold and far above it."""
    scale = 2 / (9 * np.pi**2)
    for index, (s, axial) in enumerate(
        [(0.1, False), (0.1, True), (1.0, False), (1.0, True), (100.0, False), (100.0, True)]
    ):
        value, error = trident_cross_section(s, axial, random_stream(1, "trident", index), 10_000)
        assert error / value < 0.02
        assert abs(value - scale * photon_cross_section([s], axial)[0]) < 4 * error
