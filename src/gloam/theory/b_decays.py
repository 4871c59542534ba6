"""Two-body decays of neutral B mesons made at the Upsilon(4S)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gloam.arrays import FloatArray
from gloam.constants import B0_MASS
from gloam.experiments.belle import B_PAIRS, BELLE_UPSILON_4S
from gloam.sourced import published

__all__ = ["NEUTRAL_FRACTION", "produced_decays", "two_body_momentum"]

NEUTRAL_FRACTION = published(0.486, 0.006, "", "B(Upsilon(4S) -> B0 B0bar), PDG, as in arXiv:2012.02538")


def two_body_momentum(first: ArrayLike, second: ArrayLike, parent: float = B0_MASS) -> FloatArray:
    """The momentum of each body in the rest frame of the parent, in GeV; 0 where the decay is closed.

    Example:
        >>> float(two_body_momentum(2.0, 2.0))
        1.72304
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    product = (parent**2 - (a + b) ** 2) * (parent**2 - (a - b) ** 2)
    return np.where(a + b < parent, np.sqrt(np.clip(product, 0, None)) / (2 * parent), 0.0)


def produced_decays(branching_fraction: float) -> tuple[float, float]:
    """The cross section of e+e- -> B0 B0bar with one decay of this branching fraction, and its error, in fb.

    2 (N_BB/L) 0.486 B (arXiv:2012.02538, eq. 4.1), N_BB = 772(11)e6 in 711 fb^-1: at the Upsilon(4S) only, per B0 or
    B0bar.

    Example:
        >>> round(produced_decays(1e-6)[0], 3)
        1.055
    """
    value = 2 * B_PAIRS.value / BELLE_UPSILON_4S.luminosity.value * NEUTRAL_FRACTION.value * branching_fraction
    relative = np.hypot(B_PAIRS.error / B_PAIRS.value, NEUTRAL_FRACTION.error / NEUTRAL_FRACTION.value)
    return value, float(value * relative)
