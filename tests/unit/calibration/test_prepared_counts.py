"""Ingredients of windows: linear between simulated hypotheses, signals with the declared efficiency in their window."""

import dataclasses

import numpy as np
import pytest

from gloam.calibration import PreparedCounts, at_points
from gloam.calibration.prepared_counts import spread_of


def made(plane=False):
    mass = np.array([[1.0, 0.5], [1.0, 2.0], [3.0, 0.5], [3.0, 2.0]]) if plane else np.array([[1.0], [2.0], [3.0]])
    sigma = np.full_like(mass, 0.1)
    k, edges = len(mass), np.linspace(-1.0, 10.0, 2201)
    none = np.full(k, np.nan)
    edges2 = np.linspace(0.0, 3.0, 301) if plane else np.empty(0)
    shape = (2, edges.size - 1, edges2.size - 1) if plane else (2, edges.size - 1)
    return PreparedCounts(
        mass=mass, position=mass, mean=np.zeros_like(mass), sigma=sigma, alpha=np.full_like(mass, -2.0),
        n=np.full_like(mass, 5.0), quality=np.ones_like(mass), half_width=np.array([2.0]),
        efficiency=np.linspace(0.1, 0.3, k), efficiency_error=none, tuned_efficiency=none, radiative_factor=np.ones(k),
        tuned=np.empty((0, 3)), edges=edges, edges2=edges2, expected=np.ones(shape), variance=np.ones(shape),
    )  # fmt: skip


def test_arrays_come_back_as_they_went():
    counts = made()
    back = PreparedCounts.of(counts.arrays("mumu"), "mumu")
    for field in dataclasses.fields(PreparedCounts):
        np.testing.assert_array_equal(getattr(back, field.name), getattr(counts, field.name))


def test_the_window_of_a_signal_holds_its_efficiency():
    counts = made()
    for mass, efficiency in ((1.0, 0.1), (2.5, 0.25)):
        signal = counts.signal_in_bins(np.array([mass]))
        centres = 0.5 * (counts.edges[1:] + counts.edges[:-1])
        assert signal[np.abs(centres - mass) < 0.2].sum() == pytest.approx(efficiency, rel=1e-3)
        assert signal.sum() > efficiency  # the tail


def test_in_the_plane_signals_are_products_and_hypotheses_lie_between_simulated_ones():
    counts = made(plane=True)
    signal = counts.signal_in_bins(np.array([2.0, 1.0]))
    assert signal.shape == (2200, 300)
    at = float(counts.at_masses("efficiency", np.array([[2.0, 1.0]]))[0])
    assert 0.1 < at < 0.3
    centres = [0.5 * (edges[1:] + edges[:-1]) for edges in counts.all_edges]
    ellipse = np.add.outer(*(np.square((each - x) / 0.2) for each, x in zip(centres, (2.0, 1.0), strict=True))) < 1
    assert signal[ellipse].sum() == pytest.approx(at, rel=1e-9)
    inside = counts.covers(np.array([[2.0, 1.0], [2.0, 2.5], [0.5, 1.0]]))
    np.testing.assert_array_equal(inside, [True, False, False])


def test_values_are_linear_on_triangles_and_nearest_outside():
    known = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    values = known @ np.array([2.0, -3.0]) + 1
    points = np.array([[0.3, 0.4], [0.9, 0.1], [5.0, 0.0]])
    np.testing.assert_allclose(at_points(known, values, points), [*(points[:2] @ [2.0, -3.0] + 1), 3.0])


def test_backgrounds_in_cells_are_stored_as_cells_and_spread_over_their_bins():
    counts = dataclasses.replace(made(plane=True), cells=np.array([16.0, 7.0]))
    cells = np.arange(2 * 138 * 43, dtype=float).reshape(2, 138, 43)
    filled = counts.with_backgrounds(cells, 2 * cells)
    assert filled.expected.shape == (2, 2200, 300)
    np.testing.assert_allclose(filled.expected[0, :16, :7], cells[0, 0, 0] / 112, rtol=1e-12)
    arrays = filled.arrays("mumu")
    np.testing.assert_allclose(arrays["mumu.expected"], cells, rtol=1e-12)
    back = PreparedCounts.of(arrays, "mumu")
    np.testing.assert_allclose(back.expected, filled.expected, rtol=1e-12)
    np.testing.assert_allclose(back.variance, filled.variance, rtol=1e-12)


def test_bins_share_a_cell_by_their_widths():
    cell, share = spread_of(np.array([0.0, 1.0, 3.0, 4.0, 10.0, 12.0]), 2)
    np.testing.assert_array_equal(cell, [0, 0, 1, 1, 2])
    np.testing.assert_allclose(share, [1 / 3, 2 / 3, 1 / 7, 6 / 7, 1.0])
