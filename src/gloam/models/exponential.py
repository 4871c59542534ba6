"""Exponential backgrounds, with a slope that is known or floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.models.parameter import Parameter, evaluate
from gloam.models.terms import TermEffect, Terms

__all__ = ["Exponential"]


@dataclass(frozen=True, slots=True)
class Exponential:
    """A density proportional to exp(slope x); its coefficient is the mean expected count of a bin.

    A floating slope is fitted in every window as a parameter of its own. It multiplies the flat density by
    exp(slope (x - middle)) at the centre of each bin: for equal bins that is the integral over the bin up to a
    constant, which the yield absorbs.

    Attributes:
        slope: per unit of the observable; None: floats.
        name: of the slope as a parameter; exponentials of one name share it across channels.

    Example:
        >>> Exponential(-1.0).basis(np.array([0.0, 1.0, 2.0]), np.array(0.0), np.array(2.0), 0).round(4)
        array([[1.4621],
               [0.5379]])
    """

    slope: Parameter | None = None
    name: str = "slope"

    @property
    def translates(self) -> bool:
        """False: a slope in units of the observable differs from window to window."""
        return False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The slope, if it floats."""
        return (self.name,) if self.slope is None else ()

    def variant(self, position: FloatArray) -> IntArray:
        """Always the same form."""
        return np.zeros(np.shape(position), np.int64)

    def basis(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int) -> FloatArray:  # noqa: ARG002
        """The exponential, or a flat density if its slope floats, with mean 1 over the bins; shape (..., m, 1)."""
        middle = 0.5 * (np.asarray(low) + np.asarray(high))
        slope = np.zeros(middle.shape) if self.slope is None else evaluate(self.slope, middle, "slope")
        exponent = slope[..., None] * (edges - middle[..., None])
        # expm1 keeps the digits of the integral for small slopes
        step = np.diff(exponent, axis=-1)
        rise = np.where(np.abs(step) > 1e-12, np.expm1(step) / np.where(step == 0, 1.0, step), 1.0)
        content = np.diff(edges, axis=-1) * np.exp(exponent[..., :-1]) * rise
        return np.asarray(content / content.mean(axis=-1, keepdims=True))[..., None]

    def terms(self, edges: FloatArray, low: FloatArray, high: FloatArray, variant: int, position: FloatArray) -> Terms:  # noqa: ARG002
        """One column, and the effect of the slope on it if that floats."""
        columns = self.basis(edges, low, high, variant)
        if self.slope is not None:
            return Terms(columns, ("background",), np.ones(1))
        centres = 0.5 * (edges[..., 1:] + edges[..., :-1])
        rate = centres - 0.5 * (low + high)[..., None]
        return Terms(
            columns, ("background",), np.ones(1), effects=(TermEffect(self.name, 0, rate, is_factor=True, floats=True),)
        )
