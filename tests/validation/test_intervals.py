"""Two-sided intervals against published numbers and the reference solvers."""

import numpy as np
import pytest
from scipy.stats import norm

from gloam.scans import fit_scan
from gloam.statistics.intervals import _profile_ends, intervals

from .counting import best_of, on_off
from .declared import hypothesis, scan_of, some

pytestmark = pytest.mark.validation


def test_published_profile_intervals_of_a_count():
    """68.27 % without background, n = 1 and 100."""
    problem = on_off([1, 100], 1, 1e9)
    low, high = _profile_ends(problem, *best_of(problem), 0.6827)
    np.testing.assert_allclose(low, [0.30171, 90.33052], atol=2e-3)
    np.testing.assert_allclose(high, [2.35768, 110.33607], atol=2e-3)


@pytest.mark.parametrize("level", ["full", "hundredth"])
def test_minus_ln_likelihood_at_the_ends(level):
    rows = [20, 150, 420]
    scan = scan_of("W2", level)
    result = fit_scan(some(scan, rows))
    found = intervals(result, 0.9)
    for i, row in enumerate(rows):
        fits = hypothesis("W2", scan, row)
        best = fits.free()
        for end in (found.low[i], found.high[i]):
            rise = fits.nll_difference(fits.at(end), best)
            assert rise == pytest.approx(0.5 * norm.ppf(0.95) ** 2, abs=1e-4)
