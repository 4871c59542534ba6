"""Background matrices as the three linear operations that a fit needs of them.

A batch of windows of as many equal bins shares one matrix, and its normal equations are one matrix product;
otherwise each row of the batch has its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["ColumnDesign", "Design", "RowDesign", "SharedDesign"]


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

    def rowwise(self) -> ColumnDesign:
        """The same matrix, summed row by row."""
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

    def rowwise(self) -> RowDesign:
        """Itself: its sums are made row by row."""
        return self
