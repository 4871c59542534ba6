"""One channel of a run: what a report is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from gloam.interpretation import CrossSectionLimits, YieldFactors, cross_section_limits
from gloam.scans import ScanResult
from gloam.statistics import UpperLimits

__all__ = ["ChannelResult"]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelResult:
    """One channel of a run: its fits, its limits and what turns these into cross sections.

    Attributes:
        name: short and fit for a file name, such as "omega".
        title: in words, such as "omega region".
        result: the fits.
        limits: the upper limits of the same hypotheses.
        observable_label: of the horizontal axis of the spectrum, with its unit; may contain $mathematics$.
        factors: luminosity, efficiency and others, as far as they are known.
    """

    name: str
    title: str
    result: ScanResult
    limits: UpperLimits
    observable_label: str
    factors: YieldFactors = field(default_factory=YieldFactors)

    @property
    def cross_section(self) -> CrossSectionLimits:
        """The limits on the cross section, NaN where a factor is not known."""
        return cross_section_limits(self.limits, self.factors, self.result.mass)
