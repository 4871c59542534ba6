"""Local significance and p-value of each hypothesis."""

from __future__ import annotations

import numpy as np

from gloam.arrays import FloatArray
from gloam.statistics.normal import survival

__all__ = ["p_local", "signed_significance"]


def signed_significance(n_sig: FloatArray, q0: FloatArray) -> FloatArray:
    """Z = sign(n_sig) sqrt(q0) (Wilks; arXiv:1007.1727 eq. 53, extended to deficits).

    Args:
        n_sig: fitted yields, any shape.
        q0: 2 (nll without signal - nll at the minimum), same shape.

    Example:
        >>> signed_significance(np.array([-3.0, 5.0]), np.array([1.0, 4.0]))
        array([-1.,  2.])
    """
    return np.sign(n_sig) * np.sqrt(np.maximum(q0, 0.0))


def p_local(z: FloatArray) -> FloatArray:
    """The probability of at least this significance without a signal, 1 - Phi(z); above 1/2 for deficits.

    Example:
        >>> p_local(np.array([0.0, 5.0]))
        array([5.00000000e-01, 2.86651572e-07])
    """
    return survival(z)
