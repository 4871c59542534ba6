"""Limits on couplings from those on cross sections: what is exact, what is missing, what is refused."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import Coupling, Missing, coupling_limits, general_coupling_limits
from gloam.models import Table

MASS = np.array([1.0, 2.0, 3.0])
LIMIT = np.array([4.0, 1.0, 9.0])
BANDS = LIMIT[:, None] * np.array([0.25, 0.5, 1.0, 2.0, 4.0])


def test_by_hand():
    model = Coupling("g'", lambda mass: 1e4 / mass, branching_fraction=0.25)
    found = coupling_limits(LIMIT, BANDS, MASS, model)
    np.testing.assert_allclose(found.observed, np.sqrt([4 / 2500, 1 / 1250, 9 * 3 / 2500]), rtol=1e-15)
    np.testing.assert_allclose(found.expected, np.sqrt(BANDS / model.at_one(MASS)[:, None]), rtol=1e-15)
    assert (found.reason == Missing.NOTHING).all()
    assert found.notes == ()


def test_what_enters_like_a_cross_section_is_linear():
    """epsilon^2 alpha_D is a power of 1: ten times the limit is ten times the coupling."""
    model = Coupling("epsilon^2 alpha_D", 1e8, power=1.0)
    np.testing.assert_allclose(coupling_limits(LIMIT, None, MASS, model).observed, LIMIT / 1e8, rtol=1e-15)


def test_the_limit_falls_as_one_over_the_root_of_the_branching_fraction():
    full = coupling_limits(LIMIT, BANDS, MASS, Coupling("g'", 1e4))
    third = coupling_limits(LIMIT, BANDS, MASS, Coupling("g'", 1e4, branching_fraction=1 / 3))
    np.testing.assert_allclose(third.observed / full.observed, np.sqrt(3), rtol=1e-15)
    np.testing.assert_allclose(third.expected / full.expected, np.sqrt(3), rtol=1e-15)


@pytest.mark.parametrize(("power", "factor"), [(2.0, 1.1), (1.0, 1.21), (4.0, 1.1**0.5)])
def test_the_uncertainty_of_the_cross_section_is_kept_beside_the_limit(power, factor):
    model = Coupling("g", 1e4, relative_error=0.21, power=power)
    found = coupling_limits(LIMIT, None, MASS, model)
    np.testing.assert_allclose(found.high / found.observed, factor, rtol=1e-14)
    np.testing.assert_allclose(found.observed / found.low, factor, rtol=1e-14)


def test_what_cannot_be_excluded_is_nan_with_its_reason():
    mass = np.array([0.1, 0.2, 1.0, 2.0, 11.0])
    branching = Table(np.array([0.0, 0.2, 0.21, 20.0]), np.array([0.0, 0.0, 0.5, 0.5]))
    model = Coupling("g'", lambda m: np.where(m > 10, 0.0, 1e4), branching_fraction=branching)
    limit = np.array([1.0, 1.0, 1.0, np.nan, 1.0])
    found = coupling_limits(limit, np.ones((5, 5)), mass, model)
    assert found.reason.tolist() == [Missing.NO_DECAY, Missing.NO_DECAY, Missing.NOTHING, Missing.NO_LIMIT, 2]
    np.testing.assert_array_equal(np.isfinite(found.observed), [False, False, True, False, False])
    # an expected limit needs no observed one
    np.testing.assert_array_equal(np.isfinite(found.expected[:, 2]), [False, False, True, True, False])
    assert "2 masses (0.1 to 0.2 GeV): the branching fraction" in " ".join(found.notes)
    assert "1 masses (11 GeV): the cross section of the model is 0" in " ".join(found.notes)


def test_rounding_at_a_threshold_is_no_decay():
    model = Coupling("g'", 1e4, branching_fraction=1e-17)
    assert coupling_limits(LIMIT, None, MASS, model).reason.tolist() == [Missing.NO_DECAY] * 3


def test_limits_above_one_are_flagged_and_kept():
    found = coupling_limits(np.array([4.0, 0.9, 1.1]), None, MASS, Coupling("g'", 1.0))
    assert found.strong.tolist() == [True, False, True]
    assert found.observed[0] == 2.0
    assert "not perturbative at 2 masses (1 to 3 GeV)" in found.notes[0]
    dimensional = Coupling("g", 1.0, unit="GeV^-1", perturbative=np.inf)
    assert not coupling_limits(LIMIT, None, MASS, dimensional).strong.any()


def test_a_width_that_does_not_depend_on_the_coupling():
    """B = g^2 / (g^2 + h^2): sigma B = sigma_1 g^4 / (g^2 + h^2), whose inverse is a quadratic equation for g^2."""
    h, sigma_1 = 3e-3, 1e5
    y = LIMIT / sigma_1
    exact = np.sqrt(0.5 * (y + np.sqrt(y**2 + 4 * y * h**2)))
    found = general_coupling_limits(
        LIMIT, BANDS, MASS, lambda g, _: sigma_1 * g**4 / (g**2 + h**2), (1e-6, 1.0), Coupling("g", 1.0)
    )
    np.testing.assert_allclose(found.observed, exact, rtol=1e-13)
    np.testing.assert_allclose(found.expected[:, 2], exact, rtol=1e-13)


def test_a_general_relation_that_is_a_square_gives_the_same_as_the_power():
    model = Coupling("g", lambda mass: 1e4 / mass, relative_error=0.3)
    power = coupling_limits(LIMIT, BANDS, MASS, model)
    general = general_coupling_limits(LIMIT, BANDS, MASS, lambda g, m: g**2 * 1e4 / m, (1e-9, 1e3), model)
    for name in ("observed", "expected", "low", "high"):
        np.testing.assert_allclose(getattr(general, name), getattr(power, name), rtol=1e-12)


def test_limits_outside_the_range_that_was_searched_are_nan():
    found = general_coupling_limits(LIMIT, None, MASS, lambda g, _: g**2, (1e-3, 2.5), Coupling("g", 1.0))
    assert found.reason.tolist() == [Missing.NOTHING, Missing.NOTHING, Missing.OUT_OF_RANGE]
    np.testing.assert_allclose(found.observed[:2], [2.0, 1.0], rtol=1e-13)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"branching_fraction": 1.2}, "branching fraction for g at a mass of 1 GeV: got 1.2"),
        ({"branching_fraction": -0.1}, "a fraction from 0 to 1"),
        ({"cross_section": -1.0}, "cross section for g = 1 at a mass of 1 GeV: got -1"),
        ({"relative_error": -0.1}, "relative error of the cross section for g"),
        ({"power": 0.0}, "power of g: got 0.0"),
    ],
)
def test_models_that_are_none(arguments, words):
    with pytest.raises(InputError, match=words):
        coupling_limits(LIMIT, None, MASS, Coupling(**{"name": "g", "cross_section": 1.0} | arguments))


def test_shapes_and_signs_are_checked():
    with pytest.raises(InputError, match=r"shapes \(3,\), \(2,\)"):
        coupling_limits(LIMIT[:2], None, MASS, Coupling("g", 1.0))
    with pytest.raises(InputError, match="a negative cross section"):
        coupling_limits(-LIMIT, None, MASS, Coupling("g", 1.0))


def test_a_relation_that_falls_is_refused():
    with pytest.raises(InputError, match="values that decrease"):
        general_coupling_limits(LIMIT, None, MASS, lambda g, _: g * np.exp(-g), (0.1, 10.0), Coupling("g", 1.0))
    with pytest.raises(InputError, match=r"range of the coupling: got 1 to 0\.1"):
        general_coupling_limits(LIMIT, None, MASS, lambda g, _: g, (1.0, 0.1), Coupling("g", 1.0))
