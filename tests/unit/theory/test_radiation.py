"""Radiators, vacuum polarisation and the sum over data sets."""

import numpy as np
import pytest

from gloam.constants import ELECTRON_MASS
from gloam.errors import InputError
from gloam.experiments import BELLE_UPSILON
from gloam.theory import alp_photon, zprime
from gloam.theory.effective_luminosity import effective_luminosity
from gloam.theory.gminus2 import BANDS, coupling_band
from gloam.theory.radiators import angular_integral, angular_radiator, beta, kuraev_fadin, radiative_factor
from gloam.theory.vacuum_polarisation import leptonic_shift, vacuum_polarisation_factor


def test_a_constant_cross_section_counts_the_radiated_photons():
    """The integral of the radiator to a cut, by brute force in the variable x^b."""
    b, most = float(beta()), 2 * 0.5 / 10.58
    y = (np.arange(200_000) + 0.5) / 200_000 * most**b
    x = np.maximum(y ** (1 / b), 1e-290)
    expected = np.mean(kuraev_fadin(x) * x ** (1 - b)) / b * most**b
    assert radiative_factor(np.ones_like, 0.0) == pytest.approx(float(expected), rel=1e-5)


def test_no_radiative_factor_above_the_threshold():
    assert radiative_factor(lambda energy: alp_photon.cross_section(12.0, energy), 12.0) is None


def test_the_photon_follows_the_beam():
    angle = np.array([0.0, 0.5, 0.99, 1 - 1e-6])
    density = angular_radiator(angle, 0.1)
    assert (np.diff(density) > 0).all()
    assert (angular_radiator(-angle, 0.1) == density).all()
    # soft photons: sin^2/(sin^2 + (me/E)^2 cos^2)^2
    soft = angular_radiator(0.5, 1e-9)
    assert soft == pytest.approx(1 / 0.75, rel=1e-6)


@pytest.mark.parametrize("x", [1e-3, 0.4, 0.99])
def test_photons_at_all_angles(x):
    assert float(angular_integral(x)) == pytest.approx(2 * np.log(10.58 / ELECTRON_MASS) - 1, rel=1e-7)
    node, weight = np.polynomial.legendre.leggauss(300)
    assert float(angular_integral(x, 0.99)) == pytest.approx(0.99 * float(angular_radiator(0.99 * node, x) @ weight))


def test_the_leptonic_shift_joins_at_the_threshold_and_vanishes_at_zero():
    below, above = leptonic_shift(2 * ELECTRON_MASS * np.array([1 - 1e-9, 1 + 1e-9]))
    assert below == pytest.approx(above, rel=1e-3)
    assert leptonic_shift(1e-7) == pytest.approx(0, abs=1e-7)


def test_vacuum_polarisation_is_not_valid_on_a_resonance():
    assert not vacuum_polarisation_factor(9.46)[1]
    assert vacuum_polarisation_factor(10.52)[1]


def test_the_nominal_data_set_counts_fully():
    nominal = BELLE_UPSILON[3]
    found = effective_luminosity(zprime.cross_section, [1.0, 5.0], [nominal], nominal.sqrt_s.value)
    assert found == pytest.approx(nominal.luminosity.value)


def test_a_mass_that_only_other_energies_reach():
    found = effective_luminosity(zprime.cross_section, [10.4, 12.0], BELLE_UPSILON)
    assert np.isinf(found[0])
    assert np.isnan(found[1])


def test_a_band_is_dated():
    assert set(BANDS) == {"2006", "2021", "2023", "2025"}
    assert all(band.measurement and band.prediction for band in BANDS.values())
    assert BANDS["2021"].difference.standing == "published"
    with pytest.raises(InputError, match="2021"):
        coupling_band(1.0, "1999")
