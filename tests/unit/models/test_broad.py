"""A broad particle as a sum of narrow ones along its line."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from gloam.errors import InputError
from gloam.models import BreitWigner, Broad, Gaussian, line_below, scaled_width

RATIO = 0.1


def line(y, position):
    return RATIO * y / ((y - position) ** 2 + (RATIO * y) ** 2) / np.pi


def steep(y):
    return np.exp(-0.3 * y)


@pytest.mark.parametrize("position", [0.3, 4.0, 40.0])
def test_the_line_is_integrated_exactly(position):
    ends = np.array([0.5, 0.9, 1.0, 1.2, 3.0]) * position
    expected = [quad(line, a, b, args=(position,), epsabs=1e-12)[0] for a, b in pairwise(ends)]
    np.testing.assert_allclose(np.diff(line_below(ends, np.array(position), RATIO)), expected, rtol=1e-7)


def test_it_is_the_convolution_of_the_weighted_line_with_the_resolution():
    """Against quadrature over line, rate and a Gaussian."""
    shape, position, x = Gaussian(0.25), 9.0, np.array([7.0, 9.0, 9.6, 14.0])
    broad = Broad(shape, RATIO, steep, 0.01, 68.0)

    def weighted(y):
        return line(y, position) * steep(y)

    def below(at):
        value = quad(lambda y: weighted(y) * shape.cumulative(np.array([at]), np.array([y]))[0], 0.01, 68.0,
                     points=[8, 9, 10, at], limit=400)[0]  # fmt: skip
        return value / quad(weighted, 0.01, 68.0, points=[8, 9, 10], limit=400)[0]

    np.testing.assert_allclose(broad.cumulative(x, np.array([position])), [below(at) for at in x], atol=2e-4)


def test_a_narrow_line_leaves_the_resolution_alone():
    broad = Broad(Gaussian(0.25), 1e-5, np.ones_like, 0.01, 68.0)
    x = np.linspace(8, 10, 9)
    found = broad.cumulative(x, np.array([9.0]))
    np.testing.assert_allclose(found, Gaussian(0.25).cumulative(x, np.array([9.0])), atol=0.05)  # half a cell


def test_with_a_constant_rate_it_is_near_the_breit_wigner_of_constant_width():
    """The widths differ by y / M^2 along the line, which is a tenth within half a width of the peak."""
    x, at = np.array([8.6, 9.0, 9.4]), np.array([9.0])
    constant = BreitWigner(Gaussian(0.25), 2 * RATIO * 9.0)
    broad = Broad(Gaussian(0.25), RATIO, np.ones_like, 0.01, 68.0)
    np.testing.assert_allclose(np.diff(broad.cumulative(x, at)), np.diff(constant.cumulative(x, at)), rtol=0.05)


def test_rows_do_not_depend_on_their_neighbours():
    broad = Broad(Gaussian(0.25), RATIO, steep, 0.01, 68.0)
    edges, position = np.linspace(0, 20, 41), np.array([[1.0], [4.0], [9.0]])
    together = broad.cumulative(np.tile(edges, (3, 1)), position)
    for row in range(3):
        np.testing.assert_allclose(together[row], broad.cumulative(edges, position[row]), atol=1e-14)
    assert (np.diff(together, axis=1) >= 0).all()


def test_the_resolution_counts_half_the_natural_width():
    broad = Broad(Gaussian(0.3), RATIO, steep, 0.01, 68.0)
    np.testing.assert_allclose(broad.resolution(np.array([4.0])), [0.5])
    np.testing.assert_allclose(scaled_width(broad, 2.0).resolution(np.array([0.0])), [0.6])


@pytest.mark.parametrize("values", [(0.0, 0.01, 1.0), (0.1, 0.0, 1.0), (0.1, 2.0, 1.0)])
def test_a_line_has_a_width_and_a_range(values):
    ratio, low, high = values
    with pytest.raises(InputError, match="line of a broad particle"):
        Broad(Gaussian(0.1), ratio, steep, low, high)
