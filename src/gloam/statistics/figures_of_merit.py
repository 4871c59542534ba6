"""Punzi's figure of merit: the smallest signal that a counting experiment finds, and can exclude, with given odds."""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.statistics.normal import cumulative, survival

__all__ = ["POWER", "SIGNIFICANCE", "PunziForm", "punzi_sensitivity", "punzi_yield", "require_form"]

PunziForm: TypeAlias = Literal["poisson", "gaussian", "exact"]
"""Which approximation: the fit to Poisson counts, the Gaussian formula, or Poisson counts themselves."""

SIGNIFICANCE = 3.0
"""Standard deviations (one-sided) at which the background alone is rejected, where nothing else is asked for."""

POWER = 1.2815515655446004
"""The same for the probability to see the smallest signal: 90 %."""


def punzi_yield(
    background: npt.ArrayLike,
    significance: float = SIGNIFICANCE,
    power: float = POWER,
    form: PunziForm = "poisson",
    floor: float = 0.0,
) -> FloatArray:
    r"""The smallest signal yield found at `significance` with probability $\Phi$(`power`), shape of `background`.

    With $a$ = significance, $b$ = power and $B$ expected background events (G. Punzi, physics/0308063):

    - gaussian: $b^2/2 + a\sqrt B + (b/2)\sqrt{b^2 + 4a\sqrt B + 4B}$ (arXiv:2110.00810, eq. 9);
    - poisson: the same with $a^2/8 + 9b^2/13$ for the first term, a fit to Poisson counts; within 9 % of them for a = 3
      and b = 1.28 above B = 0.01, but worse than the Gaussian formula for a = b = 3;
    - exact: Poisson counts. It jumps wherever one more event is needed, so that it is good for quoting and bad for
      optimising.

    Args:
        background: expected number of events, 0 or more, of any shape.
        significance: a, above 0.
        power: b; 1.2816 for 90 %, 0 for an even chance.
        form: see above.
        floor: events added to the background. The slope of the closed forms is infinite without background.

    Raises:
        InputError: a background, significance, power or floor for which there is no such yield.

    Example:
        >>> [punzi_yield([0.1, 10.0], form=form).round(3).tolist() for form in ("poisson", "gaussian", "exact")]
        [[4.759, 17.465], [3.318, 16.025], [5.222, 18.184]]
    """
    require_form(significance, power, form)
    expected = np.asarray(background, float) + floor
    if not (np.isfinite(expected).all() and (expected >= 0).all()):
        fault = expected[~(np.isfinite(expected) & (expected >= 0))].flat[0]
        raise InputError("background of a figure of merit", fault, "numbers of events, 0 or more", "check the weights")
    if form == "exact":
        return _exact_yield(expected, significance, power)
    constant, half_square = closed_form_terms(significance, power, form)
    root = significance * np.sqrt(expected)
    return np.asarray(constant + root + power / 2 * np.sqrt(half_square + 4 * root + 4 * expected))


def punzi_sensitivity(
    efficiency: npt.ArrayLike, background: npt.ArrayLike, luminosity: float, **settings: Any
) -> FloatArray:
    """The smallest cross section that is found, in fb: `punzi_yield` over efficiency and luminosity.

    Infinite where the efficiency is 0. Arguments are never changed.

    Args:
        efficiency: of the signal, all cuts and windows included.
        background: expected number of events at this luminosity.
        luminosity: in fb^-1, above 0.
        settings: of `punzi_yield`: significance, power, form, floor.

    Raises:
        InputError: an efficiency or luminosity below 0 or not a number; and as `punzi_yield`.

    Example:
        >>> float(punzi_sensitivity(0.2, 10.0, 50.0))
        1.7465
    """
    if not luminosity > 0 or math.isinf(luminosity):
        raise InputError("luminosity", luminosity, "a number above 0, in fb^-1", "say what the weights are scaled to")
    part = np.asarray(efficiency, float)
    if not (part >= 0).all():
        raise InputError("efficiency of a figure of merit", part.min(), "numbers of 0 or more", "check the weights")
    with np.errstate(divide="ignore"):
        return np.asarray(punzi_yield(background, **settings) / (part * luminosity))


def closed_form_terms(significance: float, power: float, form: PunziForm) -> tuple[float, float]:
    """The constant before the roots, and the b^2 inside the last one."""
    square = power**2
    return (significance**2 / 8 + 9 * square / 13 if form == "poisson" else square / 2), square


def require_form(significance: float, power: float, form: str) -> None:
    """Nothing if there is such a figure of merit.

    Raises:
        InputError: an unknown form, a significance that is not above 0, a power below 0 or not finite.
    """
    if form not in get_args(PunziForm):
        raise InputError("form of the figure of merit", form, one_of(get_args(PunziForm)), "choose one of these")
    if not 0 < significance < math.inf:
        raise InputError("significance", significance, "standard deviations above 0", "3 and 5 are usual")
    if not 0 <= power < math.inf:
        raise InputError("power", power, "standard deviations of 0 or more", "write 1.2816 for 90 %")


def _exact_yield(expected: FloatArray, significance: float, power: float) -> FloatArray:
    from scipy.special import gammaincinv

    needed = critical_count(expected, float(survival(np.asarray(significance))))
    return np.asarray(gammaincinv(needed, float(cumulative(np.asarray(power)))) - expected)


def critical_count(expected: FloatArray, level: float) -> FloatArray:
    """The smallest count that the background reaches with a probability of `level` or less; at least 1.

    Example:
        >>> critical_count(np.array([0.0, 0.01, 1.0, 100.0]), 1.35e-3)
        array([  1.,   2.,   6., 132.])
    """
    from scipy.special import gammainc

    count = np.ceil(expected)  # below the answer: the median of a count is about its mean
    count = np.maximum(count, 1.0)
    step = np.maximum(np.ceil(np.sqrt(expected)), 1.0)
    while np.any(step >= 1):  # halved each time that it leads beyond the answer
        above = gammainc(count + step, expected) > level
        count = np.where(above & (step >= 1), count + step, count)
        step = np.where(above, step, np.floor(step / 2))
    return np.where(gammainc(count, expected) > level, count + 1, count)
