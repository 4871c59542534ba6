"""What is believed about the signal yield before the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from gloam.errors import InputError, one_of

__all__ = ["FLAT", "Prior", "PriorForm"]

PriorForm = Literal["flat", "jeffreys", "reference", "logflat"]


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior density of the signal yield s >= 0.

    - "flat": constant.
    - "jeffreys": the root of the Fisher information on s of a known background, sqrt(sum e f^2 / mu).
    - "reference": the root of what a fitted background leaves of that information; equal to "jeffreys" where there
      is nothing to fit.
    - "logflat": 1 / s between two declared yields. It has no limit for a lower end of 0 as soon as there is background:
      the answer depends on that end, which therefore has to be declared.

    The expectation mu in the information is that of the background fitted to the data at each s.

    Attributes:
        form: one of these.
        bounds: yields between which the prior is not zero; None: s >= 0.

    Example:
        >>> Prior("logflat", (0.01, 1000.0)).in_words
        'flat in ln s for 0.01 < s < 1000'
    """

    form: PriorForm = "flat"
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.form not in get_args(PriorForm):
            raise InputError("prior", self.form, one_of(get_args(PriorForm)), "choose one of these")
        if self.form == "logflat" and self.bounds is None:
            raise InputError(
                "prior that is flat in ln s", "no range", "0 < LO < HI", "declare its range: the limit depends on it"
            )
        low, high = self.support
        if not (0 <= low < high) or (self.form == "logflat" and not (low > 0 and math.isfinite(high))):
            allowed = "0 < LO < HI, both finite" if self.form == "logflat" else "0 <= LO < HI"
            raise InputError("range of the prior", f"{low:g} to {high:g}", allowed, "give yields in events")

    @property
    def support(self) -> tuple[float, float]:
        """The yields between which the prior is not zero."""
        return self.bounds or (0.0, math.inf)

    @property
    def uses_information(self) -> bool:
        """Whether it is made from the Fisher information."""
        return self.form in {"jeffreys", "reference"}

    @property
    def in_words(self) -> str:
        """The prior in one phrase, for tables and reports."""
        shape = {
            "flat": "flat in s",
            "jeffreys": "Jeffreys, sqrt(I(s)), of the known background",
            "reference": "reference, sqrt(I(s)), of the fitted background",
            "logflat": "flat in ln s",
        }[self.form]
        low, high = self.support
        return f"{shape} for {low:g} < s < {high:g}" if self.bounds else f"{shape} for s > 0"


FLAT = Prior()
