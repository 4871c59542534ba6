"""Units and couplings as others write them, in those of gloam."""

from __future__ import annotations

import math
from typing import TypeVar

from gloam.arrays import FloatArray
from gloam.errors import InputError

__all__ = ["ALPHA", "EV", "INVERSE_TEV", "PB", "gauge_coupling", "kinetic_mixing"]

EV = 1e-9
"""GeV."""

INVERSE_TEV = 1e-3
"""GeV^-1."""

PB = 1e3
"""fb."""

ALPHA = 1 / 137.036
"""Fine-structure constant at low energy."""

Number = TypeVar("Number", float, FloatArray)


def gauge_coupling(epsilon: Number, alpha: float = ALPHA) -> Number:
    """The coupling g' of a vector to a lepton that a kinetic mixing epsilon gives: g' = epsilon e.

    This compares couplings to one lepton. A limit on one model becomes a limit on another only with the production,
    the branching fraction and the efficiency of both: see `gloam.interpretation.recast`.

    Example:
        >>> gauge_coupling(1e-3)
        0.000302822
    """
    return epsilon * _charge(alpha)


def kinetic_mixing(coupling: Number, alpha: float = ALPHA) -> Number:
    """The kinetic mixing epsilon that couples a dark photon to a lepton as g' would: epsilon = g' / e.

    Example:
        >>> kinetic_mixing(0.0510)
        0.168416
    """
    return coupling / _charge(alpha)


def _charge(alpha: float) -> float:
    if not 0 < alpha < 1:
        raise InputError("fine-structure constant", alpha, "a number between 0 and 1", "1/137.036 at low energy")
    return math.sqrt(4 * math.pi * alpha)
