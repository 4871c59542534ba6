"""Signal shapes against scipy, in the core and far in the tails, through the table and through the closed form."""

import numpy as np
import pytest
from scipy import integrate, stats

from gloam.errors import InputError
from gloam.models import CrystalBall, Gaussian, Mixture, SignalShape, Table, expected_fractions

MASS, WIDTH = 2.0, 0.01
CORE = np.linspace(-8, 8, 4001)
TAILS = np.concatenate([-np.geomspace(8, 100, 200), np.geomspace(8, 100, 200)])
Z = np.sort(np.concatenate([CORE, TAILS, [-64.0, 64.0, -64.001, 64.001, 1e5, -1e5]]))
AT = np.array([MASS])

TAILED = [(1.5, 3.0), (0.3, 1.2), (0.05, 30.0), (4.0, 5.0), (9.0, 2.0), (1.2, 1000.0), (0.4, 1000.0)]


def as_table(value):
    return Table(np.array([0.0, 5.0]), np.array([value, value]))


def as_function(value):
    return lambda mass: np.full(np.shape(mass), value)


def crystal_ball(z, alpha, n):
    """The distribution function by scipy; as an integral for powers whose normalisation scipy cannot hold."""
    if n < 100:
        return stats.crystalball.cdf(z, beta=alpha, m=n)

    def tail(t):
        return np.exp(-0.5 * alpha**2 - n * np.log1p(-alpha * (t + alpha) / n))

    core = np.sqrt(2 * np.pi) * stats.norm.sf(-alpha)
    whole = integrate.quad(tail, -np.inf, -alpha, epsabs=0, epsrel=1e-12)[0]
    below = [integrate.quad(tail, -np.inf, min(x, -alpha), epsabs=0, epsrel=1e-12)[0] for x in z]
    inside = np.sqrt(2 * np.pi) * (stats.norm.cdf(np.maximum(z, -alpha)) - stats.norm.cdf(-alpha))
    return (np.array(below) + inside) / (whole + core)


def cumulative(shape, z):
    return shape.cumulative(MASS + WIDTH * z, AT)


@pytest.mark.parametrize("wrap", [float, as_table, as_function])
def test_gaussian(wrap):
    np.testing.assert_allclose(cumulative(Gaussian(wrap(WIDTH)), Z), stats.norm.cdf(Z), rtol=0, atol=1e-11)


@pytest.mark.parametrize("wrap", [float, as_table, as_function])
@pytest.mark.parametrize(("alpha", "n"), TAILED)
@pytest.mark.parametrize("side", [1, -1])
def test_crystal_ball(alpha, n, side, wrap):
    z = Z if n < 100 else Z[::40]
    expected = crystal_ball(side * z, alpha, n)
    found = cumulative(CrystalBall(WIDTH, wrap(side * alpha), wrap(n)), z)
    np.testing.assert_allclose(found, expected if side > 0 else 1 - expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("alpha", "n"), TAILED)
@pytest.mark.parametrize("side", [1, -1])
def test_the_table_is_the_closed_form(alpha, n, side):
    table = cumulative(CrystalBall(WIDTH, side * alpha, n), Z)
    exact = cumulative(CrystalBall(WIDTH, as_table(side * alpha), as_table(n)), Z)
    np.testing.assert_allclose(table, exact, rtol=0, atol=1e-12)


def test_far_tails_keep_their_relative_size():
    """What a window far below the peak sees of a power law."""
    z = -np.geomspace(70, 1e4, 50)
    found = cumulative(CrystalBall(WIDTH, 1.5, 3.0), z)
    np.testing.assert_allclose(found, stats.crystalball.cdf((WIDTH * z) / WIDTH, 1.5, 3.0), rtol=1e-9)


def test_the_sides_are_chosen_by_mass():
    """Alpha as a function may change its sign along the scan."""
    shape = CrystalBall(WIDTH, lambda mass: np.where(mass < 2, 1.5, -1.5), 3.0)
    z = np.linspace(-6, 6, 101)
    position = np.array([[1.5], [2.5]])
    found = shape.cumulative(position + WIDTH * z, position)
    np.testing.assert_allclose(found[0], stats.crystalball.cdf(z, 1.5, 3.0), rtol=0, atol=1e-11)
    np.testing.assert_allclose(found[1], 1 - stats.crystalball.cdf(-z, 1.5, 3.0), rtol=0, atol=1e-11)


