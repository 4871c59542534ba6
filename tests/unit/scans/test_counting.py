"""Counting scans: which bins are in a window, what the backgrounds are, what is hidden and what is refused."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.scans import (
    CountingScan,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
    joined_windows,
    plane_windows,
    shifted_windows,
)
from gloam.spectra import Axis, Mask, Spectrum, hide_bins

AXIS = Axis(np.linspace(0.0, 10.0, 101))
OTHER = Axis(np.linspace(0.0, 6.0, 61), "recoil")
PLANE = (AXIS, OTHER)


def spectrum(values, axes=(AXIS,), **more):
    return Spectrum(axes, np.pad(values, 1), **more)


def brute_force(shape, x, y, half, half2):
    """The bins with their centres inside, shape (h, n, m)."""
    u = (AXIS.centers[:, None] - x[:, None, None]) / half[:, None, None]
    v = (OTHER.centers - y[:, None, None]) / half2[:, None, None]
    return u**2 + v**2 <= 1 if shape == "ellipse" else (abs(u) <= 1) & (abs(v) <= 1)


@pytest.mark.parametrize("shape", ["ellipse", "rectangle"])
def test_sums_are_those_of_the_bins_with_their_centres_inside(shape):
    random = np.random.default_rng(1)
    x, y = random.uniform(0.2, 9.8, 60), random.uniform(0.2, 5.8, 60)
    half, half2 = random.uniform(0.11, 0.9, (2, 60))
    windows = plane_windows(PLANE, x, y, half, half2, shape)
    mask = brute_force(shape, x, y, half, half2)
    counts = random.poisson(3.0, (4, 100, 60)).astype(float)
    expected = np.einsum("hij,tij->th", mask, counts)
    np.testing.assert_array_equal(windows.sums(counts), expected)
    np.testing.assert_allclose(windows.sums(counts / 7), expected / 7, rtol=1e-13)
    below = np.concatenate([[0], np.cumsum(counts[0])])
    np.testing.assert_array_equal(windows.runs.differences() @ below, expected[0])
    np.testing.assert_array_equal(windows.runs.members() @ counts[0].ravel(), expected[0])
    rows = np.array([7, 3, 50])
    np.testing.assert_array_equal(windows.take(rows).sums(counts[0]), expected[0, rows])
    np.testing.assert_array_equal(windows.low, [AXIS.edges[:-1][m.any(axis=1)].min() for m in mask])
    np.testing.assert_array_equal(windows.high2, [OTHER.edges[1:][m.any(axis=0)].max() for m in mask])


def test_a_small_expectation_beside_a_large_one_keeps_its_digits():
    values = np.full(100, 1e-6)
    values[:50] = 1e12
    assert interval_windows(AXIS, 7.0, 0.5).sums(values)[0] == pytest.approx(1e-5, rel=1e-12)


def test_tiles_count_every_event_once_even_where_borders_are_centres_of_bins():
    axis = Axis(np.linspace(-0.05, 9.95, 101))
    tiles = interval_windows(axis, np.arange(0.5, 9.0, 1.0), 0.5)
    assert tiles.runs.bins.tolist() == [10] * 9
    assert tiles.sums(np.ones(100)).sum() == 90


def test_the_shifted_set_is_centred_on_the_borders_and_the_masses_follow():
    tiles = interval_windows(AXIS, [1.0, 3.0, 5.0], 1.0, mass=[10.0, 30.0, 60.0])
    shifted = shifted_windows(tiles)
    np.testing.assert_allclose(shifted.position, tiles.high[:-1])
    np.testing.assert_allclose(shifted.mass, [20.0, 45.0])
    both = joined_windows(tiles, shifted)
    assert both.sums(np.ones(100)).tolist() == [20.0] * 5
    x, y = (each.ravel() for each in np.meshgrid([1.0, 3.0], [1.0, 3.0]))
    plane = plane_windows(PLANE, x, y, 1.0, 1.0, "rectangle")
    corners = shifted_windows(plane, first=True, second=True)
    assert (corners.position.tolist(), corners.position2.tolist()) == ([2.0], [2.0])


def test_windows_cut_by_the_end_of_an_axis_say_what_is_left():
    assert interval_windows(AXIS, [5.0, 0.5, 10.0], 1.0).coverage == pytest.approx([1.0, 0.75, 0.5])
    plane = plane_windows(PLANE, [5.0, 0.0, 0.0, 5.0], [3.0, 3.0, 0.0, 5.5], 1.0, 1.0)
    segment = 1 - (np.arccos(0.5) - 0.5 * np.sqrt(0.75)) / np.pi
    assert plane.coverage == pytest.approx([1.0, 0.5, 0.25, segment], abs=1e-4)


@pytest.mark.parametrize(
    ("position", "half", "words"),
    [(11.0, 0.5, "overlap the axis"), (5.0, 0.04, "narrower than the bins"), (5.0, -1.0, "numbers > 0")],
)
def test_windows_that_cannot_be_are_refused(position, half, words):
    with pytest.raises(InputError, match=words):
        interval_windows(AXIS, [position], half)


def test_sidebands_scale_by_area_or_by_a_given_shape():
    shape = np.exp(-AXIS.centers / 3)
    data = spectrum(np.round(1000 * shape))
    windows = interval_windows(AXIS, [3.0, 0.5], 0.5)
    flat = count_windows(CountingScan(data, windows, SidebandBackground(2.0, 4.0)))
    assert flat.tau == pytest.approx([2.0, 1.0])
    assert flat.off[0] == data.values()[10:20].sum() + data.values()[40:50].sum()
    expected = spectrum(shape, asimov=True)
    shaped = count_windows(CountingScan(data, windows, SidebandBackground(2.0, 4.0, shape=expected)))
    np.testing.assert_allclose(shaped.background, shaped.observed, rtol=2e-3)


def test_the_sideband_of_an_ellipse_is_a_ring():
    windows = plane_windows(PLANE, [5.0], [3.0], 0.5, 0.5)
    found = count_windows(CountingScan(spectrum(np.ones((100, 60)), PLANE), windows, SidebandBackground(1.0, 2.0)))
    x, y, half = np.array([5.0]), np.array([3.0]), np.array([1.0])
    disc = brute_force("ellipse", x, y, half, half).sum()
    assert found.off[0] == disc - found.observed[0]
    assert found.background[0] == pytest.approx(found.observed[0], rel=1e-12)


def test_simulation_counts_by_its_effective_numbers():
    windows = interval_windows(AXIS, [2.0, 8.0], 0.5)
    counts = np.zeros(100)
    counts[15:25] = 6.0
    plain = count_windows(
        CountingScan(spectrum(counts), windows, SimulatedBackground(spectrum(counts), 6.0, scale=0.5))
    )
    np.testing.assert_allclose(plain.background, [5.0, 0.0])
    np.testing.assert_allclose(plain.tau, 12.0)
    weighted = Spectrum((AXIS,), np.pad(2 * counts, 1), sum_w2=np.pad(4 * counts, 1))
    found = count_windows(CountingScan(spectrum(counts), windows, SimulatedBackground(weighted, 6.0)))
    np.testing.assert_allclose(found.off, [60.0, 0.0])
    np.testing.assert_allclose(found.tau, 3.0)  # an event of weight 2: the empty window takes the mean weight
    np.testing.assert_allclose(found.background_err, [np.sqrt(60) / 3, 1 / 3])


def test_hidden_and_vetoed_windows_are_not_counted():
    data = hide_bins(Mask(((4.9, 5.1),)), spectrum(np.ones(100)))
    windows = interval_windows(AXIS, [3.0, 5.3, 7.0, 8.0], 0.5)
    scan = CountingScan(data, windows, SidebandBackground(1.0, 3.0), vetoes=((8.2, 8.3),))
    found = count_windows(scan)
    assert found.status.tolist() == [FitStatus.OK, FitStatus.VETOED, FitStatus.OK, FitStatus.VETOED]
    assert np.isnan(found.observed[[1, 3]]).all()
    np.testing.assert_allclose(found.background[[0, 2]], 10.0)  # hidden bins are in neither side of the ratio


def test_a_window_without_a_visible_sideband_is_not_counted():
    data = hide_bins(Mask(((2.0, 4.5), (5.5, 8.0))), spectrum(np.ones(100)))
    found = count_windows(CountingScan(data, interval_windows(AXIS, [5.0], 0.5), SidebandBackground(1.0, 3.0)))
    assert found.status.tolist() == [FitStatus.VETOED]


def test_errors_add_in_quadrature_and_some_windows_can_be_taken():
    known = KnownBackground(spectrum(np.full(100, 2.0), asimov=True), np.array([0.3, 0.0]))
    scan = CountingScan(spectrum(np.ones(100)), interval_windows(AXIS, [3.0, 6.0], 0.5), known, background_error=0.4)
    found = count_windows(scan)
    np.testing.assert_allclose(found.background_err, [10.0, 8.0])
    np.testing.assert_allclose(found.n_sig_err, np.hypot(np.sqrt(10), [10.0, 8.0]))
    np.testing.assert_allclose(count_windows(scan.take(np.array([1]))).background_err, [8.0])


def test_what_is_no_count_is_refused():
    windows = interval_windows(AXIS, [3.0], 0.5)
    known = KnownBackground(spectrum(np.ones(100)))
    with pytest.raises(InputError, match="an expectation"):
        CountingScan(spectrum(np.ones(100), asimov=True), windows, known)
    with pytest.raises(InputError, match="axes of the data"):
        CountingScan(spectrum(np.ones(60), (OTHER,)), windows, known)
    with pytest.raises(InputError, match="1 <= inner < outer"):
        SidebandBackground(2.0, 2.0)
    with pytest.raises(InputError, match="no bins in them"):
        count_windows(CountingScan(spectrum(np.ones(100)), windows, SidebandBackground(1.0, 1.05)))
