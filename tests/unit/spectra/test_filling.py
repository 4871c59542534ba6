"""Filling: which bin a value belongs to, flow, weights, refusals, size."""

from __future__ import annotations

import time

import boost_histogram as bh
import numpy as np
import pytest

from gloam.errors import InputError
from gloam.spectra import Axis, Origin, fill, uniform_axis


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


def test_bins_are_closed_on_the_left_and_the_last_one_on_both_sides():
    values = [-1, 0, 0.5, 1, 2, 3, np.nextafter(3, 4)]
    spectrum = fill(values, Axis([0.0, 1.0, 3.0]), origin=Origin("pseudo", "by hand"))
    np.testing.assert_array_equal(spectrum.contents, [1, 2, 3, 1])
    assert spectrum.origin == Origin("pseudo", "by hand")


@pytest.mark.parametrize("power", [1.0, 0.5], ids=["even bins", "uneven bins"])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_as_numpy_also_at_the_edges(power, offset):
    axis = Axis(offset + 12 * np.linspace(0, 1, 97) ** power)
    rng = np.random.default_rng(7)
    edges = axis.edges
    beside = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    values = np.concatenate([*beside, offset + rng.uniform(-1, 13, 2000), [-1e308, 1e308]])
    spectrum = fill(values, axis)
    np.testing.assert_array_equal(spectrum.values(), np.histogram(values, edges)[0])
    assert spectrum.underflow == np.sum(values < axis.low)
    assert spectrum.overflow == np.sum(values > axis.high)


def test_edges_closer_than_a_float_can_scale():
    axis = Axis([0.0, 5e-324, 1e-323])
    np.testing.assert_array_equal(fill([0.0, 5e-324, 1.0], axis).contents, [0, 1, 1, 1])


def test_weights_and_two_dimensions_agree_with_boost_histogram():
    rng = np.random.default_rng(3)
    x, y, w = rng.normal(size=(3, 1000))
    axes = uniform_axis(-1, 1, bins=8), Axis([-1.0, 0.0, 2.0], "y")
    spectrum = fill((x, y), axes, weights=w**2)
    reference = bh.Histogram(*(bh.axis.Variable(axis.edges) for axis in axes), storage=bh.storage.Weight())
    reference.fill(x, y, weight=w**2)
    np.testing.assert_allclose(spectrum.contents, reference.values(flow=True))
    np.testing.assert_allclose(spectrum.sum_w2, reference.variances(flow=True))
    assert spectrum.is_weighted
    plain = fill((x, y), axes)
    assert plain.contents.sum() == 1000
    assert not fill(x, axes[0], weights=np.ones(1000)).is_weighted


def test_one_bin():
    assert fill([1.0, 2.0], uniform_axis(0, 4, bins=1)).values() == [2]


def test_ten_million_bins_in_a_second():
    values = np.random.default_rng(1).uniform(0, 10, 20_000)
    seconds = []
    for _ in range(3):  # of this process, the best of three: the machine may be busy
        began = time.process_time()
        spectrum = fill(values, uniform_axis(0, 10, width=1e-6))
        seconds.append(time.process_time() - began)
        assert spectrum.entries == 20_000
    assert min(seconds) < 1


@pytest.mark.parametrize(
    ("values", "weights", "words"),
    [
        ([], None, "no rows"),
        ([1, np.nan, np.inf], None, "fill it: got 2 of 3 values NaN or infinite, the first in row 1"),
        ([5.0, 7.0], None, "values run from 5 to 7.*inside 0 to 3 GeV.*another range"),
        ([[1.0]], None, "flat"),
        ([1, 2], [1], "one weight per value"),
        ([1, 2], [1, np.nan], "with weights.*row 1"),
        ([1, 2], [1, -2], "not negative"),
    ],
)
def test_refusals(values, weights, words):
    with refused(words):
        fill(values, Axis([0.0, 2.0, 3.0]), weights=weights, asked="fill it")


def test_refusals_in_two_dimensions():
    axes = (Axis([0.0, 1.0]), Axis([0.0, 1.0]))
    with refused("0.5 to 2 and 0.5 to 3"):
        fill(([0.5, 2.0], [3.0, 0.5]), axes)
    with refused("equal lengths"):
        fill(([0.5, 2.0], [3.0]), axes)
    with refused("for 2 axes"):
        fill(([0.5, 2.0],), axes)
