"""Background matrices as the three linear operations that a fit needs of them.

A batch of windows of as many equal bins shares one matrix, and its normal equations are one matrix product;
otherwise each row of the batch has its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["ColumnDesign", "Design", "JoinedDesign", "RowDesign", "SharedDesign"]


class Design(Protocol):
    """A linear map from b x K coefficients to b x m expected counts."""

    @property
    def parameters(self) -> int:
        """The number of coefficients K."""
        ...

    def apply(self, theta: Any) -> Any:
        """The expected counts A theta, shape (b, m)."""
        ...

    def adjoint(self, residual: Any) -> Any:
        """The sums A' r over the bins, shape (b, K)."""
        ...

    def gram(self, weight: Any) -> Any:
        """The sums A' diag(w) A over the bins, shape (K, K, b): the batch last, along which elimination runs."""
        ...

    def take(self, rows: IntArray) -> Design:
        """The design of some rows of the batch."""
        ...

    def dense(self, size: int) -> FloatArray:
        """The matrix of each of b rows, shape (b, m, K), perhaps a view: not to be written to."""
        ...

    def rowwise(self) -> Design:
        """The same with sums whose rounding does not depend on the other rows of the batch.

        The rounding of a matrix product depends on its shape. Newton's method forgets it, but next to a wall it grows.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SharedDesign:
    """One matrix for all rows.

    Attributes:
        matrix: shape (m, K).
    """

    matrix: FloatArray
    _products: FloatArray = field(init=False, repr=False)
    _unpack: IntArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        k = self.matrix.shape[1]
        first, second = np.tril_indices(k)
        unpack = np.empty((k, k), np.int64)
        unpack[first, second] = unpack[second, first] = np.arange(first.size)
        object.__setattr__(self, "_products", self.matrix[:, first] * self.matrix[:, second])
        object.__setattr__(self, "_unpack", unpack)

    @property
    def parameters(self) -> int:
        """The number of coefficients K."""
        return int(self.matrix.shape[1])

    def apply(self, theta: Any) -> Any:
        """The expected counts, shape (b, m)."""
        return theta @ self.matrix.T

    def adjoint(self, residual: Any) -> Any:
        """The sums A' r, shape (b, K)."""
        return (self.matrix.T @ residual.T).T  # in memory the batch is last, as elimination wants it

    def gram(self, weight: Any) -> Any:
        """The sums A' diag(w) A, shape (K, K, b)."""
        return (self._products.T @ weight.T)[self._unpack]

    def take(self, rows: IntArray) -> SharedDesign:  # noqa: ARG002 - part of the interface
        """Itself: all rows are alike."""
        return self

    def dense(self, size: int) -> FloatArray:
        """The matrix, repeated; shape (b, m, K)."""
        return np.broadcast_to(self.matrix, (size, *self.matrix.shape))

    def rowwise(self) -> ColumnDesign | SharedDesign:
        """The same matrix, summed row by row."""
        if not self.parameters:
            return self
        return ColumnDesign(np.ascontiguousarray(self.matrix.T))


