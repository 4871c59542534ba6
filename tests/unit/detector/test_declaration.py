"""The declared numbers of a detector: what they mean at their edges, and what is refused."""

import numpy as np
import pytest

from gloam.detector import BELLE, BELLE2, BELLE_REFITTED, DETECTORS, PolarRange, QuadratureSum, ResolutionPoints, TurnOn
from gloam.errors import InputError
from gloam.sourced import Sourced, assumed


def number(value):
    return assumed(value, 0, "", "an example")


def polar(low, high, *gaps):
    return PolarRange(number(low), number(high), tuple((number(a), number(b)) for a, b in gaps))


def sourced_in(value):
    """All sourced numbers of a declaration, at any depth."""
    if isinstance(value, Sourced):
        return [value]
    if isinstance(value, dict):
        return [found for part in value.values() for found in sourced_in(part)]
    if isinstance(value, tuple):
        return [found for part in value for found in sourced_in(part)]
    fields = getattr(type(value), "__dataclass_fields__", {})
    return [found for name in fields for found in sourced_in(getattr(value, name))]


def test_gaps_are_not_covered_and_their_edges_are():
    angles = np.radians([29.9, 31.39, 31.41, 32.19, 32.21, 150.1])
    expected = [True, True, False, False, True, False]
    assert polar(17, 150, (31.4, 32.2)).covers(np.cos(angles)).tolist() == expected
    assert polar(30, 150, (60, 90)).covers(np.cos(np.radians([60.0, 90.0]))).all()


@pytest.mark.parametrize("angles", [(150, 17), (-1, 90), (10, 181), (10, 10)])
def test_a_polar_range_rises(angles):
    with pytest.raises(InputError, match="rising angles"):
        polar(*angles)


def test_a_gap_is_inside_its_range():
    with pytest.raises(InputError, match="rising angles"):
        polar(17, 150, (160, 170))


def test_terms_add_in_quadrature():
    """The published form of Belle: 0.3 % sqrt(pt^2 + 1)."""
    pt = np.array([0.1, 1.0, 5.0])
    np.testing.assert_allclose(BELLE.tracks.momentum.at(pt), 0.003 * np.sqrt(pt**2 + 1), rtol=1e-14)
    expected = np.hypot(0.0019 * pt, 0.0030 / 0.5)
    np.testing.assert_allclose(BELLE_REFITTED.tracks.momentum.at(pt, 0.5), expected, rtol=1e-14)
    energy = np.array([0.05, 1.0, 5.0])
    parts = 0.00066 / energy, 0.0081 / energy**0.25, 0.0134 * np.ones(3)
    np.testing.assert_allclose(BELLE_REFITTED.photons.energy.at(energy), np.linalg.norm(parts, axis=0), rtol=1e-14)


def test_any_power_of_the_energy_is_taken():
    curve = QuadratureSum(((number(2.0), 0.7, 0.3),))
    np.testing.assert_allclose(curve.at(np.array([3.0]), np.array([0.5])), 2 * 3**0.7 / 0.5**0.3, rtol=1e-14)


def test_photons_of_belle2_have_the_published_resolution():
    np.testing.assert_allclose(BELLE2.photons.energy.at(np.array([0.65, 1.0, 7.0])), [0.03, 0.02, 0.02], rtol=1e-14)


def test_a_photon_of_no_energy_has_a_finite_resolution():
    assert np.isfinite(BELLE2.photons.energy.at(np.zeros(1))).all()


def test_points_of_a_resolution_rise():
    with pytest.raises(InputError, match="rising, above 0"):
        ResolutionPoints(((number(1.0), number(0.02)), (number(0.5), number(0.03))))


def test_a_turn_on_of_no_width_is_a_step():
    step = TurnOn(number(0.03), number(0.03), number(0.98))
    assert step.at(np.array([0.0299, 0.03, 9.0])).tolist() == [0.0, 0.98, 0.98]


@pytest.mark.parametrize("values", [(0.6, 0.5, 1.0), (-0.1, 0.5, 1.0), (0.0, 0.0, 1.1)])
def test_an_efficiency_is_one(values):
    with pytest.raises(InputError, match="efficiency curve"):
        TurnOn(*map(number, values))


@pytest.mark.parametrize("detector", [*DETECTORS.values(), BELLE_REFITTED])
def test_every_number_of_a_detector_has_a_source(detector):
    """Numbers of the search are published; those that nobody looked up say so."""
    found = sourced_in(detector)
    assert len(found) > 30
    assert all(number.reference for number in found)
    assert {number.standing for number in found} == {"published", "recalled", "assumed"}


def test_detectors_are_known_by_their_names():
    assert sorted(DETECTORS) == ["belle", "belle2"]
