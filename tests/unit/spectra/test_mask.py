"""The mask: which values and bins it hides."""

from __future__ import annotations

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.spectra import Axis, Mask, Spectrum, hide_bins, hide_values, uniform_axis


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


SPECTRUM = Spectrum((Axis(np.arange(7) * 0.1),), [9, 1, 2, 3, 4, 5, 6, 8])


def hidden(*ranges: tuple[float, float]) -> list[float]:
    return hide_bins(Mask(ranges), SPECTRUM).contents.tolist()


def test_values():
    kept = hide_values(Mask(((1, 2), (3, np.inf))), [0.9, 1, 1.9, 2, 3, 1e9])
    np.testing.assert_array_equal(kept, [True, False, False, True, False, False])
    assert hide_values(None, [1.0]).all()
    assert hide_values(Mask(()), [1.0]).all()


def test_every_bin_that_touches_a_range():
    assert hidden((0.25, 0.26)) == [9, 1, 2, 0, 4, 5, 6, 8]
    assert hidden((0.19, 0.31)) == [9, 1, 0, 0, 0, 5, 6, 8]


def test_ends_on_edges_hide_no_neighbour_though_edges_are_rounded():
    assert SPECTRUM.axis.edges[3] != 0.3
    assert hidden((0.2, 0.3)) == [9, 1, 2, 0, 4, 5, 6, 8]
    assert hidden((0.3, 0.4)) == [9, 1, 2, 3, 0, 5, 6, 8]


def test_flow_is_hidden_where_the_range_goes_beyond_the_axis():
    assert hidden((-1, 0.1)) == [0, 0, 2, 3, 4, 5, 6, 8]
    assert hidden((0.5, 2)) == [9, 1, 2, 3, 4, 5, 0, 0]
    assert hidden((0.0, 0.6)) == [9, 0, 0, 0, 0, 0, 0, 8]
    assert hidden((-np.inf, np.inf)) == [0] * 8


def test_a_second_mask_adds_to_the_first():
    once = hide_bins(Mask(((0.0, 0.1),)), SPECTRUM)
    twice = hide_bins(Mask(((0.5, 0.6),)), once)
    np.testing.assert_array_equal(twice.visible, [False, True, True, True, True, False])
    assert hide_bins(None, once) is once


@pytest.mark.parametrize("axis", [0, 1])
def test_either_axis_of_two_with_variances(axis):
    axes = (uniform_axis(0, 3, bins=3), uniform_axis(0, 3, bins=3, name="y"))
    spectrum = hide_bins(Mask(((1, 2),)), Spectrum(axes, np.ones((5, 5)), np.full((5, 5), 2.0)), axis)
    contents = np.moveaxis(spectrum.contents, axis, 0)
    np.testing.assert_array_equal(contents.sum(axis=1), [5, 5, 0, 5, 5])
    np.testing.assert_array_equal(spectrum.sum_w2, 2 * spectrum.contents)
    np.testing.assert_array_equal(np.moveaxis(spectrum.visible, axis, 0)[:, 0], [True, False, True])


@pytest.mark.parametrize("ends", [(2, 1), (1, 1), (np.nan, 1)])
def test_bad_ranges_are_refused(ends):
    with refused("low < high"):
        Mask((ends,))
