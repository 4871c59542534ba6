import numpy as np
import pytest

from gloam.benchmarking.workloads import photon_signal
from gloam.errors import InputError
from gloam.models import CrystalBall, Displaced, Gaussian, Stretched, Table, WithCombinatorial

AT = np.array([2.0])
X = np.linspace(1.0, 3.0, 41)


def test_the_yield_counts_the_peak():
    ratio = Table(np.array([1.0, 3.0]), np.array([0.2, 0.4]))
    peak, broad = CrystalBall(0.02, 1.5, 3.0), Gaussian(0.3)
    shape = WithCombinatorial(peak, Displaced(broad, -0.1), ratio)
    expected = peak.cumulative(X, AT) + 0.3 * broad.cumulative(X + 0.1, AT)
    np.testing.assert_allclose(shape.cumulative(X, AT), expected, rtol=1e-14)
    assert shape.cumulative(np.array([1e3]), AT) == pytest.approx(1.3, abs=1e-5)
    assert shape.resolution(AT) == 0.02


def test_none_for_each_event_is_the_peak_alone():
    peak = CrystalBall(0.02, 1.5, 3.0)
    np.testing.assert_array_equal(WithCombinatorial(peak, Gaussian(0.3), 0.0).cumulative(X, AT), peak.cumulative(X, AT))


def test_fewer_than_none_are_refused():
    with pytest.raises(InputError, match=r"wrong combinations for each right one: got -0.1; allowed: a number >= 0"):
        WithCombinatorial(Gaussian(0.02), Gaussian(0.3), lambda m: 1.9 - m).cumulative(X, AT)


def test_the_signal_of_the_three_photon_workload_is_as_it_was_by_hand():
    position = np.array([[0.3], [5.0], [90.0]])
    sigma = 1.39 * (0.02 + 0.0125 * position**0.95)
    x = position + sigma * np.linspace(-20, 30, 101)
    broad = Gaussian(1.0).cumulative((x - position + 4 * sigma) / (9 * sigma), np.zeros(1))
    peak = CrystalBall(1.0, 1.2, 4.0).cumulative((x - position) / sigma, np.zeros(1))
    np.testing.assert_allclose(photon_signal().cumulative(x, position), peak + 0.3 * broad, rtol=0, atol=1e-12)


@pytest.mark.parametrize("factor", [0.0, -1.0, lambda m: m - 2])
def test_a_factor_of_the_width_that_is_none(factor):
    with pytest.raises(InputError, match=r"factor of the width of a shape: got -?[01]; allowed: a number > 0"):
        Stretched(Gaussian(0.02), factor).cumulative(X, AT)
