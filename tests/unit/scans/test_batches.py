"""The problems of a scan, hypothesis by hypothesis, against what they are by definition."""

import numpy as np
import pytest
from scipy.stats import norm

from gloam.errors import InputError
from gloam.models import Gaussian, Polynomial, Steps
from gloam.scans import BinnedWindows, Grid, Scan, batches, grid_in_steps, sliding_windows, vetoed
from gloam.scans.batches import domains
from gloam.spectra import Axis, Mask, Spectrum, fill, hide_bins, uniform_axis, with_flow

WIDTH = 0.03
GRID = grid_in_steps(1.0, 3.0, 0.009)
UNIFORM = uniform_axis(1.0, 3.0, bins=400)
UNEVEN = Axis(np.unique(np.round(np.concatenate([np.linspace(1, 2, 151), np.linspace(2, 3, 90)]), 6)))
AXES = pytest.mark.parametrize("axis", [UNIFORM, UNEVEN], ids=["uniform", "uneven"])


def spectrum_on(axis, weights=None):
    random = np.random.default_rng(3)
    values = random.uniform(0.9, 3.1, 8000)
    return fill(values, axis, weights=None if weights is None else np.full(values.size, weights))


def scan_on(axis, *, half_width=10 * WIDTH, vetoes=(), weights=None, mask=None, background=None, grid=GRID):
    spectrum = hide_bins(mask, spectrum_on(axis, weights)) if mask else spectrum_on(axis, weights)
    windows = sliding_windows(axis, grid.position, half_width)
    return Scan(spectrum, Gaussian(WIDTH), background or Polynomial(2), grid, windows, vetoes)


def every_row(scan, **arguments):
    """(hypothesis, problem, row in the problem) for each row of each batch."""
    for batch in batches(scan, **arguments):
        problem = batch.problem()
        for row, hypothesis in enumerate(batch.rows.tolist()):
            yield hypothesis, problem, row


def used_bins(problem, row):
    return np.ones(problem.counts.shape[1], bool) if problem.used is None else problem.used[row]


def matrix_of(problem, row):
    matrix = problem.design.matrix
    return matrix if matrix.ndim == 2 else matrix[row]


@AXES
@pytest.mark.parametrize("arguments", [{}, {"size": 7}, {"rows": np.array([5, 3, 100])}])
def test_every_hypothesis_comes_exactly_once(axis, arguments):
    found = [hypothesis for hypothesis, _, _ in every_row(scan_on(axis), **arguments)]
    assert sorted(found) == sorted(arguments.get("rows", np.arange(len(GRID))).tolist())


@AXES
@pytest.mark.parametrize("half_width", [0.07, 0.3, 5.0])
def test_counts_signal_and_basis(axis, half_width):
    scan = scan_on(axis, half_width=half_width)
    low, high = domains(scan)
    contents, edges = scan.spectrum.values(), axis.edges
    for h, problem, row in every_row(scan):
        part = slice(scan.windows.first[h], scan.windows.last[h])
        used, own = used_bins(problem, row), edges[part.start : part.stop + 1]
        assert used.sum() == part.stop - part.start
        assert not used[part.stop - part.start :].any()
        np.testing.assert_array_equal(problem.counts[row][used], contents[part])
        np.testing.assert_array_equal(problem.counts[row][~used], 0)
        expected = np.diff(norm.cdf((own - GRID.position[h]) / WIDTH))
        np.testing.assert_allclose(problem.signal[row][used], expected, rtol=0, atol=1e-11)
        basis = Polynomial(2).basis(own, low[h], high[h], 2)
        found = matrix_of(problem, row)[used]
        np.testing.assert_allclose(found / found[0, 0], basis / basis[0, 0], rtol=0, atol=1e-9)
        assert problem.exposure is None or set(np.unique(problem.exposure[row])) <= {0.0, 1.0}


@AXES
def test_vetoed_and_hidden_bins_are_no_part_of_a_fit(axis):
    vetoes, hidden = ((1.5, 1.62), (2.2, 2.25)), (2.6, 2.7)
    scan = scan_on(axis, vetoes=vetoes, mask=Mask((hidden,)))
    edges = axis.edges
    taken = [(edges[1:] > low + 1e-12) & (edges[:-1] < high - 1e-12) for low, high in (*vetoes, hidden)]
    fitted = ~np.any(taken, axis=0)
    seen = set()
    for h, problem, row in every_row(scan, rows=np.flatnonzero(~vetoed(scan))):
        seen.add(h)
        part = slice(scan.windows.first[h], scan.windows.last[h])
        used = used_bins(problem, row)
        np.testing.assert_array_equal(used[: part.stop - part.start], fitted[part])
        assert not used[part.stop - part.start :].any()
        np.testing.assert_array_equal(problem.counts[row][used], scan.spectrum.values()[part][fitted[part]])
        np.testing.assert_array_equal(problem.counts[row][~used], 0)
    inside = np.any([(GRID.position > low) & (GRID.position < high) for low, high in vetoes], axis=0)
    bins = np.clip(np.searchsorted(edges, GRID.position, side="right") - 1, 0, len(axis) - 1)
    inside |= ~scan.spectrum.visible[bins]
    np.testing.assert_array_equal(vetoed(scan), inside)
    assert seen == set(np.flatnonzero(~inside).tolist())
    assert 20 < inside.sum() < 60


