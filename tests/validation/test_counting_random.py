"""Limits of counts at random inputs against brute force, scipy, exact fractions and pyhf."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from gloam.statistics import (
    Cells,
    Prior,
    asimov_significance,
    bayes_interval,
    bayes_upper,
    bounded_gaussian_interval,
    classical_upper,
    cls_upper,
    counting_cells,
    feldman_cousins,
    log_p_on_off,
    on_off_cells,
    profile_interval,
    z_bi,
    z_profile,
)
from gloam.statistics.counting.profile import profile_rise
from gloam.statistics.counting.spread import Binomial, Known, Measured

pytestmark = [
    pytest.mark.validation,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning:pyhf"),
]

some = settings(max_examples=25, deadline=None, derandomize=True)
levels = st.sampled_from([0.6827, 0.90, 0.95, 0.99]) | st.floats(0.6, 0.995)
backgrounds = st.floats(0.0, 15.0).map(lambda b: round(b, 3))


# Feldman and Cousins -------------------------------------------------------------------------------------------------


def accepts(count, background, level, signal):
    """Whether a count is in the acceptance region of a signal: those of a larger likelihood ratio add up to less."""
    n = np.arange(150)
    logs = stats.poisson.logpmf(n, signal + background)
    ratio = logs - stats.poisson.logpmf(n, np.maximum(n, background))
    return np.exp(logs[ratio > ratio[count] + 1e-12]).sum() < level


@some
@given(st.integers(0, 20), backgrounds, levels)
@example(0, 0.0, 0.90)
@example(0, 15.0, 0.90)
@example(20, 12.0, 0.6827)
def test_unified_intervals_end_where_acceptance_ends(count, background, level):
    low, high = (float(end[0]) for end in feldman_cousins(counting_cells(count, background), level, "raw"))
    assert accepts(count, background, level, high * (1 - 1e-7))
    for beyond in (high * (1 + 1e-7) + 1e-9, *np.linspace(high + 1e-3, high + 6, 120)):
        assert not accepts(count, background, level, beyond)
    if low == 0:
        assert accepts(count, background, level, 0.0)
        return
    assert accepts(count, background, level, low * (1 + 1e-7))
    for below in (low * (1 - 1e-7), *np.linspace(0, 0.999 * low, 120)):
        assert not accepts(count, background, level, below)


TABLE_IV = {
    0: [2.44, 1.94, 1.61, 1.33, 1.26, 1.18, 1.08, 1.06, 1.01, 0.98],
    1: [4.36, 3.86, 3.36, 2.91, 2.53, 2.19, 1.88, 1.59, 1.39, 1.22],
    2: [5.91, 5.41, 4.91, 4.41, 3.91, 3.45, 3.04, 2.67, 2.33, 1.73],
    3: [7.42, 6.92, 6.42, 5.92, 5.42, 4.92, 4.42, 3.95, 3.53, 2.78],
}
"""physics/9711021, table IV: upper ends at 90 % for b = 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5. Recalled, not copied."""


@pytest.mark.parametrize("count", TABLE_IV)
def test_the_rows_of_table_iv(count):
    """Printed from a grid in s of 0.005, so to a hundredth."""
    background = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5]
    np.testing.assert_allclose(feldman_cousins(counting_cells(count, background), 0.90)[1], TABLE_IV[count], atol=0.01)


@some
@given(st.floats(-3.0, 5.0), levels)
def test_bounded_gaussian_intervals_end_where_acceptance_ends(x, level):
    """The acceptance region as a sum over a fine grid of results."""
    low, high = (float(end[0]) for end in bounded_gaussian_interval(np.array([x]), level))
    results = np.linspace(-12, 18, 400_001)
    step = results[1] - results[0]

    def before(mean):
        ratio, own = (-0.5 * (r - mean) ** 2 + 0.5 * (r - max(r, 0)) ** 2 for r in (0.0, x))
        ratio = -0.5 * (results - mean) ** 2 + 0.5 * np.minimum(results, 0) ** 2
        return stats.norm.pdf(results[ratio > own] - mean).sum() * step

    assert before(high) == pytest.approx(level, abs=1e-4)
    assert before(high + 0.01) > level
    if low > 0:
        assert before(low) == pytest.approx(level, abs=1e-4)
    else:
        assert before(1e-9) < level + 1e-4 or x <= 0


# profile likelihood: the seven models of Rolke, Lopez and Conrad ----------------------------------------------------


def known(value):
    return Known(np.array([float(value)]))


POISSON = Measured(np.array([10.0]), np.array([2.5]))
BINOMIAL = Binomial(np.array([50.0]), np.array([100.0]))


def gaussian(x, b, b_error, e, e_error):
    return counting_cells(x, b, b_error, e, e_error, background_form="gaussian", efficiency_form="gaussian")


MODELS = {
    1: (Cells(np.array([5.0]), (POISSON,), BINOMIAL), 0.90),
    2: (on_off_cells(10, 3, 2.5, 0, 0.9, 0.05, efficiency_form="gaussian"), 0.95),
    3: (gaussian(10, 5.0, 0.5, 0.9, 0.05), 0.99),
    4: (on_off_cells(1, 7, 5.0, efficiency=0.25), 0.68),
    5: (gaussian(4, 1.5, 1.0, 0.65, 0.0), 0.80),
    6: (Cells(np.array([25.0]), (known(10.0),), Binomial(np.array([500.0]), np.array([750.0]))), 0.90),
    7: (gaussian(15, 10.0, 0.0, 0.77, 0.15), 0.95),
}
"""Background and efficiency are 1: Poisson, binomial; 2: Poisson, Gaussian; 3: Gaussian, Gaussian; 4: Poisson, known;
5: Gaussian, known; 6: known, binomial; 7: known, Gaussian. The inputs of the tutorial Rolke.C of ROOT; 5 has others."""


def minus_log(cell, signal, background, efficiency):
    """-ln L without constants, at one signal, background and efficiency."""
    total = -stats.poisson.logpmf(cell.observed[0], efficiency * signal + background)
    (factor,) = cell.background
    for what, value in ((factor, background), (cell.efficiency, efficiency)):
        match what:
            case Measured():
                total -= stats.poisson.logpmf(what.counts[0], what.tau[0] * value)
            case Binomial():
                total -= stats.binom.logpmf(what.passed[0], what.tried[0], value)
            case Known():
                pass
            case _ if what.sigma[0] > 0:
                total += 0.5 * ((value - what.nominal[0]) / what.sigma[0]) ** 2
    return total


def profiled(cell, signal):
    """The least -ln L at a fixed signal, by nested one-dimensional minimisation."""
    (factor,), efficiency = cell.background, cell.efficiency

    def least(function, what, fallback):
        if isinstance(what, Known) or getattr(what, "sigma", np.ones(1))[0] == 0:
            return function(what.nominal[0])
        top = 0.999999 if isinstance(what, Binomial) else fallback
        found = optimize.minimize_scalar(function, bounds=(1e-9, top), method="bounded", options={"xatol": 1e-9})
        return found.fun

    return least(
        lambda e: least(lambda b: minus_log(cell, signal, b, e), factor, 30.0), efficiency, efficiency.nominal[0] * 2.5
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_rolke_lopez_and_conrad(model):
    """physics/0403059: at both ends the profile likelihood, minimised by scipy, has fallen by the chi^2 quantile."""
    cell, level = MODELS[model]
    low, high = (float(end[0]) for end in profile_interval(cell, level))
    best = (cell.observed[0] - cell.nominal_background[0]) / cell.efficiency.nominal[0]
    top, half = profiled(cell, max(best, 1e-9)), 0.5 * stats.chi2.ppf(level, 1)
    if best < 0:  # the maximum lies below 0, where no search goes: all factors at their nominal values
        top = minus_log(cell, best, cell.nominal_background[0], cell.efficiency.nominal[0])
    assert profiled(cell, high) - top == pytest.approx(half, abs=1e-6)
    if low > 0:
        assert profiled(cell, low) - top == pytest.approx(half, abs=1e-6)
    else:
        assert profiled(cell, 0.0) - top <= half


@some
@given(st.integers(0, 40), st.floats(0.5, 20), st.floats(0.05, 0.6), st.floats(0.02, 0.3), st.floats(0.0, 25.0))
@example(7, 3.0, 0.5, 0.2, 4.0)
def test_profiles_agree_with_pyhf(count, background, relative, efficiency_error, signal):
    """Log-normal factors of the signal and the background are normsys with interpolation code 1."""
    import pyhf

    def factor(name, size):
        return {"type": "normsys", "name": name, "data": {"hi": 1 + size, "lo": 1 / (1 + size)}}

    samples = [
        {"name": "signal", "data": [1.0], "modifiers": [{"type": "normfactor", "name": "mu", "data": None},
                                                        factor("efficiency", efficiency_error)]},
        {"name": "background", "data": [background], "modifiers": [factor("background", relative)]},
    ]  # fmt: skip
    model = pyhf.Model(
        {"channels": [{"name": "one", "samples": samples}]}, poi_name="mu",
        modifier_settings={"normsys": {"interpcode": "code1"}, "histosys": {"interpcode": "code0"}},
    )  # fmt: skip
    data = [float(count), *model.config.auxdata]

    def nll(nuisances, s):
        values = np.zeros(model.config.npars)
        values[model.config.poi_index] = s
        values[[model.config.par_slice(name).start for name in ("efficiency", "background")]] = nuisances
        return -float(model.logpdf(values, data)[0])

    def least(s):
        return optimize.minimize(nll, [0.0, 0.0], (s,), "Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11}).fun

    cells = counting_cells(count, background, relative * background, 1.0, efficiency_error)
    found = profile_rise(cells, np.array([signal]))[0] - profile_rise(cells, np.array([0.5]))[0]
    assert found == pytest.approx(least(signal) - least(0.5), abs=2e-8 + 1e-8 * abs(found))


# averages over uncertainties ----------------------------------------------------------------------------------------


def density_of(form, nominal, error):
    """The density of an uncertain number, and where it is not negligible."""
    if error == 0:
        return None
    if form == "gaussian":
        cut = stats.truncnorm(-nominal / error, np.inf, nominal, error)
    else:
        cut = stats.lognorm(math.log1p(error / nominal), 0, nominal)
    return cut


def mean_tail(count, signal, background, efficiency):
    """P(N <= count) averaged over distributions of background and efficiency, by Gauss-Legendre in their quantiles."""
    x, w = np.polynomial.legendre.leggauss(200)
    u = 8.2 * x
    weight = 8.2 * w * stats.norm.pdf(u)
    b = background if np.isscalar(background) else _quantile(background, u)
    e = efficiency if np.isscalar(efficiency) else _quantile(efficiency, u)
    mean = np.atleast_1d(e)[:, None] * signal + np.atleast_1d(b)
    tail = stats.poisson.cdf(count, mean)
    left = weight if not np.isscalar(efficiency) else np.ones(1)
    right = weight if not np.isscalar(background) else np.ones(1)
    return left @ tail @ right / (left.sum() * right.sum())


def _quantile(distribution, u):
    return np.where(u < 0, distribution.ppf(stats.norm.cdf(u)), distribution.isf(stats.norm.sf(u)))


@some
@given(
    st.integers(0, 30), st.floats(0.2, 20), st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.sampled_from([0.0, 0.05, 0.3]),
    st.sampled_from(["gaussian", "lognormal"]), levels,
)  # fmt: skip
def test_averages_over_uncertain_backgrounds_and_efficiencies(count, background, b_error, e_error, form, level):
    """Cousins-Highland and CLs, to 1e-6 of the tail."""
    cells = counting_cells(
        count, background, b_error * background, 0.7, 0.7 * e_error, background_form=form, efficiency_form=form
    )
    b = density_of(form, background, b_error * background) or background
    e = density_of(form, 0.7, 0.7 * e_error) or 0.7
    limit = float(classical_upper(cells, level)[0])
    if limit > 0:
        assert mean_tail(count, limit, b, e) == pytest.approx(1 - level, rel=1e-6)
    divided = float(cls_upper(cells, level)[0])
    assert mean_tail(count, divided, b, e) / mean_tail(count, 0.0, b, e) == pytest.approx(1 - level, rel=1e-6)


@some
@given(st.integers(0, 60), backgrounds, st.floats(0.1, 3.0), levels)
def test_flat_and_jeffreys_posteriors(count, background, efficiency, level):
    """Incomplete gamma functions of n + 1 and n + 1/2; CLs is the flat prior."""
    cells = counting_cells(count, background, efficiency=efficiency)
    for prior, shape in ((Prior(), count + 1.0), (Prior("jeffreys"), count + 0.5)):
        limit = float(bayes_upper(cells, level, prior)[0])
        gamma = stats.gamma(shape)
        tail = gamma.logsf(efficiency * limit + background) - gamma.logsf(background)
        assert tail == pytest.approx(math.log(1 - level), rel=1e-7)
    assert cls_upper(cells, level) == pytest.approx(bayes_upper(cells, level), rel=1e-9)


@some
@given(st.integers(1, 40), st.floats(0.0, 8.0), levels)
def test_shortest_intervals_have_equal_heights_or_begin_at_zero(count, background, level):
    low, high = (float(end[0]) for end in bayes_interval(counting_cells(count, background), level))
    gamma = stats.gamma(count + 1.0)
    inside = gamma.cdf(high + background) - gamma.cdf(low + background)
    assert inside / gamma.sf(background) == pytest.approx(level, rel=1e-6)
    heights = gamma.pdf(low + background), gamma.pdf(high + background)
    if low > 0:
        assert heights[0] == pytest.approx(heights[1], rel=1e-4)
    else:
        assert heights[0] >= heights[1]


@some
@given(st.integers(0, 12), st.integers(0, 30), st.floats(0.3, 8.0), levels)
def test_reference_prior_of_an_off_region(count, off, tau, level):
    """(s + b + b / tau)^(-1/2) with b = off / tau, over a background with a Gamma posterior: scipy's quadrature."""
    limit = float(bayes_upper(on_off_cells(count, off, tau), level, Prior("reference"))[0])
    k = np.arange(count + 1)
    share = tau / (1 + tau)
    of_background = stats.nbinom.pmf(count - k, off + 1, share)
    add = off / tau * (1 + 1 / tau)

    def density(t):  # s = t^2 takes the square root's end at 0 away
        return 2 * t * float(stats.poisson.pmf(k, t * t) @ of_background) / math.sqrt(t * t + add + 1e-300)

    far, middle = math.sqrt(limit) + 9.0, math.sqrt(limit)
    below = integrate.quad(density, 0, middle, epsabs=1e-13, limit=200)[0]
    above = integrate.quad(density, middle, far, epsabs=1e-13, limit=200)[0]
    assert above / (below + above) == pytest.approx(1 - level, rel=2e-6)


