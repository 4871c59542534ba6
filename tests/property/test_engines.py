"""The engines are each other's test: the same fits, limits and certificates on random problems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.fit import FitStatus, Problem, RowDesign, SharedDesign, fit_pair, likelihood_difference, minimise, profile
from gloam.fit.linear import start_without_signal
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = INSTRUCTION_SETS[: 1 + (library().gloam_best() if library() else 0)]


def random_problem(seed, mean, bins, order, exposed, rows):
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 20))
    t = np.linspace(-1, 1, bins)
    matrix = np.polynomial.legendre.legvander(t, order)
    centre, width = random.uniform(-0.7, 0.7, (size, 1)), random.uniform(0.05, 0.3, (size, 1))
    signal = np.exp(-0.5 * ((t - centre) / width) ** 2)
    signal /= signal.sum(axis=1, keepdims=True)
    slope, strength = random.uniform(-0.8, 0.8, (size, 1)), random.normal(0, 3, (size, 1))
    mu = np.maximum(mean * (1 + slope * t) + strength * np.sqrt(mean * bins) * signal, 0.0)
    exposure = random.choice([0.0, 0.5, 1.0, 1.7], (size, bins), p=[0.1, 0.2, 0.6, 0.1]) if exposed else None
    counts = random.poisson(mu if exposure is None else mu * exposure).astype(float)
    design = RowDesign(np.tile(matrix, (size, 1, 1))) if rows else SharedDesign(matrix)
    return Problem(counts, design, signal, exposure)


def fits_of(problem, tolerance=1e-11):
    none = np.zeros(problem.size)
    without = profile(problem, start_without_signal(problem), none, tolerance)
    free = minimise(problem, without.theta, none, tolerance)
    aside = profile(problem, free.theta, free.s + 2 / np.sqrt(np.maximum(free.curvature, 1e-6)), tolerance)
    return (
        without,
        free,
        aside,
        2 * likelihood_difference(problem, without, free),
        fit_pair(problem, with_covariance=True),
    )


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.floats(0.02, 400.0), st.integers(12, 90), st.integers(0, 8), st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_both_engines_find_the_same_minima(variant, seed, mean, bins, order, exposed, rows):
    problem = random_problem(seed, mean, bins, min(order, bins // 4), exposed, rows)
    with pytest.MonkeyPatch.context() as chosen:
        chosen.setenv("GLOAM_ENGINE", "numpy")
        reference = fits_of(problem)
        chosen.setenv("GLOAM_ENGINE", "compiled")
        chosen.setenv("GLOAM_INSTRUCTION_SET", variant)
        found = fits_of(problem)
    both = np.ones(problem.size, bool)
    for one, other in zip(reference[:3], found[:3], strict=True):
        failed = one.status == FitStatus.NOT_CERTIFIED
        np.testing.assert_array_equal(other.status == FitStatus.NOT_CERTIFIED, failed)
        both &= (one.status == FitStatus.OK) & (other.status == FitStatus.OK)
        np.testing.assert_array_less(other.gap[~failed], 1e-8)
    error = 1 / np.sqrt(reference[1].curvature[both])
    assert (np.abs(found[1].s - reference[1].s)[both] <= 1e-5 * error).all()
    np.testing.assert_allclose(found[3][both], reference[3][both], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found[2].slope[both] * error, reference[2].slope[both] * error, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found[1].curvature[both], reference[1].curvature[both], rtol=1e-3)
    one, other = reference[4], found[4]
    np.testing.assert_array_equal(one.status == FitStatus.NOT_CERTIFIED, other.status == FitStatus.NOT_CERTIFIED)
    np.testing.assert_allclose(other.q0[both], one.q0[both], rtol=1e-9, atol=1e-9)
    assert (np.abs(other.s - one.s)[both] <= 1e-5 * error).all()
    np.testing.assert_allclose(other.error[both], one.error[both], rtol=1e-3)
