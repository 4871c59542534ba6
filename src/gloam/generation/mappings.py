"""Maps of uniform numbers to the variables in which matrix elements are steep, with their Jacobians."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = [
    "cosine_between_poles", "cosine_density", "logarithmic", "logarithmic_density", "power", "power_density",
]  # fmt: skip


def logarithmic(u: FloatArray, low: FloatArray | float, high: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """A variable with density ~ 1/x between two ends, and dx/du, each of the shape of u.

    Args:
        u: uniform numbers.
        low: lower end, above 0.
        high: upper end, at least `low`.

    Example:
        >>> logarithmic(np.array([0.5]), 1.0, 100.0)
        (array([10.]), array([46.0517]))
    """
    width = np.log(np.divide(high, low))
    x = low * np.exp(u * width)
    return x, x * width


def logarithmic_density(x: FloatArray, low: FloatArray | float, high: FloatArray | float) -> FloatArray:
    """The density of `logarithmic` at x."""
    return np.asarray(1 / (x * np.log(np.divide(high, low))))


def power(
    u: FloatArray, low: FloatArray | float, high: FloatArray | float, steepness: float
) -> tuple[FloatArray, FloatArray]:
    """A variable with density ~ x^-steepness between two ends, and dx/du, each of the shape of u.

    Args:
        u: uniform numbers.
        low: lower end, above 0.
        high: upper end, at least `low`.
        steepness: other than 1.

    Example:
        >>> power(np.array([0.5]), 1.0, 3.0, 2.0)[0]
        array([1.5])
    """
    grown = 1 - steepness
    x = np.power(np.power(low, grown) * (1 - u) + np.power(high, grown) * u, 1 / grown)
    return x, 1 / power_density(x, low, high, steepness)


def power_density(x: FloatArray, low: FloatArray | float, high: FloatArray | float, steepness: float) -> FloatArray:
    """The density of `power` at x."""
    grown = 1 - steepness
    return np.asarray(grown * np.power(x, -steepness) / (np.power(high, grown) - np.power(low, grown)))


def cosine_between_poles(u: FloatArray, pole: FloatArray | float, bound: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """A cosine with density ~ 1/(a - c) + 1/(a + c) for |c| < bound, and dc/du, each of the shape of u.

    Args:
        u: uniform numbers.
        pole: the pole a, above `bound`.
        bound: largest |c|.

    Example:
        >>> cosine_between_poles(np.array([0.0, 0.5, 1.0]), 1.0, 0.9)[0]
        array([-0.9,  0. ,  0.9])
    """
    half = np.arctanh(np.divide(bound, pole))
    cosine = pole * np.tanh((2 * u - 1) * half)
    return cosine, 1 / cosine_density(cosine, pole, bound)


def cosine_density(cosine: FloatArray, pole: FloatArray | float, bound: float = 1.0) -> FloatArray:
    """The density of `cosine_between_poles` at a cosine."""
    half = np.arctanh(np.divide(bound, pole))
    return np.asarray(pole / (2 * half * (pole - cosine) * (pole + cosine)))
