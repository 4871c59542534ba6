"""Limits and significances of counts against published numbers and closed forms."""

import math

import numpy as np
import pytest

from gloam.statistics import (
    Cells,
    Prior,
    asimov_significance,
    bayes_interval,
    bayes_upper,
    bounded_gaussian_interval,
    classical_upper,
    cls_toys_upper,
    cls_upper,
    counting_cells,
    counting_sensitivity,
    feldman_cousins,
    on_off_cells,
    profile_interval,
    z_bi,
    z_profile,
)
from gloam.statistics.counting.spread import Binomial, Measured

pytestmark = pytest.mark.validation

SIGMA = math.erf(1 / math.sqrt(2))
"""The level of one standard deviation, printed as 68.27 %."""


@pytest.mark.parametrize(
    ("level", "limits"),
    [(0.90, [2.3026, 3.8897, 6.6808, 15.4066]), (0.95, [2.9957, 4.7439, 7.7537, 16.9622])],
)
def test_upper_limits_without_background(level, limits):
    """n = 0, 1, 3, 10: halves of chi^2 quantiles, as tabulated in the Review of Particle Physics (statistics)."""
    np.testing.assert_allclose(classical_upper(counting_cells([0, 1, 3, 10], 0.0), level), limits, atol=5e-5)


@pytest.mark.parametrize("method", [cls_upper, bayes_upper])
@pytest.mark.parametrize(
    ("level", "limits"), [(0.90, [2.3026, 3.5228, 6.4371]), (0.95, [2.9957, 4.4432, 7.6631])]
)  # fmt: skip
def test_flat_prior_and_cls_over_three_expected(method, level, limits):
    """n = 0, 2, 5, b = 3: Helene, NIM 212 (1983) 319; the same from CLs (Zech, NIM A277 (1989) 608)."""
    np.testing.assert_allclose(method(counting_cells([0, 2, 5], 3.0), level), limits, atol=5e-5)


@pytest.mark.parametrize(("level", "limits"), [(0.90, [1.3528, 3.1257]), (0.95, [1.9207, 3.9074])])
def test_jeffreys_prior(level, limits):
    """n = 0, 1: quantiles of the Gamma distribution of shape n + 1/2 (half a chi^2 of 2 n + 1 degrees of freedom)."""
    found = bayes_upper(counting_cells([0, 1], 0.0), level, Prior("jeffreys"))
    np.testing.assert_allclose(found, limits, atol=5e-5)


@pytest.mark.parametrize(
    ("prior", "ends"), [(Prior(), [1.5531, 5.1483]), (Prior("logflat", (1e-9, 1e6)), [0.8643, 3.8545])]
)
def test_shortest_intervals(prior, ends):
    """n = 3: the shortest 68.27 % of Gamma distributions of shape 4 and 3; the prior 1 / s has no edge that matters."""
    found = np.concatenate(bayes_interval(counting_cells(3, 0.0), 0.6827, prior))
    np.testing.assert_allclose(found, ends, atol=1e-4)


def test_profile_intervals():
    """Delta ln L = 1/2, n = 1 and 100."""
    low, high = profile_interval(counting_cells([1, 100], 0.0), SIGMA)
    np.testing.assert_allclose(low, [0.30171, 90.33052], atol=5e-6)
    np.testing.assert_allclose(high, [2.35768, 110.33607], atol=5e-6)


@pytest.mark.parametrize(
    ("background", "counts", "low", "high"),
    [
        (0.0, [1, 3, 10], [0.11, 1.10, 5.50], [4.36, 7.42, 16.50]),
        (3.0, [0, 1, 4, 8], [0, 0, 0, 1.51], [1.08, 1.88, 5.60, 10.99]),
    ],
)
def test_feldman_cousins_table_iv(background, counts, low, high):
    """physics/9711021, table IV, 90 %. Printed from a grid in s of 0.005, so to a hundredth."""
    found = feldman_cousins(counting_cells(counts, background), 0.90)
    np.testing.assert_allclose(found[0], low, atol=0.0076)
    np.testing.assert_allclose(found[1], high, atol=0.0076)


def test_feldman_cousins_raw_belt():
    """Without the correction for backgrounds, b = 3 and n = 0 give 0.95 where the table has 1.08."""
    np.testing.assert_allclose(feldman_cousins(counting_cells(0, 3.0), 0.90, "raw")[1], 0.95, atol=0.005)


def test_feldman_cousins_sensitivity():
    """physics/9711021, table XII: 4.42 for b = 3 at 90 %."""
    np.testing.assert_allclose(counting_sensitivity(counting_cells(0, 3.0), 0.90), 4.42, atol=0.005)


