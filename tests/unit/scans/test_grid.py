"""Mass grids: what lies on them, where they end, what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gloam.errors import InputError
from gloam.models import Gaussian, Table
from gloam.scans import Grid, grid_in_resolution, grid_in_steps


@pytest.mark.parametrize(
    ("low", "high", "step", "number"),
    [
        (0.9, 1.13, 0.001, 231),
        (0.65, 0.90, 0.001, 251),
        (3.5, 3.9, 0.001, 401),
        (9.0, 9.7, 0.002, 351),
        (0.0, 1.0, 0.3, 4),
        (1.0, 1.0, 0.1, 1),
        (1.0, 1.05, 0.1, 1),
        (0.0, 0.1 + 0.2, 0.1, 4),
        (0.212, 10.0, 0.001, 9789),
    ],
)
def test_steps(low, high, step, number):
    grid = grid_in_steps(low, high, step)
    assert len(grid) == number
    assert grid.mass[0] == low
    assert grid.mass[-1] <= high
    np.testing.assert_allclose(grid.mass, low + step * np.arange(number), rtol=1e-14)
    np.testing.assert_array_equal(grid.mass, grid.position)


@given(st.integers(0, 2000), st.integers(1, 2000), st.sampled_from([0.001, 0.002, 0.0005, 0.01, 0.1, 0.003]))
def test_a_whole_number_of_decimal_steps_ends_at_the_end(first, steps, step):
    """As written by a person: 0.9 to 1.13 in steps of 0.001, none of which is a whole binary number."""
    digits = 4
    low, high = round(first * step, digits), round((first + steps) * step, digits)
    grid = grid_in_steps(low, high, step)
    assert len(grid) == steps + 1
    assert high - 1e-12 <= grid.mass[-1] <= high
    assert (np.diff(grid.mass) > 0).all()


def test_steps_follow_the_resolution():
    """Each step is half the resolution where it starts: for sigma = a m the masses are a geometric series."""
    grid = grid_in_resolution(0.5, 10.0, Gaussian(lambda mass: 0.004 * mass), 0.5)
    expected = 0.5 * 1.002 ** np.arange(len(grid))
    np.testing.assert_allclose(grid.mass, expected, rtol=1e-9)
    assert grid.mass[-1] <= 10.0 < grid.mass[-1] * 1.002


@pytest.mark.parametrize("fraction", [0.5, 0.25, 2.0])
def test_steps_follow_a_curved_resolution_to_a_millionth(fraction):
    shape = Gaussian(lambda mass: 1e-3 * (1 + 5 * mass / 9.787) + 2e-4 * np.sin(mass))
    mass = grid_in_resolution(0.3, 9.5, shape, fraction).mass
    np.testing.assert_allclose(np.diff(mass), fraction * shape.resolution(mass[:-1]), rtol=1e-6)
    assert mass[0] == 0.3
    assert 0 <= 9.5 - mass[-1] < fraction * shape.resolution(mass[-1:])[0]


def test_a_constant_resolution_gives_equal_steps():
    grid = grid_in_resolution(9.0, 9.7, Gaussian(Table(np.array([8.0, 10.0]), np.array([0.08, 0.08]))), 0.5)
    np.testing.assert_array_equal(grid.mass, grid_in_steps(9.0, 9.7, 0.04).mass)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 1, 0.1), r"range of the grid: got 2 to 1; allowed: LO <= HI.* Give the lower end first"),
        ((np.nan, 1, 0.1), "range of the grid: got nan"),
        ((0, np.inf, 0.1), "range of the grid: got 0 to inf"),
        ((0, 1, 0), "step of the grid: got 0; allowed: a number > 0"),
        ((0, 1, -0.1), "step of the grid: got -0.1"),
        ((0, 1, np.nan), "step of the grid: got nan"),
        ((0, 1, 1e-9), r"grid in steps of 1e-09: got 100000000\d hypotheses; allowed: at most 5000000. .*--step"),
    ],
)
def test_refusals(arguments, words):
    low, high, step = arguments
    with pytest.raises(InputError, match=words):
        grid_in_steps(low, high, step)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 1, 0.5), r"range of the grid: got 2 to 1"),
        ((0, 1, 0), r"step of the grid: got 0 sigma; allowed: a positive multiple"),
        ((0, 1, -0.5), r"step of the grid: got -0.5 sigma"),
        ((0, 1, np.nan), r"step of the grid: got nan sigma"),
        ((0, 1, 1e-7), r"grid in steps of 1e-09: got \d+ hypotheses; allowed: at most 5000000. .*--step"),
    ],
)
def test_refusals_in_units_of_the_resolution(arguments, words):
    low, high, fraction = arguments
    with pytest.raises(InputError, match=words):
        grid_in_resolution(low, high, Gaussian(0.01), fraction)


def test_a_resolution_that_is_not_known_everywhere_is_refused():
    with pytest.raises(InputError, match="Extend the table"):
        grid_in_resolution(1.0, 3.0, Gaussian(Table(np.array([1.0, 2.0]), np.array([0.1, 0.1]))), 0.5)


class TestGrid:
    def test_the_observable_may_be_another_quantity(self):
        grid = Grid(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        assert len(grid) == 2
        assert Grid.of(grid) is grid
        assert len(Grid.of(3.0)) == 1

    def test_it_keeps_its_numbers(self):
        mass = np.array([1.0, 2.0])
        grid = Grid.of(mass)
        mass[0] = 5
        assert grid.mass[0] == 1
        with pytest.raises(ValueError, match="read-only"):
            grid.position[0] = 5

    @pytest.mark.parametrize(
        ("mass", "position", "words"),
        [
            ([], [], "mass of the grid"),
            ([[1.0]], [1.0], "mass of the grid"),
            ([1.0], [np.nan], "position of the grid"),
            ([1.0, 2.0], [1.0], "grid: got 2 masses, 1 positions"),
        ],
    )
    def test_refusals(self, mass, position, words):
        with pytest.raises(InputError, match=words):
            Grid(np.array(mass), np.array(position))
