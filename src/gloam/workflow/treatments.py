"""How a limit on counts depends on what is done with its uncertainties: profiled literally, in ln x, or averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from gloam.arrays import FloatArray
from gloam.scans import CountingResult
from gloam.statistics import Cells, CountingMethod, CountingOptions, counting_limits
from gloam.statistics.counting.spread import LogNormal, Spread
from gloam.statistics.counting_scans import cells_of_windows

__all__ = ["TREATMENTS", "Treatment", "limits_by_treatment"]


@dataclass(frozen=True, slots=True)
class Treatment:
    """One way to make a limit.

    Attributes:
        method: of the limit.
        literal: whether a profile keeps the factor 1/x of the log-normal density, which moves its mode below the
            nominal value.
        words: what it is.
    """

    method: CountingMethod
    literal: bool
    words: str


TREATMENTS: Mapping[str, Treatment] = MappingProxyType({
    "averaged": Treatment("bayes", False, "posterior, flat prior in the signal, averaged over log-normal factors"),
    "averaged CLs": Treatment("cls", False, "CLs of the count, averaged over log-normal factors"),
    "profiled in ln x": Treatment("profile", False, "profile likelihood with a Gaussian in ln x"),
    "profiled literally": Treatment("profile", True, "profile likelihood with the literal density G, its 1/x included"),
})  # fmt: skip


def limits_by_treatment(result: CountingResult, level: float) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Observed limits on the signal events, and those for the median count without a signal, by treatment; shapes (h,).

    Profile limits are one-sided with the best signal >= 0. Limits are for the windows that were counted.

    Args:
        result: counts over backgrounds that were measured in off counts.
        level: a fraction.
    """
    cells = cells_of_windows(result, result.usable)
    found = {}
    for name, treatment in TREATMENTS.items():
        bounded = treatment.method == "profile"
        options = CountingOptions("upper", bounded=bounded)
        limits = counting_limits(_literal(cells) if treatment.literal else cells, level, treatment.method, options)
        found[name] = (limits.upper, limits.expected)
    return found


def _literal(cells: Cells) -> Cells:
    def kept(spread: Spread) -> Spread:
        return replace(spread, literal=True) if isinstance(spread, LogNormal) else spread

    return Cells(cells.observed, tuple(kept(each) for each in cells.background), kept(cells.efficiency))
