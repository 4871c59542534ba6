"""What a cross section is multiplied by to give a number of signal events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models import Parameter, Table, evaluate

__all__ = ["FACTORS", "Kind", "YieldFactors"]

Kind = Literal["Born", "visible"]

FACTORS = {
    "luminosity": (1e9, "a number above 0 and at most 1e9, in fb^-1", "give the integrated luminosity"),
    "efficiency": (1.0, "a fraction above 0 and at most 1", "write 0.12 for 12 %, and leave out masses without any"),
    "branching_fraction": (1.0, "a fraction above 0 and at most 1", "write 0.12 for 12 %, and leave out closed decays"),
    "radiative_factor": (10.0, "a number above 0 and at most 10", "write 0.945 for a reduction by 5.5 %"),
    "energy_factor": (1e6, "a number above 0", "leave it out for data at one energy"),
}
"""The largest value of each factor, what is allowed in words, and what to do about others."""
LEAST = 1e-30
"""Anything smaller is taken for zero: limits divided by it would overflow."""


@dataclass(frozen=True, slots=True, eq=False)
class YieldFactors:
    r"""What a cross section is multiplied by to give the expected number of signal events.

    $$ N = \sigma_\mathrm{Born} \, (1 + \delta) \, VP \; B \, \varepsilon \, L
         = \sigma_\mathrm{vis} \; B \, \varepsilon \, L $$

    as in arXiv:2109.08596. The yield of a fit counts the whole peak, not only what lies in its window: the efficiency
    must count the same events. A factor that is None is not known, and what needs it is NaN.

    Attributes:
        luminosity: integrated luminosity L in fb^-1.
        efficiency: of the selection, a fraction, against the mass of the particle.
        branching_fraction: B of the decay that is selected; None: it stays part of the cross section.
        radiative_factor: (1 + delta) VP, the visible over the Born cross section: the effect of radiation off the
            initial state, up to the photon energy that the efficiency also refers to, times that of the vacuum
            polarisation 1 / |1 - Pi|^2; None: the cross section is the visible one.
        energy_factor: of data at several energies, sum L_i sigma(s_i) over L sigma(s), where the cross section is that
            at the nominal energy; None: all data are taken there.

    Raises:
        InputError: for a value that is none of these.

    Example:
        >>> factors = YieldFactors(luminosity=100.0, efficiency=0.25, branching_fraction=0.5, radiative_factor=0.8)
        >>> factors.kind, factors.events_per_fb(np.array([1.0, 2.0]))
        ('Born', array([10., 10.]))
    """

    luminosity: float | None = None
    efficiency: Parameter | None = None
    branching_fraction: Parameter | None = None
    radiative_factor: Parameter | None = None
    energy_factor: Parameter | None = None

    def __post_init__(self) -> None:
        for name in FACTORS:
            factor = getattr(self, name)
            if factor is not None and not callable(factor):
                _check(name, np.atleast_1d(float(factor)), None)
            elif isinstance(factor, Table):
                _check(name, factor.value, factor.mass)

    @property
    def kind(self) -> Kind:
        """Which cross section this is: the Born one if the radiative factor is known, else the visible one."""
        return "visible" if self.radiative_factor is None else "Born"

    @property
    def branching_fraction_included(self) -> bool:
        """Whether the cross section still has the branching fraction in it, that is sigma x B."""
        return self.branching_fraction is None

    @property
    def complete(self) -> bool:
        """Whether a yield can be turned into a cross section: luminosity and efficiency are known."""
        return self.luminosity is not None and self.efficiency is not None

    def at(self, name: str, mass: FloatArray) -> FloatArray:
        """One factor by its name at each mass, NaN where it is not known, in the shape of `mass`.

        Raises:
            InputError: if a mass is outside a table, or a function returns what is not allowed.
        """
        factor: Parameter | None = getattr(self, name)
        if factor is None:
            return np.full(np.shape(mass), np.nan)
        value = evaluate(factor, mass, _words(name))
        if not isinstance(factor, Table):  # its rows are checked already, and rounding may take an efficiency past 1
            _check(name, value, mass)
        return value

    def events_per_fb(self, mass: FloatArray) -> FloatArray:
        """The events expected for a cross section of 1 fb, NaN where that is not known, in the shape of `mass`."""
        events = self.at("luminosity", mass) * self.at("efficiency", mass)
        for name in ("branching_fraction", "radiative_factor", "energy_factor"):
            if getattr(self, name) is not None:
                events = events * self.at(name, mass)
        return events


def _check(name: str, values: FloatArray, mass: FloatArray | None) -> None:
    """Refuse values of a factor that it cannot have."""
    most, allowed, remedy = FACTORS[name]
    wrong = ~((values >= LEAST) & (values <= most))
    if wrong.any():
        at = "" if mass is None else f" at a mass of {mass[wrong][0]:g} GeV"
        raise InputError(_words(name) + at, f"{values[wrong][0]:g}", allowed, remedy)


def _words(name: str) -> str:
    return name.replace("_", " ")
