"""Punzi's figure of merit: both closed forms, Poisson counts, what is refused."""

import math

import numpy as np
import pytest
from scipy.stats import norm, poisson

from gloam.errors import InputError
from gloam.statistics.figures_of_merit import POWER, critical_count, punzi_sensitivity, punzi_yield

# exact Poisson counts for a = 3, b = 1.28155, and the deviations of the closed forms, by an independent summation
TABLE = [
    (0.01, 3.880, 3.650, 2.209),
    (0.1, 5.222, 4.759, 3.318),
    (1.0, 8.275, 7.953, 6.513),
    (3.0, 11.206, 11.218, 9.777),
    (10.0, 18.184, 17.465, 16.025),
    (100.0, 46.921, 46.897, 45.456),
]


@pytest.mark.parametrize(("background", "exact", "fitted", "gaussian"), TABLE)
def test_yields_of_the_three_forms(background, exact, fitted, gaussian):
    for form, expected in (("exact", exact), ("poisson", fitted), ("gaussian", gaussian)):
        assert punzi_yield(background, form=form) == pytest.approx(expected, abs=6e-4)


def test_the_gaussian_form_solves_its_equation():
    """S = a sqrt(B) + b sqrt(B + S); for a = b it is a^2 + 2 a sqrt(B)."""
    background = np.array([0.0, 0.5, 7.0, 1e4])
    for a, b in ((3.0, 1.28), (5.0, 1.64), (2.0, 2.0)):
        needed = punzi_yield(background, a, b, "gaussian")
        np.testing.assert_allclose(needed, a * np.sqrt(background) + b * np.sqrt(background + needed))
    np.testing.assert_allclose(punzi_yield(background, 2, 2, "gaussian"), 4 + 4 * np.sqrt(background))


@pytest.mark.parametrize("background", [0.0, 1e-3, 0.2, 4.4, 61.0, 950.0, 1e5])
@pytest.mark.parametrize(("a", "b"), [(3.0, POWER), (5.0, 0.0), (1.64, 1.64)])
def test_the_exact_form_rejects_and_sees_with_the_probabilities_asked_for(background, a, b):
    count = float(critical_count(np.array(background), norm.sf(a)))
    assert poisson.sf(count - 1, background) <= norm.sf(a)
    assert count == 1 or poisson.sf(count - 2, background) > norm.sf(a)
    needed = float(punzi_yield(background, a, b, "exact"))
    assert poisson.sf(count - 1, background + needed) == pytest.approx(norm.cdf(b), rel=1e-6)


def test_a_sensitivity_is_a_yield_over_efficiency_and_luminosity_and_changes_nothing():
    efficiency, background = np.array([0.2, 0.0, 0.4]), np.array([10.0, 1.0, 10.0])
    kept = efficiency.copy(), background.copy()
    found = punzi_sensitivity(efficiency, background, 50.0)
    assert found[0] == pytest.approx(17.465 / (0.2 * 50), abs=1e-3)
    assert found[1] == math.inf
    assert found[2] == pytest.approx(found[0] / 2)
    np.testing.assert_allclose(punzi_sensitivity(efficiency, background, 100.0)[0], found[0] / 2)
    np.testing.assert_array_equal(efficiency, kept[0])
    np.testing.assert_array_equal(background, kept[1])


def test_a_floor_is_added_to_the_background():
    assert punzi_yield(0.0, floor=0.1) == pytest.approx(float(punzi_yield(0.1)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"background": -1.0}, "background of a figure of merit"),
        ({"background": [1.0, math.nan]}, "got nan"),
        ({"background": 1.0, "significance": 0.0}, "significance"),
        ({"background": 1.0, "power": -1.0}, "power"),
        ({"background": 1.0, "form": "asimov"}, "poisson, gaussian or exact"),
    ],
)
def test_no_silent_wrong_yield(arguments, said):
    with pytest.raises(InputError, match=said):
        punzi_yield(**arguments)


@pytest.mark.parametrize(("efficiency", "luminosity"), [(-0.1, 50.0), (math.nan, 50.0), (0.1, 0.0), (0.1, math.inf)])
def test_no_silent_wrong_sensitivity(efficiency, luminosity):
    with pytest.raises(InputError, match=r"efficiency|luminosity"):
        punzi_sensitivity(efficiency, 1.0, luminosity)
