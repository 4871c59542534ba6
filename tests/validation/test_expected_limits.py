"""The expected limit of a count in closed form against a fit of the full likelihood."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm

from gloam.training.expected_limit import expected_limit

pytestmark = pytest.mark.validation


def likelihood_ratio(signal, background, variance):
    """2 ln L(0, best) / L(s, best): Poisson count of the background, and a Gaussian measurement of it."""

    def minus_twice_log(b):
        mean = signal + b
        return 2 * (mean - background - background * np.log(mean / background)) + (b - background) ** 2 / variance

    low = max(background - signal - 1, 1e-9 * background) if background > signal + 1 else 1e-9 * background
    return minimize_scalar(
        minus_twice_log, bounds=(low, background * (1 + 1e-9)), options={"xatol": 1e-10}, method="bounded"
    ).fun


@pytest.mark.parametrize("background", [0.5, 3.0, 40.0, 3000.0])
@pytest.mark.parametrize("relative", [0.02, 0.2, 0.5])
@pytest.mark.parametrize("level", [0.90, 0.95])
def test_the_limit_is_where_the_profile_likelihood_ratio_says(background, relative, level):
    variance = (relative * background) ** 2
    z = norm.ppf(0.5 + level / 2)  # CLs: the median of CLb is 1/2
    expected = brentq(lambda s: likelihood_ratio(s, background, variance) - z**2, 1e-6, 50 * (1 + background))
    assert expected_limit(background, variance, level) == pytest.approx(expected, rel=1e-4)


def test_known_limits_of_large_and_of_no_background():
    assert expected_limit(1e6, 0.0, 0.90) == pytest.approx(1.6449e3, rel=2e-3)
    assert expected_limit(1e6, 1e10, 0.90) == pytest.approx(1.6449e5, rel=2e-2)
    assert expected_limit(1e-9, 0.0, 0.90) == pytest.approx(1.6449**2 / 2, rel=1e-3)
