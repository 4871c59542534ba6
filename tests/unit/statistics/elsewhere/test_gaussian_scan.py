import math

import numpy as np
import pytest

from gloam.statistics.elsewhere.gaussian_scan import (
    FAR,
    FORGOTTEN,
    GaussianScan,
    crossing_hazard,
    crossing_probability,
    joined,
)
from gloam.statistics.normal import cumulative, log_cumulative, survival


def test_crossing_of_zero_is_the_orthant_formula():
    angle = np.linspace(0, np.pi, 9)
    np.testing.assert_allclose(crossing_probability(angle, 0.0), angle / (2 * np.pi), rtol=1e-14)


@pytest.mark.parametrize("z", [-4.0, -0.3, 1.0, 5.0, 30.0])
def test_crossing_of_opposite_and_of_independent_variables(z):
    found = crossing_probability(np.array([np.pi / 2, np.pi]), z)
    below, above = cumulative(np.array(z)), survival(np.array(z))
    assert found[0] == pytest.approx(below * above, rel=1e-11)
    assert found[1] == pytest.approx(survival(np.array(abs(z))), rel=1e-6)


def test_crossing_of_close_neighbours_is_rice():
    angle = np.array([1e-9, 1e-5, 1e-3])
    np.testing.assert_allclose(crossing_probability(angle, 3.0), angle * math.exp(-4.5) / (2 * math.pi), rtol=1e-5)


def test_p_value_of_one_and_of_independent_hypotheses():
    assert GaussianScan.of_neighbours(np.empty(0)).log_p_value(2.0) == pytest.approx(
        float(log_cumulative(np.array(-2.0)))
    )
    for z in (-1.0, 0.0, 2.0, 6.0):
        exact = -np.expm1(50 * np.log1p(-survival(np.array(z))))
        found = GaussianScan.of_neighbours(np.full(49, np.pi / 2)).log_p_value(z)
        assert math.exp(found) == pytest.approx(float(exact), rel=1e-8)


def test_p_value_is_between_local_and_bound_and_falls():
    scan = GaussianScan.of_neighbours(np.full(400, 0.3))
    last = 0.0
    for z in np.linspace(-7.9, 45, 300):
        found = scan.log_p_value(z)
        assert log_cumulative(np.array(-z)) <= found <= scan.log_bound(z) + 1e-12 <= 1e-12
        assert found <= last + 1e-12
        last = found


def test_far_tail_joins():
    scan = GaussianScan.of_neighbours(np.full(400, 0.3))
    assert scan.log_p_value(FAR) == pytest.approx(scan.log_bound(FAR), rel=1e-12)
    assert scan.log_p_value(100.0) == pytest.approx(-5000, abs=10)
    assert scan.log_p_value(-10.0) == 0.0


def test_channels_multiply():
    one, two = GaussianScan.of_neighbours(np.full(30, 0.4)), GaussianScan.of_neighbours(np.full(10, 0.1))
    expected = sum(math.log1p(-math.exp(each.log_p_value(2.5))) for each in (one, two))
    assert math.log1p(-math.exp(joined([one, two]).log_p_value(2.5))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("z", [-2.0, 0.0, 1.5, 4.0])
def test_hazard_without_memory_is_the_crossing_probability(z):
    angle = np.array([0.01, 0.3, 1.2, np.pi / 2])
    expected = crossing_probability(angle, z) / cumulative(np.array(z))
    np.testing.assert_allclose(crossing_hazard(angle, np.zeros((2, 4)), z), expected, rtol=1e-6)


def test_memory_fades_where_it_is_dropped():
    angle = np.full(100, 0.2)
    memory = np.tile([[0.55], [0.45]], 100)
    below, above = (GaussianScan(angle, memory).log_p_value(FORGOTTEN + step) for step in (0.0, 1e-9))
    assert below == pytest.approx(above, abs=1e-6)
