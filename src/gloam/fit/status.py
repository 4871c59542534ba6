"""How a fit ended, and what to do about it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from gloam.arrays import BoolArray, IntArray

__all__ = ["FitStatus", "is_certified"]


class FitStatus(IntEnum):
    """The outcome of one fit. `OK` and `BOUNDARY` are certified minima; all others are not.

    Arrays hold plain integers: compare them with `.value`. (NumPy swallows an interrupt that arrives while it looks up
    an enumeration member.)
    """

    OK = 0
    BOUNDARY = 1
    UNDETERMINED = 2
    NOT_CERTIFIED = 3
    VETOED = 4

    @property
    def meaning(self) -> str:
        """What happened and what to do, in one sentence."""
        return _MEANING[self]


def is_certified(status: IntArray) -> BoolArray:
    """Which of the fits come with a bound on their distance from the minimum."""
    return np.asarray(status <= FitStatus.BOUNDARY.value)


_MEANING = {
    FitStatus.OK: "certified minimum",
    FitStatus.BOUNDARY: "certified minimum at which the expectation vanishes in an empty bin",
    FitStatus.UNDETERMINED: "the background can imitate the signal exactly: use a wider window, finer bins or a lower "
    "order of the polynomial",
    FitStatus.NOT_CERTIFIED: "no certificate was reached: report it with the data; its numbers are not to be used",
    FitStatus.VETOED: "a vetoed or hidden range takes the peak away: no fit was made",
}
