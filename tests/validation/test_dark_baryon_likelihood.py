"""The likelihood of arXiv:2110.14086, Eq. 1 and 2, written out independently: minimised by scipy, summed by quadrature.

The signal efficiency, the number of B pairs and the branching fraction of the Lambda have a density G each, as in the
paper; gloam takes their product as one.
"""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.special import gammaincc, xlogy
from scipy.stats import nbinom, norm

from gloam.statistics import CountingOptions, counting_limits, on_off_cells

TAU = 6.0
BACKGROUND = 0.33
EFFICIENCY, PAIRS, LAMBDA = 0.12, 0.0188, 0.0078
CASES = [(0, 5), (2, 5), (4, 11), (1, 0), (9, 30)]


def together(*relative):
    """Independent log-normal factors as one: ln k in quadrature."""
    return np.expm1(np.sqrt(np.sum(np.log1p(relative) ** 2)))


def cells(on, off, literal):
    """The same in gloam."""
    return on_off_cells(on, off, TAU, BACKGROUND, 1.0, together(EFFICIENCY, PAIRS, LAMBDA), literal=literal)


def minus_log(parameters, s, on, off, literal):
    """-ln L; b0 and four factors x in ln x, so that G or its part without 1/x is easily written."""
    log_b0, *logs = parameters
    b0 = np.exp(log_b0)
    mean = s * np.exp(sum(logs[1:])) + b0 * np.exp(logs[0])
    total = mean - xlogy(on, mean) + TAU * b0 - xlogy(off, TAU * b0)
    for x, k in zip(logs, (BACKGROUND, EFFICIENCY, PAIRS, LAMBDA), strict=True):
        total += 0.5 * (x / np.log1p(k)) ** 2 + (x if literal else 0.0)
    return total


def smallest(function, start, *arguments):
    """The minimum of a smooth function, restarted until rounding."""
    best = start
    for _ in range(3):
        best = minimize(function, best, arguments, "BFGS", options={"gtol": 1e-9}).x
    return minimize(function, best, arguments, "Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-13}).fun


def start_of(off, extra=0.0):
    """ln b0 and the logarithms of the factors."""
    return np.array([np.log((off + 0.5 + extra) / TAU), 0.0, 0.0, 0.0, 0.0])


def profiled(s, on, off, literal):
    """The minimum over all but the signal."""
    return smallest(minus_log, start_of(off, 0.3 * on), s, on, off, literal)


def lowest(on, off, literal):
    """The minimum over all, signals >= 0: inside, or at 0."""

    def with_signal(parameters, *rest):
        return minus_log(parameters[1:], np.exp(parameters[0]), *rest)

    inside = smallest(with_signal, np.append(np.log(max(on - off / TAU, 0.1)), start_of(off)), on, off, literal)
    return min(inside, profiled(0.0, on, off, literal))


@pytest.mark.parametrize(("on", "off"), [(0, 5), (4, 11)])
@pytest.mark.parametrize("literal", [False, True])
def test_one_sided_profile_limit(on, off, literal):
    """2 ln L has fallen by 1.6424 (90 %, one-sided) from its maximum over signals >= 0: to 1e-6."""
    upper = counting_limits(
        cells(on, off, literal), 0.90, "profile", CountingOptions("upper", bounded=True), expected=False
    ).upper[0]
    least = lowest(on, off, literal)
    rise = norm.ppf(0.90) ** 2 / 2
    exact = brentq(lambda s: profiled(s, on, off, literal) - least - rise, upper - 0.3, upper + 0.3, xtol=1e-9)
    assert upper == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(("on", "off"), CASES)
def test_averaged_limit(on, off):
    """A flat prior in signal and background: closed sums over b0 and s, Gauss-Hermite sums over the factors."""
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    factor = np.exp(np.log1p(BACKGROUND) * node)[:, None]
    scale = np.exp(np.log1p(together(EFFICIENCY, PAIRS, LAMBDA)) * node)

    def above(s):
        total = 0.0
        for j in range(on + 1):  # j of the events are background
            share = nbinom.pmf(j, off + 1, TAU / (TAU + factor))
            total = total + share * gammaincc(on - j + 1, scale * s) / scale
        return weight @ total @ weight

    exact = brentq(lambda s: above(s) - 0.1 * above(0.0), 0.0, 100.0, xtol=1e-12)
    upper = counting_limits(cells(on, off, literal=False), 0.90, "bayes", expected=False).upper[0]
    assert upper == pytest.approx(exact, rel=1e-6)
