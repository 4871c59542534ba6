"""Coverage of limits of counts as exact sums over all counts: no toys, no errors."""

import numpy as np
import pytest
from scipy import stats

from gloam.statistics import (
    Cells,
    CountingOptions,
    Prior,
    bounded_gaussian_interval,
    classical_upper,
    counting_cells,
    counting_coverage,
    on_off_cells,
)
from gloam.statistics.asymptotic import log_cls
from gloam.statistics.counting.construction import _accepted
from gloam.statistics.counting.spread import Known, Normal

pytestmark = pytest.mark.validation

LEVEL = 0.90
SIGNALS = np.arange(0, 5.01, 0.5)
COUNTS = np.arange(80)


def coverage(background, method, **options):
    return counting_coverage(SIGNALS, background, LEVEL, method, CountingOptions(**options)).coverage


@pytest.mark.parametrize("background", [0.5, 3.0])
@pytest.mark.parametrize("belt", ["raw", "monotone"])
def test_feldman_cousins_never_undercovers(background, belt):
    found = coverage(background, "feldman-cousins", belt=belt)
    assert found.min() >= LEVEL - 1e-9


@pytest.mark.parametrize("background", [0.5, 3.0])
def test_cls_never_undercovers(background):
    found = coverage(background, "cls")
    assert found.min() >= LEVEL
    assert found[0] == pytest.approx(1, abs=1e-12)  # no signal is never excluded


@pytest.mark.parametrize("background", [0.5, 3.0])
def test_classical_upper_limits_cover_as_theory_says(background):
    """The signal is held by counts above the largest with P(N <= n) <= 1 - level: that tail is what is missing."""
    found = coverage(background, "classical")
    tails = stats.poisson.cdf(COUNTS, SIGNALS[:, None] + background)
    expected = 1 - np.where(tails <= 1 - LEVEL, tails, 0.0).max(axis=1)
    # at no signal a limit of 0 still holds it
    np.testing.assert_allclose(found[1:], expected[1:], atol=1e-12)
    assert found.min() >= LEVEL