@AXES
@pytest.mark.parametrize("weight", [0.5, 4.0])
def test_weighted_data_are_scaled_counts(axis, weight):
    """Events of weight w: as many counts as events, and an exposure of 1 / w."""
    plain = {h: (problem, row) for h, problem, row in every_row(scan_on(axis))}
    for h, problem, row in every_row(scan_on(axis, weights=weight)):
        other, other_row = plain[h]
        used = used_bins(other, other_row)
        np.testing.assert_allclose(problem.counts[row], other.counts[other_row], rtol=1e-9)
        np.testing.assert_allclose(problem.exposure[row][used], 1 / weight, rtol=1e-9)
        np.testing.assert_array_equal(problem.exposure[row][~used], 0)


def test_weights_that_differ_keep_mean_and_variance():
    random = np.random.default_rng(8)
    values, weights = random.uniform(1, 3, 5000), random.lognormal(0, 1, 5000)
    spectrum = fill(values, UNIFORM, weights=weights)
    windows = sliding_windows(UNIFORM, GRID.position, 0.3)
    scan = Scan(spectrum, Gaussian(WIDTH), Polynomial(1), GRID, windows)
    for h, problem, row in every_row(scan):
        part = slice(scan.windows.first[h], scan.windows.last[h])
        counts, exposure = (array[row][: part.stop - part.start] for array in (problem.counts, problem.exposure))
        np.testing.assert_allclose(counts / exposure, spectrum.values()[part], rtol=1e-9)
        full = counts > 0
        np.testing.assert_allclose((counts / exposure**2)[full], spectrum.variances()[part][full], rtol=1e-9)


def test_windows_with_bins_of_their_own_join_counts():
    indices = np.array([[0, 5, 10, 20, 40], [100, 104, 108, 120, 160], [300, 310, 320, 330, 400]])
    windows = BinnedWindows.of(UNIFORM, UNIFORM.edges[indices])
    grid = Grid.of(UNIFORM.edges[indices].mean(axis=1))
    scan = Scan(spectrum_on(UNIFORM), Gaussian(WIDTH), Polynomial(1), grid, windows)
    for h, problem, row in every_row(scan):
        expected = np.add.reduceat(scan.spectrum.values()[: indices[h, -1]], indices[h, :-1])
        np.testing.assert_array_equal(problem.counts[row][: expected.size], expected)
        edges = UNIFORM.edges[indices[h]]
        fractions = np.diff(norm.cdf((edges - grid.position[h]) / WIDTH))
        np.testing.assert_allclose(problem.signal[row][: fractions.size], fractions, atol=1e-11)


def test_the_order_of_the_background_may_change():
    background = Polynomial(Steps((2.0,), (1, 3)))
    for h, problem, _ in every_row(scan_on(UNIFORM, background=background)):
        assert problem.design.parameters == (2 if GRID.position[h] < 2.0 else 4)


class TestRefusals:
    def test_hypotheses_outside_the_spectrum(self):
        with pytest.raises(
            InputError, match=r"hypothesis at 3.5: got a spectrum from 1 to 3; allowed: hypotheses inside"
        ):
            scan_on(UNIFORM, grid=Grid.of([2.0, 3.5]), half_width=1.0)

    @pytest.mark.parametrize("veto", [(2.0, 1.0), (1.0, 1.0), (np.nan, 2.0)])
    def test_vetoes_that_are_no_range(self, veto):
        with pytest.raises(InputError, match=r"veto: got .*; allowed: LO < HI"):
            scan_on(UNIFORM, vetoes=(veto,))

    def test_two_dimensions(self):
        axes = (uniform_axis(0, 1, bins=2), uniform_axis(0, 1, bins=2))
        spectrum = Spectrum(axes, with_flow(np.ones((2, 2)), axes))
        with pytest.raises(InputError, match="scan of a spectrum: got 2 dimensions"):
            Scan(spectrum, Gaussian(1), Polynomial(0), Grid.of([0.5]), sliding_windows(axes[0], np.array([0.5]), 1.0))
