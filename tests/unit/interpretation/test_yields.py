"""What a cross section is multiplied by."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import YieldFactors
from gloam.models import Table

MASS = np.array([1.0, 2.0, 3.0])


def table(*values, name="efficiency"):
    return Table(MASS, np.array(values), name)


def test_events_per_fb_by_hand():
    factors = YieldFactors(200.0, table(0.1, 0.2, 0.4), 0.5, 0.75)
    np.testing.assert_allclose(factors.events_per_fb(np.array([1.0, 1.5, 3.0])), [7.5, 11.25, 30.0], rtol=1e-15)


def test_the_radiative_factor_and_efficiency_of_a_published_search():
    """0.741 of the efficiency is left with radiation, and 0.945 of the cross section: 0.700 (arXiv:2109.08596)."""
    plain = YieldFactors(643.0, 0.2).events_per_fb(MASS)
    radiated = YieldFactors(643.0, 0.741 * 0.2, radiative_factor=0.945).events_per_fb(MASS)
    np.testing.assert_allclose(radiated / plain, 0.700, atol=5e-4)


@pytest.mark.parametrize(
    ("factors", "kind", "included", "complete"),
    [
        (YieldFactors(), "visible", True, False),
        (YieldFactors(1.0), "visible", True, False),
        (YieldFactors(None, 0.5), "visible", True, False),
        (YieldFactors(1.0, 0.5), "visible", True, True),
        (YieldFactors(1.0, 0.5, 0.5), "visible", False, True),
        (YieldFactors(1.0, 0.5, None, 0.9), "Born", True, True),
        (YieldFactors(1.0, 0.5, 0.5, 0.9), "Born", False, True),
    ],
)
def test_labels(factors, kind, included, complete):
    assert (factors.kind, factors.branching_fraction_included, factors.complete) == (kind, included, complete)
    assert np.isfinite(factors.events_per_fb(MASS)).all() == complete


def test_what_is_not_known_is_nan():
    assert np.isnan(YieldFactors().at("efficiency", MASS)).all()
    assert np.isnan(YieldFactors(100.0, None, 0.5).events_per_fb(MASS)).all()
    assert YieldFactors(100.0).at("luminosity", MASS).tolist() == [100.0] * 3


@pytest.mark.parametrize("name", ["luminosity", "efficiency", "branching_fraction", "radiative_factor"])
@pytest.mark.parametrize("value", [0.0, -0.1, 1e-310, np.nan, np.inf])
def test_values_that_no_factor_has(name, value):
    with pytest.raises(InputError, match=f"{name.replace('_', ' ')}: got {value:g}; allowed: a .* above 0"):
        YieldFactors(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("efficiency", 1.01), ("branching_fraction", 12.0), ("radiative_factor", 94.5)]
)
def test_percentages_are_refused(name, value):
    with pytest.raises(InputError, match=f"got {value:g}; .*Write 0.12 for 12 %|Write 0.945"):
        YieldFactors(**{name: value})


def test_the_ends_are_allowed():
    assert YieldFactors(1e-6, 1.0, 1.0, 10.0).events_per_fb(MASS).tolist() == pytest.approx([1e-5] * 3)


def test_a_table_is_checked_at_once_and_a_function_where_it_is_used():
    with pytest.raises(InputError, match="efficiency at a mass of 2 GeV: got 0; "):
        YieldFactors(1.0, table(0.1, 0.0, 0.1))
    factors = YieldFactors(1.0, lambda mass: 0.4 * mass)
    with pytest.raises(InputError, match=r"efficiency at a mass of 3 GeV: got 1\.2; "):
        factors.events_per_fb(MASS)


def test_masses_outside_a_table_are_refused():
    factors = YieldFactors(1.0, table(0.1, 0.1, 0.1), radiative_factor=table(0.9, 0.8, 0.7, name="radiative_factor"))
    with pytest.raises(InputError, match=r"efficiency for masses from 0\.5 to 2: got a table from 1 to 3"):
        factors.events_per_fb(np.array([0.5, 2.0]))


def test_rounding_between_the_rows_of_a_table_is_not_refused():
    mass = np.linspace(0.1, 0.7, 20001)
    efficiency = YieldFactors(1.0, Table(np.array([0.1, 0.7]), np.array([0.3, 1.0]), "efficiency")).at(
        "efficiency", mass
    )
    np.testing.assert_allclose(efficiency, 0.3 + 0.7 * (mass - 0.1) / 0.6, rtol=1e-15)
