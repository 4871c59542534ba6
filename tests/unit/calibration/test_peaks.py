"""Peaks fitted to simulated events: the parameters that drew them come back."""

import numpy as np
import pytest

from gloam.calibration import fit_crystal_ball
from gloam.errors import InputError
from gloam.models import CrystalBall


def events(alpha, n, number=40_000, seed=3):
    """Events around 5 from a Crystal Ball of width 0.2, by its inverse."""
    z = np.linspace(-30, 30, 60_001)
    below = CrystalBall(1.0, alpha, n).cumulative(z, np.zeros(1))
    return 5.0 + 0.2 * np.interp(np.random.default_rng(seed).random(number), below, z)


@pytest.mark.parametrize("tail", [1, -1])
def test_a_crystal_ball_comes_back(tail):
    found = fit_crystal_ball(events(tail * 1.5, 4.0), 4.9, tail)
    truth = (0.1, 0.2, tail * 1.5, 4.0)
    for value, true, error in zip((found.mean, found.sigma, found.alpha, found.n), truth, found.errors, strict=True):
        assert abs(value - true) < 4 * error
    assert 0.5 < found.chi2 / found.degrees < 1.5


def test_errors_fall_with_the_root_of_the_number_of_events():
    few, many = (fit_crystal_ball(events(1.5, 4.0, number), 5.0) for number in (10_000, 160_000))
    assert few.errors[1] / many.errors[1] == pytest.approx(4.0, rel=0.2)


def test_pulls_of_the_width_are_standard():
    fits = [fit_crystal_ball(events(1.5, 4.0, 5000, seed), 5.0) for seed in range(40)]
    pulls = np.array([(fit.sigma - 0.2) / fit.errors[1] for fit in fits])
    assert abs(pulls.mean()) < 4 / np.sqrt(40)
    assert 0.65 < pulls.std() < 1.4


def test_a_core_is_found_where_most_events_are_in_a_long_tail():
    """A third in a core of 0.2 at 5, the others up to 100 above it: as recoil masses of radiated photons are."""
    random = np.random.default_rng(8)
    above = 5.0 + 0.3 * (400.0 ** random.random(8000) - 1)
    values = np.concatenate([5.0 + 0.2 * random.standard_normal(4000), above])
    found = fit_crystal_ball(values, 5.0, -1)
    assert 0.15 < found.sigma < 0.35
    assert abs(found.mean) < 0.2
    assert found.chi2 < 3 * found.degrees


def test_too_few_events_are_refused():
    with pytest.raises(InputError, match="199 events"):
        fit_crystal_ball(np.linspace(0, 1, 199), 0.5)
