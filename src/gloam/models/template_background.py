"""Backgrounds of fixed form: histograms from simulation or control data, and known peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.errors import InputError
from gloam.models.signal import SignalShape, expected_fractions
from gloam.models.terms import Terms

__all__ = ["Peak", "TemplateBackground"]


@dataclass(frozen=True, slots=True, eq=False)
class TemplateBackground:
    """A histogram, spread evenly within each of its bins; its yield counts all of the histogram.

    Attributes:
        edges: of the histogram, increasing, shape (n + 1,).
        contents: >= 0, of any normalisation, shape (n,).
        variances: of the contents, from the statistics of the simulation; None: the template is exact. With them every
            bin of a fit has a shift of its own (Barlow-Beeston-lite).

    Example:
        >>> ramp = TemplateBackground(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0]))
        >>> ramp.basis(np.array([0.0, 1.5, 2.0]), np.array(0.0), np.array(2.0), 0)
        array([[0.625],
               [0.375]])
    """

    edges: FloatArray
    contents: FloatArray
    variances: FloatArray | None = None

    def __post_init__(self) -> None:
        edges, contents = np.asarray(self.edges, float), np.asarray(self.contents, float)
        asked = "template of a background"
        if edges.ndim != 1 or contents.shape != (edges.size - 1,) or not (np.diff(edges) > 0).all():
            raise InputError(
                asked,
                f"shapes {edges.shape} and {contents.shape}",
                "increasing edges, one more than contents",
                "check it",
            )
        if not (np.isfinite(contents).all() and (contents >= 0).all() and contents.sum() > 0):
            raise InputError(
                asked, "contents that are negative, not finite or all 0", "contents >= 0", "merge its bins"
            )
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "contents", contents)
        if self.variances is not None:
            variances = np.asarray(self.variances, float)
            if variances.shape != contents.shape or not (variances >= 0).all():
                raise InputError(asked, f"variances of shape {variances.shape}", "one >= 0 for each bin", "check them")
            object.__setattr__(self, "variances", variances)

    @property
    def translates(self) -> bool:
        """False: the histogram stays where it is."""
        return False

    @property
    def parameters(self) -> tuple[str, ...]:
        """None."""
        return ()

    def variant(self, position: FloatArray) -> IntArray:
        """Always the same form."""
        return np.zeros(np.shape(position), np.int64)

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:  # noqa: ARG002
        """The part of the histogram in each bin, shape (..., m, 1)."""
        return self._between(self.contents, edges)[..., None]

    def terms(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int, position: FloatArray) -> Terms:  # noqa: ARG002
        """One column, with the spread of its statistics."""
        columns = self.basis(edges, low, high, variant)
        spreads: tuple[tuple[int, FloatArray], ...] = ()
        if self.variances is not None:
            spreads = ((0, np.sqrt(self._between(self.variances, edges) / self.contents.sum())),)
        return Terms(columns, ("background",), np.ones(1), spreads=spreads)

    def _between(self, values: FloatArray, edges: FloatArray) -> FloatArray:
        """The sum of values between edges over the sum of the contents."""
        below = np.interp(edges, self.edges, np.concatenate([[0.0], np.cumsum(values)]))
        return np.asarray(np.diff(below, axis=-1) / self.contents.sum())


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak at a known place, such as a resonance of the Standard Model; its yield counts all of it.

    Attributes:
        shape: of the peak.
        position: where it is, in the unit of the observable.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> Peak(Gaussian(0.1), 1.0).basis(np.array([0.9, 1.1]), np.array(0.9), np.array(1.1), 0).round(4)
        array([[0.6827]])
    """

    shape: SignalShape
    position: float

    @property
    def translates(self) -> bool:
        """False: the peak stays where it is."""
        return False

    def variant(self, position: FloatArray) -> IntArray:
        """Always the same form."""
        return np.zeros(np.shape(position), np.int64)

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:  # noqa: ARG002
        """The part of the peak in each bin, shape (..., m, 1)."""
        flat = edges.reshape(-1, edges.shape[-1])
        fractions = expected_fractions(self.shape, flat, np.full(flat.shape[0], self.position))
        return fractions.reshape(*edges.shape[:-1], -1)[..., None]
