"""One channel of a run: what a report is made from."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.scans import ScanResult
from gloam.statistics import UpperLimits

__all__ = ["ChannelResult"]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelResult:
    """One channel of a run: its fits and its limits.

    Attributes:
        name: short and fit for a file name, such as "omega".
        title: in words, such as "omega region".
        result: the fits.
        limits: the upper limits of the same hypotheses.
        observable_label: of the horizontal axis of the spectrum, with its unit; may contain $mathematics$.
    """

    name: str
    title: str
    result: ScanResult
    limits: UpperLimits
    observable_label: str
