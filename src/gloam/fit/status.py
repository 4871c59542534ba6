"""How a fit ended, and what to do about it."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["FitStatus"]


class FitStatus(IntEnum):
    """The outcome of one fit. `OK` and `BOUNDARY` are certified minima; all others are not."""

    OK = 0
    BOUNDARY = 1
    UNDETERMINED = 2
    NOT_CERTIFIED = 3
    VETOED = 4

    @property
    def certified(self) -> bool:
        """Whether the fit comes with a bound on its distance from the minimum."""
        return self in (FitStatus.OK, FitStatus.BOUNDARY)

    @property
    def meaning(self) -> str:
        """What happened and what to do, in one sentence."""
        return _MEANING[self]


_MEANING = {
    FitStatus.OK: "certified minimum",
    FitStatus.BOUNDARY: "certified minimum at which the expectation vanishes in an empty bin",
    FitStatus.UNDETERMINED: "the background can imitate the signal exactly: use a wider window, finer bins or a lower "
    "order of the polynomial",
    FitStatus.NOT_CERTIFIED: "no certificate was reached: report it with the data; its numbers are not to be used",
    FitStatus.VETOED: "the mass lies inside a vetoed or hidden range: no fit was made",
}
