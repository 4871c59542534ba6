"""The tables of Crystal Balls folded with a Breit-Wigner against the quadrature that made their nodes."""

import numpy as np
import pytest

from gloam.models import BreitWigner, CrystalBall, DoubleCrystalBall
from gloam.models.breit_wigner import LINE
from gloam.models.folding import fold

AT = np.zeros(1)


def quadrature(shape, half_width, x):
    return fold(shape, LINE, (half_width,), x, np.zeros((half_width.size, 1)))


@pytest.mark.parametrize(
    ("alpha", "n", "decade"), [(1.5, 3.0, -3.5), (2.5, 2.0, -1.2), (-1.0, 30.0, 0.0), (0.3, 1.3, 2.0)]
)
def test_between_nodes_the_error_is_1e_9(alpha, n, decade):
    random = np.random.default_rng(1)
    half_width = 10 ** (decade + random.uniform(0, 0.2, (4, 1)))
    near = -alpha + random.normal(0, 0.02, 15)
    x = np.concatenate([random.uniform(-150, 150, 15), random.normal(0, 3, 40), near, [-1e4, -300.0, 300.0, 1e5]])
    shape = CrystalBall(1.0, alpha, n)
    found = BreitWigner(shape, lambda position: 2 * half_width + 0 * position).cumulative(x, np.zeros((4, 1)))
    np.testing.assert_allclose(found, quadrature(shape, half_width, x), rtol=0, atol=1.5e-9)


def test_a_double_sided_one_is_two_less_a_gaussian():
    shape, half_width = DoubleCrystalBall(1.0, 1.2, 3.0, 2.0, 6.0), np.array([[0.4]])
    x = np.linspace(-20, 20, 81)
    found = BreitWigner(shape, 0.8).cumulative(x, AT)
    np.testing.assert_allclose(found, quadrature(shape, half_width, x)[0], rtol=0, atol=2e-9)


@pytest.mark.parametrize("half_width", [0.0, 1e-6, 1e5])
def test_beyond_the_tables_it_is_integrated(half_width):
    shape, x = CrystalBall(1.0, 1.5, 3.0), np.linspace(-9, 9, 7) * max(1.0, half_width)
    found = BreitWigner(shape, 2 * half_width).cumulative(x, AT)
    np.testing.assert_allclose(found, quadrature(shape, np.array([[half_width]]), x)[0], rtol=0, atol=1e-15)


def test_hypotheses_do_not_see_each_other():
    """The rows that a call needs depend on all its hypotheses; its answers do not."""
    shape = BreitWigner(CrystalBall(1.0, 1.5, 3.0), lambda position: 0.2 * position)
    position = np.array([[2.0], [2.3], [2.5]])
    x = position + np.linspace(-5, 5, 21)
    together = shape.cumulative(x, position)
    for row in range(3):
        np.testing.assert_array_equal(shape.cumulative(x[row : row + 1], position[row : row + 1])[0], together[row])
