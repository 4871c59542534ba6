"""Scale factors of control regions."""

import numpy as np
import pytest

from gloam.calibration import combined_factor, control_factor
from gloam.detector import BELLE2_2018_MUMU, correction_systematics
from gloam.errors import InputError


def test_the_published_factor_has_half_its_discrepancy_for_uncertainty():
    """0.75 and 12.5 %: arXiv:1912.11276, from control samples of two muons."""
    made = control_factor("mumu yield", 75_000_000, 100_000_000).correction(("signal",), "control samples")
    published = next(each for each in BELLE2_2018_MUMU if each.name == "mumu yield")
    assert made.factor.value == published.factor.value == 0.75
    (ours,), (theirs,) = correction_systematics([made]), correction_systematics([published])
    assert ours.target == theirs.target == "signal"
    assert ours.relative.value == pytest.approx(theirs.relative.value, rel=1e-4)


def test_the_statistical_error_is_that_of_poisson_ratios():
    random = np.random.default_rng(1)
    found = control_factor("x", 400, 500, expected_error=25)
    toys = random.poisson(400, 20_000) / random.normal(500, 25, 20_000)
    assert found.statistical == pytest.approx(toys.std(), rel=0.03)
    assert found.error == pytest.approx(np.hypot(found.statistical, 0.8 * 0.1))


def test_regions_that_agree_are_averaged_and_others_refused():
    same = [control_factor("a", 740, 1000), control_factor("b", 7600, 10_000)]
    found = combined_factor("yield", same)
    assert found.value == pytest.approx(0.758, abs=2e-3)
    assert found.statistical < min(each.statistical for each in same)
    with pytest.raises(InputError, match="Find out what differs"):
        combined_factor("yield", [control_factor("a", 50_000, 100_000), control_factor("b", 97_000, 100_000)])


@pytest.mark.parametrize(("observed", "expected", "error"), [(0, 10, 0), (10, 0, 0), (10, 10, -1), (np.nan, 1, 0)])
def test_regions_without_events_are_refused(observed, expected, error):
    with pytest.raises(InputError, match="Choose a region with events"):
        control_factor("x", observed, expected, error)


def test_without_regions_there_is_no_factor():
    with pytest.raises(InputError, match="no control region"):
        combined_factor("x", [])


def test_what_is_not_understood_is_a_part():
    with pytest.raises(InputError, match=r"factor of x: got 2; allowed: a part from 0 to 1"):
        control_factor("x", 100, 100, unexplained=2.0)
