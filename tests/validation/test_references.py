"""The reference solvers against each other, against iminuit and against what can be written down."""

import numpy as np
import pytest
from iminuit import Minuit
from scipy.integrate import quad

from .declared import crystal_ball, hypothesis, polynomials, scan_of
from .references import Model, _conic, _interior, cls, minimum

pytestmark = pytest.mark.validation


@pytest.mark.parametrize("row", [500, 3000, 9000])
def test_conic_solver_and_trust_exact_agree(row):
    fits = hypothesis("W1", scan_of("W1", "tenth"), row)
    matrix = np.column_stack([fits.background, fits.signal])
    model = Model.of(fits.counts, matrix)
    interior, conic = _interior(model, None), _conic(model, None)
    np.testing.assert_allclose(conic.mu.astype(float), interior.mu.astype(float), rtol=1e-9)
    assert interior.way == "trust-exact"
    assert conic.way.startswith("conic")


def test_minuit_agrees():
    fits = hypothesis("W1", scan_of("W1", "full"), 2500)
    matrix = np.column_stack([fits.background, fits.signal])
    found = fits.free()

    def cost(parameters):
        mu = matrix @ parameters
        return 2 * (mu.sum() - fits.counts @ np.log(mu))

    minuit = Minuit(cost, np.array([*found.x[:-1] * 1.02, 0.0]))
    minuit.errordef = 1
    minuit.tol = 1e-5
    minuit.strategy = 2
    minuit.migrad()
    assert minuit.valid
    assert abs(minuit.values[-1] - found.x[-1]) < 1e-3 * minuit.errors[-1]


def test_minimum_on_the_boundary_is_the_one_that_can_be_written_down():
    # n = (2, 0), mu = (a, a - s): least at a = s = 2, on mu_2 = 0
    found = minimum(Model.of(np.array([2.0, 0.0]), np.array([[1.0, 0.0], [1.0, -1.0]])))
    np.testing.assert_allclose(found.x, [2, 2], atol=1e-12)
    assert found.bounded


def test_crystal_ball_is_the_integral_of_its_density():
    def density(z):
        return np.exp(-0.5 * z * z) if z > -1.2 else (4 / 1.2) ** 4 * np.exp(-0.72) * (4 / 1.2 - 1.2 - z) ** -4.0

    tail, core = quad(density, -np.inf, -1.2)[0], quad(density, -1.2, 0.5)[0]
    total = tail + quad(density, -1.2, 12)[0]
    assert crystal_ball(np.array(0.5), 1.2, 4.0) == pytest.approx((tail + core) / total, rel=1e-9)
    assert crystal_ball(np.array(-3.0), 1.2, 4.0) == pytest.approx(quad(density, -np.inf, -3)[0] / total, rel=1e-9)


def test_polynomials_span_the_powers():
    edges = np.sort(np.random.default_rng(1).uniform(2, 5, 12))
    powers = np.diff(edges[:, None] ** np.arange(1, 5), axis=0)
    assert np.linalg.matrix_rank(np.column_stack([polynomials(edges, 3), powers]), 1e-8) == 4


def test_cls_is_the_ratio_of_tail_probabilities_of_simulated_estimates():
    # s_hat ~ N(s or 0, 1) with q-tilde of eq. 16 in the Gaussian case; q observed at s_hat = 0.4, tested s = 1.5
    random = np.random.default_rng(3)

    def q(estimate, s):
        return np.where(estimate > s, 0, np.where(estimate < 0, s * s - 2 * s * estimate, (s - estimate) ** 2))

    s, observed = 1.5, 0.4
    noise = random.standard_normal(2_000_000)
    expected = (q(noise + s, s) >= q(observed, s)).mean() / (q(noise, s) >= q(observed, s)).mean()
    assert cls(float(q(observed, s)), s * s) == pytest.approx(expected, abs=2e-3)
    expected = (q(noise + s, s) >= q(-0.8, s)).mean() / (q(noise, s) >= q(-0.8, s)).mean()
    assert cls(float(q(-0.8, s)), s * s) == pytest.approx(expected, abs=2e-3)
