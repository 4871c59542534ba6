"""Limits of counting experiments by the name of the method."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError, one_of
from gloam.statistics.counting.bayes import bayes_interval, bayes_upper
from gloam.statistics.counting.cells import Cells
from gloam.statistics.counting.classical import classical_interval, classical_upper, cls_upper, median_count
from gloam.statistics.counting.construction import profile_construction
from gloam.statistics.counting.feldman_cousins import Belt, feldman_cousins
from gloam.statistics.counting.profile import profile_interval, profile_upper
from gloam.statistics.counting.toys import cls_toys_upper
from gloam.statistics.prior import FLAT, Prior

__all__ = [
    "METHOD_REFERENCES",
    "CountingLimits",
    "CountingMethod",
    "CountingOptions",
    "IntervalKind",
    "counting_limits",
]

CountingMethod = Literal["classical", "bayes", "cousins-highland", "cls", "cls-toys", "profile", "feldman-cousins"]
IntervalKind = Literal["upper", "central", "shortest", "profile", "unified"]

METHOD_REFERENCES: dict[CountingMethod, str] = {
    "classical": "Garwood, Biometrika 28 (1936) 437",
    "bayes": "Helene, NIM 212 (1983) 319",
    "cousins-highland": "Cousins and Highland, NIM A320 (1992) 331",
    "cls": "Read, J. Phys. G 28 (2002) 2693; Zech, NIM A277 (1989) 608",
    "cls-toys": "Read, J. Phys. G 28 (2002) 2693",
    "profile": "Rolke, Lopez and Conrad, NIM A551 (2005) 493, physics/0403059",
    "feldman-cousins": "Feldman and Cousins, PRD 57 (1998) 3873, physics/9711021",
}

_KINDS: dict[CountingMethod, tuple[IntervalKind, ...]] = {
    "classical": ("upper", "central"),
    "bayes": ("upper", "central", "shortest"),
    "cousins-highland": ("upper", "central"),
    "cls": ("upper",),
    "cls-toys": ("upper",),
    "profile": ("profile", "upper"),
    "feldman-cousins": ("unified",),
}
"""What each method has to offer; the first is its usual one."""


@dataclass(frozen=True, slots=True)
class CountingOptions:
    """How limits of counts are made.

    Attributes:
        interval: "upper" or a two-sided one; None: the usual one of the method. "profile" is two-sided, with the ends
            where 2 ln L has fallen by the chi^2 quantile of the level.
        prior: of the signal, for "bayes".
        belt: for "feldman-cousins".
        bounded: for "profile", whether the maximum is sought among signals >= 0.
        toys: for "cls-toys", of each cell.
        seed: of the toys.
    """

    interval: IntervalKind | None = None
    prior: Prior = FLAT
    belt: Belt = "monotone"
    bounded: bool = False
    toys: int = 100_000
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class CountingLimits:
    """Limits on the signals of many cells.

    Attributes:
        method, level: as asked for.
        interval: what lower and upper are the ends of.
        lower: 0 for an upper limit, shape (c,).
        upper: shape (c,).
        upper_error: Monte Carlo error of `upper`, shape (c,); 0 for exact methods.
        expected: the upper ends for the median count without a signal, shape (c,); NaN where that count is an average
            over too many values.
    """

    method: CountingMethod
    level: float
    interval: IntervalKind
    lower: FloatArray
    upper: FloatArray
    upper_error: FloatArray
    expected: FloatArray = field(default_factory=lambda: np.empty(0))


def counting_limits(
    cells: Cells,
    level: float,
    method: CountingMethod = "cls",
    options: CountingOptions | None = None,
    *,
    expected: bool = True,
) -> CountingLimits:
    """Limits on the signals of counts over background, by any of the methods.

    Args:
        cells: the counts, from `counting_cells` or `on_off_cells`.
        level: confidence level or probability, a fraction.
        method: "classical", "bayes", "cousins-highland" (a Gaussian efficiency, cut at 0), "cls", "cls-toys", "profile"
            or "feldman-cousins".
        options: of the methods.
        expected: whether to find the expected limits too.

    Raises:
        InputError: for levels, methods or uncertainties that do not go together.

    Example:
        >>> from gloam.statistics.counting import counting_cells
        >>> found = counting_limits(counting_cells([0, 5], 3.0), 0.95, "cls")
        >>> found.upper.round(4), found.expected.round(4)
        (array([2.9957, 7.6631]), array([5.3954, 5.3954]))
    """
    options = options or CountingOptions()
    if not 0 < level < 1:
        raise InputError("level of the limit", level, "a fraction between 0 and 1", "write 0.90 for 90 %")
    if method not in get_args(CountingMethod):
        raise InputError("method of the limit", method, one_of(get_args(CountingMethod)), "choose one of these")
    kinds = _KINDS[method]
    if options.interval is not None and options.interval not in kinds:
        raise InputError(f"interval of the method {method}", options.interval, one_of(kinds), "choose one of these")
    options = replace(options, interval=options.interval or kinds[0])
    observed = _found(cells, level, method, options)
    if not expected:
        return observed
    try:
        median = median_count(cells)
    except InputError:
        if method != "profile":  # the others have to average as well
            raise
        return replace(observed, expected=np.full(cells.size, np.nan))
    return replace(observed, expected=_found(cells.observing(median), level, method, options).upper)


def _found(cells: Cells, level: float, method: CountingMethod, options: CountingOptions) -> CountingLimits:
    kind = options.interval or _KINDS[method][0]
    none = np.zeros(cells.size)
    error = none
    match method, kind:
        case "classical" | "cousins-highland", "upper":
            lower, upper = none, classical_upper(cells, level)
        case "classical" | "cousins-highland", _:
            lower, upper = classical_interval(cells, level)
        case "bayes", "upper":
            lower, upper = none, bayes_upper(cells, level, options.prior)
        case "bayes", _:
            shape: Literal["central", "shortest"] = "central" if kind == "central" else "shortest"
            lower, upper = bayes_interval(cells, level, options.prior, shape)
        case "cls", _:
            lower, upper = none, cls_upper(cells, level)
        case "cls-toys", _:
            lower = none
            upper, error = cls_toys_upper(cells, level, options.toys, options.seed)
        case "profile", "upper":
            lower, upper = none, profile_upper(cells, level, bounded=options.bounded)
        case "profile", _:
            lower, upper = profile_interval(cells, level, bounded=options.bounded)
        case _:
            unified = feldman_cousins(cells, level, options.belt) if cells.exact else profile_construction(cells, level)
            lower, upper = unified
    return CountingLimits(method, level, kind, lower, upper, error)
