"""Scale factors from control regions: data over simulation where no signal is expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from gloam.detector import Correction
from gloam.errors import InputError
from gloam.sourced import Sourced

__all__ = ["ControlFactor", "combined_factor", "control_factor"]

HALF = 0.5
"""Part of the difference between data and simulation that is its uncertainty, where nothing explains it."""


@dataclass(frozen=True, slots=True)
class ControlFactor:
    """Data over simulation in a control region.

    Attributes:
        name: of the region.
        value: the ratio.
        statistical: its absolute error from both numbers of events.
        relative_uncertainty: systematic, relative to the value: half of the difference to 1, over 1. A discrepancy that
            nothing explains is corrected for, and half of it is its uncertainty.
    """

    name: str
    value: float
    statistical: float
    relative_uncertainty: float

    @property
    def error(self) -> float:
        """Absolute, statistical and systematic in quadrature."""
        return math.hypot(self.statistical, self.value * self.relative_uncertainty)

    def correction(self, on: Sequence[Literal["signal", "background"]], reference: str) -> Correction:
        """The factor as a correction of simulated yields.

        Args:
            on: the yields on which its uncertainty acts; the factor itself acts on all.
            reference: the data that it comes from.
        """
        factor = Sourced(self.value, self.error, "", "simulated", reference)
        return Correction(self.name, factor, "event", tuple(on))


def control_factor(
    name: str, observed: float, expected: float, expected_error: float = 0.0, unexplained: float = HALF
) -> ControlFactor:
    """The factor from the events of one control region.

    In arXiv:1912.11276 samples of e+e-, mu mu gamma and e mu gamma with the photon ignored, and with the cut on the
    transverse momentum inverted, gave 0.75 for two muons, with half of the difference, 12.5 %, for its uncertainty.

    Args:
        name: of the region.
        observed: events in data, above 0.
        expected: the same in simulation, scaled to the data, above 0.
        expected_error: absolute, from the finite simulation.
        unexplained: part of the difference to 1 that is uncertain, 0 to 1.

    Raises:
        InputError: for numbers that make no ratio.

    Example:
        >>> found = control_factor("mumu yield", 7500, 10_000)
        >>> found.value, found.relative_uncertainty, round(found.statistical, 4)
        (0.75, 0.125, 0.0087)
    """
    numbers = (observed, expected, expected_error)
    if not (all(map(math.isfinite, numbers)) and observed > 0 and expected > 0 and expected_error >= 0):
        raise InputError(
            f"factor of the control region {name}",
            f"{observed:g} observed, {expected:g} +- {expected_error:g} expected", "events in data and in simulation",
            "choose a region with events",
        )  # fmt: skip
    if not 0 <= unexplained <= 1:
        raise InputError(f"factor of {name}", f"{unexplained:g}", "a part from 0 to 1", "write 0.5 for half")
    value = observed / expected
    statistical = value * math.hypot(1 / math.sqrt(observed), expected_error / expected)
    return ControlFactor(name, value, statistical, unexplained * abs(1 - value))


def combined_factor(name: str, factors: Sequence[ControlFactor], unexplained: float = HALF) -> ControlFactor:
    """One factor of several regions: their mean weighted by statistical errors, with half of the difference to 1.

    Args:
        name: of the correction.
        factors: of the regions, one or more.
        unexplained: part of the difference to 1 that is uncertain.

    Raises:
        InputError: without factors, or if they disagree by more than their statistics and half of the difference to 1.

    Example:
        >>> regions = [control_factor("inverted pT", 760, 1000), control_factor("photon ignored", 7450, 10_000)]
        >>> round(combined_factor("mumu yield", regions).value, 3)
        0.746
    """
    if not factors:
        raise InputError(f"factor of {name}", "no control region", "at least one", "measure one")
    values = np.array([each.value for each in factors])
    weights = _weights([each.statistical for each in factors])
    value = float((weights * values).sum() / weights.sum())
    statistical = float(1 / np.sqrt(weights.sum()))
    allowed = max(unexplained * abs(1 - value), 3 * max(each.statistical for each in factors))
    worst = factors[int(np.abs(values - value).argmax())]
    if abs(worst.value - value) > allowed:
        raise InputError(
            f"factor of {name}", f"{worst.value:.3g} in {worst.name}, {value:.3g} in the mean of all regions",
            f"regions that agree within {allowed:.2g}", "find out what differs; one factor does not describe them",
        )  # fmt: skip
    return ControlFactor(name, value, statistical, unexplained * abs(1 - value))


def _weights(errors: Sequence[float]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / np.square(np.asarray(errors, float)))
