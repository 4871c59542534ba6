import numpy as np
import pytest
from scipy.stats import truncnorm

from gloam.errors import InputError
from gloam.models import Gaussian, Truncated, expected_fractions


@pytest.mark.parametrize(("low", "high"), [(0.0, np.inf), (-np.inf, 0.05), (-0.01, 0.03)])
@pytest.mark.parametrize("position", [0.0, 0.012, 0.04])
def test_a_truncated_gaussian_is_that_of_scipy(low, high, position):
    x = np.linspace(-0.05, 0.1, 301)
    exact = truncnorm((low - position) / 0.01, (high - position) / 0.01, loc=position, scale=0.01).cdf(x)
    found = Truncated(Gaussian(0.01), low, high).cumulative(x, np.array([position]))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-9)


def test_all_of_it_is_inside_the_edges_at_every_position():
    position = np.array([0.0, 0.003, 0.02])
    edges = np.tile(np.linspace(-0.1, 0.2, 601), (3, 1))
    fractions = expected_fractions(Truncated(Gaussian(0.01), low=0.0), edges, position)
    np.testing.assert_allclose(fractions.sum(axis=1), 1.0, rtol=1e-12)
    assert (fractions[:, edges[0, 1:] <= 0] == 0).all()


def test_far_from_the_edge_nothing_changes():
    x, position = np.linspace(0.9, 1.1, 101), np.array([1.0])
    plain = Gaussian(0.01)
    np.testing.assert_allclose(
        Truncated(plain, low=0.0).cumulative(x, position), plain.cumulative(x, position), rtol=0, atol=1e-15
    )
    assert Truncated(plain, low=0.0).resolution(position) == plain.resolution(position)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="lower edge first"):
        Truncated(Gaussian(0.01), 1.0, 0.0)
    with pytest.raises(InputError, match="nothing of it inside"):
        Truncated(Gaussian(0.01), low=0.0).cumulative(np.array([0.1]), np.array([-1.0]))
