"""Ingredients of windows: linear between simulated hypotheses, signals with the declared efficiency in their window."""

import dataclasses

import numpy as np
import pytest

from gloam.calibration import PreparedCounts, at_points


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
    inside = counts.covers(np.array([[2.0, 1.0], [2.0, 2.5], [0.5, 1.0]]))
    np.testing.assert_array_equal(inside, [True, False, False])


def test_values_are_linear_on_triangles_and_nearest_outside():
    known = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    values = known @ np.array([2.0, -3.0]) + 1
    points = np.array([[0.3, 0.4], [0.9, 0.1], [5.0, 0.0]])
    np.testing.assert_allclose(at_points(known, values, points), [*(points[:2] @ [2.0, -3.0] + 1), 3.0])
