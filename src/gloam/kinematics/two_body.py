"""Two-body decays: the Källén function and the momentum that it gives."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["kallen", "two_body_energy", "two_body_momentum"]


def kallen(x: FloatArray | float, y: FloatArray | float, z: FloatArray | float) -> FloatArray:
    """The Källén function x^2 + y^2 + z^2 - 2xy - 2yz - 2zx.

    It is computed as (x - y - z)^2 - 4yz, so that yz = 0 gives a square exactly.

    Example:
        >>> kallen(9.0, 1.0, 1.0)
        np.float64(45.0)
    """
    return np.asarray(np.square(np.subtract(x, y) - z) - 4 * np.multiply(y, z))[()]


def two_body_momentum(parent: FloatArray | float, first: FloatArray | float, second: FloatArray | float) -> FloatArray:
    """The momentum of either daughter in the rest frame of the parent, in GeV; NaN below threshold.

    Args:
        parent: mass M in GeV.
        first: mass of one daughter in GeV.
        second: mass of the other in GeV.

    Example:
        >>> two_body_momentum(5.27972, 2.0, 2.0)  # B0 -> A' A'
        np.float64(1.723)
    """
    # the factors of lambda(M^2, m1^2, m2^2), each with its zero in sight: no digits are lost at threshold
    total, difference = np.add(first, second), np.subtract(first, second)
    above = np.multiply(np.subtract(parent, total), np.add(parent, total))
    rest = np.multiply(np.subtract(parent, difference), np.add(parent, difference))
    allowed = np.where(above >= 0, above, np.nan)
    return np.asarray(np.sqrt(allowed * rest) / (2 * np.asarray(parent)))[()]


def two_body_energy(parent: FloatArray | float, first: FloatArray | float, second: FloatArray | float) -> FloatArray:
    """The energy of the first daughter in the rest frame of the parent, in GeV.

    Example:
        >>> two_body_energy(10.58, 0.0, 3.0)  # the photon beside a particle of 3 GeV
        np.float64(4.864669)
    """
    parent = np.asarray(parent)
    return np.asarray((np.square(parent) + np.square(first) - np.square(second)) / (2 * parent))[()]
