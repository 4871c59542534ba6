"""Merging bins and cutting ranges: nothing is lost, nothing hidden comes back."""

from __future__ import annotations

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.spectra import Axis, Spectrum, fill, merge_bins, rebin, restrict, uniform_axis


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


SPECTRUM = Spectrum((uniform_axis(0, 6, bins=6),), [9, 1, 2, 3, 4, 5, 6, 8])


def test_merging():
    merged = merge_bins(SPECTRUM, 3)
    np.testing.assert_array_equal(merged.contents, [9, 6, 15, 8])
    np.testing.assert_array_equal(merged.axis.edges, [0, 3, 6])
    assert merge_bins(SPECTRUM, 1) is SPECTRUM
    np.testing.assert_array_equal(rebin(SPECTRUM, 2.0).contents, [9, 3, 7, 11, 8])
    np.testing.assert_array_equal(rebin(SPECTRUM, 6).contents, [9, 21, 8])


def test_cutting():
    cut = restrict(SPECTRUM, 2, 4)
    np.testing.assert_array_equal(cut.contents, [12, 3, 4, 19])
    np.testing.assert_array_equal(cut.axis.edges, [2, 3, 4])
    np.testing.assert_array_equal(restrict(SPECTRUM, high=5 + 1e-9).contents, [9, 1, 2, 3, 4, 5, 14])
    assert restrict(SPECTRUM) is SPECTRUM


def test_variances_and_hidden_bins_follow():
    spectrum = Spectrum(SPECTRUM.axes, SPECTRUM.contents, 2 * SPECTRUM.contents, visible=[0, 1, 1, 1, 1, 1])
    merged = merge_bins(spectrum, 2)
    np.testing.assert_array_equal(merged.visible, [False, True, True])
    np.testing.assert_array_equal(merged.contents, [9, 0, 7, 11, 8])
    np.testing.assert_array_equal(merged.sum_w2, [18, 0, 14, 22, 16])
    assert restrict(spectrum, 1).visible is None
    np.testing.assert_array_equal(restrict(spectrum, 0, 2).visible, [False, True])


@pytest.mark.parametrize("axis", [0, 1])
def test_either_axis_of_two(axis):
    axes = (uniform_axis(0, 4, bins=4), uniform_axis(0, 4, bins=4, name="y"))
    contents = np.arange(36.0).reshape(6, 6)
    spectrum = Spectrum(axes, contents, visible=np.arange(16).reshape(4, 4) != 5)
    contents[2, 2] = 0
    groups = [slice(0, 1), slice(1, 3), slice(3, 5), slice(5, 6)]
    expected = np.stack([np.moveaxis(contents, axis, 0)[group].sum(axis=0) for group in groups])
    merged = merge_bins(spectrum, 2, axis)
    got = np.moveaxis(merged.contents, axis, 0)
    hidden = np.moveaxis(merged.visible, axis, 0)
    assert not hidden[0, 1]
    expected[1, 2] = 0
    np.testing.assert_array_equal(got, expected)
    assert merged.axes[1 - axis] == axes[1 - axis]
    assert restrict(spectrum, 1, 3, axis).contents.sum() == contents.sum()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: merge_bins(s, 4), "merge the 6 bins: got 4 into one.*merge 3 or 6"),
        (lambda s: merge_bins(s, 0), "merge 1"),
        (lambda s: rebin(s, 4), "choose 3 or 6"),
        (lambda s: rebin(s, 1.5), "choose 1 or 2"),
        (lambda s: rebin(s, 0.1), "choose 1"),
        (lambda s: rebin(s, 1e300), "choose 6"),
        (lambda s: rebin(s, 0), "above 0"),
        (lambda s: rebin(s, np.nan), "above 0"),
        (lambda _: rebin(Spectrum((Axis([0.0, 1.0, 4.0]),), np.zeros(4)), 2), "unequal width"),
        (lambda s: restrict(s, 1.4), "choose 1 or 2"),
        (lambda s: restrict(s, -1), "outside the axis.*0 to 6 GeV.*choose 0"),
        (lambda s: restrict(s, 0, 7), "choose 6"),
        (lambda s: restrict(s, 3, 2), "swap"),
        (lambda s: restrict(s, np.nan, 2), "low < high"),
    ],
)
def test_refusals_name_what_is_possible(call, words):
    with refused(words):
        call(SPECTRUM)


def test_widths_with_rounding():
    spectrum = fill([10.3], uniform_axis(10.0, 11.0, width=0.001))
    assert len(rebin(spectrum, 0.01).axis) == 100
    assert len(restrict(spectrum, 10.1, 10.7).axis) == 600
