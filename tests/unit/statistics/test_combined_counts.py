"""One strength from several counts."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.statistics import counting_limits, on_off_cells
from gloam.statistics.counting import CombinedCounts, combined_expected, combined_upper


def one(off, background_error=0.3, efficiency_error=0.12, signal=1.0):
    """A single channel with tau = 6."""
    return CombinedCounts(
        np.array([signal]), np.array([float(off)]), np.array([6.0]), np.array([background_error]), efficiency_error
    )


@pytest.mark.parametrize(("on", "off"), [(0, 5), (3, 5), (6, 10), (2, 0)])
def test_one_channel_is_the_limit_of_a_single_count(on, off):
    """To five digits."""
    alone = counting_limits(on_off_cells(on, off, 6.0, 0.3, 1.0, 0.12), 0.90, "bayes", expected=False).upper[0]
    assert combined_upper(one(off), [on], 0.90) == pytest.approx(alone, rel=3e-5)


def test_channels_without_background_add_up():
    """-ln(0.1) over the sum of the signals."""
    none = CombinedCounts(np.array([0.5, 1.5, 3.0]), np.zeros(3), np.full(3, 1e9), np.zeros(3), 0.0)
    assert combined_upper(none, [0, 0, 0], 0.90) == pytest.approx(np.log(10) / 5, rel=1e-4)


def test_two_halves_are_one_channel():
    """Known backgrounds: a count that is divided says as much as the whole, if no more is known of its parts."""
    big = 1e9
    whole = CombinedCounts(np.array([2.0]), np.array([3 * big]), np.array([big]), np.zeros(1), 0.1)
    halves = CombinedCounts(np.ones(2), np.full(2, 1.5 * big), np.full(2, big), np.zeros(2), 0.1)
    assert combined_upper(halves, [2, 3], 0.90) == pytest.approx(combined_upper(whole, [5], 0.90), rel=1e-5)


def test_a_poor_channel_beside_a_good_one_does_no_harm():
    """A background of 100 where 0.2 of a signal event are expected: the limit hardly moves."""
    good = one(1)
    both = CombinedCounts(np.array([1.0, 0.2]), np.array([1.0, 600.0]), np.full(2, 6.0), np.full(2, 0.3), 0.12)
    assert combined_upper(both, [1, 100], 0.90) == pytest.approx(combined_upper(good, [1], 0.90), rel=0.05)


def test_against_a_sum_on_a_grid():
    """Two channels, efficiency known: posterior summed by hand with scipy's negative binomials."""
    from scipy.stats import nbinom, poisson

    counts = CombinedCounts(np.array([1.0, 0.4]), np.array([5.0, 2.0]), np.array([6.0, 5.0]), np.zeros(2), 0.0)
    mu = np.linspace(0, 40, 40001)
    density = np.ones_like(mu)
    for a, off, tau, n in ((1.0, 5, 6.0, 2), (0.4, 2, 5.0, 1)):
        density *= sum(nbinom.pmf(j, off + 1, tau / (1 + tau)) * poisson.pmf(n - j, a * mu) for j in range(n + 1))
    below = np.cumsum(density) / density.sum()
    assert combined_upper(counts, [2, 1], 0.90) == pytest.approx(np.interp(0.9, below, mu), rel=1e-3)


def test_expected_limits_rise_and_end_at_that_of_no_events():
    """Quantiles of toys; the smallest limit is that of zero counts."""
    counts = CombinedCounts(np.array([1.0, 0.5]), np.array([2.0, 6.0]), np.full(2, 6.0), np.full(2, 0.3), 0.1)
    found = combined_expected(counts, 0.90, np.random.default_rng(1))
    assert (np.diff(found) >= 0).all()
    assert found[0] == pytest.approx(combined_upper(counts, [0, 0], 0.90), rel=1e-3)


@pytest.mark.parametrize("observed", [[1], [-1, 0]])
def test_counts_that_do_not_fit_are_refused(observed):
    """One for each channel, none negative."""
    counts = CombinedCounts(np.ones(2), np.ones(2), np.full(2, 6.0), np.zeros(2), 0.0)
    with pytest.raises(InputError, match="whole number"):
        combined_upper(counts, observed, 0.90)


def test_channels_without_a_signal_are_refused():
    with pytest.raises(InputError, match="without a signal"):
        CombinedCounts(np.array([0.0]), np.ones(1), np.ones(1), np.zeros(1), 0.0)
