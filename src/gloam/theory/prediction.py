"""What a model predicts at one point of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gloam.constants import MM_TIMES_GEV
from gloam.errors import InputError

__all__ = ["Prediction", "Production", "branching_fractions", "check_parameter", "decay_length"]


@dataclass(frozen=True, slots=True)
class Production:
    """A cross section in fb, or None where the model does not predict it.

    Attributes:
        cross_section: in fb; 0 above the threshold.
        error: numerical, in fb, of the quadrature; what the formula leaves out is said in the notes.
        valid: whether the formula holds here.
    """

    cross_section: float | None
    error: float | None = 0.0
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model predicts for one mass and coupling.

    Attributes:
        model: name of the model.
        mass: in GeV.
        process: the production that `cross_section` belongs to.
        processes: every production that is calculated, by name.
        widths: partial widths in GeV, by final state; "pipi" is part of "hadrons".
        branching_fractions: by final state.
        delta_a_mu: one-loop contribution to (g-2)/2 of the muon; None where the model has none at this order.
        width: total, in GeV; None where it is not predicted.
        one_plus_delta: radiative factor of `process` for photons below the declared energy; None above the threshold.
        momentum: of each of two bodies in the centre-of-mass frame (of the B meson in a B decay), in GeV.
        valid: whether every number holds; the notes say what does not.
        notes: reasons, approximations, what is not established.
        reference: where the formulas are from.
    """

    model: str
    mass: float
    process: str
    processes: Mapping[str, Production]
    reference: str
    widths: Mapping[str, float] = field(default_factory=dict)
    branching_fractions: Mapping[str, float] = field(default_factory=dict)
    delta_a_mu: float | None = None
    width: float | None = None
    one_plus_delta: float | None = None
    momentum: float | None = None
    valid: bool = True
    notes: tuple[str, ...] = ()

    @property
    def cross_section(self) -> float | None:
        """Of `process`, in fb."""
        return self.processes[self.process].cross_section

    @property
    def cross_section_error(self) -> float | None:
        """Numerical, of `process`, in fb."""
        return self.processes[self.process].error

    @property
    def ctau_mm(self) -> float | None:
        """The proper decay length in mm; None for a stable particle or an unknown width."""
        return None if self.width is None else decay_length(self.width)


def branching_fractions(widths: Mapping[str, float], inside: tuple[str, ...] = ()) -> dict[str, float]:
    """Each width over their sum; those named `inside` are part of another and are not added.

    Example:
        >>> branching_fractions({"ee": 1.0, "mumu": 3.0})
        {'ee': 0.25, 'mumu': 0.75}
    """
    total = math.fsum(value for name, value in widths.items() if name not in inside)
    return {name: value / total if total > 0 else 0.0 for name, value in widths.items()}


def decay_length(width: float) -> float | None:
    """C tau = hbar c / width in mm, for a width in GeV; None where nothing decays.

    Example:
        >>> decay_length(1.973269804e-13)
        1.0
    """
    return MM_TIMES_GEV / width if width > 0 else None


def check_parameter(name: str, value: float, positive: bool = True) -> float:
    """The value, if it is finite and > 0 (or >= 0).

    Raises:
        InputError: otherwise.
    """
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        allowed = "a finite number > 0" if positive else "a finite number >= 0"
        raise InputError(name, value, allowed, "give it in GeV, couplings in the unit of the model")
    return value
