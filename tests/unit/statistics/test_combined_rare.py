"""One strength from many counts of which most are 0: the same limits as from all of them, faster."""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.statistics.counting import (
    CombinedCounts,
    combined_expected,
    combined_expected_of_rare,
    combined_upper,
    combined_upper_of_rare,
)

SIX = CombinedCounts(
    np.array([1.0, 0.3, 2.0, 0.7, 0.1, 1.5]), np.array([3.0, 0.0, 40.0, 1.0, 900.0, 2.0]),
    np.array([50.0, 9.0, 80.0, 40.0, 300.0, 60.0]), np.array([0.5, 0.0, 0.3, 0.5, 0.1, 0.0]), 0.08,
)  # fmt: skip


@pytest.mark.parametrize("observed", [[0] * 6, [0, 0, 1, 0, 3, 0], [1, 0, 0, 0, 0, 0], [2, 1, 1, 1, 4, 0], [1] * 6])
def test_channels_without_events_are_one_channel(observed):
    """The strengths that all six together are summed over are coarser: a few per mille."""
    exact = combined_upper(SIX, observed, 0.90)
    assert combined_upper_of_rare(SIX, observed, 0.90) == pytest.approx(exact, rel=5e-3)


def test_without_events_backgrounds_do_not_matter():
    """-ln(0.1) over the sum of the signals, where efficiencies are certain."""
    certain = CombinedCounts(SIX.signal, SIX.off, SIX.tau, SIX.background_error, 0.0)
    assert combined_upper_of_rare(certain, [0] * 6, 0.90) == pytest.approx(np.log(10) / SIX.signal.sum(), rel=1e-4)


def test_expected_limits_are_those_of_the_same_toys():
    one, other = (
        make(SIX, 0.90, random_stream(3, "toys"), 150) for make in (combined_expected, combined_expected_of_rare)
    )
    np.testing.assert_allclose(one, other, rtol=5e-3)
    assert (np.diff(other) >= 0).all()
