"""Networks as columns of entries."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.selection import Entries
from gloam.selection.network_selection import NetworkSelection, with_network_columns
from gloam.selection.networks import dense_network

TWO = NetworkSelection(
    (dense_network(["x", "y"], [([[1.0, 2.0]], [0.5])]), dense_network(["y"], [([[-1.0]], [0.0])])),
    np.array([5.0]), np.array([4.0, 6.0]), np.zeros(2),
)  # fmt: skip


def entries(**columns):
    size = len(next(iter(columns.values())))
    return Entries({name: np.array(values) for name, values in columns.items()}, np.arange(size), np.ones(size))


def test_each_network_has_a_column_of_logits():
    found = with_network_columns(entries(x=[1.0, 2.0], y=[0.0, 1.0]), TWO)
    np.testing.assert_allclose(found.columns["network_1"], [1.5, 4.5])
    np.testing.assert_allclose(found.columns["network_2"], [0.0, -1.0])
    assert list(found.columns) == ["x", "y", "network_1", "network_2"]


def test_an_entry_without_an_input_has_no_output():
    found = with_network_columns(entries(x=[1.0, np.nan], y=[0.0, 1.0]), TWO)
    np.testing.assert_array_equal(found.columns["network_1"], [1.5, np.nan])
    np.testing.assert_array_equal(found.columns["network_2"], [0.0, -1.0])


def test_a_missing_column_is_refused():
    with pytest.raises(InputError, match="columns of a network: got no y"):
        with_network_columns(entries(x=[1.0]), TWO)
