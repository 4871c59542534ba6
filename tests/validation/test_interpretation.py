"""Limits on couplings against published curves and closed forms."""

import math

import numpy as np
import pytest
from scipy.special import lambertw

from gloam.interpretation import (
    Coupling,
    coupling_limits,
    cross_section_limits,
    excluded_region,
    long_lived_yield,
    project_counts,
    projected_couplings,
)
from gloam.interpretation.exclusions import exclusions
from gloam.interpretation.yields import YieldFactors
from gloam.statistics import UpperLimits, classical_upper, counting_cells
from gloam.statistics.normal import quantile

pytestmark = pytest.mark.validation

ALPHA, HBAR_C2 = 1 / 137.036, 0.3893794e12
"""Fine-structure constant; (hbar c)^2 in fb GeV^2."""


def alp_cross_section(mass, sqrt_s=10.58):
    """sigma(e+ e- -> gamma a) = alpha g^2 / 24 (1 - m^2 / s)^3, as quoted in arXiv:2007.13071."""
    return HBAR_C2 * ALPHA / 24 * (1 - mass**2 / sqrt_s**2) ** 3


def published_alp():
    by_name = {each.name: each for each in exclusions("alp-photon")}
    return by_name["Belle II 2020, cross section"], by_name["Belle II 2020, a -> gamma gamma"]


def test_the_published_cross_section_of_the_alp_gives_the_published_coupling():
    """Two curves of arXiv:2007.13071, Fig. 4 and Fig. 5, digitised by different people (ALPaca, AxionLimits)."""
    cross_section, coupling = published_alp()
    assert cross_section.level == coupling.level == 0.95
    mass = 0.5 * (cross_section.content.mass[::2] + cross_section.content.mass[1::2])  # middles of ranges
    model = Coupling("g", alp_cross_section, unit="GeV^-1", perturbative=np.inf)
    limit = cross_section.content.limit[::2]
    ours = coupling_limits(limit, None, mass, model).observed
    ratio = ours / coupling.content.at(mass)
    known = np.isfinite(ratio)
    assert np.count_nonzero(known) > 380
    assert np.median(ratio[known]) == pytest.approx(1.00, abs=0.02)
    # both were read off figures whose points are closer than a pixel: the scatter is that of reading
    assert np.percentile(np.abs(np.log(ratio[known])), 68) < 0.15


def test_the_published_limit_on_the_zprime_is_that_of_no_background():
    """Belle II, 276 pb^-1, efficiency 2.6 to 4.9 % (arXiv:1912.11276): 2.3 events at 1 GeV are g' = 0.041 to 0.057.

    sigma = 99563 fb at g' = 1 is not published; it was found by quadrature and by a helicity-amplitude Monte Carlo.
    """
    (published,) = [each for each in exclusions("zprime") if "2018 data" in each.name]
    events = classical_upper(counting_cells(0, 0.0), 0.90)
    ends = []
    for efficiency in (0.049, 0.026):
        limits = UpperLimits(events, np.full((1, 5), np.nan), 0.90, "cls", 0)
        found = cross_section_limits(limits, YieldFactors(0.276, efficiency), np.array([1.0]))
        ends.append(coupling_limits(found.observed, None, np.array([1.0]), Coupling("g'", 99563.0)).observed[0])
    assert ends[0] < float(published.content.at(1.0)) < ends[1]
    assert ends == pytest.approx([0.0413, 0.0568], abs=1e-4)


@pytest.mark.parametrize("events", [1e6, 1e9])
def test_the_island_behind_a_shield_is_bounded_by_both_branches_of_lamberts_function(events):
    """g^2 N exp(-a g^2 / l) = n at g^2 = -(l / a) W(-a n / (l N)): W_0 below, W_-1 above."""
    mass, length, shield, limit = np.array([1.0, 2.0]), np.array([1e-3, 2e-3]), 50.0, 2.3
    expected = long_lived_yield(np.full(2, events), length, shield, np.inf)
    region = excluded_region(expected, np.full(2, limit), mass, (1e-6, 1.0))
    argument = -shield * limit / (length * events)
    low, high = (np.sqrt(-length / shield * lambertw(argument, branch).real) for branch in (0, -1))
    found = np.array([at[0] for at in region.intervals])
    np.testing.assert_allclose(found, np.column_stack([low, high]), rtol=1e-12)


def test_an_island_ends_where_the_best_coupling_gives_the_limit():
    """The largest yield, at g^2 = l / a, is N l / (a e): the tip is where that is the limit."""
    mass, shield, limit = np.geomspace(0.1, 1.0, 400), 50.0, 2.3
    length = 1e-3 * mass**-4
    expected = long_lived_yield(np.full(mass.size, 1e5), length, shield, np.inf)
    (island,) = excluded_region(expected, np.full(mass.size, limit), mass, (1e-6, 1.0)).polygons
    tip = (1e5 * 1e-3 / (shield * math.e * limit)) ** 0.25
    assert island.mass.max() == pytest.approx(tip, rel=1e-3)


def test_a_thin_detector_near_the_target_gains_as_the_fourth_power():
    """For decay lengths far beyond the detector the yield is N g^4 b / l."""
    mass, length = np.array([1.0, 2.0]), np.array([1e-2, 4e-2])
    expected = long_lived_yield(np.full(2, 1e12), length, 0.0, 1e-3)
    region = excluded_region(expected, np.full(2, 2.3), mass, (1e-6, 1.0))
    low = np.array([at[0].low for at in region.intervals])
    np.testing.assert_allclose(low, (2.3 * length / 1e-3 / 1e12) ** 0.25, rtol=1e-3)


def test_from_445_per_pb_to_50_per_ab_the_alp_coupling_gains_a_factor_of_18():
    """With background, g gains as L^(1/4): (1.12e5)^(1/4); "more than one order of magnitude" in arXiv:2007.13071."""
    found = project_counts(counting_cells(0, 1e5), 0.445, [0.445, 50_000.0], 0.95, "profile")
    limits, exponent = projected_couplings(
        found, np.array([1.0]), np.array([0.3]), Coupling("g", alp_cross_section, unit="GeV^-1")
    )
    gain = limits[0, 0, 2] / limits[1, 0, 2]
    assert gain == pytest.approx((50_000 / 0.445) ** 0.25, rel=5e-3)
    assert gain > 10
    np.testing.assert_allclose(exponent, -0.25, atol=2e-3)


def test_the_expected_limit_of_a_large_count_is_that_of_a_gaussian():
    """CLs of an estimate of 0 with error sqrt(b): quantile(1 - 0.5 (1 - level)) sqrt(b), arXiv:1007.1727 eq. 87."""
    b, level = 1e8, 0.90
    found = project_counts(counting_cells(0, b), 1.0, 1.0, level)
    expected = float(quantile(1 - 0.5 * (1 - level))) * math.sqrt(b)
    assert found.n_sig[0, 0, 2] == pytest.approx(expected, rel=1e-3)


def test_the_floor_of_a_background_known_to_20_percent():
    """With b known to r b, the limit on s / L tends to quantile(1 - (1 - level) / 2) r b / L for a Gaussian."""
    cells = counting_cells(0, 100.0, 5.0, background_form="gaussian")
    found = project_counts(cells, 1.0, [1e6], 0.90)
    floor = float(quantile(0.95)) * 5.0
    assert found.median[0, 0] == pytest.approx(floor, rel=2e-3)
