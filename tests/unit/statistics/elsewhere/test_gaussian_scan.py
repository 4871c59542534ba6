import math

import numpy as np
import pytest

from gloam.statistics.elsewhere.gaussian_scan import FAR, GaussianScan, crossing_probability, joined
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
    assert GaussianScan(np.empty(0)).log_p_value(2.0) == pytest.approx(float(log_cumulative(np.array(-2.0))))
    for z in (-1.0, 0.0, 2.0, 6.0):
        exact = -np.expm1(50 * np.log1p(-survival(np.array(z))))
        found = GaussianScan(np.full(49, np.pi / 2)).log_p_value(z)
        assert math.exp(found) == pytest.approx(float(exact), rel=1e-11)


def test_p_value_is_between_local_and_bound_and_falls():
    scan = GaussianScan(np.full(400, 0.3))
    last = 0.0
    for z in np.linspace(-7.9, 45, 300):
        found = scan.log_p_value(z)
        assert log_cumulative(np.array(-z)) <= found <= scan.log_bound(z) + 1e-12 <= 1e-12
        assert found <= last
        last = found


def test_far_tail_joins():
    scan = GaussianScan(np.full(400, 0.3))
    assert scan.log_p_value(FAR) == pytest.approx(scan.log_bound(FAR), rel=1e-12)
    assert scan.log_p_value(100.0) == pytest.approx(-5000, abs=10)
    assert scan.log_p_value(-10.0) == 0.0


def test_channels_multiply():
    one, two = GaussianScan(np.full(30, 0.4)), GaussianScan(np.full(10, 0.1))
    expected = sum(math.log1p(-math.exp(each.log_p_value(2.5))) for each in (one, two))
    assert math.log1p(-math.exp(joined([one, two]).log_p_value(2.5))) == pytest.approx(expected, rel=1e-12)
