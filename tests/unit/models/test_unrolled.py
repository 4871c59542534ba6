"""A signal in slices that lie one behind the other on one axis."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import CrystalBall, Gaussian, Table, Unrolled, expected_fractions, scaled_width

POSITION = np.array([1.0, 3.0])
SHARE = Table(np.array([0.0, 4.0]), np.array([0.2, 0.6]), "share")
SLICES = Unrolled((CrystalBall(0.1, -1.5, 4.0), Gaussian(0.3)), (SHARE, lambda x: 1 - SHARE(x)), 0.0, 4.0)


def test_each_slice_holds_its_own_shape_with_its_share():
    edges = np.linspace(0, 4, 81)
    whole = expected_fractions(SLICES, np.tile(np.append(edges, 4 + edges[1:]), (2, 1)), POSITION)
    for number, shape in enumerate(SLICES.shapes):
        alone = expected_fractions(shape, np.tile(edges, (2, 1)), POSITION)
        share = [SHARE(POSITION), 1 - SHARE(POSITION)][number]
        np.testing.assert_allclose(whole[:, 80 * number : 80 * (number + 1)], share[:, None] * alone, atol=1e-15)


def test_what_leaves_the_range_is_in_no_slice():
    """The tail above the last edge of the first slice is not the beginning of the second."""
    near = np.array([3.9])
    inside = SLICES.shapes[0].cumulative(np.array([4.0]), near) - SLICES.shapes[0].cumulative(np.array([0.0]), near)
    assert inside[0] < 0.9
    np.testing.assert_allclose(SLICES.cumulative(np.array([4.0]), near), SHARE(near) * inside)
    narrow = np.diff(SLICES.cumulative(np.array([4.0, 4.2]), near))
    assert narrow[0] < 1e-9


def test_the_resolution_is_the_mean_over_the_slices():
    np.testing.assert_allclose(SLICES.resolution(POSITION), [0.1 * s + 0.3 * (1 - s) for s in SHARE(POSITION)])


def test_another_resolution_widens_every_slice():
    np.testing.assert_allclose(scaled_width(SLICES, 2.0).resolution(POSITION), 2 * SLICES.resolution(POSITION))


@pytest.mark.parametrize("shares", [(1.0,), (0.3, 0.3, 0.4)])
def test_every_slice_needs_a_share(shares):
    with pytest.raises(InputError, match="a share for each shape"):
        Unrolled((Gaussian(0.1), Gaussian(0.1)), shares, 0.0, 4.0)
