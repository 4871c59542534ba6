"""The polynomial background: exact integrals, a well-conditioned basis, orders that change with the mass."""

import numpy as np
import pytest
from numpy.polynomial import Legendre

from gloam.errors import InputError
from gloam.models import Background, Polynomial, Steps

ORDERS = [0, 1, 2, 5, 10]
END = np.array


def basis(order, edges, low=None, high=None):
    edges = np.asarray(edges, float)
    low, high = (edges[0] if low is None else low), (edges[-1] if high is None else high)
    return Polynomial(order).basis(edges, END(low), END(high), order)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ends", [(None, None), (0.5, 4.0)])
def test_the_integrals_are_exact(order, ends):
    edges = np.sort(np.random.default_rng(order).uniform(1, 3, 24))
    low, high = (edges[0], edges[-1]) if ends[0] is None else ends
    found = basis(order, edges, low, high)
    for k in range(order + 1):
        primitive = Legendre.basis(k, domain=[low, high]).integ()
        expected = np.diff(primitive(edges)) * (edges.size - 1) / (high - low)
        np.testing.assert_allclose(found[:, k], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_in_equal_bins_the_first_is_one_and_the_others_sum_to_zero(order):
    found = basis(order, np.linspace(9, 9.7, 141))
    np.testing.assert_allclose(found[:, 0], 1, rtol=1e-12)
    np.testing.assert_allclose(found[:, 1:].sum(axis=0), 0, atol=1e-10)


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("bins", [40, 500])
def test_the_basis_is_nearly_orthogonal(order, bins):
    """Far from zero, where powers of the mass have a condition number of 1e15 and more."""
    found = basis(order, np.linspace(9.0, 9.7, bins + 1))
    gram = found.T @ found / bins
    np.testing.assert_allclose(gram, np.diag(1 / (2 * np.arange(order + 1) + 1)), atol=0.02)
    assert np.linalg.cond(gram) < 15


def test_windows_side_by_side():
    edges = np.array([np.linspace(1, 2, 11), np.linspace(5, 9, 11)])
    found = Polynomial(2).basis(edges, edges[:, 0], edges[:, -1], 2)
    assert found.shape == (2, 10, 3)
    np.testing.assert_allclose(found[0], found[1], atol=1e-13)  # it translates and scales
    assert Polynomial(2).translates
    assert isinstance(Polynomial(2), Background)


def test_the_order_may_change_with_the_mass():
    position = np.array([0.3, 0.5, 1.0, 6.85, 8.0])
    steps = Steps((0.5, 6.85), (2, 4, 5))
    np.testing.assert_array_equal(Polynomial(steps).variant(position), [2, 4, 4, 5, 5])
    np.testing.assert_array_equal(Polynomial(3).variant(position), [3] * 5)


def test_an_order_from_an_array_is_an_order():
    assert Polynomial(np.arange(5)[3]).variant(np.array([1.0]))[0] == 3


@pytest.mark.parametrize("order", [-1, 11, Steps((1.0,), (2, 11))])
def test_orders_out_of_range_are_refused(order):
    with pytest.raises(InputError, match=r"order of the background polynomial: got (-1|11); allowed: 0 to 10"):
        Polynomial(order)


@pytest.mark.parametrize("order", [2.0, 1.5, "2", None])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(InputError, match=r"order of the background polynomial: got .*; allowed: .*0 to 10"):
        Polynomial(order)


@pytest.mark.parametrize(
    ("edges", "values"), [((1.0,), (1,)), ((1.0,), (1, 2, 3)), ((2.0, 1.0), (1, 2, 3)), ((1.0, 1.0), (1, 2, 3))]
)
def test_steps_that_do_not_fit_are_refused(edges, values):
    with pytest.raises(InputError, match=f"got {len(edges)} edges and {len(values)} values; allowed: increasing edges"):
        Steps(edges, values)
