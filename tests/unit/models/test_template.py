import numpy as np
import pytest

from gloam.errors import InputError
from gloam.models import Gaussian, TemplateHistogram, expected_fractions, template

EDGES = np.linspace(-5, 5, 101)
CONTENTS = np.diff(Gaussian(1.0).cumulative(EDGES, np.zeros(1)))


def at(position, sigma):
    return TemplateHistogram(position, position + sigma * EDGES, CONTENTS)


def test_a_single_histogram_moves_and_scales():
    shape = template([at(1.0, 0.01)], lambda m: 0.01 * m)
    position = np.array([1.0, 2.0, 5.0])
    edges = position[:, None] * (1 + 0.01 * EDGES)
    np.testing.assert_allclose(expected_fractions(shape, edges, position), np.tile(CONTENTS / CONTENTS.sum(), (3, 1)),
                               rtol=0, atol=1e-14)  # fmt: skip


def test_a_family_that_moves_and_widens_is_met_exactly():
    """With a constant unit of width the morph has to find the linear widening itself."""
    shape = template([at(1.0, 0.01), at(2.0, 0.03), at(4.0, 0.01)], 0.01)
    position = np.array([1.0, 1.5, 2.0, 3.0, 4.0])
    sigma = np.array([0.01, 0.02, 0.03, 0.02, 0.01])
    edges = position[:, None] + sigma[:, None] * EDGES
    found = expected_fractions(shape, edges, position)
    np.testing.assert_allclose(found, np.tile(CONTENTS / CONTENTS.sum(), (5, 1)), rtol=0, atol=1e-12)


def test_a_moving_peak_stays_one_peak():
    low = TemplateHistogram(0.0, EDGES, np.roll(CONTENTS, -20))
    high = TemplateHistogram(1.0, 1.0 + EDGES, np.roll(CONTENTS, 20))
    density = np.diff(template([low, high], 1.0).cumulative(0.5 + EDGES, np.array([0.5])))
    assert EDGES[np.argmax(density)] == pytest.approx(0, abs=0.11)
    assert (np.diff(np.sign(np.diff(density[20:80]))) != 0).sum() == 1


def test_empty_bins_stay_empty():
    gap = np.array([1.0, 0.0, 1.0])
    low, high = (TemplateHistogram(m, m + np.array([-2.0, -1.0, 1.0, 2.0]), gap) for m in (0.0, 1.0))
    below = template([low, high], 1.0).cumulative(0.3 + np.array([-2.5, -1.5, -1.0, 0.0, 1.0, 1.5]), np.array([0.3]))
    np.testing.assert_allclose(below, [0, 0.25, 0.5, 0.5, 0.5, 0.75], atol=1e-14)


def test_beyond_the_outermost_histograms_nothing_is_extrapolated():
    with pytest.raises(InputError, match=r"for 0.5 to 0.5: got 1 to 2; allowed: positions between them"):
        template([at(1.0, 0.01), at(2.0, 0.01)], 0.01).cumulative(np.zeros(1), np.array([0.5]))


@pytest.mark.parametrize(
    ("edges", "contents", "words"),
    [
        ([0.0, 1.0], [1.0, 2.0], "one edge more than bins"),
        ([0.0], [], "one edge more than bins"),
        ([0.0, 1.0, 1.0], [1.0, 1.0], "edges that do not increase"),
        ([0.0, np.inf], [1.0], "edges that do not increase"),
        ([0.0, 1.0, 2.0], [1.0, -1.0], "contents from -1 to 1"),
        ([0.0, 1.0], [0.0], "contents from 0 to 0"),
    ],
)
def test_histograms_that_are_none(edges, contents, words):
    with pytest.raises(InputError, match=words):
        TemplateHistogram(1.0, edges, contents)


def test_histograms_have_to_be_in_order():
    with pytest.raises(InputError, match="one or more, at increasing positions"):
        template([at(2.0, 0.01), at(1.0, 0.01)], 0.01)
