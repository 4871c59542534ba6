import numpy as np
import pytest
from scipy import integrate

from gloam.cli.scan import command
from gloam.errors import InputError
from gloam.models import CrystalBall, DoubleCrystalBall, shape_named
from gloam.models.naming import SHAPES

Z = np.concatenate([np.linspace(-90, 90, 361), np.linspace(-3, 3, 121)])


def density(z, a1, n1, a2, n2):
    """As written in the papers: the tails are continued with equal value and slope; not normalised."""
    if z < -a1:
        return (n1 / a1) ** n1 * np.exp(-0.5 * a1**2) * (n1 / a1 - a1 - z) ** -n1
    if z > a2:
        return (n2 / a2) ** n2 * np.exp(-0.5 * a2**2) * (n2 / a2 - a2 + z) ** -n2
    return np.exp(-0.5 * z * z)


@pytest.mark.parametrize("tails", [(1.2, 3.0, 1.8, 4.0), (0.4, 1.5, 3.0, 20.0), (2.0, 2.0, 2.0, 2.0)])
def test_cumulative_is_the_integral_of_the_density(tails):
    def integral(low, high):
        return integrate.quad(density, low, high, args=tails, epsabs=1e-13, epsrel=1e-12, limit=400)[0]

    below, above = integral(-np.inf, -tails[0]), integral(tails[2], np.inf)
    total = below + integral(-tails[0], tails[2]) + above
    shape = DoubleCrystalBall(0.02, *tails)
    for z in (-30.0, -5.0, -tails[0], -0.3, 0.0, 1.0, tails[2], 7.0, 40.0):
        if z <= -tails[0]:
            expected = integral(-np.inf, z) / total
        elif z >= tails[2]:
            expected = 1 - integral(z, np.inf) / total
        else:
            expected = (below + integral(-tails[0], z)) / total
        found = shape.cumulative(np.array([1.0 + 0.02 * z]), np.array([1.0]))[0]
        assert found == pytest.approx(expected, abs=2e-10)


def test_numbers_and_functions_give_the_same():
    numbers = DoubleCrystalBall(0.02, 1.2, 3.0, 1.8, 4.0)
    functions = DoubleCrystalBall(
        0.02, lambda m: np.full(np.shape(m), 1.2), lambda m: np.full(np.shape(m), 3.0), 1.8, lambda m: 4.0 + 0 * m
    )
    x, position = 1.0 + 0.02 * Z, np.array([1.0])
    np.testing.assert_allclose(functions.cumulative(x, position), numbers.cumulative(x, position), rtol=0, atol=2e-12)


def test_it_rises_from_0_to_1():
    below = DoubleCrystalBall(0.02, 1.2, 3.0, 1.8, 4.0).cumulative(1.0 + 0.02 * np.sort(Z), np.array([1.0]))
    assert (np.diff(below) >= 0).all()
    assert 0 < below[0] < 1e-3
    assert 1 - 1e-3 < below[-1] < 1


def test_with_a_far_upper_tail_it_is_a_crystal_ball():
    x, position = 1.0 + 0.02 * Z, np.array([1.0])
    single = CrystalBall(0.02, 1.2, 3.0).cumulative(x, position)
    double = DoubleCrystalBall(0.02, 1.2, 3.0, 9.0, 50.0).cumulative(x, position)
    np.testing.assert_allclose(double, single, rtol=0, atol=1e-11)


def test_its_mirror_image_is_the_shape_with_exchanged_tails():
    position = np.array([1.0])
    shape, mirror = DoubleCrystalBall(0.02, 1.2, 3.0, 1.8, 4.0), DoubleCrystalBall(0.02, 1.8, 4.0, 1.2, 3.0)
    left = shape.cumulative(1.0 + 0.02 * Z, position)
    right = mirror.cumulative(1.0 - 0.02 * Z, position)
    np.testing.assert_allclose(left, 1 - right, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("tails", "word"), [((0, 3, 1, 3), "alpha"), ((1, 3, -1, 3), "alpha"), ((1, 1, 1, 3), "n of")])
def test_tails_without_an_integral_are_refused(tails, word):
    with pytest.raises(InputError, match=word):
        DoubleCrystalBall(0.02, *tails).cumulative(np.array([1.0]), np.array([1.0]))


def test_the_help_names_every_shape():
    signal = next(option for option in command.params if option.name == "signal")
    assert all(name in signal.help for name in SHAPES)


def test_its_name_on_the_command_line():
    assert shape_named("double-crystal-ball:1.2,3,1.8,4", 0.02) == DoubleCrystalBall(0.02, 1.2, 3.0, 1.8, 4.0)
    with pytest.raises(InputError, match="double-crystal-ball:A1,N1,A2,N2"):
        shape_named("double-crystal-ball:1.2,3,1.8", 0.02)
