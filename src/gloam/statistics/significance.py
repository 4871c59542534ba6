"""Local significance and p-value of each hypothesis."""

from __future__ import annotations

from gloam.arrays import FloatArray
from gloam.scans import signed_significance
from gloam.statistics.normal import survival

__all__ = ["p_local", "signed_significance"]


def p_local(z: FloatArray) -> FloatArray:
    """The probability of at least this significance without a signal, 1 - Phi(z); above 1/2 for deficits.

    Example:
        >>> import numpy as np
        >>> p_local(np.array([0.0, 5.0]))
        array([5.00000000e-01, 2.86651572e-07])
    """
    return survival(z)
