"""One channel of a run: what a report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gloam.arrays import FloatArray
from gloam.interpretation import (
    Coupling,
    CouplingLimits,
    CrossSectionLimits,
    YieldFactors,
    coupling_limits,
    cross_section_limits,
)
from gloam.scans import ScanResult, VariantResults
from gloam.scans.counting import CountingResult
from gloam.spectra import EventRanks
from gloam.statistics import CountingScanLimits, CountingSignificances, NuisanceEffects, UpperLimits, VariantSummary

__all__ = ["Channel", "ChannelResult", "ChannelVariants", "CountingChannel"]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelVariants:
    """The background variants of a channel.

    Attributes:
        results: the fits of each, the nominal variant first.
        limits: the upper limits of each, in the same order.
        summary: the smallest significance and the least stringent limit over them.
    """

    results: VariantResults
    limits: tuple[UpperLimits, ...]
    summary: VariantSummary


@dataclass(frozen=True, slots=True, eq=False)
class ChannelResult:
    """One channel of a run that was fitted: its fits, its limits and what turns these into cross sections.

    Attributes:
        name: short and fit for a file name, such as "omega".
        title: in words, such as "omega region".
        result: the fits, of the nominal variant where there are several.
        limits: the upper limits of the same hypotheses, the least stringent where there are variants.
        observable_label: of the horizontal axis of the spectrum, with its unit; may contain $mathematics$.
        factors: luminosity, efficiency and others, as far as they are known.
        variants: fits and limits of all background variants; None where there is the nominal one alone.
        nuisances: what the nuisance parameters do at some of the hypotheses; None where there are none.
        coupling: what limits on the cross section are turned into; None where no model is declared.
        ranks: how the entries of one event go together, for toys; None where entries are independent.
    """

    name: str
    title: str
    result: ScanResult
    limits: UpperLimits
    observable_label: str
    factors: YieldFactors = field(default_factory=YieldFactors)
    variants: ChannelVariants | None = None
    nuisances: NuisanceEffects | None = None
    coupling: Coupling | None = None
    ranks: EventRanks | None = None

    @property
    def z_local(self) -> FloatArray:
        """Signed local significance, shape (h,)."""
        return self.result.z_local

    @property
    def cross_section(self) -> CrossSectionLimits:
        """The limits on the cross section, NaN where a factor is not known."""
        return cross_section_limits(self.limits, self.factors, self.result.mass)

    @property
    def coupling_limits(self) -> CouplingLimits | None:
        """The limits on the coupling of a model; None where none is declared."""
        if self.coupling is None:
            return None
        limits = self.cross_section
        return coupling_limits(limits.observed, limits.expected, self.result.mass, self.coupling)


@dataclass(frozen=True, slots=True, eq=False)
class CountingChannel:
    """One channel of a run whose events were counted in windows.

    Attributes:
        name: short and fit for a file name.
        title: in words.
        result: the counts and their backgrounds.
        significances: of each window.
        limits: the upper limits of the same windows.
        observable_labels: of the one or two observables, with their units; may contain $mathematics$.
        factors: luminosity, efficiency and others, as far as they are known.
        coupling: what limits on the cross section are turned into; None where no model is declared.
        cross_checks: limits by other methods, by name.
    """

    name: str
    title: str
    result: CountingResult
    significances: CountingSignificances
    limits: UpperLimits
    observable_labels: tuple[str, ...]
    factors: YieldFactors = field(default_factory=YieldFactors)
    coupling: Coupling | None = None
    cross_checks: Mapping[str, CountingScanLimits] = field(default_factory=dict)

    @property
    def variants(self) -> None:
        """Of the background: none."""
        return

    @property
    def nuisances(self) -> None:
        """Fitted parameters: none, uncertainties are averaged over."""
        return

    @property
    def coupling_limits(self) -> CouplingLimits | None:
        """The limits on the coupling of a model; None where none is declared."""
        if self.coupling is None:
            return None
        limits = self.cross_section
        return coupling_limits(limits.observed, limits.expected, self.result.mass, self.coupling)

    @property
    def is_plane(self) -> bool:
        """Whether windows lie in the plane of two observables."""
        return len(self.observable_labels) > 1

    @property
    def z_local(self) -> FloatArray:
        """Signed local significance, shape (h,)."""
        return self.significances.z_local

    @property
    def cross_section(self) -> CrossSectionLimits:
        """The limits on the cross section, NaN where a factor is not known."""
        return cross_section_limits(self.limits, self.factors, self.result.mass)


Channel: TypeAlias = ChannelResult | CountingChannel
"""One channel of a run."""
