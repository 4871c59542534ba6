"""What is said of prepared counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.calibration import LEAST_EFFECTIVE, PreparedCounts

__all__ = ["counts_in_numbers"]


def counts_in_numbers(found: PreparedCounts) -> dict[str, Any]:
    """What is said of a prepared spectrum: smallest and largest values, cross sections in fb."""
    effective = _effective_events(found)
    known = found.efficiency[np.isfinite(found.efficiency)]
    return {
        "masses": len(found.mass), "sigma": _ends(found.sigma),
        "efficiency": _ends(known) if known.size else None,
        "tuned_efficiency": _ends(found.tuned_efficiency) if np.isfinite(found.tuned_efficiency).any() else None,
        "background_fb": float(found.expected.sum()),
        "backgrounds_fb": [float(each.sum()) for each in found.expected],
        "least_effective_events": float(effective.min()), "enough": bool(effective.min() >= LEAST_EFFECTIVE),
        "worst_fit": float(found.quality.max()),
    }  # fmt: skip


def _effective_events(found: PreparedCounts) -> FloatArray:
    """The effective number of simulated background events in the window of each simulated mass, shape (k,)."""
    total, squares = found.expected.sum(axis=0), found.variance.sum(axis=0)
    centres = [0.5 * (edges[1:] + edges[:-1]) for edges in found.all_edges]
    numbers = []
    for at, sigma in zip(found.position, found.sigma, strict=True):
        distance = [(c - x) / (float(found.half_width[0]) * s) for c, x, s in zip(centres, at, sigma, strict=True)]
        squared = [np.square(each) for each in distance]
        inside = (squared[0] if len(squared) == 1 else np.add.outer(squared[0], squared[1])) < 1
        square = squares[inside].sum()
        numbers.append(total[inside].sum() ** 2 / square if square > 0 else 0.0)
    return np.array(numbers)


def _ends(values: FloatArray) -> list[float]:
    return [float(np.nanmin(values)), float(np.nanmax(values))]
