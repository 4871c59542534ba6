"""Windows: rounded to bin edges, cut at the ends of the axis, refused where they cannot be."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.scans import BinnedWindows, sliding_windows
from gloam.spectra import Axis, uniform_axis

UNIFORM = uniform_axis(0.0, 10.0, bins=100)
GROWING = Axis(np.concatenate([[0.0], np.cumsum(np.linspace(0.05, 0.15, 100))]))


@pytest.mark.parametrize("axis", [UNIFORM, GROWING], ids=["uniform", "growing"])
def test_ends_are_the_nearest_edges_inside_the_axis(axis):
    random = np.random.default_rng(1)
    position, half = random.uniform(axis.low, axis.high, 300), random.uniform(0.2, 4, 300)
    windows = sliding_windows(axis, position, half)
    for found, wanted in ((windows.first, position - half), (windows.last, position + half)):
        distance = np.abs(axis.edges[:, None] - wanted)
        np.testing.assert_array_equal(np.abs(axis.edges[found] - wanted), distance.min(axis=0))
    np.testing.assert_array_equal(windows.bins, windows.last - windows.first)
    assert windows.equal_bins is axis.is_uniform
    assert (windows.first[position - half < 0] == 0).all()
    assert (windows.last[position + half > axis.high] == len(axis)).all()


def test_a_window_narrower_than_a_bin_is_the_bin_it_lies_in():
    windows = sliding_windows(UNIFORM, np.array([0.05, 5.03, 9.99]), 0.001)
    np.testing.assert_array_equal(windows.bins, [1, 1, 1])
    assert (UNIFORM.edges[windows.first] <= [0.05, 5.03, 9.99]).all()
    assert (UNIFORM.edges[windows.last] >= [0.05, 5.03, 9.99]).all()


def test_one_half_width_or_one_for_each():
    position = np.array([3.0, 7.0])
    np.testing.assert_array_equal(
        sliding_windows(UNIFORM, position, 1.0).first, sliding_windows(UNIFORM, position, np.array([1.0, 1.0])).first
    )


def test_padding_repeats_the_last_edge():
    windows = sliding_windows(UNIFORM, np.array([0.3, 5.0]), 0.5)
    found = windows.edge_indices(np.array([0, 1]), 12)
    np.testing.assert_array_equal(found[0], [*range(9), 8, 8, 8, 8])
    np.testing.assert_array_equal(found[1], [*range(45, 56), 55, 55])


@pytest.mark.parametrize("half_width", [0.0, -1.0, np.nan, np.inf])
def test_half_widths_that_are_none(half_width):
    with pytest.raises(InputError, match=rf"half-width of the window: got {half_width}; allowed: a number > 0"):
        sliding_windows(UNIFORM, np.array([5.0]), half_width)


@pytest.mark.parametrize("position", [-1.0, 11.0, 25.0])
def test_a_window_outside_the_axis(position):
    with pytest.raises(
        InputError, match=rf"window around {position:g}: got an axis from 0 to 10; allowed: windows that"
    ):
        sliding_windows(UNIFORM, np.array([5.0, position]), 1.0)


def test_windows_of_too_many_bins():
    axis = uniform_axis(0, 1, bins=50_000)
    assert sliding_windows(axis, np.array([0.5]), 0.2).bins == 20_000
    with pytest.raises(
        InputError, match=r"window: got 2\d{4} bins; allowed: at most 20000. Merge bins with --bin-width"
    ):
        sliding_windows(axis, np.array([0.5]), 0.21)


class TestBinned:
    def test_every_window_has_its_own_bins(self):
        indices = np.array([[0, 2, 4, 6], [10, 20, 30, 40]])
        windows = BinnedWindows.of(UNIFORM, UNIFORM.edges[indices])
        np.testing.assert_array_equal(windows.indices, indices)
        np.testing.assert_array_equal(windows.bins, [3, 3])
        assert windows.equal_bins
        np.testing.assert_array_equal(windows.edge_indices(np.array([1]), 5), [[10, 20, 30, 40, 40, 40]])

    def test_bins_may_differ(self):
        assert not BinnedWindows.of(UNIFORM, UNIFORM.edges[np.array([[0, 1, 4, 6]])]).equal_bins

    def test_edges_must_be_edges_of_the_axis(self):
        with pytest.raises(InputError, match=r"edges of the windows: got 0.15; allowed: edges of the spectrum"):
            BinnedWindows.of(UNIFORM, np.array([[0.0, 0.15]]))
        with pytest.raises(InputError, match="edges of the windows: got 20"):
            BinnedWindows.of(UNIFORM, np.array([[0.0, 20.0]]))
