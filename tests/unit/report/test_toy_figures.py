"""Figures of bias and coverage: what they show of which numbers."""

import numpy as np
import pytest

from gloam.report import bias_figure, coverage_figure, linearity_figure
from gloam.statistics import Coverage, Fraction, ToyYields, yield_bias


def toys(masses):
    random = np.random.default_rng(1)
    injected = np.tile([0.0, 20.0], (masses, 1))
    n_sig = injected[:, :, None] + random.normal(0, 5, (masses, 2, 50))
    mass = np.linspace(2.0, 1.0, masses)  # not in order
    return ToyYields(np.arange(masses), mass, injected, injected, n_sig, np.full_like(n_sig, 5.0), "something varied")


def covered(masses, level=0.9):
    passed = np.array([[100, 92, 88]] * masses)
    return Coverage(
        np.arange(masses), np.linspace(1, 2, masses), np.tile([0.0, 5.0, 50.0], (masses, 1)), level, "cls", "something",
        Fraction.of(passed, np.full_like(passed, 100)), Fraction.of(passed, np.full_like(passed, 100)),
        np.ones((masses, 3)), 100, np.zeros((masses, 3), np.int64),
    )  # fmt: skip


@pytest.mark.parametrize("masses", [1, 3, 12])
def test_pulls_are_in_order_of_mass_with_their_errors(masses):
    found = toys(masses)
    bias = yield_bias(found)
    figure = bias_figure(found, bias, ["0UL", "1UL"], "A title")
    upper, lower = figure.axes
    assert [label.get_text() for label in lower.get_xticklabels()] == [f"{m:.4g}" for m in found.mass[::-1]]
    for axes, estimate in ((upper, bias.pull), (lower, bias.pull_width)):
        drawn = [container.lines[0].get_ydata() for container in axes.containers]
        np.testing.assert_allclose(np.array(drawn).T, estimate.value[::-1])
    assert [text.get_text() for text in upper.get_legend().get_texts()] == ["0UL", "1UL"]
    assert "50 toys each, something varied" in upper.get_legend().get_title().get_text()


@pytest.mark.parametrize("masses", [1, 12])
def test_linearity_shows_deviations_in_errors_of_one_fit(masses):
    found = toys(masses)
    (axes,) = linearity_figure(found, "A title").axes
    assert len(axes.containers) == masses
    sigma = found.n_sig[0, 0].std(ddof=1)
    expected = (found.n_sig[0].mean(axis=1) - found.n_true[0]) / sigma
    np.testing.assert_allclose(axes.containers[0].lines[0].get_ydata(), expected)


@pytest.mark.parametrize("masses", [1, 12])
def test_coverage_is_drawn_with_the_level_and_within_the_axes(masses):
    found = covered(masses)
    (axes,) = coverage_figure([found], "A title").axes
    np.testing.assert_allclose(axes.containers[0].lines[0].get_ydata(), [1.0, 0.92, 0.88])
    low, high = axes.get_ylim()
    assert low < 0.88 - 0.03
    assert high > 1
    assert max(axes.get_yticks()) <= 1.001
    assert "Level 0.9" in [text.get_text() for text in axes.get_legend().get_texts()]
