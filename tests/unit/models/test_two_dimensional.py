import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import (
    CrystalBall,
    Gaussian,
    Product,
    SignalShape2D,
    Template2D,
    expected_fractions,
    expected_fractions_2d,
)

X, Y = np.linspace(0.5, 1.5, 6), np.linspace(1.0, 3.0, 5)
AT = np.array([[1.0, 2.0], [1.1, 2.3]])


def test_independent_shapes_multiply_and_y_runs_fastest():
    x, y = CrystalBall(0.1, 1.5, 3.0), Gaussian(0.3)
    shape = Product(x, y)
    assert isinstance(shape, SignalShape2D)
    found = expected_fractions_2d(shape, X, Y, AT)
    assert found.shape == (2, 20)
    for row, (a, b) in enumerate(AT):
        along = expected_fractions(x, X[None], np.array([a]))[0], expected_fractions(y, Y[None], np.array([b]))[0]
        np.testing.assert_allclose(found[row].reshape(5, 4), np.outer(*along), rtol=1e-14)


def test_a_correlation_leaves_the_projection_on_x():
    far = np.linspace(-30, 30, 13)
    shape = Product(CrystalBall(0.1, 1.5, 3.0), Gaussian(0.3), lambda m: 2 * m)
    found = expected_fractions_2d(shape, X, far, AT).reshape(2, 5, 12).sum(axis=2)
    np.testing.assert_allclose(found, expected_fractions(shape.x, np.tile(X, (2, 1)), AT[:, 0]), rtol=0, atol=1e-9)


def test_edges_may_differ_from_hypothesis_to_hypothesis():
    shape = Product(Gaussian(0.1), Gaussian(0.3), 0.5)
    edges = AT[:, :1] + np.linspace(-0.2, 0.2, 5)
    both = expected_fractions_2d(shape, edges, Y, AT)
    single = expected_fractions_2d(shape, edges[1], Y, AT[1:])
    np.testing.assert_allclose(both[1], single[0], rtol=1e-13)


def test_a_template_moves_along_the_axis_that_has_a_width():
    contents = np.array([[1.0, 2.0], [3.0, 4.0]])
    shape = Template2D((1.0, 0.0), [0.9, 1.0, 1.1], [-1.0, 0.0, 1.0], contents, lambda m: 0.1 * m)
    found = expected_fractions_2d(shape, np.array([1.8, 2.0, 2.2]), np.array([-1.0, 0.0, 1.0]), np.array([[2.0, 5.0]]))
    np.testing.assert_allclose(found, contents.reshape(1, 4) / 10, rtol=1e-14)


@pytest.mark.parametrize(
    ("edges", "contents", "words"),
    [
        ([1.0, 1.0], [[1.0]], "edges_x of a signal histogram"),
        ([1.0, 2.0], [[1.0, 2.0]], r"got shape \(1, 2\); allowed: \(1, 1\)"),
        ([1.0, 2.0], [[-1.0]], "got -1 to -1"),
        ([1.0, 2.0], [[np.nan]], "finite contents"),
    ],
)
def test_histograms_that_are_none(edges, contents, words):
    with pytest.raises(InputError, match=words):
        Template2D((0.0, 0.0), edges, [0.0, 1.0], contents)


def test_positions_need_two_columns():
    with pytest.raises(InputError, match=r"got shape \(2,\); allowed: shape \(h, 2\)"):
        expected_fractions_2d(Product(Gaussian(0.1), Gaussian(0.3)), X, Y, AT[0])
