"""What holds for every spectrum: nothing is lost, order and units do not matter, JSON gives it back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gloam.spectra import (
    Axis,
    Mask,
    Spectrum,
    fill,
    from_uhi_json,
    hide_bins,
    hide_values,
    merge_bins,
    poisson_counts,
    restrict,
    to_uhi_json,
    uniform_axis,
)

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
EDGES = st.lists(FINITE, min_size=2, max_size=20, unique=True).map(sorted)


EIGHTHS = st.integers(-40, 40).map(lambda n: n / 8)  # far apart compared with the rounding of edges
EIGHTH_EDGES = st.lists(EIGHTHS, min_size=2, max_size=20, unique=True).map(sorted)


@st.composite
def values_and_axis(draw):
    """At least one value inside the axis, some of them on edges."""
    edges = draw(EDGES)
    values = draw(st.lists(FINITE | st.sampled_from(edges), max_size=50))
    return np.array([edges[0], *values]), Axis(edges)


@st.composite
def spectra(draw):
    """Of any binning: counted, weighted or expected; partly hidden."""
    axes = tuple(Axis(edges) for edges in draw(st.lists(EDGES, min_size=1, max_size=2)))
    shape = tuple(len(axis) + 2 for axis in axes)
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 2**50))).astype(float)
    real = hnp.arrays(np.float64, shape, elements=st.floats(0, 1e12))
    kind = draw(st.sampled_from(["counts", "weighted", "asimov"]))
    contents = counts if kind == "counts" else draw(real)
    sum_w2 = draw(real) if kind == "weighted" else None
    visible = draw(st.none() | hnp.arrays(np.bool_, tuple(len(axis) for axis in axes)))
    return Spectrum(axes, contents, sum_w2, visible, asimov=kind == "asimov")


@given(values_and_axis())
def test_filling_loses_no_value_and_agrees_with_numpy(drawn):
    values, axis = drawn
    spectrum = fill(values, axis)
    assert spectrum.contents.sum() == values.size
    np.testing.assert_array_equal(spectrum.values(), np.histogram(values, axis.edges)[0])


@given(values_and_axis(), st.randoms(use_true_random=False))
def test_the_order_of_the_values_does_not_matter(drawn, random):
    values, axis = drawn
    shuffled = values.tolist()
    random.shuffle(shuffled)
    np.testing.assert_array_equal(fill(shuffled, axis).contents, fill(values, axis).contents)


@given(values_and_axis(), st.integers(-20, 20))
def test_units_do_not_matter(drawn, power):
    values, axis = drawn
    scaled = fill(values * 2.0**power, Axis(axis.edges * 2.0**power))
    np.testing.assert_array_equal(scaled.contents, fill(values, axis).contents)


@given(st.data(), st.integers(1, 6), st.integers(1, 6))
def test_merging_and_cutting_lose_nothing(data, factor, groups):
    axis = uniform_axis(-3, 5, bins=factor * groups)
    contents = data.draw(hnp.arrays(np.int64, len(axis) + 2, elements=st.integers(0, 1000)))
    spectrum = Spectrum((axis,), contents, 3.0 * contents)
    first = data.draw(st.integers(0, len(axis) - 1))
    last = data.draw(st.integers(first + 1, len(axis)))
    cut = restrict(spectrum, axis.edges[first], axis.edges[last])
    for coarser in (merge_bins(spectrum, factor), cut):
        assert coarser.contents.sum() == contents.sum()
        np.testing.assert_array_equal(coarser.sum_w2, 3 * coarser.contents)


@given(spectra())
def test_json_gives_back_the_spectrum(spectrum):
    back = from_uhi_json(to_uhi_json(spectrum))
    assert back.axes == spectrum.axes
    assert back.asimov == spectrum.asimov
    np.testing.assert_array_equal(back.contents, spectrum.contents)
    np.testing.assert_array_equal(back.variances(flow=True), spectrum.variances(flow=True))
    np.testing.assert_array_equal(back.visible, spectrum.visible)


@given(st.lists(EIGHTHS, max_size=50), EIGHTH_EDGES, EIGHTH_EDGES)
def test_no_hidden_value_is_left_in_any_bin(values, edges, ends):
    """Neither in a visible bin, nor in the flow; and hiding values or bins first comes to the same."""
    axis = Axis(edges)
    values = np.array([edges[0], *values])
    values = values[values < axis.high]  # the last bin is closed, ranges are not
    mask = Mask(((ends[0], ends[-1]),))
    hidden = hide_bins(mask, fill(values, axis))
    kept = values[hide_values(mask, values)]
    counted = np.zeros(len(axis) + 2)
    if kept.size and ((kept >= axis.low) & (kept <= axis.high)).any():
        counted = hide_bins(mask, fill(kept, axis)).contents
    inside = slice(1, -1)
    np.testing.assert_array_equal(hidden.contents[inside], counted[inside])
    assert hidden.contents.sum() <= kept.size


@given(st.integers(1, 1000), st.floats(1e-3, 1e3))
def test_a_common_weight_gives_back_the_counts(number, weight):
    spectrum = fill(np.zeros(number), Axis([0.0, 1.0]), weights=np.full(number, weight))
    counts, exposure = poisson_counts(spectrum)
    np.testing.assert_allclose(counts, number, rtol=1e-9)
    if exposure is not None:
        np.testing.assert_allclose(exposure, 1 / weight, rtol=1e-9)
