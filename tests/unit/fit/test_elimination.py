import array_api_strict
import numpy as np
import pytest

from gloam.fit.elimination import solve_positive


def systems(size, batch=5, seed=1):
    random = np.random.default_rng(seed)
    root = random.normal(size=(batch, size + 3, size))
    matrix = np.einsum("bmi,bmj->bij", root, root)
    return matrix, random.normal(size=(batch, size)), random.normal(size=(batch, size))


@pytest.mark.parametrize("size", [1, 2, 3, 6, 11])
def test_solutions_are_those_of_lapack(size):
    matrix, first, second = systems(size)
    solutions, pivot = solve_positive(np.moveaxis(matrix, 0, -1), [first.T, second.T], np)
    for right, solution in zip((first, second), solutions, strict=True):
        np.testing.assert_allclose(solution.T, np.linalg.solve(matrix, right[:, :, None])[:, :, 0], rtol=1e-8)
    assert pivot.shape == (5,)
    assert ((pivot > 0) & (pivot <= 1)).all()


def test_pivot_is_one_for_independent_parameters_and_none_where_singular():
    matrix = np.stack([np.diag([1.0, 1e6]), np.ones((2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]])], axis=-1)
    with np.errstate(all="ignore"):
        _, pivot = solve_positive(matrix, [np.ones((2, 3))], np)
    assert pivot[0] == 1
    assert pivot[1] == 0
    assert pivot[2] < 0


def test_a_singular_row_does_not_disturb_the_others():
    matrix, right, _ = systems(3)
    good = solve_positive(np.moveaxis(matrix, 0, -1), [right.T], np)[0][0]
    matrix[2] = 0
    with np.errstate(all="ignore"):
        found = solve_positive(np.moveaxis(matrix, 0, -1), [right.T], np)[0][0]
    keep = [0, 1, 3, 4]
    np.testing.assert_array_equal(found[:, keep], good[:, keep])
    assert not np.isfinite(found[:, 2]).any()


def test_any_array_library_solves_alike():
    matrix, first, second = systems(4)
    xp = array_api_strict
    ours, pivot = solve_positive(np.moveaxis(matrix, 0, -1), [first.T, second.T], np)
    strict, strict_pivot = solve_positive(
        xp.asarray(np.moveaxis(matrix, 0, -1)), [xp.asarray(first.T), xp.asarray(second.T)], xp
    )
    for one, other in zip(ours, strict, strict=True):
        np.testing.assert_allclose(np.asarray(other), one, rtol=1e-13)
    np.testing.assert_allclose(np.asarray(strict_pivot), pivot, rtol=1e-13)
