"""What a batch of fits returns."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.arrays import FloatArray, IntArray

__all__ = ["Minimum"]


@dataclass(slots=True, eq=False)
class Minimum:
    """The minima of -ln L of b fits, free or at a fixed signal yield.

    Attributes:
        theta: background coefficients, shape (b, K).
        s: signal yield, shape (b,).
        expected: A theta + s f before exposure, shape (b, m); 1 in unused bins.
        gap: certificate, a bound on -ln L minus its minimum, shape (b,).
        slope: derivative of the profile of -ln L with respect to s, shape (b,).
        curvature: second derivative of it, shape (b,).
        information: the same if the background were known, shape (b,).
        ridge: d theta / d s along the profile, shape (b, K).
        status: `FitStatus` codes, shape (b,).
        passes: passes over the bins that were made, shape (b,).
    """

    theta: FloatArray
    s: FloatArray
    expected: FloatArray
    gap: FloatArray
    slope: FloatArray
    curvature: FloatArray
    information: FloatArray
    ridge: FloatArray
    status: IntArray
    passes: IntArray