# significances ------------------------------------------------------------------------------------------------------


@some
@given(st.integers(0, 200), st.integers(0, 200), st.fractions(Fraction(1, 50), 50, max_denominator=50))
@example(150, 3, Fraction(1, 50))
@example(3, 150, Fraction(50))
def test_binomial_significance_as_an_exact_fraction(on, off, tau):
    share, total = 1 / (1 + tau), on + off
    exact = sum((math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(on, total + 1)), Fraction())
    log_p = math.log(exact.numerator) - math.log(exact.denominator)
    found = float(log_p_on_off(on, off, float(tau)))
    assert found == pytest.approx(log_p, rel=1e-10, abs=1e-12)
    if 1e-12 < exact < 1 - 1e-3:
        assert float(z_bi(on, off, float(tau))) == pytest.approx(stats.norm.isf(float(exact)), abs=1e-8)


def stirling_binomial(on, off, tau):
    """The logarithm of the binomial probability by Stirling's series, whose large terms make two deviances."""
    total = on + off

    def deviance(n, expected):
        x = (expected - n) / n
        return n * (x - math.log1p(x))

    series = [1 / (12 * n) - 1 / (360 * n**3) for n in (total, on, off)]
    height = 0.5 * math.log(total / (2 * math.pi * on * off)) + series[0] - series[1] - series[2]
    return height - deviance(on, total / (1 + tau)) - deviance(off, tau * total / (1 + tau))


