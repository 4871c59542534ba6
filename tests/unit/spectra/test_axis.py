"""Axes: edges, equal bins, the UHI protocol, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from uhi.typing.plottable import PlottableAxisGeneric, PlottableTraits

from gloam.errors import InputError
from gloam.spectra import Axis, uniform_axis


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


def test_edges_are_copied_and_read_only():
    edges = np.array([0.0, 1.0, 4.0])
    axis = Axis(edges)
    edges[0] = -1
    assert axis.low == 0
    with pytest.raises(ValueError, match="read-only"):
        axis.edges[0] = 1
    np.testing.assert_array_equal(axis.widths, [1, 3])
    np.testing.assert_array_equal(axis.centers, [0.5, 2.5])
    assert axis.label == "mass [GeV]"


def test_the_uhi_protocol():
    axis = Axis(np.array([0.0, 1.0, 4.0]))
    assert isinstance(axis, PlottableAxisGeneric)
    assert isinstance(axis.traits, PlottableTraits)
    assert not axis.traits.circular
    assert not axis.traits.discrete
    assert list(axis) == [axis[0], axis[1]] == [(0, 1), (1, 4)]
    assert axis[-1] == axis[1]
    for outside in (2, -3):
        with pytest.raises(IndexError):
            axis[outside]
    same = Axis(np.array([0.0, 1.0, 4.0]))
    assert axis == same
    assert hash(axis) == hash(same)
    assert axis != Axis(axis.edges, unit="MeV")
    assert axis != "mass"


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ([1.0], "two or more"),
        ([[1.0, 2.0]], "shape"),
        ([0.0, np.nan, 1.0], "nan at position 1"),
        ([0.0, np.inf], "finite"),
        ([0.0, 1.0, 1.0], "1.0 followed by 1.0"),
        ([2.0, 1.0], "increasing"),
    ],
)
def test_bad_edges_are_refused(edges, words):
    with refused(words):
        Axis(edges)


@pytest.mark.parametrize("offset", [0.0, 10.58, 1e6, -3e5])
def test_equal_bins_far_from_zero_are_uniform(offset):
    assert uniform_axis(offset, offset + 1.5, width=0.001).is_uniform
    assert not Axis(offset + np.array([0.0, 1.0, 2.001])).is_uniform


def test_the_width_is_adjusted_to_fill_the_range():
    axis = uniform_axis(0.5, 2.0, width=0.4)
    assert (len(axis), axis.low, axis.high) == (4, 0.5, 2.0)
    assert len(uniform_axis(0, 1, width=1)) == len(uniform_axis(0, 1, width=0.8)) == 1
    assert len(uniform_axis(0, 0.3, width=0.1)) == 3
    assert len(uniform_axis(0, 1, bins=7)) == 7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"low": 2, "high": 1, "width": 0.1}, "swap the ends"),
        ({"low": 1, "high": 1, "width": 0.1}, "low < high"),
        ({"low": 0, "high": np.inf, "width": 0.1}, "finite"),
        ({"low": np.nan, "high": 1, "width": 0.1}, "finite"),
        ({"low": -1e308, "high": 1e308, "width": 0.1}, "finite"),
        ({"low": 0, "high": 1, "width": 0}, "above 0"),
        ({"low": 0, "high": 1, "width": -0.1}, "above 0"),
        ({"low": 0, "high": 1, "width": np.nan}, "above 0"),
        ({"low": 0, "high": 1, "width": 2}, "at most the range.*narrower"),
        ({"low": 0, "high": 1, "width": 1e-9}, "1000000000 bins.*at least 2e-08"),
        ({"low": 0, "high": 1, "width": 5e-324}, "at least 2e-08"),
        ({"low": 0, "high": 1, "bins": 0}, "0 bins"),
        ({"low": 0, "high": 1}, "neither"),
        ({"low": 0, "high": 1, "bins": 3, "width": 0.1}, "both"),
    ],
)
def test_bad_ranges_and_widths_are_refused(arguments, words):
    with refused(words):
        uniform_axis(**arguments)
