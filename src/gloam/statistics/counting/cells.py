"""Counting experiments, one cell each: n ~ Poisson(efficiency x signal + background)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError, one_of
from gloam.statistics.counting.spread import Known, LogNormal, Measured, Normal, Spread

__all__ = ["BackgroundForm", "Cells", "EfficiencyForm", "counting_cells", "on_off_cells"]

EfficiencyForm = Literal["lognormal", "gaussian"]
BackgroundForm = Literal["lognormal", "gaussian", "gamma"]

Numbers = npt.ArrayLike

MOST = 1e15
"""Counts above this are not whole numbers any more in double precision, within the sums that are needed."""

MOST_UNSEEN = 1e9
"""Background up to which a signal of some events keeps seven digits beside it: where the count is far below."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts with what is known of their backgrounds and efficiencies.

    Attributes:
        observed: counts, shape (c,).
        background: factors whose product is the expected background.
        efficiency: expected counts for each unit of signal.
    """

    observed: FloatArray
    background: tuple[Spread, ...]
    efficiency: Spread

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.observed.size

    @property
    def nominal_background(self) -> FloatArray:
        """The product of the nominal factors, shape (c,)."""
        return np.asarray(np.prod([factor.nominal for factor in self.background], axis=0), float)

    @property
    def exact(self) -> bool:
        """Whether background and efficiency are known."""
        return all(isinstance(each, Known) for each in (*self.background, self.efficiency))

    def take(self, rows: IntArray) -> Cells:
        """Some cells."""
        return Cells(
            self.observed[rows], tuple(factor.take(rows) for factor in self.background), self.efficiency.take(rows)
        )

    def observing(self, counts: FloatArray) -> Cells:
        """The same with other counts."""
        return replace(self, observed=counts)


def counting_cells(
    observed: Numbers,
    background: Numbers,
    background_error: Numbers = 0.0,
    efficiency: Numbers = 1.0,
    efficiency_error: Numbers = 0.0,
    *,
    background_form: BackgroundForm = "lognormal",
    efficiency_form: EfficiencyForm = "lognormal",
    literal: bool = False,
) -> Cells:
    """Counts over a background that is known, or known with an error.

    Args:
        observed: counts, whole numbers >= 0. All arguments broadcast against each other.
        background: expected, >= 0.
        background_error: one standard deviation, absolute.
        efficiency: expected counts for each unit of signal, > 0; more than 1 where the unit is not an event.
        efficiency_error: one standard deviation, absolute.
        background_form: "lognormal" (median `background`, k = 1 + error / background), "gaussian" (cut at 0 in
            averages) or "gamma" (this mean and standard deviation).
        efficiency_form: "lognormal" or "gaussian".
        literal: whether a profile keeps the 1/x of log-normal densities.

    Raises:
        InputError: for values that cannot be.

    Example:
        >>> cells = counting_cells([0, 3], 1.5, efficiency=0.5)
        >>> cells.size, cells.nominal_background
        (2, array([1.5, 1.5]))
    """
    n, b, b_error, e, e_error = _broadcast(observed, background, background_error, efficiency, efficiency_error)
    check_counts("observed count", n)
    _check("background", b, (b >= 0) & (b <= MOST), f"a number from 0 to {MOST:g}", "give the expected background")
    _check_deficit(n, b)
    _check("error of the background", b_error, b_error >= 0, "a number >= 0", "give an absolute error")
    spread = _background(b, b_error, background_form, literal)
    return Cells(n, (spread,), _efficiency(e, e_error, efficiency_form, literal))


def on_off_cells(
    on: Numbers,
    off: Numbers,
    tau: Numbers,
    background_error: Numbers = 0.0,
    efficiency: Numbers = 1.0,
    efficiency_error: Numbers = 0.0,
    *,
    background_form: EfficiencyForm = "lognormal",
    efficiency_form: EfficiencyForm = "lognormal",
    literal: bool = False,
) -> Cells:
    """Counts over a background measured elsewhere: off ~ Poisson(tau b0), on ~ Poisson(efficiency s + b), b = f b0.

    The factor f has a relative uncertainty; this is the likelihood of arXiv:2110.14086 (log-normal) and the smearing of
    arXiv:1912.11276 (Gaussian) around Poisson counts of simulated background.

    Args:
        on: counts in the signal region, whole numbers >= 0. All arguments broadcast against each other.
        off: counts in the background region.
        tau: how many times the background of `on` is expected in `off`, > 0.
        background_error: of f, relative.
        efficiency: expected counts for each unit of signal, > 0.
        efficiency_error: one standard deviation, absolute.
        background_form: of f, "lognormal" (k = 1 + background_error) or "gaussian".
        efficiency_form: "lognormal" or "gaussian".
        literal: whether a profile keeps the 1/x of log-normal densities.

    Raises:
        InputError: for values that cannot be.

    Example:
        >>> on_off_cells(4, 5, 5.0).nominal_background
        array([1.])
    """
    n, m, ratio, relative, e, e_error = _broadcast(on, off, tau, background_error, efficiency, efficiency_error)
    check_counts("on count", n)
    check_counts("off count", m)
    check_tau(ratio)
    with np.errstate(over="ignore"):
        _check("background of an off region", (m + 1) / ratio, (m + 1) / ratio <= MOST, f"at most {MOST:g}",
               "give counts and a tau that say something of the background")  # fmt: skip
    _check_deficit(n, m / ratio)
    _check("relative error of the background", relative, relative >= 0, "a number >= 0", "write 0.2 for 20 %")
    background: tuple[Spread, ...] = (Measured(m, ratio),)
    if relative.any():
        background = (*background, _uncertain(np.ones_like(relative), relative, background_form, literal))
    return Cells(n, background, _efficiency(e, e_error, efficiency_form, literal))


def _check_deficit(observed: FloatArray, background: FloatArray) -> None:
    allowed = f"at most {MOST_UNSEEN:g} where less than half of it is observed"
    _check("background", background, (background <= MOST_UNSEEN) | (observed > 0.5 * background), allowed,
           "check the background: it does not fit the count")  # fmt: skip


def check_counts(asked: str, counts: FloatArray) -> None:
    """Refuse what is not a count."""
    whole = (counts >= 0) & (counts == np.floor(counts)) & (counts <= MOST)
    _check(asked, counts, whole, f"a whole number from 0 to {MOST:g}", "give the number of events")


def check_tau(tau: FloatArray) -> None:
    """Refuse what is not a ratio of exposures."""
    _check("tau", tau, tau > 0, "a number above 0", "give the background of the off region over that of the on region")


def _broadcast(*values: Numbers) -> list[FloatArray]:
    try:
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, float)) for value in values))
    except ValueError as fault:
        shapes = " and ".join(str(np.shape(value)) for value in values if np.ndim(value))
        raise InputError("cells", f"shapes {shapes}", "arrays of one length, or numbers", "align them") from fault
    return [np.array(array).ravel() for array in arrays]


def _check(asked: str, values: FloatArray, good: BoolArray, allowed: str, remedy: str) -> None:
    bad = ~(good & np.isfinite(values))
    if bad.any():
        raise InputError(asked, f"{values[bad][0]:g}", allowed, remedy)


def _efficiency(nominal: FloatArray, error: FloatArray, form: EfficiencyForm, literal: bool) -> Spread:
    _check("efficiency", nominal, nominal > 0, "a number above 0", "without efficiency there is no limit")
    _check("error of the efficiency", error, error >= 0, "a number >= 0", "give an absolute error")
    return _uncertain(nominal, error, form, literal)


def _background(nominal: FloatArray, error: FloatArray, form: BackgroundForm, literal: bool) -> Spread:
    if form == "gamma" and error.any():
        _check("error of the background", error, (error > 0) & (nominal > 0), "a number above 0 over a background "
               "above 0", "use another form where the error or the background is 0")  # fmt: skip
        return Measured((nominal / error) ** 2, nominal / error**2, 0.0)
    return _uncertain(nominal, error, "lognormal" if form == "gamma" else form, literal)


def _uncertain(nominal: FloatArray, error: FloatArray, form: EfficiencyForm, literal: bool) -> Spread:
    if form not in get_args(EfficiencyForm):
        raise InputError("form of an uncertainty", form, one_of(get_args(EfficiencyForm)), "choose one of these")
    if not error.any():
        return Known(nominal)
    if form == "gaussian":
        return Normal(nominal, error)
    zero = (nominal == 0) & (error > 0)
    _check("error of a background of 0", error, ~zero, "0 with a log-normal form", "use a Gaussian one")
    relative = np.divide(error, nominal, out=np.zeros_like(error), where=nominal > 0)
    return LogNormal(nominal, np.log1p(relative), literal)