@dataclass(frozen=True, slots=True, eq=False)
class ColumnDesign:
    """One matrix for all rows, by its columns and without matrix products.

    Attributes:
        columns: shape (K, m).
    """

    columns: FloatArray

    @property
    def parameters(self) -> int:
        """The number of coefficients K."""
        return int(self.columns.shape[0])

    def apply(self, theta: Any) -> Any:
        """The expected counts, shape (b, m)."""
        total = theta[:, 0, None] * self.columns[0]
        for k in range(1, self.parameters):
            total += theta[:, k, None] * self.columns[k]
        return total

    def adjoint(self, residual: Any) -> Any:
        """The sums A' r, shape (b, K)."""
        return np.stack([np.einsum("bm,m->b", residual, column) for column in self.columns], axis=1)

    def gram(self, weight: Any) -> Any:
        """The sums A' diag(w) A, shape (K, K, b)."""
        k = self.parameters
        gram = np.empty((k, k, weight.shape[0]))
        for i in range(k):
            for j in range(i + 1):
                gram[i, j] = gram[j, i] = np.einsum("bm,m->b", weight, self.columns[i] * self.columns[j])
        return gram

    def take(self, rows: IntArray) -> ColumnDesign:  # noqa: ARG002 - part of the interface
        """Itself: all rows are alike."""
        return self

    def dense(self, size: int) -> FloatArray:
        """The matrix, repeated; shape (b, m, K)."""
        return np.broadcast_to(self.columns.T, (size, *self.columns.T.shape))

    def rowwise(self) -> ColumnDesign:
        """Itself."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class RowDesign:
    """A matrix of its own for each row.

    Attributes:
        matrix: shape (b, m, K).
    """

    matrix: FloatArray

    @property
    def parameters(self) -> int:
        """The number of coefficients K."""
        return int(self.matrix.shape[2])

    def apply(self, theta: Any) -> Any:
        """The expected counts, shape (b, m)."""
        return (self.matrix @ theta[:, :, None])[:, :, 0]

    def adjoint(self, residual: Any) -> Any:
        """The sums A' r, shape (b, K)."""
        return (residual[:, None, :] @ self.matrix)[:, 0, :]

    def gram(self, weight: Any) -> Any:
        """The sums A' diag(w) A, shape (K, K, b)."""
        # one loop over columns keeps each product in cache, and beats b small matrix products
        k = self.parameters
        columns = [weight * self.matrix[:, :, i] for i in range(k)]
        gram = np.empty((k, k, weight.shape[0]))
        for i in range(k):
            for j in range(i + 1):
                gram[i, j] = gram[j, i] = np.einsum("bm,bm->b", columns[i], self.matrix[:, :, j])
        return gram

    def take(self, rows: IntArray) -> RowDesign:
        """The matrices of some rows."""
        return RowDesign(self.matrix[rows])

    def dense(self, size: int) -> FloatArray:  # noqa: ARG002 - part of the interface
        """The matrices, shape (b, m, K)."""
        return self.matrix

    def rowwise(self) -> RowDesign:
        """Itself: its sums are made row by row."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class JoinedDesign:
    """The designs of channels beside each other; a coefficient may act in several of them.

    Attributes:
        designs: one for each channel.
        columns: which coefficients of the joint fit are those of each design, shapes (K_c,).
        bins: the number of bins of each channel.
        parameters: the number of coefficients K of the joint fit.
    """

    designs: tuple[Design, ...]
    columns: tuple[IntArray, ...]
    bins: tuple[int, ...]
    parameters: int

    def _split(self, values: Any) -> list[Any]:
        return np.split(values, np.cumsum(self.bins)[:-1], axis=1)

    def apply(self, theta: Any) -> Any:
        """The expected counts, shape (b, m)."""
        return np.concatenate(
            [d.apply(theta[:, columns]) for d, columns in zip(self.designs, self.columns, strict=True)], axis=1
        )

    def adjoint(self, residual: Any) -> Any:
        """The sums A' r, shape (b, K)."""
        total = np.zeros((residual.shape[0], self.parameters))
        for design, columns, part in zip(self.designs, self.columns, self._split(residual), strict=True):
            total[:, columns] += design.adjoint(part)
        return total

    def gram(self, weight: Any) -> Any:
        """The sums A' diag(w) A, shape (K, K, b)."""
        total = np.zeros((self.parameters, self.parameters, weight.shape[0]))
        for design, columns, part in zip(self.designs, self.columns, self._split(weight), strict=True):
            total[np.ix_(columns, columns)] += design.gram(part)
        return total

    def take(self, rows: IntArray) -> JoinedDesign:
        """The designs of some rows."""
        return JoinedDesign(tuple(d.take(rows) for d in self.designs), self.columns, self.bins, self.parameters)

    def dense(self, size: int) -> FloatArray:
        """The joint matrices, shape (b, m, K)."""
        matrix = np.zeros((size, sum(self.bins), self.parameters))
        first = 0
        for design, columns, bins in zip(self.designs, self.columns, self.bins, strict=True):
            matrix[:, first : first + bins, columns] = design.dense(size)
            first += bins
        return matrix

    def rowwise(self) -> JoinedDesign:
        """The same with sums whose rounding does not depend on the other rows."""
        return JoinedDesign(tuple(d.rowwise() for d in self.designs), self.columns, self.bins, self.parameters)
