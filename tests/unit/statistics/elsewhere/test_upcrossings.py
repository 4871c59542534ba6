import math

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.statistics.elsewhere import count_upcrossings, mean_upcrossings, stationary_scan, upper_bound


def test_counts_rises_and_nothing_else():
    assert count_upcrossings([-1, 1, -1, 1, 2, -3]).mean == 2
    assert count_upcrossings([3, 2, 1, -1]).mean == 0
    assert count_upcrossings([-1, np.nan, 1]).mean == 1


def test_mean_over_scans_and_its_error():
    found = count_upcrossings(np.tile([[-1.0, 1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]], (10, 1)))
    assert found.mean == pytest.approx(2 / 3)
    assert found.error == pytest.approx(math.sqrt(2 / 9 / 29))


def test_bound_is_the_closed_form_for_the_true_number():
    counted = count_upcrossings([0.0, 1.0])
    exact = type(counted)(0.0, mean_upcrossings(0.0, 100, 1), 0.0)
    assert math.exp(exact.log_bound(3.0)) == pytest.approx(upper_bound(3.0, 100, 1), rel=1e-12)


@pytest.mark.parametrize("z", [[1.0], [[1.0], [2.0]]])
def test_too_few_hypotheses(z):
    with pytest.raises(InputError, match="two or more"):
        count_upcrossings(z)


@pytest.mark.parametrize("level", [4.0, np.nan])
def test_level_that_is_hardly_crossed(level):
    with pytest.raises(InputError, match="level of up-crossings"):
        count_upcrossings([0.0, 1.0], level)


@pytest.mark.parametrize(("length", "width"), [(0.0, 1.0), (1.0, -1.0), (np.inf, 1.0), (1.0, np.nan)])
def test_impossible_scans(length, width):
    with pytest.raises(InputError, match=r"length of the scan|width of the peak"):
        upper_bound(3.0, length, width)


def test_impossible_step_and_level():
    with pytest.raises(InputError, match="step of the scan"):
        stationary_scan(100, 1, 0.0)
    with pytest.raises(InputError, match="local significance"):
        mean_upcrossings(np.nan, 100, 1)
