"""Channels beside each other against the matrix product of the dense matrix."""

import numpy as np
import pytest

from gloam.fit import JoinedDesign, RowDesign, SharedDesign

B, BINS = 4, (3, 5, 2)


def drawn():
    """Three channels; coefficient 1 acts in all of them, and their order differs."""
    rng = np.random.default_rng(0)
    first, second, third = rng.normal(size=(3, 2)), rng.normal(size=(B, 5, 3)), rng.normal(size=(2, 1))
    designs = (SharedDesign(first), RowDesign(second), SharedDesign(third))
    return JoinedDesign(designs, (np.array([0, 1]), np.array([3, 1, 2]), np.array([1])), BINS, 4)


@pytest.mark.parametrize("version", ["itself", "rowwise", "taken"])
def test_it_is_the_dense_matrix(version):
    design, size = drawn(), B
    if version == "rowwise":
        design = design.rowwise()
    elif version == "taken":
        design, size = design.take(np.array([3, 1])), 2
    matrix = design.dense(size)
    rng = np.random.default_rng(1)
    theta, residual = rng.normal(size=(size, 4)), rng.normal(size=(size, sum(BINS)))
    np.testing.assert_allclose(design.apply(theta), np.einsum("bmk,bk->bm", matrix, theta), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(
        design.adjoint(residual), np.einsum("bmk,bm->bk", matrix, residual), rtol=1e-13, atol=1e-14
    )
    gram = np.einsum("bmk,bm,bml->klb", matrix, residual**2, matrix)
    np.testing.assert_allclose(design.gram(residual**2), gram, rtol=1e-13, atol=1e-14)


def test_dense_holds_the_channels_where_they_belong():
    design = drawn()
    matrix = design.dense(B)
    assert matrix.shape == (B, sum(BINS), 4)
    np.testing.assert_array_equal(matrix[:, 3:8][:, :, [3, 1, 2]], design.designs[1].matrix)
    assert (matrix[:, :3, 2:] == 0).all()
    assert (matrix[:, 8:, [0, 2, 3]] == 0).all()


def test_rows_taken_are_those_of_the_whole():
    rows = np.array([2, 0, 3])
    np.testing.assert_array_equal(drawn().take(rows).dense(3), drawn().dense(B)[rows])
