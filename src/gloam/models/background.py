"""The interface of backgrounds."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from gloam.arrays import FloatArray, IntArray

__all__ = ["Background"]


@runtime_checkable
class Background(Protocol):
    """A background that is linear in its coefficients, in a basis that may differ from window to window."""

    @property
    def translates(self) -> bool:
        """Whether the basis depends only on where a bin lies within the domain.

        All windows of as many equal bins then share one matrix.
        """
        ...

    def variant(self, position: FloatArray) -> IntArray:
        """Which form the background has at each position; hypotheses of one form are fitted together; shape (h,)."""
        ...

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:
        """The expected counts in each bin for each coefficient set to 1, others to 0.

        Args:
            edges: bin edges, shape (..., m + 1).
            low: lower end of the domain on which the basis is defined, shape (...,).
            high: upper end of it, shape (...,).
            variant: the form, as `variant` returned it.

        Returns:
            Shape (..., m, parameters). The first column is positive in every bin.
        """
        ...