@pytest.mark.parametrize("background", [0.5, 3.0])
def test_central_intervals_cover_as_theory_says(background):
    found = coverage(background, "classical", interval="central")[1:]
    mean = SIGNALS[1:, None] + background
    below, above = stats.poisson.cdf(COUNTS, mean), stats.poisson.sf(COUNTS - 1, mean)
    half = (1 - LEVEL) / 2
    expected = 1 - np.where(below <= half, below, 0.0).max(axis=1) - np.where(above <= half, above, 0.0).max(axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert found.min() >= LEVEL


METHODS = {
    "bayes": ("bayes", {}),
    "jeffreys": ("bayes", {"prior": Prior("jeffreys")}),
    "shortest": ("bayes", {"interval": "shortest"}),
    "profile": ("profile", {}),
    "profile, upper": ("profile", {"interval": "upper", "bounded": True}),
}


def of_method(method, background):
    """The coverage of a method that promises none."""
    if method in METHODS:
        name, options = METHODS[method]
        return coverage(background, name, **options)
    uncertain = counting_cells(COUNTS, background, efficiency_error=0.2, efficiency_form="gaussian")
    held = SIGNALS[:, None] <= classical_upper(uncertain, LEVEL)
    return (stats.poisson.pmf(COUNTS, SIGNALS[:, None] + background) * held).sum(axis=1)


@pytest.mark.parametrize(
    ("method", "background", "least", "most"),
    [
        ("bayes", 0.5, 0.912, 1.0),
        ("bayes", 3.0, 0.941, 1.0),
        ("jeffreys", 0.5, 0.864, 1.0),
        ("jeffreys", 3.0, 0.900, 1.0),
        ("shortest", 0.5, 0.858, 0.986),
        ("shortest", 3.0, 0.898, 0.968),
        ("profile", 0.5, 0.711, 0.986),
        ("profile", 3.0, 0.857, 0.973),
        ("profile, upper", 0.5, 0.777, 1.0),
        ("profile, upper", 3.0, 0.849, 1.0),
        ("cousins-highland", 0.5, 0.918, 1.0),
        ("cousins-highland", 3.0, 0.908, 1.0),
    ],
)
def test_what_other_methods_cover_at_few_counts(method, background, least, most, record_property):
    """Signals of 0 to 5 events: a flat prior covers at least the level, a profile as little as 71 % at 90 %.

    Cousins-Highland is for an efficiency of 1 +- 0.2 whose true value is 1.
    """
    found = of_method(method, background)
    record_property("coverage", found.round(4).tolist())
    assert found.min() == pytest.approx(least, abs=6e-4)
    assert found.max() == pytest.approx(most, abs=6e-4)


def accepted(cells, probability, signal):
    """The probability of the cells whose profile construction holds a signal; below 1e-6 they are left out."""
    probable = np.flatnonzero(probability > 1e-6)
    held = [_accepted(cells.take(np.array([row])), signal, LEVEL) for row in probable]
    return probability[probable] @ np.array(held)


@pytest.mark.parametrize("tau", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("background", [0.3, 3.0])
def test_profile_construction_covers_over_measured_backgrounds(background, tau, record_property):
    """Profiling promises no coverage, as a known background does: sums over both counts say 89.3 % or more.

    The least is at b = 3, tau = 0.5, s = 0.5; over b = 0.3 and without a signal nearly everything is covered.
    """
    on, off = (axis.ravel() for axis in np.meshgrid(np.arange(30), np.arange(40)))
    cells = on_off_cells(on, off, tau)
    found = []
    for signal in (0.0, 0.5, 2.0, 5.0):
        probability = stats.poisson.pmf(on, signal + background) * stats.poisson.pmf(off, tau * background)
        found.append(accepted(cells, probability, signal))
    record_property("coverage", [float(each) for each in found])
    assert min(found) > LEVEL - 7e-3
    assert max(found[2:]) < 0.98


def test_profile_construction_covers_over_a_background_with_a_gaussian_error():
    """b = 3 +- 0.7: a sum over counts and over a grid of measurements of b."""
    signal, measured = 2.0, 3 + 0.7 * np.linspace(-3, 3, 7)
    on, b = (axis.ravel() for axis in np.meshgrid(np.arange(16.0), measured))
    one = np.ones_like(b)
    cells = Cells(on, (Normal(b, 0.7 * one),), Known(one))
    density = stats.norm.pdf(b, 3, 0.7)
    probability = stats.poisson.pmf(on, signal + 3.0) * density * 16 / density.sum()
    assert 0.88 < accepted(cells, probability, signal) < 0.97


RESULTS = np.linspace(-9, 16, 50_001)


@pytest.mark.parametrize("level", [0.6827, 0.90, 0.95])
def test_unified_intervals_of_a_gaussian_mean_cover_exactly(level):
    low, high = bounded_gaussian_interval(RESULTS, level)
    for mean in (0.0, 0.3, 1.0, 2.5, 5.0):
        held = (low <= mean + 1e-9) & (mean <= high + 1e-9)
        covered = stats.norm.pdf(RESULTS[held] - mean).sum() * (RESULTS[1] - RESULTS[0])
        assert covered == pytest.approx(level if mean else max(level, covered), abs=1e-3)
        assert covered > level - 1e-3


def test_cls_of_a_gaussian_mean_covers_too_much_near_zero_and_the_plain_tail_exactly():
    """CLs excludes where Phi(x - mean) < alpha Phi(x): never at 0, and as often as alpha far from it."""
    alpha, step = 0.05, RESULTS[1] - RESULTS[0]
    covered = []
    for mean in (0.05, 1.0, 3.0, 6.0):
        best = np.maximum(RESULTS, 0.0)
        q = np.where(best > mean, 0.0, np.where(RESULTS < 0, mean**2 - 2 * mean * RESULTS, (RESULTS - mean) ** 2))
        cls = np.exp(log_cls(q, np.full_like(q, mean**2)))
        exact = stats.norm.cdf(RESULTS - mean) / stats.norm.cdf(RESULTS)
        np.testing.assert_allclose(cls[best < mean], exact[best < mean], rtol=1e-8)
        density = stats.norm.pdf(RESULTS - mean) * step
        covered.append(density[cls >= alpha].sum())
        plain = density[stats.norm.cdf(RESULTS - mean) >= alpha].sum()
        assert plain == pytest.approx(1 - alpha, abs=2e-4)
    assert covered[0] > 0.99
    assert covered == sorted(covered, reverse=True)
    assert covered[-1] == pytest.approx(1 - alpha, abs=1e-3)
