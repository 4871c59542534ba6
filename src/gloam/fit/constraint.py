"""Quadratic terms of -ln L: Gaussian constraints on parameters, and curvature that a linear model leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray

__all__ = ["Constraint"]


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """The term d' P d / 2 + g' d of -ln L, with d = theta - origin.

    A Gaussian constraint of mean m and standard deviation sigma has origin m, P = 1 / sigma^2 and g = 0. Newton's step
    is exact for quadratic terms, so they add nothing to the duality gap that certifies a fit.

    Attributes:
        origin: shape (b, K).
        precision: P, symmetric, 0 for parameters without a constraint, shape (K, K, b): the batch last.
        gradient: g, shape (K, b); None where it is 0.
        cross: c, of a further term (s - s0) c' d, with s0 the signal yield the model was made at; shape (K, b). It
            changes how theta moves with s, and nothing at s0 itself.
    """

    origin: FloatArray
    precision: FloatArray
    gradient: FloatArray | None = None
    cross: FloatArray | None = None

    @classmethod
    def diagonal(cls, mean: FloatArray, error: FloatArray) -> Constraint:
        """Independent Gaussian constraints; an infinite error constrains nothing.

        Args:
            mean: shape (b, K).
            error: standard deviations > 0, shape (b, K).
        """
        b, k = mean.shape
        precision = np.zeros((k, k, b))
        precision[np.arange(k), np.arange(k)] = (1 / error**2).T
        return cls(mean, precision)

    def slope(self, theta: FloatArray) -> FloatArray:
        """The derivatives P d + g, shape (K, b)."""
        slope: FloatArray = np.einsum("ijb,bj->ib", self.precision, theta - self.origin)
        return slope if self.gradient is None else slope + self.gradient

    def value(self, theta: FloatArray) -> FloatArray:
        """The term itself, shape (b,)."""
        d = theta - self.origin
        value: FloatArray = 0.5 * np.einsum("bi,ijb,bj->b", d, self.precision, d)
        return value if self.gradient is None else value + np.einsum("ib,bi->b", self.gradient, d)

    def bend(self, dtheta: FloatArray) -> FloatArray:
        """The second derivative along a step, dtheta' P dtheta, shape (b,)."""
        return np.asarray(np.einsum("bi,ijb,bj->b", dtheta, self.precision, dtheta))

    def around(self, theta: FloatArray) -> Constraint:
        """The same constraint as if theta had been measured in the control data: what an Asimov set has."""
        return Constraint(theta, self.precision)

    def take(self, rows: IntArray) -> Constraint:
        """The constraints of some rows."""
        return Constraint(
            self.origin[rows],
            self.precision[:, :, rows],
            None if self.gradient is None else self.gradient[:, rows],
            None if self.cross is None else self.cross[:, rows],
        )
