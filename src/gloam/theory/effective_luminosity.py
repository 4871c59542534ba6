"""Data sets at several energies as one luminosity at a nominal energy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import SQRT_S
from gloam.experiments import DataSet

__all__ = ["effective_luminosity"]


def effective_luminosity(
    cross_section: Callable[[FloatArray, FloatArray], FloatArray],
    mass: ArrayLike,
    data_sets: Sequence[DataSet],
    sqrt_s: float = SQRT_S,
) -> FloatArray:
    """Sum L_i sigma(s_i)/sigma(s) over the data sets, in the unit of their luminosities; shape of `mass`.

    The Born part of the sum in arXiv:2109.08596: multiply each term by its own efficiency, 1 + delta and vacuum
    polarisation where they differ. Infinite where only the nominal energy is below the threshold, NaN where all are.

    Example:
        >>> from gloam.experiments import BELLE_UPSILON
        >>> from gloam.theory import zprime
        >>> float(effective_luminosity(zprime.cross_section, 3.0, BELLE_UPSILON))
        866.6
    """
    m = np.asarray(mass, float)
    nominal = cross_section(m, np.full(m.shape, sqrt_s))
    total = np.zeros(m.shape)
    for data_set in data_sets:
        total = total + data_set.luminosity.value * cross_section(m, np.full(m.shape, data_set.sqrt_s.value))
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / nominal