@pytest.mark.parametrize("tau", [1e-3, 0.5, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("sigmas", [-1.0, 0.0, 3.0, 6.0])
def test_a_million_counts(tau, sigmas):
    """A sum of a binomial's terms, from the ratio of neighbours: 1e-8 of the logarithm; Li and Ma are close by."""
    off = 1_000_000
    on = round(off / tau + sigmas * math.sqrt(off / tau * (1 + 1 / tau)))
    total = on + off
    k = np.arange(on, min(total, on + 40 * int(math.sqrt(on)) + 2000))
    ratios = np.log(total - k[:-1]) - np.log(k[:-1] + 1.0) - math.log(tau)
    logs = stirling_binomial(on, off, tau) + np.concatenate([[0.0], np.cumsum(ratios)])
    log_p = np.logaddexp.reduce(logs)
    assert float(log_p_on_off(on, off, tau)) == pytest.approx(log_p, rel=1e-7, abs=1e-7)
    assert float(z_bi(on, off, tau)) == pytest.approx(float(z_profile(on, off, tau)), abs=0.03)


@some
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(-4, 4).map(lambda power: 10.0**power))
def test_li_ma_is_its_formula(on, off, tau):
    """ApJ 272 (1983) 317, eq. 17, with alpha = 1 / tau; exact fractions inside the logarithms."""
    t, total = Fraction(tau), on + off

    def term(n, expected):
        """N ln(n / expected) + expected - n, from the relative difference."""
        if n == 0:
            return float(expected)
        x = float(expected / n - 1)
        return n * (x - (math.log1p(x) if x > -0.9 else math.log(expected / n)))

    q = 2 * (term(on, total / (1 + t)) + term(off, t * total / (1 + t)))
    expected = math.copysign(math.sqrt(max(q, 0.0)), on * t - off)
    assert float(z_profile(on, off, tau)) == pytest.approx(expected, rel=1e-7, abs=1e-6)


@some
@given(st.floats(0.1, 100), st.floats(0.1, 1000), st.floats(0.01, 1.0))
def test_asimov_significance_is_a_likelihood_ratio(signal, background, relative):
    """n = s + b and a control count b^2 / sigma^2: the background of the null hypothesis, minimised by scipy."""
    tau = 1 / (background * relative**2)
    n, m = signal + background, tau * background

    def q(b):
        return 2 * (b - n - n * math.log(b / n) + tau * b - m - m * math.log(tau * b / m))

    found = optimize.minimize_scalar(q, bounds=(background, n), method="bounded", options={"xatol": 1e-12 * n}).fun
    error = relative * background
    assert float(asimov_significance(signal, background, error)) == pytest.approx(math.sqrt(found), rel=1e-6)
