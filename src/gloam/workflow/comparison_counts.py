"""Expected limits of a search that counts beside published ones, which hold for ranges of the mass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.interpretation.exclusions import Curve, coupling_plane
from gloam.report import CountingChannel

if TYPE_CHECKING:
    from gloam.searches import CountingSearch

__all__ = ["compare_counts", "efficiency_ends", "ranges_of"]


def compare_counts(search: CountingSearch, results: Sequence[CountingChannel]) -> dict[str, Any] | None:
    """How the expected limits on the coupling compare with the published observed ones; None where none are declared.

    Each published limit is that of a window: ours is taken at the mass in the middle of it, in the observable. Ratios
    are ours over theirs. A published limit scatters as its data do; nothing of ours is fitted to them.
    """
    limits = next((found for each in results if (found := each.coupling_limits) is not None), None)
    if search.compare_with is None or search.model is None or limits is None:
        return None
    published = next(each for each in coupling_plane(search.model).exclusions if each.name == search.compare_with)
    assert isinstance(published.content, Curve)  # noqa: S101 - declared as one
    low, high, theirs = ranges_of(published.content)
    mass = np.sqrt(0.5 * (low**2 + high**2))
    order = np.argsort(limits.mass)
    ours = np.interp(np.log(mass), np.log(limits.mass[order]), np.log(limits.expected[order, 2]), np.nan, np.nan)
    ratio = ours - np.log(theirs)
    rows = np.flatnonzero(np.isfinite(ratio))
    if rows.size == 0:
        return None
    return {
        "quantity": published.quantity,
        **_numbers(ratio[rows]),
        "what is compared": f"expected limit (median, nothing fitted to limits) over {published.name} (observed; "
        f"{published.numbers}), in the middle of its windows; {published.note}",
        "ranges": [
            {"masses": [float(mass[part[0]]), float(mass[part[-1]])], "points": int(part.size),
             "median_ratio": float(np.exp(np.median(ratio[part])))}
            for part in np.array_split(rows, min(4, rows.size))
        ],
        "with_one_constant": _with_one_constant(search, results, ratio[rows]),
    }  # fmt: skip


def ranges_of(curve: Curve) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The ranges of the mass in which a curve is constant, and the limit in each.

    Example:
        >>> curve = Curve.in_ranges(np.array([0.0, 1.0]), np.array([1.0, 1.5]), np.array([0.2, 0.3]))
        >>> [part.tolist() for part in ranges_of(curve)]
        [[0.0, 1.0], [1.0, 1.5], [0.2, 0.3]]
    """
    flat = np.flatnonzero((curve.limit[1:] == curve.limit[:-1]) & (curve.mass[1:] > curve.mass[:-1]))
    return curve.mass[flat], curve.mass[flat + 1], curve.limit[flat]


def efficiency_ends(search: CountingSearch, results: Sequence[CountingChannel]) -> tuple[float, float] | None:
    """The smallest and the largest efficiency in the range for which the published ones are known."""
    if search.published_efficiency is None:
        return None
    for each in results:
        if each.factors.efficiency is not None:
            mass = each.result.mass
            inside = mass < float(search.published_efficiency.below)
            found = each.cross_section.efficiency[inside]
            return float(found.min()), float(found.max())
    return None


def _numbers(ratio: FloatArray) -> dict[str, Any]:
    """Of logarithms of ratios."""
    median = np.median(ratio)
    return {
        "points": int(ratio.size),
        "within_a_factor_2": int(np.count_nonzero(np.abs(ratio) < np.log(2))),
        "median_ratio": float(np.exp(median)),
        "rms_log_ratio": float(np.sqrt(np.mean(ratio**2))),
        "rms_log_ratio_about_median": float(np.sqrt(np.mean((ratio - median) ** 2))),
    }


def _with_one_constant(
    search: CountingSearch, results: Sequence[CountingChannel], ratio: FloatArray
) -> dict[str, Any] | None:
    """The comparison if efficiencies were multiplied by one constant, fitted to the published efficiencies alone."""
    ends, known = efficiency_ends(search, results), search.published_efficiency
    if ends is None or known is None:
        return None
    constant = np.sqrt(float(known.low) * float(known.high) / (ends[0] * ends[1]))
    return {
        "efficiency": {"ours": list(ends), "published": [float(known.low), float(known.high)]},
        "effective_normalisation": float(constant),
        **_numbers(ratio - 0.5 * np.log(constant)),
    }
