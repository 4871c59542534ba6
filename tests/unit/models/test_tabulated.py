"""Tabulated components of signals: taken from the nearest simulated position, and checked."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import Tabulated

EDGES = np.array([0.0, 1.0, 2.0])
BELOW = np.array([[0.0, 0.5, 1.0], [0.2, 0.2, 0.6]])


def shape(positions=(1.0, 3.0), edges=EDGES, below=BELOW):
    return Tabulated(np.array(positions), edges, below)


def test_the_nearest_position_counts():
    found = shape().cumulative(np.array([[0.5, 1.5]]), np.array([[0.0], [1.9], [2.1], [8.0]]))
    np.testing.assert_allclose(found, [[0.25, 0.75], [0.25, 0.75], [0.2, 0.4], [0.2, 0.4]])


def test_it_is_constant_outside_its_edges():
    np.testing.assert_allclose(shape().cumulative(np.array([-5.0, 9.0]), np.array([3.0, 3.0])), [0.2, 0.6])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"positions": (3.0, 1.0)}, "do not increase"),
        ({"positions": (1.0,)}, "Align them"),
        ({"edges": EDGES[::-1]}, "do not increase"),
        ({"below": BELOW[:, ::-1]}, "fractions that decrease"),
        ({"below": np.full((2, 3), np.nan)}, "not finite"),
    ],
)
def test_faults_are_refused(changes, words):
    with pytest.raises(InputError, match=words):
        shape(**changes)
