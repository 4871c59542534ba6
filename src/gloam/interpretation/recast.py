"""Existing limits read for another model, with its cross section, branching fraction and efficiency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.interpretation.couplings import Coupling, CouplingLimits, coupling_limits
from gloam.interpretation.stored import StoredLimits
from gloam.models import Parameter, evaluate

__all__ = ["Recast", "ResultToRecast", "recast", "result_of_run"]

SAME_EFFICIENCY = "the efficiency is that of the model the limits were made for: kinematics are taken to be the same"
DECAYS_AS_SEARCHED = "the branching fraction of the decay that was searched for is taken as 1"
VISIBLE = "the cross section is the visible one: the effect of radiation off the initial state is not divided out"


@dataclass(frozen=True, slots=True, eq=False)
class ResultToRecast:
    """Limits on efficiency x cross section x branching fraction, free of any model but for what the search assumed.

    Attributes:
        mass: in GeV, shape (h,).
        effective: observed, the yield over the luminosity, in fb, shape (h,).
        expected: quantiles as in `UpperLimits`, shape (h, 5).
        efficiency: that they were made with, NaN where it is not known, shape (h,).
        radiative: the radiative factor that they were made with, NaN if none, shape (h,).
    """

    mass: FloatArray
    effective: FloatArray
    expected: FloatArray
    efficiency: FloatArray
    radiative: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Recast:
    """Limits on the coupling of another model.

    Attributes:
        cross_section: limits on cross section x branching fraction in fb, shape (h,).
        cross_section_expected: shape (h, 5).
        efficiency: that they were made with, shape (h,).
        limits: on the coupling.
        notes: what was assumed, and what is missing.
    """

    cross_section: FloatArray
    cross_section_expected: FloatArray
    efficiency: FloatArray
    limits: CouplingLimits
    notes: tuple[str, ...]


def recast(
    result: ResultToRecast,
    coupling: Coupling,
    efficiency: Parameter | None = None,
    radiative_factor: Parameter | None = None,
) -> Recast:
    """The limits on a model that an existing result implies.

    sigma B < effective / (efficiency x radiative factor), and the coupling from it.

    Args:
        result: the limits.
        coupling: of the other model, with its cross section and branching fraction.
        efficiency: of the search for the other model; None: that of the result, which is said in the notes.
        radiative_factor: (1 + delta) VP of the other model; None: that of the result.

    Raises:
        InputError: if no efficiency is known, or one is not positive.

    Example:
        >>> nothing = np.full((1, 5), np.nan)
        >>> found = ResultToRecast(np.array([1.0]), np.array([0.02]), nothing, np.array([0.1]), np.array([np.nan]))
        >>> recast(found, Coupling("g'", 1e5), efficiency=0.2).limits.observed
        array([0.001])
    """
    notes = []
    if efficiency is None:
        notes.append(SAME_EFFICIENCY)
    if coupling.branching_fraction == 1.0:
        notes.append(DECAYS_AS_SEARCHED)
    used = result.efficiency if efficiency is None else evaluate(efficiency, result.mass, "efficiency")
    if not np.isfinite(used).any():
        raise InputError("efficiency", "none in the result", "the efficiency for this model", "give --efficiency")
    if (used <= 0).any():
        raise InputError("efficiency", f"{np.nanmin(used):g}", "a number above 0", "leave out masses without any")
    factor = result.radiative
    if radiative_factor is not None:
        factor = evaluate(radiative_factor, result.mass, "radiative factor")
    if np.isnan(factor).all():
        notes.append(VISIBLE)
    divisor = used * np.where(np.isnan(factor), 1.0, factor)
    observed, expected = result.effective / divisor, result.expected / divisor[:, None]
    limits = coupling_limits(observed, expected, result.mass, coupling)
    return Recast(observed, expected, used, limits, (*notes, *limits.notes))


def result_of_run(stored: StoredLimits) -> ResultToRecast:
    """What can be recast of a run: its limits before they were divided by anything of a model.

    Raises:
        InputError: if the run has two masses or no luminosity, or its branching fraction cannot be told from its
            radiative factor.
    """
    if np.isfinite(stored.column("mass2")).any():
        raise InputError(
            f"limits to recast in {stored.directory}", "hypotheses of two masses", "one mass each",
            "call gloam.interpretation.coupling_limits with the cross section of both",
        )  # fmt: skip
    effective = stored.column("eff_xsec_ul_fb")
    if not np.isfinite(effective).any():
        raise InputError(
            f"limits to recast in {stored.directory}", "limits on yields alone", "a run with a luminosity",
            "run it again with --luminosity",
        )  # fmt: skip
    efficiency = stored.column("efficiency")
    return ResultToRecast(
        stored.mass, effective, stored.expected("eff_xsec_ul_fb"), efficiency, _radiative(stored, effective, efficiency)
    )


def _radiative(stored: StoredLimits, effective: FloatArray, efficiency: FloatArray) -> FloatArray:
    """The radiative factor of a run at each mass: what it divided by beside efficiency and branching fraction."""
    made_with = (stored.summary.get("limit") or {}).get("cross_section") or {}
    if made_with.get("kind") != "Born":
        return np.full(effective.shape, np.nan)
    both = effective / (stored.column("xsec_ul_fb") * efficiency)
    branching, radiative = made_with.get("branching_fraction"), made_with.get("radiative_factor")
    if branching is None:
        return both
    if isinstance(radiative, (int, float)):
        return np.full(effective.shape, float(radiative))
    if isinstance(branching, (int, float)):
        return both / branching
    raise InputError(
        f"radiative factor of the run in {stored.directory}", "it and the branching fraction both change with mass",
        "one of them constant", "run it again without --branching-fraction",
    )  # fmt: skip