def test_feldman_cousins_bounded_gaussian():
    """physics/9711021, table X, 90 %: x = -2, 1, 2."""
    low, high = bounded_gaussian_interval(np.array([-2.0, 1.0, 2.0]), 0.90)
    np.testing.assert_allclose(low, [0, 0, 0.58], atol=0.005)
    np.testing.assert_allclose(high, [0.40, 2.64, 3.64], atol=0.0051)


ON_OFF = ([4, 50, 200, 105], [5, 55, 10, 100], [5.0, 2.0, 0.1, 1.0])


def test_li_ma():
    """ApJ 272 (1983) 317, eq. 17, for the examples of NIM A595 (2008) 480."""
    np.testing.assert_allclose(z_profile(*ON_OFF), [1.94730, 3.02319, 2.38232, 0.34923], atol=5e-6)


def test_z_bi():
    """The binomial significance of NIM A595 (2008) 480, eq. 14."""
    np.testing.assert_allclose(z_bi(*ON_OFF), [1.66435, 2.93324, 2.20088, 0.27927], atol=5e-6)


def test_asimov_significance():
    """arXiv:1007.1727, eq. 97, and with an error of the background: that of Li and Ma for expected counts."""
    found = asimov_significance(10.0, 100.0, [10.0, 0.0])
    np.testing.assert_allclose(found, [0.69019606, 0.98399164], atol=5e-9)


@pytest.mark.parametrize(("count", "error", "limit"), [(0, 0.1, 2.3297), (0, 0.2, 2.4197), (1, 0.1, 3.9473)])
def test_cousins_highland(count, error, limit):
    """NIM A320 (1992) 331: a Gaussian efficiency, 90 %."""
    cells = counting_cells(count, 0.0, efficiency_error=error, efficiency_form="gaussian")
    np.testing.assert_allclose(classical_upper(cells, 0.90), limit, atol=5e-5)


def rolke(model):
    """The cells of physics/0403059's models as they are numbered in ROOT's TRolke."""
    one = [np.array([x]) for x in (5.0, 10.0, 2.5, 50.0, 100.0)]
    return {
        1: Cells(one[0], (Measured(one[1], one[2]),), Binomial(one[3], one[4])),
        2: on_off_cells(10, 3, 2.5, efficiency=0.9, efficiency_error=0.05, efficiency_form="gaussian"),
        4: on_off_cells(1, 7, 5.0, efficiency=0.25),
        5: counting_cells(1, 0.0, 1.0, 0.65, background_form="gaussian"),
    }[model]


@pytest.mark.parametrize(
    ("model", "level", "upper", "digits"),
    [
        (1, 0.90, 12.1019, 5e-5),  # the profile's true value: TRolke has a sign error and prints 11.5943
        (2, 0.95, 18.4583, 5e-5),
        (4, 0.68, 4.0880, 5e-5),
        (5, 0.80, 4.91504, 1.5e-5),  # printed with an iteration's rounding in the last digit
    ],
)
def test_rolke_lopez_conrad(model, level, upper, digits):
    """physics/0403059, with the examples of ROOT's TRolke."""
    assert profile_interval(rolke(model), level)[1][0] == pytest.approx(upper, abs=digits)


def test_rolke_lopez_conrad_lower_end():
    assert profile_interval(rolke(2), 0.95)[0][0] == pytest.approx(3.88417, abs=5e-6)


@pytest.mark.parametrize("form", ["lognormal", "gaussian", "gamma"])
def test_counting_card_of_combine(form):
    """n = 0, s = 4.76 lnN 1.20, b = 1.47 lnN 1.50: r < 0.6726 at 95 % from a Markov chain, so to about 1e-3.

    Without events the background cancels, whatever its distribution.
    """
    cells = counting_cells(0, 1.47, 0.735, 4.76, 0.952, background_form=form)
    assert bayes_upper(cells, 0.95)[0] == pytest.approx(0.6726, rel=1e-3)


def test_log_flat_prior_depends_on_its_edge():
    """n = 1, b = 1, 90 %: from 1.65 to 0.09 as the lower edge goes from 1e-1 to 1e-12."""
    found = [bayes_upper(counting_cells(1, 1.0), 0.90, Prior("logflat", (edge, 1e4)))[0] for edge in (1e-1, 1e-12)]
    np.testing.assert_allclose(found, [1.65, 0.09], atol=0.005)


@pytest.mark.parametrize(("count", "background"), [(0, 0.0), (2, 3.0), (5, 3.0)])
def test_limits_from_toys_agree_within_their_errors(count, background):
    cells = counting_cells(count, background)
    limit, error = cls_toys_upper(cells, 0.90, seed=4)
    assert abs(limit - cls_upper(cells, 0.90)) < 4 * error
    assert error < 0.02 * limit
