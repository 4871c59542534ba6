"""What turns the yields of a file's scan into cross sections, as its request names it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from gloam.interpretation import YieldFactors, efficiency_named, factor_named
from gloam.models import Parameter
from gloam.spectra import Spectrum

__all__ = ["with_luminosity", "yield_factors"]


class _Request(Protocol):
    """What requests say of these factors: numbers or names of tables; None: not known."""

    @property
    def luminosity(self) -> float | None:
        """Integrated, in fb^-1."""
        ...

    @property
    def efficiency(self) -> str | None:
        """Of the selection."""
        ...

    @property
    def branching_fraction(self) -> str | None:
        """Of the decay."""
        ...

    @property
    def radiative_factor(self) -> str | None:
        """Visible over Born cross section."""
        ...


def yield_factors(request: _Request) -> tuple[YieldFactors, Parameter | None]:
    """What turns yields into cross sections, and the relative error of the efficiency where its table has errors."""
    efficiency, error = (None, None) if request.efficiency is None else efficiency_named(request.efficiency)
    branching, radiative = (
        None if (text := getattr(request, name)) is None else factor_named(text, name)
        for name in ("branching_fraction", "radiative_factor")
    )
    return YieldFactors(request.luminosity, efficiency, branching, radiative), error


def with_luminosity(spectrum: Spectrum, luminosity: float | None) -> Spectrum:
    """The spectrum with its luminosity in fb^-1, where that is known."""
    if luminosity is None or spectrum.origin is None:
        return spectrum
    return replace(spectrum, origin=replace(spectrum.origin, luminosity_fb=luminosity))
