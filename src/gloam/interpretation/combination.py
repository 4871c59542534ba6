"""Several searches in one plane of mass and coupling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import BoolArray, FloatArray, IntArray
from gloam.errors import InputError
from gloam.interpretation.exclusions.content import Curve, Regions
from gloam.interpretation.exclusions.declaration import Exclusion
from gloam.interpretation.inversion import bisected

__all__ = ["BestLimits", "best_limits", "combined_limit", "excluded_by"]


@dataclass(frozen=True, slots=True, eq=False)
class BestLimits:
    """The strongest limit at each mass.

    It has no confidence level as a whole, even where all limits have the same: the smallest of several limits is lower
    than it would be by chance alone. Only a combined likelihood has one, see `combined_limit`.

    Attributes:
        mass: in GeV, shape (h,).
        limit: NaN where there is none, shape (h,).
        by: which exclusion it is, -1 where there is none, shape (h,).
        exclusions: all that took part.
        level: of each of them.
        regions: of the same coupling, each with its own level; they are no limits and stay as they are.
    """

    mass: FloatArray
    limit: FloatArray
    by: IntArray
    exclusions: tuple[Exclusion, ...]
    level: float
    regions: tuple[Exclusion, ...] = ()


def best_limits(exclusions: Sequence[Exclusion], mass: npt.ArrayLike, level: float) -> BestLimits:
    """The strongest of the limits of one confidence level at each mass, with the regions beside them.

    Args:
        exclusions: of one quantity; curves of other levels are left out, not converted, and so are statements.
        mass: in GeV, shape (h,).
        level: a fraction.

    Raises:
        InputError: if the quantities differ, or no curve has this level.

    Example:
        >>> from gloam.interpretation.exclusions import exclusions
        >>> found = best_limits(exclusions("zprime"), [1.0, 6.0, 20.0], 0.90)
        >>> found.limit.round(4), [found.exclusions[i].name for i in found.by if i >= 0]
        (array([0.0018, 0.0283,    nan]), ["BaBar 2016, Z' -> mu mu", "BaBar 2016, Z' -> mu mu"])
    """
    asked = np.atleast_1d(np.asarray(mass, float))
    curves = [each for each in exclusions if isinstance(each.content, Curve)]
    kept = tuple(each for each in curves if each.level is not None and abs(each.level - level) < 1e-9)
    if not kept:
        levels = ", ".join(sorted({f"{each.level:g}" for each in curves if each.level is not None})) or "none"
        raise InputError("level of the limits to combine", level, levels, "combine limits of one level")
    quantities = sorted({each.quantity for each in kept})
    if len(quantities) > 1:
        raise InputError("quantities to combine", ", ".join(quantities), "one", "choose the limits on one coupling")
    table = np.array([each.content.at(asked) for each in kept if isinstance(each.content, Curve)])
    known = np.where(np.isnan(table), np.inf, table)
    best = known.argmin(axis=0)
    limit = known.min(axis=0)
    found = np.isfinite(limit)
    regions = tuple(each for each in exclusions if isinstance(each.content, Regions) and each.quantity == quantities[0])
    return BestLimits(asked, np.where(found, limit, np.nan), np.where(found, best, -1), kept, level, regions)


def excluded_by(exclusion: Exclusion, mass: npt.ArrayLike, coupling: npt.ArrayLike) -> BoolArray:
    """Whether points of the plane are excluded by a curve or a region, in the shape of the points.

    Bands and statements exclude nothing here.

    Example:
        >>> from gloam.interpretation.exclusions import exclusions
        >>> dumps = next(each for each in exclusions("alp-photon") if each.name == "Beam dumps")
        >>> excluded_by(dumps, 0.1, [1e-7, 1e-6, 1e-3])
        array([False,  True, False])
    """
    m, g = np.broadcast_arrays(np.asarray(mass, float), np.asarray(coupling, float))
    match exclusion.content:
        case Curve() as curve:
            with np.errstate(invalid="ignore"):
                return np.asarray(g > curve.at(m))
        case Regions() as regions:
            inside = [polygon.contains(m, g) for polygon in regions.polygons]
            return np.asarray(np.any(inside, axis=0))
    return np.zeros(m.shape, bool)


def combined_limit(
    deviances: Sequence[Callable[[FloatArray], FloatArray]], rise: float, ends: tuple[float, float]
) -> float:
    """The upper limit on a signal that several searches have in common, from their likelihoods.

    Args:
        deviances: -2 ln L of each search as a function of the common signal, profiled over its own nuisance
            parameters; convex. Nuisance parameters that searches share cannot be combined so.
        rise: of the sum above its minimum at the limit: 1.64 for one-sided 90 %, 2.71 for 95 % (Wilks).
        ends: a signal at or below the minimum, and one above the limit.

    Raises:
        InputError: if the limit is not between the ends.

    Example:
        >>> searches = [lambda s: (s - 1.0) ** 2, lambda s: (s - 3.0) ** 2]
        >>> round(combined_limit(searches, 1.0, (0.0, 10.0)), 6)  # mean 2, error 1 / sqrt(2)
        2.707107
    """
    low, high = ends
    if not deviances:
        raise InputError("combined limit", "no likelihood", "one or more", "give the likelihoods of the searches")

    def total(signal: FloatArray) -> FloatArray:
        return np.asarray(sum(deviance(signal) for deviance in deviances), float)

    best = _least(total, low, high)
    least = float(total(np.array([best]))[0])
    if not total(np.array([high]))[0] - least > rise:
        raise InputError("combined limit", f"above {high:g}", "a limit between the ends", "raise the upper end")
    return float(bisected(lambda s: total(s) - least - rise, np.array([best]), np.array([high]))[0])


def _least(function: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
    """Where a convex function is least, by trisection."""
    for _ in range(100):
        third = (high - low) / 3
        first, second = function(np.array([low + third, high - third]))
        low, high = (low, high - third) if first < second else (low + third, high)
    return 0.5 * (low + high)
