"""Limits on cross sections from those on yields."""

import numpy as np
import pytest

from gloam.interpretation import YieldFactors, cross_section_limits
from gloam.models import Table
from gloam.statistics import UpperLimits

MASS = np.array([1.0, 1.5, 2.0])
TABLE = Table(np.array([1.0, 2.0]), np.array([0.25, 0.5]), "efficiency")


@pytest.fixture
def limits():
    expected = np.array([[3.0, 5.0, 8.0, 12.0, 17.0]]) * np.array([[1.0], [2.0], [4.0]])
    return UpperLimits(np.array([12.0, np.nan, 30.0]), expected, 0.90, "cls", 0)


def test_by_hand(limits):
    found = cross_section_limits(limits, YieldFactors(10.0, TABLE, 0.5, 0.8), MASS)
    np.testing.assert_allclose(found.efficiency, [0.25, 0.375, 0.5], rtol=1e-15)
    np.testing.assert_allclose(found.effective, [1.2, np.nan, 3.0], rtol=1e-15)
    np.testing.assert_allclose(found.observed, [12.0, np.nan, 15.0], rtol=1e-15)
    np.testing.assert_allclose(found.effective_expected[1], [0.6, 1.0, 1.6, 2.4, 3.4], rtol=1e-15)
    np.testing.assert_allclose(found.expected[0], [3.0, 5.0, 8.0, 12.0, 17.0], rtol=1e-15)


@pytest.mark.parametrize("name", ["luminosity", "efficiency", "branching_fraction", "radiative_factor"])
def test_limits_fall_as_one_over_each_factor(limits, name):
    values = {"luminosity": 10.0, "efficiency": 0.3, "branching_fraction": 0.3, "radiative_factor": 0.3}
    one = cross_section_limits(limits, YieldFactors(**values), MASS)
    other = cross_section_limits(limits, YieldFactors(**values | {name: 2 * values[name]}), MASS)
    # a power of two is exact in floating point
    np.testing.assert_array_equal(one.observed, 2 * other.observed)
    np.testing.assert_array_equal(one.expected, 2 * other.expected)
    scale = 2 if name == "luminosity" else 1
    np.testing.assert_array_equal(one.effective, scale * other.effective)
    np.testing.assert_array_equal(one.effective_expected, scale * other.effective_expected)


@pytest.mark.parametrize(
    ("factors", "effective", "cross_section"),
    [
        (YieldFactors(), False, False),
        (YieldFactors(10.0), True, False),
        (YieldFactors(None, 0.5), False, False),
        (YieldFactors(10.0, None, 0.5, 0.9), True, False),
        (YieldFactors(10.0, 0.5), True, True),
    ],
)
def test_what_can_be_known(limits, factors, effective, cross_section):
    found = cross_section_limits(limits, factors, MASS)
    known = np.isfinite(limits.observed)
    np.testing.assert_array_equal(np.isfinite(found.effective), known & effective)
    np.testing.assert_array_equal(np.isfinite(found.observed), known & cross_section)
    assert np.isfinite(found.effective_expected).all() == effective
    assert np.isfinite(found.expected).all() == cross_section


def test_without_branching_fraction_or_radiation_the_cross_section_is_the_effective_one_over_the_efficiency(limits):
    found = cross_section_limits(limits, YieldFactors(10.0, TABLE), MASS)
    np.testing.assert_allclose(found.observed, found.effective / found.efficiency, rtol=1e-15)
