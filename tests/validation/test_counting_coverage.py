"""Coverage of limits of counts as exact sums over all counts: no toys, no errors."""

import numpy as np
import pytest
from scipy import stats

from gloam.statistics import CountingOptions, counting_coverage

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