def test_parameters_follow_the_mass():
    sigma = Table(np.array([1.0, 3.0]), np.array([0.01, 0.03]))
    position = np.array([[1.0], [1.5], [3.0]])
    x = position + 0.02
    expected = stats.norm.cdf(0.02 / np.array([[0.01], [0.015], [0.03]]))
    np.testing.assert_allclose(Gaussian(sigma).cumulative(x, position), expected, atol=1e-11)
    np.testing.assert_allclose(CrystalBall(sigma, 2.0, 3.0).resolution(position), [[0.01], [0.015], [0.03]], rtol=1e-14)


def test_mixture_is_the_sum():
    shape = Mixture(
        (CrystalBall(WIDTH, 1.5, 3.0), CrystalBall(2 * WIDTH, -1.2, 4.0), Gaussian(5 * WIDTH)), (0.5, 0.3, 0.2)
    )
    expected = (
        0.5 * stats.crystalball.cdf(Z, 1.5, 3.0)
        + 0.3 * stats.crystalball.sf(-Z / 2, 1.2, 4.0)
        + 0.2 * stats.norm.cdf(Z / 5)
    )
    np.testing.assert_allclose(cumulative(shape, Z), expected, rtol=0, atol=2e-11)
    assert shape.resolution(AT) == WIDTH


SHAPES = [
    Gaussian(WIDTH),
    CrystalBall(WIDTH, 1.5, 3.0),
    CrystalBall(WIDTH, -0.7, 8.0),
    CrystalBall(WIDTH, as_table(1.5), 1000.0),
    Mixture((Gaussian(WIDTH), CrystalBall(3 * WIDTH, 1.0, 5.0)), (0.7, 0.3)),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_fractions_are_not_negative_and_sum_to_one(shape):
    assert isinstance(shape, SignalShape)
    z = np.sort(np.concatenate([Z, np.geomspace(100, 1e7, 50), -np.geomspace(100, 1e7, 50)]))
    fractions = expected_fractions(shape, (MASS + WIDTH * z)[None], AT)
    assert fractions.shape == (1, z.size - 1)
    assert (fractions >= 0).all()
    assert fractions.sum() == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_fractions_of_joined_bins_add_up(shape):
    edges = np.linspace(1.9, 2.1, 41)[None]
    fine = expected_fractions(shape, edges, AT)
    np.testing.assert_allclose(
        expected_fractions(shape, edges[:, ::4], AT), fine.reshape(1, 10, 4).sum(axis=2), atol=1e-12
    )


class TestRefusals:
    @pytest.mark.parametrize("width", [0.0, -0.01, lambda mass: 0.1 - 0.05 * mass])
    def test_a_width_that_is_not_positive_is_named_with_its_mass(self, width):
        with pytest.raises(InputError, match=r"width of the signal at position [12]: got -?0.*; allowed: sigma > 0"):
            Gaussian(width).resolution(np.array([1.0, 2.0]))

    @pytest.mark.parametrize("width", [np.nan, np.inf, lambda mass: mass * np.nan])
    def test_a_width_that_is_no_number(self, width):
        with pytest.raises(InputError, match=r"width: got a value that is not finite"):
            Gaussian(width).cumulative(AT, AT)

    @pytest.mark.parametrize("wrap", [float, as_function])
    @pytest.mark.parametrize(
        ("alpha", "n", "words"),
        [
            (0, 3, r"alpha of a Crystal Ball: got 0"),
            (np.nan, 3, r"alpha"),
            (1.5, 1, r"n of a Crystal Ball: got 1.0; allowed: n > 1"),
            (1.5, -2, r"n of a Crystal Ball: got -2"),
            (1.5, np.nan, r"\bn\b"),
            (1.5, np.inf, r"\bn\b"),
        ],
    )
    def test_parameters_of_a_crystal_ball(self, alpha, n, words, wrap):
        with pytest.raises(InputError, match=words):
            CrystalBall(WIDTH, wrap(alpha), wrap(n)).cumulative(AT, AT)

    @pytest.mark.parametrize(
        ("shapes", "fractions", "words"),
        [
            ((), (), "0 shapes, 0 fractions"),
            ((Gaussian(1),), (0.5, 0.5), "1 shapes, 2 fractions; allowed: one fraction for each"),
            ((Gaussian(1), Gaussian(2)), (0.5, 0.4), r"\(0.5, 0.4\); allowed: numbers >= 0 that sum to 1"),
            ((Gaussian(1), Gaussian(2)), (1.5, -0.5), "numbers >= 0"),
        ],
    )
    def test_fractions_of_a_mixture(self, shapes, fractions, words):
        with pytest.raises(InputError, match=words):
            Mixture(shapes, fractions)
