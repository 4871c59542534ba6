"""Two photons through loops of leptons: known limits, and an integral over Feynman parameters."""

import numpy as np
import pytest
from scipy import integrate

from gloam.constants import ALPHA
from gloam.theory.lepton_loops import derivative_amplitude, scalar_amplitude, two_photon_width


@pytest.mark.parametrize("t", [1e-4, 0.9e-3, 1.1e-3, 0.1, 0.7, 0.99])
def test_loops_below_the_threshold_are_their_feynman_integrals(t):
    # with the two photons' parameters x, y: 4 int int (1 - 4 x y) / (1 - 4 t x y) for a scalar, and for a Yukawa
    # coupling of a pseudoscalar 2 int int 1 / (1 - 4 t x y), from which the derivative coupling takes the anomaly
    def over(weight):
        return integrate.dblquad(
            lambda y, x: weight(x * y) / (1 - 4 * t * x * y), 0, 1, 0, lambda x: 1 - x, epsabs=1e-12, epsrel=1e-12
        )[0]

    mass = 2 * np.sqrt(t)
    assert scalar_amplitude(mass, 1.0) == pytest.approx(4 * over(lambda xy: 1 - 4 * xy), rel=1e-8)
    yukawa = 2 * over(lambda _: 1.0)
    assert 1 - derivative_amplitude(mass, 1.0) == pytest.approx(yukawa, rel=1e-8)


def test_loops_have_their_limits():
    assert scalar_amplitude(1e-4, 1.0) == pytest.approx(4 / 3)
    assert abs(scalar_amplitude(1e5, 1.0)) < 1e-6
    assert derivative_amplitude(0.01, 1.0) == pytest.approx(-(0.01**2) / 12, rel=1e-4)
    assert derivative_amplitude(1e5, 1.0) == pytest.approx(1.0, abs=1e-6)


def test_above_the_threshold_the_lepton_pair_is_real():
    # the cut of the loop is the rate to a pair that turns into two photons: a positive imaginary part times beta
    assert scalar_amplitude(1.9, 1.0).imag == 0.0
    assert abs(scalar_amplitude(2.1, 1.0).imag) > 0.0


def test_a_light_lepton_gives_a_derivative_coupling_the_width_of_the_anomaly():
    width = two_photon_width("pseudoscalar", 5.0, {"e": 2e-6}, {"e": 1e-6})  # C / Lambda = 2
    assert width == pytest.approx(ALPHA**2 * 5.0**3 * 4 / (64 * np.pi**3), rel=1e-6)


def test_amplitudes_of_several_leptons_add_up():
    one = two_photon_width("scalar", 0.01, {"mu": 1.0}, {"mu": 1.0})
    two = two_photon_width("scalar", 0.01, {"mu": 1.0, "tau": 10.0}, {"mu": 1.0, "tau": 10.0})
    assert two == pytest.approx(4 * float(one), rel=1e-4)
