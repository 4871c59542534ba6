"""What each nuisance parameter does: its pull, its effect on the yield and on the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.scans import ScanResult, fit_scan
from gloam.statistics.limits import LimitOptions, UpperLimits, upper_limits

__all__ = ["NuisanceEffects", "nuisance_effects", "representative"]


@dataclass(frozen=True, slots=True, eq=False)
class NuisanceEffects:
    """Pulls and effects of N nuisance parameters at some hypotheses.

    Attributes:
        names: of the parameters.
        rows: which hypotheses of the scan, shape (r,).
        pull: fitted values in units of their constraints, shape (r, N).
        pull_error: their errors in the same units: 1 where the data say nothing about them, shape (r, N).
        n_sig_effect: change of the fitted yield for one fitted standard deviation of the parameter, shape (r, N).
        limit_without: the upper limit with the parameter fixed at 0, shape (r, N); NaN for parameters that the
            background brings along.
        limit: the upper limit with all parameters, shape (r,).
    """

    names: tuple[str, ...]
    rows: IntArray
    pull: FloatArray
    pull_error: FloatArray
    n_sig_effect: FloatArray
    limit_without: FloatArray
    limit: FloatArray

    @property
    def limit_effect(self) -> FloatArray:
        """By how much each parameter raises the limit, relative to that without it, shape (r, N)."""
        with np.errstate(all="ignore"):
            return self.limit[:, None] / self.limit_without - 1


def representative(result: ScanResult, most: int = 9) -> IntArray:
    """The hypothesis with the largest excess and, behind it, some spread evenly over the others with a fit."""
    fitted = np.flatnonzero(np.isfinite(result.z_local))
    if fitted.size == 0:
        return fitted
    best = fitted[np.argmax(result.z_local[fitted])]
    spread = fitted[np.unique(np.linspace(0, fitted.size - 1, most).round().astype(np.int64))]
    return np.concatenate([[best], spread[spread != best]])


def nuisance_effects(
    result: ScanResult, limits: UpperLimits, rows: IntArray, **options: Unpack[LimitOptions]
) -> NuisanceEffects:
    """Pulls and effects of all nuisance parameters at some hypotheses, each limit computed again without one of them.

    Args:
        result: the fits.
        limits: their limits.
        rows: the hypotheses, few: each costs as many limits as there are parameters; shape (r,).
        **options: with which the limits were computed, see `upper_limits`.

    Example:
        >>> import gloam
        >>> from gloam.models import YieldNuisance
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 60, 58, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(
        ...     spectrum,
        ...     gloam.Gaussian(0.008),
        ...     gloam.Polynomial(1),
        ...     [1.06],
        ...     window=10,
        ...     nuisances=(YieldNuisance("efficiency", 0.2),),
        ... )
        >>> effects = nuisance_effects(result, gloam.upper_limits(result), np.array([0]))
        >>> effects.names, effects.limit_effect.round(2)
        (('efficiency',), array([[0.1]]))
    """
    names = result.setup.nuisance_names
    pull, error = (values[rows] for values in result.pulls)
    number = len(names)
    at = np.maximum(result.parameters[rows, None] - number + np.arange(number), 0)
    coupling = np.take_along_axis(result.covariance[rows, -1], at, axis=1)
    without = np.full((rows.size, number), np.nan)
    some = result.setup.take(rows)
    for position, name in enumerate(names):
        fixed = some.without_nuisance(name)
        if fixed.nuisance_names != names:
            found = upper_limits(fit_scan(fixed), limits.level, limits.method, bands=False, **options)
            without[:, position] = found.observed
    with np.errstate(all="ignore"):
        effect = coupling / error
    return NuisanceEffects(names, rows, pull, error, effect, without, limits.observed[rows])
