"""Spectra of up to 1e12 events, as projections to 50 ab^-1 hold them, against sums and fits in 50 decimal digits."""

from dataclasses import replace
from decimal import Decimal, getcontext

import numpy as np
import pytest

from gloam.fit import (
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    FitStatus,
    Point,
    Problem,
    SharedDesign,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
)
from gloam.kernel.library import library

pytestmark = pytest.mark.validation

ENGINES = ["numpy", pytest.param("compiled", marks=pytest.mark.skipif(library() is None, reason="not built"))]
BINS = 40
CENTRES = (np.arange(BINS) + 0.5) / BINS
PEAK = np.exp(-0.5 * ((CENTRES - 0.4) / 0.05) ** 2)
SHAPE, SIGNAL_SHAPE = np.exp(-CENTRES) / np.exp(-CENTRES).sum(), PEAK / PEAK.sum()
LN_K = 0.05


@pytest.fixture(autouse=True)
def digits():
    getcontext().prec = 50


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    monkeypatch.setenv("GLOAM_ENGINE", request.param)


def counts_of(events, seed=5):
    """Whole counts around a background and a peak of 3 of its errors."""
    mu = events * SHAPE + 3 * np.sqrt(events * 0.1) * SIGNAL_SHAPE
    return np.random.default_rng(seed).poisson(mu).astype(float)


def problem_of(counts):
    """A template that floats, and a signal whose efficiency is known to 5 %."""
    signal = SIGNAL_SHAPE[None]
    effects = Effects(1, 1, (Effect(0, SIGNAL, np.full((1, BINS), LN_K), True),), {SIGNAL: signal})
    free = Constraint(np.zeros((1, 2)), np.diag([0.0, 1.0])[:, :, None])
    return Problem(counts[None], SharedDesign(SHAPE[:, None]), signal, constraint=free, effects=effects)


def exact(values):
    return [Decimal(float(value)) for value in values]


def exact_difference(counts, at, reference):
    terms = zip(exact(counts), at, reference, strict=True)
    return sum(a - b - n * (a / b).ln() for n, a, b in terms)


def exact_minimum(counts, *templates):
    """Sizes of one or two templates at the minimum of -ln L, and the expectation there, by Newton's method.

    The efficiency stays where it is: with the yield free nothing pulls it, and without a signal it does nothing.
    """
    n, columns = exact(counts), [exact(template) for template in templates]
    sizes = [sum(n), Decimal(0)][: len(columns)]
    for _ in range(60):
        mu = [sum(size * x for size, x in zip(sizes, row, strict=True)) for row in zip(*columns, strict=True)]
        slope = [sum(x - k * x / m for k, x, m in zip(n, column, mu, strict=True)) for column in columns]
        hessian = [
            [sum(k * x * y / m**2 for k, x, y, m in zip(n, one, two, mu, strict=True)) for two in columns]
            for one in columns
        ]
        step = solved(hessian, slope)
        sizes = [size - change for size, change in zip(sizes, step, strict=True)]
        if max(abs(change) for change in step) < Decimal(10) ** -25:
            return sizes, mu
    raise ArithmeticError("no minimum")


def solved(matrix, right):
    if len(right) == 1:
        return [right[0] / matrix[0][0]]
    (a, b), (c, d) = matrix
    return [(d * right[0] - b * right[1]) / (a * d - b * c), (a * right[1] - c * right[0]) / (a * d - b * c)]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("events", [1e6, 1e9, 1e11, 1e13])
def test_differences_of_likelihoods_keep_their_digits(events):
    """Of the fitted expectation and one that lies a standard deviation away in every bin."""
    counts = counts_of(events)
    at = np.maximum(counts, 1.0) + np.sqrt(counts)
    problem = Problem(counts[None], SharedDesign(SHAPE[:, None]), SIGNAL_SHAPE[None])
    none = np.zeros(1)
    found = likelihood_difference(problem, Point(at[None], none), Point((events * SHAPE)[None], none))[0]
    assert found == pytest.approx(float(exact_difference(counts, exact(at), exact(events * SHAPE))), abs=1e-8)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("events", [1e8, 1e9, 1e10, 1e11, 1e12])
def test_fits_with_nuisance_parameters_are_certified_and_exact(events):
    """The significance of a peak against the same from Newton's method in 50 digits."""
    counts = counts_of(events)
    problem, none = problem_of(counts), np.zeros(1)
    without = profile(problem, projected_start(problem), none)
    free = minimise(problem, without.theta, none)
    assert without.status[0] == free.status[0] == FitStatus.OK.value
    assert max(without.gap[0], free.gap[0]) < 1e-8
    _, background = exact_minimum(counts, SHAPE)
    (_, yielded), least = exact_minimum(counts, SHAPE, SIGNAL_SHAPE)
    assert float(exact_difference(counts, exact(free.expected[0]), least)) <= free.gap[0]
    q = 2 * likelihood_difference(problem, without, free)[0]
    assert q == pytest.approx(2 * float(exact_difference(counts, background, least)), abs=1e-7)
    plain = profile(replace(problem, effects=None, constraint=None), without.theta[:, :1], free.s)
    assert abs(free.s[0] - float(yielded)) < 1e-5 / np.sqrt(plain.curvature[0])
