"""Upper limits by the kernel: those that NumPy finds, and refused or left open where there are none."""

import numpy as np
import pytest

from gloam.fit import Problem, RowDesign, SharedDesign, fit_pair
from gloam.kernel import LaneProblem, limit_lanes
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library
from gloam.statistics.asymptotic import band_heights
from gloam.statistics.asymptotic_limits import limits_of_fits

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = range(1 + (library().gloam_best() if library() else 0))
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: INSTRUCTION_SETS[v])


def toys(mean=20.0, size=11, *, shared=True, exposure=None):
    random = np.random.default_rng(7)
    t = np.linspace(-1, 1, 60)
    matrix = np.polynomial.legendre.legvander(t, 2)
    signal = np.exp(-0.5 * (t / 0.1) ** 2) / 8
    strength = np.linspace(-1, 4, size)[:, None] * np.sqrt(mean)
    counts = random.poisson(np.maximum(mean + strength * signal, 0.0)).astype(float)
    design = SharedDesign(matrix) if shared else RowDesign(np.tile(matrix, (size, 1, 1)))
    return Problem(counts, design, np.tile(signal, (size, 1)), exposure)


def lanes_of(problem):
    matrix = problem.design.matrix.T if isinstance(problem.design, SharedDesign) else problem.design.dense(problem.size)
    return LaneProblem(problem.counts, problem.signal, matrix, problem.rising, problem.exposure)


@every_variant
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("method", ["cls", "profile"])
def test_limits_are_those_of_numpy(variant, method, shared, monkeypatch):
    problem = toys(shared=shared)
    monkeypatch.setenv("GLOAM_ENGINE", "numpy")
    pair = fit_pair(problem, with_covariance=True)
    expected = limits_of_fits(problem, pair.theta, pair.s, pair.theta_background, 0.95, method)
    found = limit_lanes(
        lanes_of(problem), pair.theta_background, pair.theta, pair.s, variant,
        log_cls=np.log(0.05) if method == "cls" else None, height=1.6448536269514722, heights=band_heights(0.95),
    )  # fmt: skip
    assert found.found.all()
    np.testing.assert_allclose(found.observed / pair.error, expected / pair.error, atol=1e-4)
    assert (np.diff(found.expected, axis=1) > 0).all()


@every_variant
def test_limits_that_were_not_found_are_nan_and_leave_the_others_alone(variant):
    problem = toys()
    pair = fit_pair(problem)
    pair.theta_background[3] = np.nan
    found = limit_lanes(
        lanes_of(problem), pair.theta_background, pair.theta, pair.s, variant,
        log_cls=np.log(0.05), height=0.0, heights=np.array([1.0]),
    )  # fmt: skip
    assert np.flatnonzero(~found.found).tolist() == [3]
    assert np.isnan(found.observed).nonzero()[0].tolist() == [3]


@every_variant
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 5e-324])
@pytest.mark.parametrize("where", ["counts", "signal", "theta", "s"])
def test_anything_in_one_row_is_no_crash(variant, where, value):
    problem = toys()
    pair = fit_pair(problem)
    array = {"counts": problem.counts, "signal": problem.signal, "theta": pair.theta, "s": pair.s}[where]
    array[2] = value
    found = limit_lanes(
        lanes_of(problem), pair.theta_background, pair.theta, pair.s, variant,
        log_cls=np.log(0.05), height=0.0, heights=band_heights(0.95),
    )  # fmt: skip
    assert found.found[np.arange(problem.size) != 2].all()
    assert np.isfinite(found.observed[found.found]).all()


def test_arrays_of_other_shapes_are_refused():
    problem = toys()
    pair = fit_pair(problem)
    with pytest.raises(ValueError, match="is read"):
        limit_lanes(
            lanes_of(problem), pair.theta_background, pair.theta, pair.s[1:], 0,
            log_cls=None, height=1.0, heights=np.empty(0),
        )  # fmt: skip
