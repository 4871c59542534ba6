import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import Gaussian, Mixture, Table

POSITION = np.array([[1.0], [2.0]])
X = POSITION + np.linspace(-0.1, 0.1, 21)
THREE = (Gaussian(0.01), Gaussian(0.02), Gaussian(0.05))


def test_fractions_follow_the_mass():
    first = Table(np.array([1.0, 2.0]), np.array([0.7, 0.5]))
    shape = Mixture(THREE, (first, lambda m: 0.1 * m, lambda m: 1 - first(m) - 0.1 * m))
    parts = [part.cumulative(X, POSITION) for part in THREE]
    exact = [0.7 * parts[0][0] + 0.1 * parts[1][0] + 0.2 * parts[2][0], 0.5 * parts[0][1] + 0.2 * parts[1][1]]
    exact[1] = exact[1] + 0.3 * parts[2][1]
    np.testing.assert_allclose(shape.cumulative(X, POSITION), exact, rtol=1e-14)


def test_the_last_shape_takes_the_rest():
    full, rest = Mixture(THREE, (0.5, 0.2, 0.3)), Mixture(THREE, (0.5, 0.2))
    np.testing.assert_allclose(rest.cumulative(X, POSITION), full.cumulative(X, POSITION), rtol=1e-15)
    assert Mixture(THREE[:1], ()).cumulative(np.array([1.0]), np.array([1.0])) == 0.5


def test_a_rest_of_nothing_may_be_rounded():
    weights = Mixture(THREE[:2], (lambda m: 1 + 1e-16 * m,)).weights(POSITION)
    assert abs(weights[1]).max() < 1e-15


@pytest.mark.parametrize(
    ("fractions", "words"),
    [
        ((lambda m: m - 0.5, 0.2, 0.3), r"at 2: got \(1.5, 0.2, 0.3\); allowed: numbers >= 0 that sum to 1"),
        ((lambda m: 2 * m - 1, lambda m: 1 - m), r"at 2: got \(3, -1, -1\)"),
        ((0.5, lambda m: 0.6 * m), r"at 1: got \(0.5, 0.6, -0.1\)"),
    ],
)
def test_fractions_that_are_wrong_at_some_masses_name_one(fractions, words):
    with pytest.raises(InputError, match=words):
        Mixture(THREE, fractions).cumulative(X, POSITION)


def test_constant_fractions_are_refused_at_once():
    with pytest.raises(InputError, match="sum to 1"):
        Mixture(THREE, (0.9, 0.2))
