"""Toy limits against exact sums over Poisson outcomes, and against the asymptotic formulae at high counts."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from scipy.special import xlogy

from gloam.fit import Point, crossing, minimise
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import ToyPlan, upper_limits
from gloam.statistics.toys import _Observed, _Search

from .counting import card

pytestmark = pytest.mark.validation

TAU = 9
"""A flat background in ten bins, all signal in one: n ~ Poisson(s + b), and m ~ Poisson(9 b) in the others."""


def result_of(on, off):
    contents = np.full(TAU + 1, off / TAU)
    contents[5] = on
    axis = uniform_axis(0.0, TAU + 1.0, bins=TAU + 1)
    grid = Grid.of([5.5])
    windows = sliding_windows(axis, grid.position, 20.0)
    spectrum = Spectrum((axis,), with_flow(contents, (axis,)), asimov=True)
    return fit_scan(Scan(spectrum, Gaussian(0.02), Polynomial(0), grid, windows))


def background(s, on, off):
    """The background that maximises the likelihood at a fixed signal."""
    total = on + off - (1 + TAU) * s
    return (total + np.sqrt(total**2 + 4 * (1 + TAU) * off * s)) / (2 * (1 + TAU))


def log_likelihood(s, b, on, off):
    return xlogy(on, s + b) - (s + b) + xlogy(off, TAU * b) - TAU * b


def q_tilde(s, on, off):
    """q-tilde in closed form; the best yield is on - off / tau, bounded at 0."""
    best = np.maximum(on - off / TAU, 0.0)
    top = log_likelihood(best, background(best, on, off), on, off)
    rise = 2 * (top - log_likelihood(s, background(s, on, off), on, off))
    return np.where(on - off / TAU >= s, 0.0, np.maximum(rise, 0.0))


def probability(s, truth, on, off):
    """P(q-tilde >= observed) at a tested yield, summed over all outcomes of both counts."""
    expected = truth + background(truth, on, off), TAU * background(truth, on, off)
    n, m = (np.arange(max(stats.poisson.isf(1e-12, mu), 1) + 1.0) for mu in expected)
    q = q_tilde(s, n[:, None], m)
    weight = stats.poisson.pmf(n, expected[0])[:, None] * stats.poisson.pmf(m, expected[1])
    return weight[q >= q_tilde(s, on, off) - 1e-9].sum()


def exact_limit(on, off, level, divided):
    def excess(s):
        p = probability(s, s, on, off)
        return np.log(p / probability(s, 0.0, on, off) if divided else p) - np.log(1 - level)

    low = max(on - off / TAU, 0.0) + 1e-3
    high = low + 1.0
    while excess(high) > 0:
        high *= 1.5
    return brentq(excess, low, high, xtol=1e-4)


@pytest.mark.parametrize("method", ["cls-toys", "clsb-toys"])
def test_against_exact_sums(method, record_property):
    """The tested probability jumps where an outcome changes sides: exact limits are sharp to a few 1e-3 only."""
    pulls = []
    for seed, (on, off) in enumerate([(3, 20), (6, 27), (1, 9), (8, 20), (12, 100)]):
        exact = exact_limit(on, off, 0.9, method == "cls-toys")
        result = result_of(on, off)
        for number in range(2):
            found = upper_limits(result, 0.9, method, toys=ToyPlan(8000, 0.03, seed=10 * seed + number))
            assert found.n_failed == found.n_toys_failed == 0
            assert found.error[0] <= 0.05 * found.observed[0]
            pulls.append((found.observed[0] - exact) / np.hypot(found.error[0], 5e-3 * exact))
    record_property("pulls", [float(pull) for pull in pulls])
    chi_square = float(np.square(pulls).sum())
    assert 1e-3 < stats.chi2.sf(chi_square, len(pulls)) < 0.9999


def test_many_counts_are_asymptotic():
    result = result_of(10_030, 90_000)
    found = upper_limits(result, 0.95, "cls-toys", toys=ToyPlan(10_000, 0.02))
    asymptotic = upper_limits(result, 0.95, "cls", bands=False)
    assert abs(found.observed[0] - asymptotic.observed[0]) <= 4 * found.error[0]
    assert found.error[0] <= 0.03 * found.observed[0]


def test_a_deficit_has_a_cls_limit_and_none_without_the_division():
    """P(q >= observed | s) is below 10 % for every s: CLs+b excludes all yields, and says so."""
    result = result_of(0, 45)
    assert np.isfinite(upper_limits(result, 0.9, "cls-toys").observed[0])
    found = upper_limits(result, 0.9, "clsb-toys", toys=ToyPlan(2000))
    assert np.isnan(found.observed[0])
    assert found.n_failed == 1


def test_control_measurements_of_nuisance_parameters_fluctuate():
    """With many counts CLs+b is that of a Gaussian: -ln L rises by z^2 / 2; factors are most of its width."""
    problem = card(10_300, 1.0, 1.02, 10_000, 1.02)
    best = minimise(problem, np.zeros((1, 2)), np.array([300.0]))
    start, guess = (problem, best.theta, best.s, Point.of(best)), best.s + 300
    heights = 0.5 * stats.norm.isf([0.1, 0.05]) ** 2
    limits = [crossing(*start, height, guess=guess, ridge=best.ridge).s[0] for height in heights]
    background = minimise(problem, np.zeros((1, 2)), np.zeros(1)).theta[0]
    observed = _Observed(problem, best.theta[0], background, float(best.s[0]))
    search = _Search(observed, np.log(0.1), *limits, ToyPlan(8000, 0.015), divided=False, hypothesis=0)
    limit, error = search.run()
    assert abs(limit - limits[0]) <= 4 * error
    assert error <= 0.03 * limit
    assert limits[0] - best.s[0] > 1.8 * stats.norm.isf(0.1) * np.sqrt(10_300)
