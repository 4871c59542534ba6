"""What is read from tables: the same as NumPy reads, and no crash for indices that are none."""

import numpy as np
import pytest
from scipy.special import ndtr

from gloam.kernel import tabulated, window_contents
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library
from gloam.models import CrystalBall, Gaussian

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = range(1 + (library().gloam_best() if library() else 0))
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: INSTRUCTION_SETS[v])


@every_variant
def test_tabulated_cubics_are_evaluated_in_their_cells(variant):
    """Cells of width 1/2 from -1 on with the cubic x^3 - 2 x expanded about the start of each."""
    start = np.array([-1.0, -0.5, 0.0, 0.5])
    cubic = np.stack([start**3 - 2 * start, (3 * start**2 - 2) / 2, 3 * start / 4, np.full(4, 1 / 8)], axis=1)
    z = np.linspace(-0.999, 0.999, 60)
    value, outside = tabulated(-1.0, 0.5, cubic, 3.0 + 0.1 * z[None], np.array([3.0]), np.array([0.1]), 1.0, variant)
    assert outside == 0
    np.testing.assert_allclose(value[0], z**3 - 2 * z, atol=1e-12)
    mirrored, _ = tabulated(-1.0, 0.5, cubic, 3.0 - 0.1 * z[None], np.array([3.0]), np.array([0.1]), -1.0, variant)
    np.testing.assert_allclose(mirrored[0], 1 - (z**3 - 2 * z), atol=1e-12)


@every_variant
def test_what_lies_outside_a_table_is_counted_and_nan(variant):
    x = np.array([[np.nan, np.inf, -np.inf, -1.1, 1.0, 1e300, 0.0]])
    value, outside = tabulated(-1.0, 1.0, np.ones((2, 4)), x, np.zeros(1), np.ones(1), 1.0, variant)
    assert outside == 6
    assert np.isnan(value[0]).tolist() == [True] * 6 + [False]


@pytest.mark.parametrize("width", [0.0, np.nan, np.inf])
def test_no_width_is_no_crash(width):
    tabulated(-1.0, 1.0, np.ones((2, 4)), np.array([[0.0, 1.0]]), np.zeros(1), np.array([width]), 1.0, 0)


@pytest.mark.parametrize("shape", [CrystalBall(0.1, 1.5, 3.0), CrystalBall(0.1, -1.5, 3.0), Gaussian(0.1)])
def test_shapes_are_the_same_by_both_engines(shape, monkeypatch):
    position = np.array([[1.0], [5.0]])
    x = position + np.linspace(-9.0, 9.0, 4001)  # beyond the table too
    found = {}
    for engine in ("numpy", "compiled"):
        monkeypatch.setenv("GLOAM_ENGINE", engine)
        found[engine] = shape.cumulative(x, position)
    np.testing.assert_allclose(found["compiled"], found["numpy"], atol=1e-14)
    if isinstance(shape, Gaussian):
        np.testing.assert_allclose(found["compiled"], ndtr((x - position) / 0.1), atol=1e-12)


@every_variant
def test_windows_are_bins_sums_of_bins_and_padding(variant):
    axis, contents = np.array([0.0, 1.0, 3.0, 4.0]), np.array([5.0, 7.0, 0.25])
    below = np.r_[0.0, np.cumsum(contents)]
    edges, counts, exposure = window_contents(
        np.array([[0, 1, 2], [0, 2, 3], [1, 3, 3]]), axis, contents, below, variant
    )
    np.testing.assert_array_equal(edges, [[0, 1, 3], [0, 3, 4], [1, 4, 4]])
    np.testing.assert_array_equal(counts, [[5, 7], [12, 0.25], [7.25, 0]])
    np.testing.assert_array_equal(exposure, [[1, 1], [1, 1], [1, 0]])
    assert window_contents(np.array([[0, 1]]), axis, contents, below, variant)[2] is None


@every_variant
@pytest.mark.parametrize("index", [[-1, 1], [0, 4], [2, 1], [0, 2**62], [-(2**62), 0]])
def test_indices_that_are_none_are_refused(variant, index):
    with pytest.raises(ValueError, match="edge index"):
        window_contents(np.array([index]), np.arange(4.0), np.ones(3), np.arange(4.0), variant)


@every_variant
def test_no_windows_and_windows_without_bins_are_no_crash(variant):
    axis = np.arange(4.0)
    for indices in (np.zeros((0, 5), np.int64), np.zeros((3, 1), np.int64)):
        assert window_contents(indices, axis, np.ones(3), axis, variant)[1].size == 0


def test_arrays_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="is read"):
        window_contents(np.array([[0, 1]]), np.arange(3.0), np.ones(3), np.arange(4.0), 0)
