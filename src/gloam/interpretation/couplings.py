"""Upper limits on a coupling, from those on a cross section."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.interpretation.inversion import invert_increasing
from gloam.models import Parameter, evaluate

__all__ = ["LEAST_FRACTION", "Coupling", "CouplingLimits", "Missing", "coupling_limits", "general_coupling_limits"]

LEAST_FRACTION = 1e-9
"""Branching fraction below which nothing is said about a coupling: rounding at a threshold is no decay."""

FRACTION = (0.0, 1.0, "a fraction from 0 to 1", "write 0.12 for 12 %")
RELATIVE = (0.0, np.inf, "a relative uncertainty >= 0", "write 0.05 for 5 %")
CROSS_SECTION = (0.0, np.inf, "a cross section >= 0, in fb", "check the function")


class Missing(IntEnum):
    """Why there is no limit on a coupling."""

    NOTHING = 0
    NO_LIMIT = 1
    NO_PRODUCTION = 2
    NO_DECAY = 3
    OUT_OF_RANGE = 4

    @property
    def in_words(self) -> str:
        """The reason, for the notes of a result."""
        return _WORDS[self]


_WORDS = {
    Missing.NOTHING: "",
    Missing.NO_LIMIT: "there is no limit on the cross section",
    Missing.NO_PRODUCTION: "the cross section of the model is 0, so no coupling can be excluded",
    Missing.NO_DECAY: "the branching fraction of the model vanishes, so no coupling can be excluded",
    Missing.OUT_OF_RANGE: "the model does not reach the limit for any coupling in the range that was searched",
}


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """A coupling, and the cross section that it makes: sigma B = g^power sigma_1 B.

    Attributes:
        name: as in tables and on axes, such as "g'".
        cross_section: sigma_1 in fb, the production cross section at coupling 1, as a function of masses in GeV;
            0 where the particle cannot be produced.
        branching_fraction: B of the decay that was searched for; may depend on the mass, and may be 0. It is left at
            1 where the limit is on the cross section alone, without the branching fraction.
        relative_error: of sigma_1 B, one standard deviation; kept beside the limits, never folded into them.
        power: 2 for an amplitude (g', epsilon, g), 1 for what enters like a cross section (epsilon^2 alpha_D, xi^2).
        unit: "" or "GeV^-1".
        perturbative: limits above this are flagged; 1 for a dimensionless coupling, infinite where it has no meaning.
    """

    name: str
    cross_section: Parameter
    branching_fraction: Parameter = 1.0
    relative_error: Parameter = 0.0
    power: float = 2.0
    unit: str = ""
    perturbative: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.power) and self.power > 0):
            remedy = "2 for an amplitude, 1 for a rate"
            raise InputError(f"power of {self.name}", self.power, "a number above 0", remedy)

    def at_one(self, mass: FloatArray) -> FloatArray:
        """Cross section times branching fraction in fb at coupling 1, in the shape of `mass`.

        Raises:
            InputError: for a cross section or fraction that cannot be.
        """
        return self._production(mass) * self._fraction(mass)

    def error(self, mass: FloatArray) -> FloatArray:
        """The relative error of `at_one` at each mass."""
        return _checked(self.relative_error, mass, f"relative error of the cross section for {self.name}", RELATIVE)

    def missing(self, mass: FloatArray) -> IntArray:
        """Why there is no limit at each mass, whatever the data say; `Missing` codes."""
        reason = np.where(self._fraction(mass) > LEAST_FRACTION, Missing.NOTHING, Missing.NO_DECAY)
        return np.asarray(np.where(self._production(mass) > 0, reason, Missing.NO_PRODUCTION), np.int64)

    def _production(self, mass: FloatArray) -> FloatArray:
        return _checked(self.cross_section, mass, f"cross section for {self.name} = 1", CROSS_SECTION)

    def _fraction(self, mass: FloatArray) -> FloatArray:
        return _checked(self.branching_fraction, mass, f"branching fraction for {self.name}", FRACTION)


@dataclass(frozen=True, slots=True, eq=False)
class CouplingLimits:
    """Upper limits on a coupling, observed and expected without a signal; NaN where there are none (see `reason`).

    Attributes:
        name, unit: of the coupling.
        mass: in GeV, shape (h,).
        observed: shape (h,).
        expected: quantiles as in `UpperLimits`, shape (h, 5).
        low, high: the observed limits with the cross section of the model one standard deviation up and down (as a
            log-normal factor 1 + r); shape (h,).
        reason: why there is no observed limit, `Missing` codes, shape (h,).
        strong: which observed limits are beyond `Coupling.perturbative`, shape (h,): they exclude nothing that the
            calculation of the cross section could be trusted for.
    """

    name: str
    unit: str
    mass: FloatArray
    observed: FloatArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray
    reason: IntArray
    strong: BoolArray

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing and what is flagged, in sentences, with the ranges of the masses."""
        found = []
        for code in np.unique(self.reason[self.reason != Missing.NOTHING]).tolist():
            at = self.mass[self.reason == code]
            found.append(f"no limit on {self.name} at {at.size} masses ({_range(at)}): {Missing(code).in_words}.")
        if self.strong.any():
            at = self.mass[self.strong]
            found.append(f"the limit on {self.name} is not perturbative at {at.size} masses ({_range(at)}).")
        return tuple(found)


def coupling_limits(
    observed: FloatArray, expected: FloatArray | None, mass: FloatArray, coupling: Coupling
) -> CouplingLimits:
    """The limits on a coupling that belong to those on a cross section (times branching fraction).

    g = (sigma_UL / (sigma_1 B))^(1 / power), which is exact as long as width and efficiency do not depend on g.

    Args:
        observed: in fb, shape (h,), NaN where there is none.
        expected: quantiles, shape (h, 5), or None.
        mass: of the particle in GeV, shape (h,).
        coupling: what is limited. Its branching fraction must be the one that the limits still contain.

    Raises:
        InputError: for shapes, cross sections or fractions that cannot be.

    Example:
        >>> model = Coupling("g'", lambda m: 4e5 / m, branching_fraction=0.5, relative_error=0.21)
        >>> found = coupling_limits(np.array([0.2]), None, np.array([1.0]), model)
        >>> found.observed, found.low.round(6), found.high.round(6)
        (array([0.001]), array([0.000909]), array([0.0011]))
    """
    mass, observed, expected = _shaped(mass, observed, expected)
    at_one, missing = coupling.at_one(mass), coupling.missing(mass)
    usable = missing == Missing.NOTHING
    unit = np.where(usable, at_one, np.nan)
    with np.errstate(invalid="ignore"):
        found = (observed / unit) ** (1 / coupling.power)
        bands = (expected / unit[:, None]) ** (1 / coupling.power)
    reason = np.where(usable & np.isnan(found), Missing.NO_LIMIT, missing)
    return _limits(coupling, mass, found, bands, reason, _spread(coupling, mass))


def general_coupling_limits(
    observed: FloatArray,
    expected: FloatArray | None,
    mass: FloatArray,
    relation: Callable[[FloatArray, FloatArray], FloatArray],
    ends: tuple[float, float],
    coupling: Coupling,
) -> CouplingLimits:
    """The limits on a coupling where the cross section grows with it in any way.

    Such a relation comes about where the branching fraction depends on the coupling, because another width does not.

    Args:
        observed: in fb, shape (h,).
        expected: quantiles, shape (h, 5), or None.
        mass: in GeV, shape (h,).
        relation: cross section times branching fraction in fb for couplings and masses of one shape, not decreasing
            in the coupling.
        ends: the smallest and largest coupling that is looked at; limits beyond are NaN (`Missing.OUT_OF_RANGE`).
        coupling: names, unit and relative error; its cross section is not used.

    Raises:
        InputError: for a relation that decreases, or ends that are none.

    Example:
        >>> named = Coupling("g'", 1.0)
        >>> def visible(g, m):
        ...     return 1e5 * g**4 / (g**2 + 1e-4)  # B = g^2 / (g^2 + h^2)
        >>> general_coupling_limits(np.array([5.0]), None, np.array([1.0]), visible, (1e-5, 1.0), named).observed
        array([0.01])
    """
    mass, observed, expected = _shaped(mass, observed, expected)
    error = coupling.error(mass)
    goals = np.column_stack([observed, expected, observed / (1 + error), observed * (1 + error)])
    found = invert_increasing(lambda g: relation(g, np.broadcast_to(mass[:, None], g.shape)), goals, ends)
    reason = np.where(np.isnan(found[:, 0]), Missing.OUT_OF_RANGE, Missing.NOTHING)
    reason = np.where(np.isnan(observed), Missing.NO_LIMIT, reason)
    limits = _limits(coupling, mass, found[:, 0], found[:, 1:6], reason, np.ones_like(mass))
    return CouplingLimits(
        limits.name, limits.unit, mass, limits.observed, limits.expected, found[:, 6], found[:, 7], limits.reason,
        limits.strong,
    )  # fmt: skip


def _limits(
    coupling: Coupling, mass: FloatArray, observed: FloatArray, expected: FloatArray, reason: IntArray, by: FloatArray
) -> CouplingLimits:
    with np.errstate(invalid="ignore"):
        strong = observed > coupling.perturbative
    return CouplingLimits(
        coupling.name, coupling.unit, mass, observed, expected, observed / by, observed * by,
        np.asarray(reason, np.int64), strong,
    )  # fmt: skip


def _spread(coupling: Coupling, mass: FloatArray) -> FloatArray:
    """The factor by which a limit moves if the cross section moves by one standard deviation."""
    return np.asarray((1 + coupling.error(mass)) ** (1 / coupling.power))


def _shaped(
    mass: FloatArray, observed: FloatArray, expected: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    mass, observed = np.asarray(mass, float), np.asarray(observed, float)
    bands = np.full((mass.size, 5), np.nan) if expected is None else np.asarray(expected, float)
    if mass.ndim != 1 or observed.shape != mass.shape or bands.shape != (mass.size, 5):
        raise InputError(
            "limits on a coupling", f"shapes {mass.shape}, {observed.shape} and {bands.shape}",
            "(h,) masses and limits, (h, 5) quantiles", "align them",
        )  # fmt: skip
    if (observed < 0).any() or (bands < 0).any():
        raise InputError("limits on a coupling", "a negative cross section", "limits >= 0, or NaN", "check the table")
    return mass, observed, bands


def _checked(parameter: Parameter, mass: FloatArray, name: str, allowed: tuple[float, float, str, str]) -> FloatArray:
    low, high, words, remedy = allowed
    value = evaluate(parameter, mass, name)
    wrong = ~((value >= low) & (value <= high))
    if wrong.any():
        raise InputError(f"{name} at a mass of {mass[wrong][0]:g} GeV", f"{value[wrong][0]:g}", words, remedy)
    return value


def _range(mass: FloatArray) -> str:
    low, high = float(mass.min()), float(mass.max())
    return f"{low:.4g} GeV" if low == high else f"{low:.4g} to {high:.4g} GeV"
