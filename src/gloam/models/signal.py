"""The interface of signal shapes, and their integrals over bins."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate

__all__ = ["SignalShape", "expected_fractions", "fraction_within", "positive_width"]


@runtime_checkable
class SignalShape(Protocol):
    """The density of a signal in the observable, for any position hypothesis; its integral over all x is 1.

    A yield therefore counts all signal events, also those that fall outside a fit window. Only `WithCombinatorial`
    exceeds 1: its yield counts the events in the peak.
    """

    def resolution(self, position: FloatArray) -> FloatArray:
        """The standard deviation of the core at each position: the unit of steps and windows; same shape."""
        ...

    def cumulative(self, x: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal of each position that lies below x; x and position broadcast."""
        ...


def expected_fractions(shape: SignalShape, edges: FloatArray, position: FloatArray) -> FloatArray:
    """The fraction of the signal in each bin, integrated over the bin.

    Args:
        shape: the signal.
        edges: bin edges of each hypothesis, shape (h, m + 1).
        position: position of each hypothesis, shape (h,).

    Returns:
        Shape (h, m); the sum over all x would be 1.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> expected_fractions(Gaussian(0.1), np.array([[0.8, 1.0, 1.1]]), np.array([1.0])).round(4)
        array([[0.4772, 0.3413]])
    """
    below = shape.cumulative(edges, position[:, None])
    # rounding makes differences of -1e-17 in far tails; an expectation has to be >= 0
    return np.maximum(below[:, 1:] - below[:, :-1], 0.0)


def fraction_within(shape: SignalShape, position: FloatArray, k: float) -> FloatArray:
    """The fraction of the signal within k standard deviations of its position, in the shape of `position`.

    A yield counts all of the signal. An efficiency that was found as the integral of the shape within +- 3 sigma
    belongs to another range: divided by this fraction it is the efficiency that goes with the yield.

    Args:
        shape: the signal.
        position: of each hypothesis.
        k: half the range, in units of the shape's resolution, > 0.

    Example:
        >>> from gloam.models.crystal_ball import CrystalBall
        >>> efficiency_within_3_sigma = 0.30
        >>> tailed = CrystalBall(0.01, 1.5, 3.0)
        >>> (efficiency_within_3_sigma / fraction_within(tailed, np.array([2.0]), 3.0)).round(4)
        array([0.3128])
    """
    if not k > 0:
        raise InputError("range around the signal in standard deviations", k, "a number > 0", "3 is usual")
    position = np.asarray(position, float)
    reach = k * shape.resolution(position)
    return np.asarray(shape.cumulative(position + reach, position) - shape.cumulative(position - reach, position))


def positive_width(width: Parameter, position: FloatArray) -> FloatArray:
    """The width at each position.

    Raises:
        InputError: if it is zero or negative somewhere.
    """
    sigma = evaluate(width, position, "width")
    if sigma.size and sigma.min() <= 0:
        where = float(np.ravel(position)[np.argmin(np.ravel(sigma))])
        raise InputError(
            f"width of the signal at position {where:g}", f"{sigma.min():g}", "sigma > 0", "give the resolution in GeV"
        )
    return sigma
