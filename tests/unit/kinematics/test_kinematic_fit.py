"""Kinematic fits: the constrained minimum, its chi-square and pulls."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2, kstest

from gloam.detector import BELLE, momentum_covariance, simulate, total_covariance, varied
from gloam.errors import InputError
from gloam.generation import generate, make_process
from gloam.kinematics import kinematic_fit, mass

SQRT_S = 10.58
MUON = 0.1056583755
SCALE = 1e-2
"""Of moves in GeV: about the errors."""


def four_muons(detector, number=4000):
    """Measured muons of mumu Z' in the laboratory, and the true mass of the pair of the Z'."""
    events, _ = generate(make_process("mumu-zprime", mass=3.0, decay="mumu"), number, seed=2)
    seen = simulate(events, detector, seed=2)
    return seen.laboratory[:, seen.places("mu-", "mu+")]


def total(detector):
    beams = detector.beams
    return beams.total * (SQRT_S / beams.energy)


def fitted(detector, laboratory):
    errors = momentum_covariance(laboratory, detector), np.full(4, MUON), total(detector)
    return kinematic_fit(laboratory, *errors, total_covariance(detector, SQRT_S))


@pytest.fixture(scope="module", params=[True, False], ids=["with spread", "without"])
def detector(request):
    return varied(BELLE, spread=request.param)


@pytest.fixture(scope="module")
def measured(detector):
    return four_muons(detector)


@pytest.fixture(scope="module")
def found(detector, measured):
    return fitted(detector, measured)


def test_pulls_are_standard_normal_and_chi2_has_four_degrees(found):
    known = found.converged
    assert known.sum() > 2000
    np.testing.assert_allclose(found.pulls[known].std((0, 1)), 1.0, atol=0.04)
    np.testing.assert_allclose(found.pulls[known].mean((0, 1)), 0.0, atol=0.04)
    assert kstest(found.chi2[known], chi2(4).cdf).pvalue > 0.001


def test_without_a_spread_four_momenta_add_up(detector, found):
    left = found.momenta[found.converged].sum(1) - total(detector)
    if detector.spread:
        assert 0.001 < left[:, 0].std() < 0.02  # the beams' own spread
    else:
        np.testing.assert_allclose(left, 0.0, atol=1e-7)
    on_shell = found.momenta[found.converged]
    np.testing.assert_allclose(mass(on_shell), MUON, atol=1e-6)


def test_the_mass_of_a_pair_is_better_known(measured, found):
    before, after = (mass(p[:, 2] + p[:, 3])[found.converged] - 3.0 for p in (measured, found.momenta))
    spread = [np.subtract(*np.quantile(each, [0.84, 0.16])) / 2 for each in (before, after)]
    assert spread[1] < 0.8 * spread[0]


def test_particles_that_were_not_found_have_no_fit(measured, found):
    missing = np.isnan(measured).any((1, 2))
    assert missing.any()
    assert not found.converged[missing].any()
    assert np.isnan(found.chi2[missing]).all()
    assert found.converged[~missing].mean() > 0.999


@pytest.mark.validation
def test_it_is_the_constrained_minimum():
    """Against sequential quadratic programming of scipy on the chi-square itself."""
    detector = varied(BELLE, spread=False)
    measured = four_muons(detector, 60)
    ours = fitted(detector, measured)
    compared = 0
    for event in np.flatnonzero(ours.converged)[:20]:
        start, wanted = measured[event, :, 1:], total(detector)
        inverse = np.linalg.inv(momentum_covariance(measured[event], detector))

        def cost(moves, inverse=inverse):
            moves = SCALE * moves.reshape(4, 3)
            return float(np.einsum("ki,kij,kj->", moves, inverse, moves))

        def gradient(moves, inverse=inverse):
            return 2 * SCALE**2 * np.einsum("kij,kj->ki", inverse, moves.reshape(4, 3)).ravel()

        def balance(moves, start=start, wanted=wanted):
            p = start + SCALE * moves.reshape(4, 3)
            energy = np.sqrt((p**2).sum(1) + MUON**2)
            return np.array([energy.sum(), *p.sum(0)]) - wanted

        best = minimize(
            cost, np.zeros(12), jac=gradient, constraints={"type": "eq", "fun": balance}, method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-12},
        )  # fmt: skip
        if not best.success:  # the reference's own search may end early
            continue
        assert ours.chi2[event] == pytest.approx(best.fun, rel=1e-4, abs=1e-4)
        moved = start + SCALE * best.x.reshape(4, 3)
        np.testing.assert_allclose(ours.momenta[event, :, 1:], moved, atol=2e-4)
        compared += 1
    assert compared >= 15


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="one of each for every particle"):
        kinematic_fit(np.ones((5, 2, 4)), np.ones((5, 3, 3, 3)), np.zeros(2), np.ones(4))
