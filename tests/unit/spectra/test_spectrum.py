"""Spectra: contents with flow, the UHI protocol, what is refused as data."""

from __future__ import annotations

import numpy as np
import pytest
from uhi.typing.plottable import PlottableHistogram

from gloam.errors import InputError
from gloam.spectra import Axis, Spectrum, poisson_counts, with_flow


def refused(words: str):
    """An InputError whose message matches, in capitals or not."""
    return pytest.raises(InputError, match=f"(?is){words}")


AXIS = Axis(np.array([0.0, 1.0, 3.0]))
PLANE = (AXIS, Axis(np.array([0.0, 1.0, 2.0, 3.0]), "M2"))


def test_one_dimension():
    spectrum = Spectrum((AXIS,), [1, 5, 7, 2])
    assert isinstance(spectrum, PlottableHistogram)
    assert spectrum.kind == "COUNT"
    np.testing.assert_array_equal(spectrum.values(), [5, 7])
    np.testing.assert_array_equal(spectrum.values(flow=True), [1, 5, 7, 2])
    np.testing.assert_array_equal(spectrum.variances(), [5, 7])
    np.testing.assert_array_equal(spectrum.counts(), [5, 7])
    assert (spectrum.entries, spectrum.underflow, spectrum.overflow) == (12, 1, 2)
    assert spectrum.axis is AXIS
    assert not spectrum.is_weighted


def test_two_dimensions():
    spectrum = Spectrum(PLANE, np.arange(20).reshape(4, 5))
    assert isinstance(spectrum, PlottableHistogram)
    np.testing.assert_array_equal(spectrum.values(), [[6, 7, 8], [11, 12, 13]])
    with refused("two axes"):
        _ = spectrum.underflow


def test_a_spectrum_of_zeros_is_a_spectrum():
    assert Spectrum((AXIS,), np.zeros(4)).entries == 0


def test_arrays_are_copied_and_read_only():
    contents = np.array([1.0, 5.0, 7.0, 2.0])
    spectrum = Spectrum((AXIS,), contents, contents)
    contents[1] = 0
    assert spectrum.values()[0] == 5
    for array in (spectrum.contents, spectrum.sum_w2, spectrum.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 3


def test_hidden_bins_are_emptied():
    spectrum = Spectrum((AXIS,), [1, 5, 7, 2], [1, 6, 8, 2], visible=[False, True])
    np.testing.assert_array_equal(spectrum.contents, [1, 0, 7, 2])
    np.testing.assert_array_equal(spectrum.variances(), [0, 8])
    assert Spectrum((AXIS,), [1, 5, 7, 2], visible=[True, True]).visible is None


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([0, np.nan, 0, 0], "bin 0 of 'mass' .0 to 1 GeV.*nan"),
        ([0, 0, np.inf, 0], "bin 1 .*inf"),
        ([0, 0, -2, 0], "bin 1 of 'mass' .1 to 3 GeV.*-2.*not negative"),
        ([np.nan, 0, 0, 0], "underflow of 'mass'"),
        ([0, 0, 0, -1], "overflow of 'mass'"),
        ([0, 0.5, 0, 0], "0.5: a weighted or scaled histogram without variances.*weights/variances"),
        ([1, 2], r"shape \(2,\).*shape \(4,\)"),
    ],
)
def test_bad_contents_are_refused(contents, words):
    with refused(words):
        Spectrum((AXIS,), contents)


def test_other_refusals():
    with refused("bin 0 of 'mass'.*overflow of 'M2'"):
        Spectrum(PLANE, np.where(np.arange(20).reshape(4, 5) == 9, -1, 0))
    with refused("variances of bin 1"):
        Spectrum((AXIS,), [0, 1, 1, 0], [0, 1, -1, 0])
    with refused("3 axes"):
        Spectrum((AXIS, AXIS, AXIS), np.zeros((4, 4, 4)))
    with refused("mask of visible bins"):
        Spectrum((AXIS,), np.zeros(4), visible=[False])
    with refused("shape"):
        with_flow(np.zeros((2, 2)), (AXIS,))


def test_expectations_may_be_fractions():
    spectrum = Spectrum((AXIS,), [0, 0.5, 1.5, 0], asimov=True)
    counts, exposure = poisson_counts(spectrum)
    np.testing.assert_array_equal(counts, [0.5, 1.5])
    assert exposure is None


class TestPoissonCounts:
    def test_plain_counts_stay(self):
        counts, exposure = poisson_counts(Spectrum((AXIS,), [1, 5, 7, 2], [1, 5, 7, 2]))
        np.testing.assert_array_equal(counts, [5, 7])
        assert exposure is None

    def test_equal_weights_give_back_the_events(self):
        counts, exposure = poisson_counts(Spectrum((AXIS,), [0, 2.5, 0, 0], [0, 1.25, 0, 0]))
        np.testing.assert_allclose(counts, [5, 0])
        np.testing.assert_allclose(exposure, [2, 2])

    def test_the_moments_are_those_of_the_weights(self):
        spectrum = Spectrum(PLANE, np.full((4, 5), 6.0), np.full((4, 5), 9.0))
        counts, exposure = poisson_counts(spectrum)
        np.testing.assert_allclose(counts / exposure, 6)
        np.testing.assert_allclose(counts / exposure**2, 9)
        np.testing.assert_allclose(spectrum.counts(), counts)

    def test_an_empty_bin_takes_the_factor_of_the_spectrum(self):
        axis = Axis(np.array([0.0, 1.0, 2.0, 3.0]))
        _, exposure = poisson_counts(Spectrum((axis,), [9, 2, 0, 6, 9], [9, 1, 0, 7, 9]))
        np.testing.assert_allclose(exposure, [2, 1, 6 / 7])

    def test_nothing_but_flow(self):
        counts, exposure = poisson_counts(Spectrum((AXIS,), [2, 0, 0, 0], [4, 0, 0, 0]))
        np.testing.assert_array_equal(counts, 0)
        np.testing.assert_array_equal(exposure, 1)

    def test_content_without_variance_is_refused(self):
        with refused(r"variance of bin \[1\].*above 0.*Sumw2"):
            poisson_counts(Spectrum((AXIS,), [0, 1, 2, 0], [0, 1, 0, 0]))
